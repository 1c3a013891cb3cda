"""Reads of customers: the list, search, and the file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.fields import decrypt_rows
from kexin.core.models.lookups import Keys
from kexin.core.query import query
from kexin.core.tokens import exact_candidates, name_matches, name_query_tokens
from kexin.party.choices import CustomerStatus, PartyKind
from kexin.party.facts import review_due
from kexin.party.models import (
    Address,
    ContactPoint,
    Customer,
    DuplicateCandidate,
    IdentityDocument,
    LifecycleCheck,
    MergeRecord,
    Party,
    PartyAttribute,
    PartyName,
    PortfolioAssignment,
    Relationship,
)
from kexin.party.rules import age_on
from kexin.party.tokens import contact_candidates, identity_candidates

SEARCH_CANDIDATES = 200  # opened and compared after decryption; beyond it the person is asked for one more character
_LIST_FIELDS = ("name", "born_on")


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a list of customers is narrowed by; everything empty means everything within reach."""

    kind: str = ""
    scale: str = ""
    status: str = ""
    unit_id: int | None = None
    post_id: int | None = None
    pool: bool = False
    age_from: int | None = None
    age_to: int | None = None
    birthday_month: int | None = None
    assets_from: int | None = None
    assets_to: int | None = None
    tier: str = ""
    average_from: int | None = None
    average_to: int | None = None
    review_due: bool = False
    text: str = ""


@query("party.view_customers", label=_("See the customer list"), record="list")
def customers(actor: Actor, wanted: CustomerFilter | None = None) -> QuerySet[Customer]:
    """Customers within reach, narrowed; the caller orders and cuts the page."""
    return narrowed(Customer.objects.visible_to(actor, "party.view_customers"), wanted or CustomerFilter())


def narrowed(rows: QuerySet[Customer], wanted: CustomerFilter) -> QuerySet[Customer]:
    """The filters of a list, as column conditions."""
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    else:
        rows = rows.exclude(status=CustomerStatus.MERGED)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.scale:
        rows = rows.filter(kind=PartyKind.ENTERPRISE, party__enterprise__scale=wanted.scale)
    if wanted.unit_id:
        rows = rows.filter(unit_id=wanted.unit_id)
    if wanted.post_id:
        rows = rows.filter(lead_post_id=wanted.post_id)
    if wanted.pool:
        rows = rows.filter(lead_post=None)
    year = business_date().year
    if wanted.age_from is not None:
        rows = rows.filter(born_year__lte=year - wanted.age_from)
    if wanted.age_to is not None:
        rows = rows.filter(born_year__gte=year - wanted.age_to)
    if wanted.birthday_month:
        rows = rows.filter(birthday__gte=wanted.birthday_month * 100, birthday__lt=wanted.birthday_month * 100 + 100)
    if wanted.assets_from is not None:
        rows = rows.filter(assets__gte=wanted.assets_from)
    if wanted.assets_to is not None:
        rows = rows.filter(assets__lt=wanted.assets_to)
    if wanted.tier:
        rows = rows.filter(tier=wanted.tier)
    if wanted.average_from is not None:
        rows = rows.filter(average__gte=wanted.average_from)
    if wanted.average_to is not None:
        rows = rows.filter(average__lt=wanted.average_to)
    if wanted.review_due:
        rows = rows.filter(review_due())
    if wanted.text:
        rows = rows.filter(pk__in=found_ids(rows, wanted.text))
    return rows


def found_ids(rows: QuerySet[Customer], text: str) -> list[int]:
    """The customers among ``rows`` whose name, number, document or contact answers to ``text``.

    Exact things (customer number, document, mobile, e-mail, last four) go by one indexed token; names by their
    character pairs, pinyin or initials, compared again after decryption, because tokens can agree by chance.
    """
    text = " ".join(text.split())[:80]
    if not text:
        return []
    exact = _exact_ids(rows, text)
    if exact:
        return exact
    readings = [Q(search_tokens__contains=tokens) for tokens in name_query_tokens(text)[:8] if tokens]
    found: list[int] = []
    for wanted in readings[:1], readings[1:]:  # the likeliest reading first; then all the others at once
        if wanted and len(found) < SEARCH_CANDIDATES:
            found += _named(rows.filter(reduce(or_, wanted)), text, found)
    return found[:SEARCH_CANDIDATES]


def _named(rows: QuerySet[Customer], text: str, known: Sequence[int]) -> list[int]:
    """Those whose name answers to the text, but for those ``known``."""
    # Not in any order: a sort would read all matches before the first. Plain rows: objects cost twice as much.
    named = rows.order_by().values("pk")[:SEARCH_CANDIDATES]
    candidates = [
        row for row in Party.objects.filter(pk__in=named).values("pk", "key_id", "name") if row["pk"] not in known
    ]
    decrypt_rows(Party, candidates, ("name",))
    return [row["pk"] for row in candidates if row["name"] and name_matches(row["name"], text)]


