"""Looking at signed sales for signs of wrong selling, when the order goes and again by night; each is told once."""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import NotPermitted
from kexin.core.models import AuditEntry, Event
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.choices import ContactKind, RelationshipKind
from kexin.party.models import ContactPoint, Relationship
from kexin.party.tokens import contact_token
from kexin.people.models import User
from kexin.sales.models import Sale, Signature
from kexin.sales.oversight.choices import ItemSource
from kexin.sales.oversight.policies import SignsPolicy, parse_addresses
from kexin.sales.oversight.raising import raise_item
from kexin.sales.oversight.signs import Signing, one_device, one_number, raised_same_day, sellers_terminal
from kexin.suitability.models import RiskAssessment

RELATED = (
    RelationshipKind.SPOUSE,
    RelationshipKind.PARENT,
    RelationshipKind.CHILD,
    RelationshipKind.SIBLING,
    RelationshipKind.HOUSEHOLD,
)
AT_ONCE = 200  # signatures in memory at a time
Sign = tuple[ItemSource, dict[str, Any] | None]
Tokens = Callable[[], frozenset[bytes]]


@operation("sales.examine_sales", label=_("Look at sales for signs of wrong selling"))
def examine_sales(*, actor: Actor, sale_id: int | None = None) -> int:
    """Look at one signed sale, or at all of the last days; how many new items. Repeated, nothing is told twice."""
    if not actor.everything:
        raise NotPermitted
    rules, now, made = in_force(SignsPolicy), timezone.now(), 0
    since, staff = now - dt.timedelta(days=rules.look_back_days), functools.cache(_tokens_of_staff)
    rows = Signature.objects.select_related("sale__seller__user", "sale__customer").order_by("pk")
    rows = rows.filter(sale=sale_id) if sale_id is not None else rows.filter(at__gte=since)
    for row in _by_parts(rows):
        for source, facts in _signs(row, rules, staff):
            if facts is not None:
                made += raise_item(source, f"sale:{row.sale_id}", sale=row.sale, facts=facts)
    if sale_id is None:
        made += _links(since)
    act = frame.current.get()
    assert act is not None
    act.notes["items"] = made
    return made


def _by_parts(rows: QuerySet[Signature]) -> Iterator[Signature]:
    """All of them in the order of their numbers, a few hundred in memory at a time."""
    last = 0
    while part := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield from part
        last = part[-1].pk


def _signs(row: Signature, rules: SignsPolicy, staff: Tokens) -> Iterator[Sign]:
    span = dt.timedelta(days=rules.device_days)
    others: QuerySet[Signature] = Signature.objects.none()
    if row.device_digest:
        others = Signature.objects.filter(device_digest=row.device_digest, at__range=(row.at - span, row.at + span))
        others = others.exclude(sale__customer=row.sale.customer_id).select_related("sale")
    mine, *signed = _signings([row, *others])
    yield (
        ItemSource.SAME_DEVICE,
        one_device(mine, signed, least=rules.device_customers, days=rules.device_days),
    )
    acts = AuditEntry.objects.filter(
        actor_name=row.sale.seller.staff_no, actor_kind=ActorKind.PERSON, address=mine.address,
        at__range=(row.at - dt.timedelta(days=1), row.at + dt.timedelta(days=1)),
    ).values_list("address", "at") if mine.address else []  # fmt: skip
    shared = parse_addresses(rules.shared_addresses)
    yield ItemSource.SELLER_TERMINAL, sellers_terminal(mine, acts, minutes=rules.terminal_minutes, shared=shared)
    yield ItemSource.SAME_NUMBER, one_number(_same_number(row.sale, row.at, span), least=rules.device_customers)
    yield from _near_the_seller(row.sale, staff)
    grades = RiskAssessment.objects.filter(customer=row.sale.customer_id, submitted_on=row.sale.opened_on)
    told = grades.filter(kind="risk_person", submitted_at__lte=row.at).order_by("of_day")
    yield ItemSource.ASSESSED_AGAIN, raised_same_day(list(told.values_list("told_grade", flat=True)))


