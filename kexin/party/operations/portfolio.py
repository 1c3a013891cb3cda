"""Who leads a customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import KexinError, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.choices import CustomerStatus
from kexin.party.events import PortfolioAssigned
from kexin.party.models import Customer, PortfolioAssignment, PortfolioProtection, TransferLine
from kexin.party.policies import PoolPolicy, TransferPolicy
from kexin.people.models import OrgUnit, Post

CLOSED = (CustomerStatus.CLOSED, CustomerStatus.MERGED)
MOST_AT_ONCE = 500  # customers assigned in one go; each is an operation of its own


@operation("party.assign_portfolio", label=_("Assign a customer to a portfolio"), plain=("reason",))
def assign_portfolio(
    customer: Customer, *, actor: Actor, post: Post | None, unit: OrgUnit | None = None, reason: str
) -> Customer:
    """Give a customer to a lead post, or back to the pool of a unit (``post=None``), from today on."""
    row = Customer.objects.lock(customer, actor)
    if row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    if post is not None and post.closed_on is not None:
        raise RuleViolation(fields={"post": _("This post is closed.")})
    target = post.unit if post is not None else (unit or row.unit)
    if row.lead_post_id == (post.pk if post else None) and row.unit_id == target.pk:
        return row
    _may_move(row, post)
    if post is None:
        return _put(row, None, target, actor.name, reason)
    return give_to(row, post, actor.name, reason)


def _may_move(row: Customer, post: Post | None) -> None:
    """A protected customer stays; one that is being handed over waits; one that is led goes by three signatures."""
    protection = PortfolioProtection.objects.filter(customer=row).first()
    if protection is not None:
        raise RuleViolation(_("This customer is protected: %(reason)s") % {"reason": protection.reason})
    if TransferLine.objects.filter(customer=row, open=True).exists():
        raise RuleViolation(_("This customer is part of a transfer that is being signed."))
    if post is None:
        return
    if row.lead_post_id is not None and row.lead_post_id != post.pk and not in_force(TransferPolicy).direct:
        raise RuleViolation(
            _("Another manager leads this customer: prepare a transfer, which giver, receiver and supervisor sign.")
        )
    most = in_force(PoolPolicy).most_customers
    if held_customers([post.pk]).get(post.pk, 0) >= most:
        text = _("This manager looks after %(most)s customers already, which is the most.") % {"most": most}
        raise RuleViolation(fields={"post": text})


def held_customers(posts: Collection[int]) -> dict[int, int]:
    """How many open files each post leads today; posts without any are missing."""
    rows = Customer.objects.filter(lead_post__in=posts).exclude(status__in=CLOSED).order_by()
    return dict(rows.values_list("lead_post").annotate(number=Count("pk")))


def end_leads(customers: Collection[int], today: dt.date) -> None:
    """End the running assignments of locked customers; one that begins only later than ``today`` is refused."""
    running = PortfolioAssignment.objects.filter(customer__in=customers, ends_on=None)
    if running.filter(starts_on__gt=today).exists():
        raise RuleViolation(_("The business date lies before the day of the last assignment."))
    running.update(ends_on=today)


def give_to(row: Customer, post: Post, made_by: str, reason: str) -> Customer:
    """Let a locked customer be led by a post from today on. Inside an operation that has checked all rules."""
    return _put(row, post, post.unit, made_by, reason)


def _put(row: Customer, post: Post | None, unit: OrgUnit, made_by: str, reason: str) -> Customer:
    today = business_date()
    before = row.lead_post_id
    end_leads([row.pk], today)
    PortfolioAssignment.objects.create(
        customer=row, post=post, unit=unit, starts_on=today, reason=reason, made_by=made_by
    )
    row.lead_post, row.unit = post, unit
    row.version += 1
    row.save(update_fields=["lead_post", "unit", "version", "updated_at"])
    emit(PortfolioAssigned(row.pk, row.customer_no, post.pk if post else None, before))
    return row


def assign_many(
    customers: Iterable[Customer], *, actor: Actor, post: Post | None, reason: str
) -> tuple[list[Customer], list[tuple[Customer, KexinError]]]:
    """Assign customers one by one, each an operation of its own: who was assigned, and who was refused and why."""
    done: list[Customer] = []
    refused: list[tuple[Customer, KexinError]] = []
    for customer in customers:
        try:
            done.append(assign_portfolio(customer, actor=actor, post=post, reason=reason))
        except KexinError as refusal:
            refused.append((customer, refusal))
    return done, refused