def _exact_ids(rows: QuerySet[Customer], text: str) -> list[int]:
    compact = re.sub(r"[\s-]", "", text)
    if re.fullmatch(r"[Cc]\d{4,}", compact):
        return list(rows.filter(customer_no=compact.upper()).values_list("pk", flat=True)[:1])
    tokens: list[bytes] = []
    ends: list[bytes] = []
    numbers: list[bytes] = []
    if "@" in compact:
        tokens = contact_candidates("email", compact)
    elif re.fullmatch(r"\d{4}|\d{3}[Xx]", compact):
        ends = exact_candidates("last4", compact.upper())
    elif re.fullmatch(r"\+?\d{7,14}", compact):
        tokens = contact_candidates("mobile", compact) + contact_candidates("phone", compact)
    if re.fullmatch(r"[0-9A-Za-z]{6,20}", compact):
        kinds = ("CN-RIC", "CN-RP", "CN-USCC", "PASSPORT", "CN-HKM")
        numbers = [token for kind in kinds for token in identity_candidates(kind, "CN", compact)]
    found: set[int] = set()
    if tokens or ends:
        contacts = (
            ContactPoint.objects.filter(last4_token__in=ends) if ends else ContactPoint.objects.filter(token__in=tokens)
        )
        found.update(_holders(rows, contacts))
    if numbers or ends:
        documents = IdentityDocument.objects.filter(retired_at=None)
        documents = documents.filter(last4_token__in=ends) if ends else documents.filter(token__in=numbers)
        found.update(_holders(rows, documents))
    if not found and re.fullmatch(r"[0-9A-Za-z]{1,20}", compact):
        return list(rows.filter(Q(source_no=compact) & ~Q(source_no="")).values_list("pk", flat=True)[:50])
    return sorted(found)


def _holders(rows: QuerySet[Customer], parts: QuerySet[Any]) -> list[int]:
    """The customers among ``rows`` to whom ``parts`` belong: the reach comes first, the limit last."""
    return list(
        rows.filter(pk__in=parts.values("party_id")).order_by().values_list("pk", flat=True)[:SEARCH_CANDIDATES]
    )


@query("party.search_customers", label=_("Search customers"), record="list")
def search(actor: Actor, text: str, limit: int = 10) -> list[Customer]:
    """The first customers within reach that answer to ``text``, with their names opened, for palette and pickers."""
    rows = Customer.objects.visible_to(actor, "party.search_customers").exclude(status=CustomerStatus.MERGED)
    ids = found_ids(rows, text)[:limit]
    act = frame.current.get()
    if act is not None:
        act.notes["found"] = len(ids)
    found = list(Customer.objects.filter(pk__in=ids).select_related("party", "unit"))
    decrypt_rows(Party, [row.party for row in found], _LIST_FIELDS)
    return sorted(found, key=lambda row: ids.index(row.pk))


def open_names(rows: Sequence[Customer]) -> None:
    """Open the personal fields that a list shows, each key once (``select_related("party")`` was said)."""
    decrypt_rows(Party, [row.party for row in rows], _LIST_FIELDS)


@dataclass(slots=True)
class CustomerFile:
    """One customer's file as the page shows it."""

    customer: Customer
    party: Party
    age: int | None
    documents: list[IdentityDocument] = field(default_factory=list)
    contacts: list[ContactPoint] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    names: list[PartyName] = field(default_factory=list)
    attributes: list[PartyAttribute] = field(default_factory=list)


@query("party.view_customer", label=_("Open a customer file"), record="open")
def open_customer(actor: Actor, customer_id: int) -> Customer:
    """The head of a file. Opening it is recorded with the customer's number."""
    rows = Customer.objects.select_related("party", "party__enterprise", "unit", "lead_post", "merged_into")
    found = rows.fetch(customer_id, actor, "party.view_customer")
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("party.Customer", found.pk), found.pk
    return found


@query("party.view_customer", label=_("Open a customer file"))
def customer_in_reach(actor: Actor, customer_id: int) -> Customer:
    """The same file for its panels: within reach, but not recorded a second time."""
    rows = Customer.objects.select_related("party", "unit", "lead_post")
    return rows.fetch(customer_id, actor, "party.view_customer")


@query("party.view_customer", label=_("Open a customer file"))
def customer_file(actor: Actor, customer: Customer) -> CustomerFile:
    """Documents, contacts, addresses, names and attributes of a file already opened."""
    party = customer.party
    parts = Party.objects.filter(pk=customer.pk).prefetch_related(
        Prefetch("identitydocument_set", queryset=IdentityDocument.objects.filter(retired_at=None).order_by("pk")),
        Prefetch("contactpoint_set", queryset=ContactPoint.objects.order_by("-preferred", "pk")),
        Prefetch("address_set", queryset=Address.objects.order_by("pk")),
        Prefetch("partyname_set", queryset=PartyName.objects.order_by("pk")),
        Prefetch("partyattribute_set", queryset=PartyAttribute.objects.order_by("pk")),
    )
    whole = parts.get()
    born: dt.date | None = party.born_on or None
    return CustomerFile(
        customer=customer,
        party=party,
        age=age_on(born, business_date()) if born else None,
        documents=list(whole.identitydocument_set.all()),
        contacts=list(whole.contactpoint_set.all()),
        addresses=list(whole.address_set.all()),
        names=list(whole.partyname_set.all()),
        attributes=list(whole.partyattribute_set.all()),
    )