def _signings(rows: list[Signature]) -> list[Signing]:
    """Signatures as the rules know them; the address is the one the audit has of the act. One read for all of them."""
    near = dt.timedelta(minutes=1)
    acts: dict[int, list[tuple[dt.datetime, str]]] = defaultdict(list)
    told = AuditEntry.objects.filter(
        customer_id__in={row.sale.customer_id for row in rows}, operation="sales.sign_sale",
        actor_kind=ActorKind.CUSTOMER, at__range=(min(r.at for r in rows) - near, max(r.at for r in rows) + near),
    ).order_by("-at")  # fmt: skip
    for customer, at, address in told.values_list("customer_id", "at", "address"):
        acts[customer or 0].append((at, address))
    found = []
    for row in rows:
        address = next((said for at, said in acts[row.sale.customer_id] if abs(at - row.at) <= near), "")
        named = bool(row.device.get("device"))
        found.append(Signing(row.sale.sale_no, row.sale.customer_id, row.device_digest, named, address, row.at))
    return found


def _same_number(sale: Sale, at: dt.datetime, span: dt.timedelta) -> set[int]:
    """Customers with the same mobile number who signed within the days; this one always."""
    mine = ContactPoint.objects.filter(party=sale.customer_id, kind=ContactKind.MOBILE)
    same = ContactPoint.objects.filter(kind=ContactKind.MOBILE, token__in=list(mine.values_list("token", flat=True)))
    keys = set(same.exclude(party=sale.customer_id).values_list("party_id", flat=True))
    signed = Signature.objects.filter(sale__customer__in=keys, at__range=(at - span, at + span))
    return set(signed.values_list("sale__customer", flat=True)) | {sale.customer_id}


def _near_the_seller(sale: Sale, staff: Tokens) -> Iterator[Sign]:
    """The customer's e-mail address is a colleague's; or that of a relative is the seller's own."""
    customer = sale.customer_id
    mine = ContactPoint.objects.filter(party=customer, kind=ContactKind.EMAIL).values_list("token", flat=True)
    if any(bytes(token) in staff() for token in mine):
        yield ItemSource.STAFF_CONTACT, {"contact": ContactKind.EMAIL.value}
    email = sale.seller.user.email if sale.seller.user is not None else ""
    if not email:
        return
    ties = Relationship.objects.filter(Q(from_party=customer) | Q(to_party=customer), kind__in=RELATED, ends_on=None)
    for from_party, to_party, kind in ties.values_list("from_party", "to_party", "kind"):
        other = to_party if from_party == customer else from_party
        token = contact_token(ContactKind.EMAIL, email)
        if ContactPoint.objects.filter(party=other, kind=ContactKind.EMAIL, token=token).exists():
            yield ItemSource.RELATIVE, {"kind": kind}
            return


def _tokens_of_staff() -> frozenset[bytes]:
    """The e-mail addresses of all who work here, as they would be found among customers' contacts."""
    emails = User.objects.exclude(email="").values_list("email", flat=True)
    return frozenset(contact_token(ContactKind.EMAIL, each) for each in emails)


def _links(since: dt.datetime) -> int:
    """Links that the portal refused because they had been opened elsewhere, about the customer's latest sale; how many
    items are new."""
    made = 0
    rows = Event.objects.filter(name="portal.LinkRefused", at__gte=since, customer_id__isnull=False).order_by("at")
    for row in rows:
        if row.payload.get("reason") != "used":
            continue
        sale = Sale.objects.filter(customer=row.customer_id, opened_at__range=(since, row.at)).order_by("-pk").first()
        if sale is not None:
            facts = {"address": row.payload.get("address", ""), "at": row.at.isoformat(timespec="minutes")}
            matter = f"link:{row.payload.get('link_id')}:{sale.pk}"
            made += raise_item(ItemSource.LINK_REUSED, matter, sale=sale, facts=facts)
    return made
