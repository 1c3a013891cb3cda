"""Confirming what a file says, and the clock's duty to have it asked: one work item per customer, never two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import Deadline, add, business_date
from kexin.core.choices import WorkStatus
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import duty_holder, open_work
from kexin.party.choices import CustomerStatus, FactKind, FactSource
from kexin.party.events import FactReviewOpened, FactsConfirmed
from kexin.party.facts import due_kinds, fact_ages, refresh_reviews
from kexin.party.models import Customer, CustomerReview, FactConfirmation
from kexin.party.policies import FactReviewPolicy, parse_kinds
from kexin.party.rules import may_confirm

REVIEW_KIND, LABEL = "party.fact_review", "party.Customer"
CLOSED = (CustomerStatus.CLOSED, CustomerStatus.MERGED)
BATCH = 500
KIND_OF_FIELD = {
    "occupation": FactKind.OCCUPATION,
    "income_band": FactKind.OCCUPATION,
    "tax_residence": FactKind.TAX_RESIDENCE,
}
KIND_OF_TIE = {
    "legal_representative": FactKind.LEGAL_REPRESENTATIVE,
    "beneficial_owner": FactKind.BENEFICIAL_OWNER,
    "shareholder": FactKind.BENEFICIAL_OWNER,
}


@operation("party.confirm_facts", label=_("Confirm that data are still right"), plain=("kinds", "source"))
def confirm_facts(customer: Customer, *, actor: Actor, kinds: Collection[str], source: str) -> Customer:
    """Say that these kinds of data are still right today; ``source``: ``said`` by the customer, or document ``seen``.

    Raises RuleViolation at ``kinds`` for what the file does not hold, at ``source`` for what only a document confirms;
    then nothing is confirmed at all.
    """
    row = Customer.objects.lock(customer, actor)
    if row.status in CLOSED:
        raise RuleViolation(_("The file is closed and can only be read."))
    held = [fact.kind.value for fact in fact_ages([row.pk])[row.pk]]
    wanted = list(dict.fromkeys(kinds))
    may_confirm(wanted, source, held, parse_kinds(in_force(FactReviewPolicy).seen)).enforce()
    note_confirmed(row, wanted, actor, FactSource(source))
    emit(FactsConfirmed(row.pk, row.customer_no, tuple(wanted), source))
    return row


def note_confirmed(
    customer: Customer, kinds: Collection[str], actor: Actor, source: FactSource = FactSource.CHANGED
) -> None:
    """These kinds are right as of today: changed or confirmed. Closes the review when nothing is due any more.

    Inside an operation that has locked the customer.
    """
    if not kinds:
        return
    FactConfirmation.objects.bulk_create(
        [
            FactConfirmation(
                customer=customer,
                kind=FactKind(kind),
                confirmed_on=business_date(),
                source=source,
                confirmed_by=actor.name,
            )
            for kind in kinds
        ],
        update_conflicts=True,
        unique_fields=["customer", "kind"],
        update_fields=["confirmed_on", "source", "confirmed_by"],
    )
    refresh_reviews([customer.pk])
    item = WorkItem.objects.open().filter(kind=REVIEW_KIND, subject_kind=LABEL, subject_id=customer.pk).first()
    if item is not None:
        _follow([item], actor)


@operation("party.review_facts", label=_("Open work for data to be reviewed"))
def review_facts(*, actor: Actor, today: dt.date) -> int:
    """The night's round: days made anew, settled items closed, new ones opened for the oldest; how many were opened.

    One open item per customer, owned by the lead manager, else by whoever may confirm for the unit. A manager gets at
    most the policy's number at once, so that a first night or a stricter policy does not bury the inbox; the others
    follow as those are done, and all of them stand in the list "review due" from the first day.
    """
    rules = in_force(FactReviewPolicy)
    refresh_reviews()
    _close_gone(actor)
    _keep_with_leads()
    for items in _batches(WorkItem.objects.open().filter(kind=REVIEW_KIND).order_by("pk")):
        _follow(items, actor)
    due_at = add(timezone.now(), Duration(rules.within_working_days, "working_days"))
    last = today + dt.timedelta(days=rules.ahead_days)
    return sum(
        _open(group, rules, due_at)
        for owner, rows in _waiting(last).items()
        for group in _batches_of(rows[: max(rules.most_open - _open_now(owner), 0)], owner)
    )


def _waiting(last: dt.date) -> dict[int, list[int]]:
    """Customers with something due and no open item, the oldest first, by the post that would own the item."""
    open_items = WorkItem.objects.open().filter(kind=REVIEW_KIND, customer_id=OuterRef("customer_id"))
    rows = CustomerReview.objects.filter(~Exists(open_items), due_on__lte=last)
    rows = rows.exclude(customer__status__in=CLOSED).order_by("due_on", "customer_id")
    found: dict[int, list[int]] = {}
    duty: dict[int, int | None] = {}
    for customer, lead, unit in rows.values_list("customer_id", "customer__lead_post_id", "customer__unit_id"):
        if lead is None and unit not in duty:
            duty[unit] = duty_holder("party.confirm_facts", unit, None)
        owner = lead or duty[unit]
        if owner is not None:
            found.setdefault(owner, []).append(customer)
    return found


def _open_now(owner: int) -> int:
    return WorkItem.objects.open().filter(kind=REVIEW_KIND, owner_post_id=owner).count()


def _batches(rows: object) -> list[list[WorkItem]]:
    items = list(rows)  # type: ignore[call-overload]
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]


def _batches_of(customers: Sequence[int], owner: int) -> list[tuple[int, list[int]]]:
    return [(owner, list(customers[start : start + BATCH])) for start in range(0, len(customers), BATCH)]


def _open(group: tuple[int, list[int]], rules: FactReviewPolicy, due_at: Deadline) -> int:
    owner, ids = group
    facts = fact_ages(ids)
    opened = 0
    for customer in Customer.objects.filter(pk__in=ids).order_by("pk"):
        kinds = due_kinds(facts[customer.pk])
        if not kinds:
            continue
        open_work(
            REVIEW_KIND,
            unit_id=customer.unit_id,
            owner_post_id=owner,
            due_at=due_at,
            customer_id=customer.pk,
            subject_kind=LABEL,
            subject_id=customer.pk,
            details=_details(kinds),
            policy_id=rules.policy_version,
        )
        emit(FactReviewOpened(customer.pk, customer.customer_no, tuple(kinds)))
        opened += 1
    return opened


def _details(kinds: Sequence[str]) -> dict[str, object]:
    return {"kinds": list(kinds)}


def _follow(items: Sequence[WorkItem], actor: Actor) -> None:
    """Items whose kinds are all settled are done; the others say what is due now."""
    facts = fact_ages([item.subject_id for item in items if item.subject_id is not None])
    done = []
    for item in items:
        kinds = due_kinds(facts.get(item.subject_id or 0, []))
        if not kinds:
            done.append(item.pk)
        elif item.details.get("kinds") != kinds:
            WorkItem.objects.open().filter(pk=item.pk).update(
                details={**item.details, **_details(kinds)}, version=F("version") + 1
            )
    if done:
        WorkItem.objects.open().filter(pk__in=done).update(
            status=WorkStatus.DONE, outcome="confirmed", closed_at=timezone.now(), closed_by=actor.name
        )


def _close_gone(actor: Actor) -> None:
    """Files closed or merged since are nobody's review."""
    gone = Customer.objects.filter(status__in=CLOSED).values("pk")
    WorkItem.objects.open().filter(kind=REVIEW_KIND, subject_kind=LABEL, subject_id__in=gone).update(
        status=WorkStatus.CANCELLED, outcome="gone", closed_at=timezone.now(), closed_by=actor.name
    )


def _keep_with_leads() -> None:
    """An item follows its customer to a new lead manager."""
    items = WorkItem.objects.open().filter(kind=REVIEW_KIND).order_by().values("subject_id", "owner_post_id", "pk")
    by_customer = {each["subject_id"]: each for each in items}
    leads = Customer.objects.filter(pk__in=by_customer).exclude(lead_post=None)
    for customer, post, unit in leads.values_list("pk", "lead_post_id", "unit_id"):
        if post != by_customer[customer]["owner_post_id"]:
            WorkItem.objects.open().filter(pk=by_customer[customer]["pk"]).update(
                owner_post_id=post, unit_id=unit, version=F("version") + 1
            )
