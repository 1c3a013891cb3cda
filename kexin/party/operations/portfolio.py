"""Who leads a customer."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import KexinError, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.party.choices import CustomerStatus
from kexin.party.events import PortfolioAssigned
from kexin.party.models import Customer, PortfolioAssignment
from kexin.people.models import OrgUnit, Post

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
    today = business_date()
    before = row.lead_post_id
    running = PortfolioAssignment.objects.select_for_update().filter(customer=row, ends_on=None).first()
    if running is not None:
        running.ends_on = today
        running.save(update_fields=["ends_on"])
    PortfolioAssignment.objects.create(
        customer=row, post=post, unit=target, starts_on=today, reason=reason, made_by=actor.name
    )
    row.lead_post, row.unit = post, target
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