@query("party.view_customer", label=_("Open a customer file"))
def assignments(actor: Actor, customer: Customer) -> list[PortfolioAssignment]:
    """Who led the customer, newest first."""
    return list(customer.assignments.select_related("post", "unit").order_by("-starts_on", "-pk"))


@query("party.view_customer", label=_("Open a customer file"))
def relationships(actor: Actor, customer: Customer) -> list[Relationship]:
    """Relationships in force, in both directions, with the other party's name opened."""
    rows = list(
        Relationship.objects.filter(Q(from_party=customer.pk) | Q(to_party=customer.pk), ends_on=None)
        .select_related("from_party", "to_party", "from_party__customer", "to_party__customer")
        .order_by("pk")[:200]
    )
    decrypt_rows(Party, [each.from_party for each in rows] + [each.to_party for each in rows], ("name",))
    return rows


@query("party.view_customer", label=_("Open a customer file"))
def checks(actor: Actor, customer: Customer) -> list[LifecycleCheck]:
    """Ticked lines of the admission and exit checklists."""
    return list(customer.checks.order_by("checked_at"))


@query("party.view_duplicates", label=_("See possible duplicates"), record="list")
def duplicates(actor: Actor, status: str = "") -> QuerySet[DuplicateCandidate]:
    """Pairs within reach, open ones by default."""
    rows = DuplicateCandidate.objects.visible_to(actor, "party.view_duplicates")
    rows = rows.filter(status=status) if status else rows.filter(status__in=("open", "proposed"))
    return rows.select_related("first__party", "first__unit", "second__party", "second__unit")


@query("party.view_duplicates", label=_("See possible duplicates"), record="open")
def duplicate(actor: Actor, candidate_id: int) -> DuplicateCandidate:
    """One pair, both files opened."""
    rows = DuplicateCandidate.objects.select_related("first__party", "first__unit", "second__party", "second__unit")
    found = rows.fetch(candidate_id, actor, "party.view_duplicates")
    decrypt_rows(Party, [found.first.party, found.second.party], _LIST_FIELDS)
    return found


@query("party.view_customer", label=_("Open a customer file"))
def merges(actor: Actor, customer: Customer) -> list[MergeRecord]:
    """Merges in which the customer took part, newest first."""
    rows = MergeRecord.objects.filter(Q(kept=customer.pk) | Q(absorbed=customer.pk))
    return list(rows.select_related("kept", "absorbed").order_by("-merged_at"))


MOST_LINKS = 120  # lines in a graph; beyond it nobody can read it


@query("party.view_customer", label=_("Open a customer file"))
def neighbourhood(actor: Actor, customer: Customer) -> tuple[list[Relationship], set[int]]:
    """Relationships in force up to two steps away, names opened, and which parties are within reach.

    The second step goes only through parties within reach: a graph must not tell of strangers' families.
    """
    base = Relationship.objects.filter(ends_on=None).select_related("from_party__customer", "to_party__customer")
    first = list(base.filter(Q(from_party=customer.pk) | Q(to_party=customer.pk)).order_by("pk")[:MOST_LINKS])
    around = {pk for row in first for pk in (row.from_party_id, row.to_party_id)} - {customer.pk}
    reach = _in_reach(actor, around)
    second: list[Relationship] = []
    if reach:
        wider = base.filter(Q(from_party__in=reach) | Q(to_party__in=reach)).exclude(pk__in=[row.pk for row in first])
        second = list(wider.order_by("pk")[: MOST_LINKS - len(first)])
    rows = first + second
    reach |= {customer.pk} | _in_reach(actor, {pk for row in second for pk in (row.from_party_id, row.to_party_id)})
    parties = {each.pk: each for row in rows for each in (row.from_party, row.to_party) if each.pk in reach}
    opened = [each for row in rows for each in (row.from_party, row.to_party) if each.pk in parties]
    decrypt_rows(Party, opened, ("name",))
    return rows, reach


def _in_reach(actor: Actor, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    return set(
        Customer.objects.visible_to(actor, "party.view_customer").filter(pk__in=ids).values_list("pk", flat=True)
    )


def files_behind(customers: Collection[int]) -> dict[int, int]:
    """Files merged into these customers' files, each by the customer they belong to now; one read where none are.

    What was only ever appended to stays with the file it was written for: who reads it by customer asks for these, too.
    """
    found: dict[int, int] = {}
    last = {pk: pk for pk in customers}
    while last:
        rows = Customer.objects.filter(merged_into__any_of=Keys(last)).values_list("pk", "merged_into_id")
        last = {pk: last[into] for pk, into in rows if into is not None and pk not in found}
        found |= last
    return found
