"""Making and closing call lists. A customer who cannot be put on a list is left out alone, with the reason."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, business_now
from kexin.core.errors import RuleViolation, type_text
from kexin.core.events import emit
from kexin.core.masking import plain
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.calls.choices import EntryState, ListSource
from kexin.engagement.calls.events import CallListClosed, CallListMade
from kexin.engagement.calls.policies import CallPolicy
from kexin.engagement.calls.products import against_caller, listed_product, opinions
from kexin.engagement.calls.rules import may_make, may_stand_on_list
from kexin.engagement.calls.working import NUMBERS
from kexin.engagement.models.calls import CallEntry, CallList
from kexin.engagement.rules import clean_note
from kexin.party.choices import CustomerStatus
from kexin.party.models import ContactPoint, Customer
from kexin.people.models import OrgUnit
from kexin.products.models import Product

CLOSED = (CustomerStatus.CLOSED, CustomerStatus.MERGED)
STEP = 10  # between two ranks, so that a line can be put between


@dataclass(frozen=True, slots=True)
class Wish:
    """A customer to be called and why, in the words of the line; the first wish is called first."""

    customer_id: int
    reason: str = ""


@dataclass(slots=True)
class Made:
    """The list, how many customers stand on it, and who was left out, with the reason."""

    call_list: CallList
    count: int = 0
    left_out: list[tuple[int, type_text]] = field(default_factory=list)


@operation("engagement.make_call_list", label=_("Make a call list"), plain=("source", "rule"))
def make_call_list(
    *,
    actor: Actor,
    title: str,
    why: str,
    wishes: Iterable[Wish],
    ends_on: dt.date,
    starts_on: dt.date | None = None,
    source: str = ListSource.CHOSEN,
    rule: str = "",
    post_id: int | None = None,
    product_id: int | None = None,
) -> Made:
    """Put customers within reach on a new list, in the given order.

    A line belongs to the customer's lead manager unless ``post_id`` says who calls; where there is no lead manager,
    whoever serves the unit takes it. A list about a product asks for an opinion on each customer: those to whom it may
    not be offered stand on it with the reason and are not called. Raises RuleViolation where nobody is left to be
    called, and where the actor would call and may not speak of the product.
    """
    today = business_date()
    starts_on = starts_on or today
    product = listed_product(product_id)
    may_make(title, why, starts_on, ends_on, today).enforce()
    rules = in_force(CallPolicy)
    chosen = {wish.customer_id: wish for wish in reversed(list(wishes))}
    if len(chosen) > rules.most_entries:
        raise RuleViolation(_("At most %(most)s customers stand on one list.") % {"most": rules.most_entries})
    ordered = list(reversed(chosen.values()))
    reach = Customer.objects.visible_to(actor, "engagement.make_call_list")
    known = {row.pk: row for row in reach.filter(pk__in=chosen).select_related("party")}
    numbers: dict[int, list[bool]] = defaultdict(list)
    points = ContactPoint.objects.filter(party_id__in=known, kind__in=NUMBERS)
    for party_id, do_not_use in points.values_list("party_id", "do_not_use"):
        numbers[party_id].append(do_not_use)
    unit = OrgUnit.objects.filter(pk=actor.unit_id).first() if actor.unit_id else None
    if unit is None:
        unit = next((row.unit for row in known.values()), None)
    if unit is None:
        raise RuleViolation(_("Nobody is left to be called."))
    made = Made(
        CallList(
            title=plain(title), why=plain(why), source=source, rule=rule, unit=unit, post_id=actor.post_id,
            made_by=actor.name, starts_on=starts_on, ends_on=ends_on, product=product,
        )
    )  # fmt: skip
    entries: list[CallEntry] = []
    for wish in ordered:
        customer = known.get(wish.customer_id)
        if customer is None:
            made.left_out.append((wish.customer_id, _("Not found, or outside your reach")))
            continue
        allowed = may_stand_on_list(customer.status, numbers[customer.pk], closed=CLOSED)
        if not allowed:
            made.left_out.append((customer.pk, allowed.reasons[0].text))
            continue
        entries.append(
            CallEntry(
                call_list=made.call_list,
                customer=customer,
                key_id=customer.party.key_id,
                unit_id=customer.unit_id,
                post_id=post_id or customer.lead_post_id,
                reason=clean_note(wish.reason)[:200] or made.call_list.why,
                rank=(len(entries) + 1) * STEP,
                due_at=business_now(),
            )
        )
    if product is not None:
        _ask(made, entries, product, actor)
    if all(each.state != EntryState.OPEN for each in entries):
        why_not = {str(text) for _customer, text in made.left_out[:50]}
        raise RuleViolation(" ".join([str(_("Nobody is left to be called.")), *sorted(why_not)]))
    made.call_list.save()
    CallEntry.objects.bulk_create(entries, batch_size=500)
    made.count = sum(each.state == EntryState.OPEN for each in entries)
    emit(CallListMade(str(made.call_list.pk), made.call_list.pk, source, made.count))
    return made


def _ask(made: Made, entries: list[CallEntry], product: Product, actor: Actor) -> None:
    """Decide for all of them at once; who is refused stays on the list, closed, and is named with the reasons."""
    if any(each.post_id in actor.post_ids for each in entries):
        against = against_caller(actor, product)
        if against:
            raise RuleViolation(fields={"product_id": " ".join(against)})
    found = opinions(actor, product.pk, [each.customer_id for each in entries])
    for each in entries:
        told = found.get(each.customer_id)
        each.opinion = told.number if told is not None else None
        if told is None or not told.allowed:
            each.state, each.closed_at = EntryState.REFUSED, timezone.now()
            words = [str(text) for text in told.reasons] if told is not None else []
            made.left_out.append((each.customer_id, " ".join(words)))


@operation("engagement.close_call_list", label=_("Close a call list"))
def close_call_list(call_list: CallList | int, *, actor: Actor) -> CallList:
    """Nobody on it is called any more; lines without a result are dropped."""
    row = CallList.objects.lock(call_list, actor)
    if row.closed_at is not None:
        raise RuleViolation(_("This list is closed."))
    row.closed_at = timezone.now()
    row.version += 1
    row.save(update_fields=["closed_at", "version"])
    dropped = row.entries.filter(state=EntryState.OPEN).update(
        state=EntryState.DROPPED, closed_at=row.closed_at, held_by="", held_until=None
    )
    emit(CallListClosed(str(row.pk), row.pk, dropped))
    return row
