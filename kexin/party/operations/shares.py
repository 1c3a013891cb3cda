"""Who shares in a customer, line by line, from a day on; and who must stay with the present lead."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.choices import CustomerStatus, ProductLine
from kexin.party.events import PortfolioProtectionChanged, SharesChanged
from kexin.party.models import Customer, PortfolioProtection, PortfolioShare
from kexin.party.ownership_rules import may_share
from kexin.party.policies import AttributionPolicy
from kexin.people.queries import held_on


@operation("party.set_shares", label=_("Divide a customer among managers"), plain=("line", "reason"))
def set_shares(
    customer: Customer, *, actor: Actor, line: str, shares: Sequence[tuple[int, Decimal]], reason: str
) -> Customer:
    """Say who shares in a product line of a customer from today on: (post, percent) each; none: the lead alone.

    What was in force before ends today and stays known. Raises RuleViolation, at the field ``shares``, where they do
    not add up to 100 and the policy does not count double.
    """
    row = _open_file(customer, actor)
    if line not in ProductLine.values:
        raise RuleViolation(fields={"line": _("Choose a product line.")})
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    wanted = [(post, Decimal(percent)) for post, percent in shares]
    rules = in_force(AttributionPolicy)
    may_share(wanted, double_counting=rules.double_counting, most=rules.most_managers).enforce()
    today = business_date()
    posts = {post for post, _percent in wanted}
    held = set(held_on(today).filter(post__in=posts, post__closed_on=None).values_list("post_id", flat=True))
    if posts - held:
        raise RuleViolation(fields={"shares": _("A share goes to a post that somebody holds.")})
    running = list(PortfolioShare.objects.select_for_update().filter(customer=row, line=line, ends_on=None))
    if sorted((each.post_id, each.percent) for each in running) == sorted(wanted):
        return row
    end_shares(PortfolioShare.objects.filter(pk__in=[each.pk for each in running]))
    PortfolioShare.objects.bulk_create(
        PortfolioShare(
            customer=row,
            post_id=post,
            line=line,
            percent=percent,
            starts_on=today,
            reason=reason.strip()[:200],
            made_by=actor.name,
        )
        for post, percent in wanted
    )
    emit(SharesChanged(row.pk, row.customer_no, line, tuple(post for post, _percent in wanted)))
    return row


def end_shares(rows: object) -> None:
    """Let these shares end today; those that began today never counted and go (row history keeps them)."""
    today = business_date()
    rows.filter(starts_on__gte=today).delete()  # type: ignore[attr-defined]
    rows.filter(starts_on__lt=today).update(ends_on=today)  # type: ignore[attr-defined]


def move_shares(customer_ids: Sequence[int], giver: int, receiver: int, *, made_by: str, reason: str) -> int:
    """What ``giver`` shares in these customers goes to ``receiver`` from today on; how many shares. Set-based.

    Where the receiver shares in the same line already, the two parts become one of at most 100 percent.
    """
    today = business_date()
    running = PortfolioShare.objects.select_for_update().filter(
        Q(post=giver) | Q(post=receiver), customer__in=customer_ids, ends_on=None
    )
    parts: dict[tuple[int, str], Decimal] = {}
    rows = list(running)
    given = {(row.customer_id, row.line) for row in rows if row.post_id == giver}
    for row in rows:
        key = (row.customer_id, row.line)
        if key in given:
            parts[key] = min(Decimal(100), parts.get(key, Decimal(0)) + row.percent)
    end_shares(PortfolioShare.objects.filter(pk__in=[r.pk for r in rows if (r.customer_id, r.line) in given]))
    PortfolioShare.objects.bulk_create(
        PortfolioShare(
            customer_id=customer,
            post_id=receiver,
            line=line,
            percent=percent,
            starts_on=today,
            reason=reason,
            made_by=made_by,
        )
        for (customer, line), percent in parts.items()
    )
    return len(given)


@operation("party.protect_customer", label=_("Protect a customer from claims and transfers"), plain=("reason",))
def protect_customer(customer: Customer, *, actor: Actor, reason: str) -> Customer:
    """Let a customer stay where it is until the protection is lifted; the reason is told to whoever is refused."""
    row = _open_file(customer, actor)
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    PortfolioProtection.objects.update_or_create(
        customer=row, defaults={"reason": reason.strip()[:200], "made_by": actor.name}
    )
    emit(PortfolioProtectionChanged(row.pk, row.customer_no, True))
    return row


@operation("party.lift_protection", label=_("Lift the protection of a customer"))
def lift_protection(customer: Customer, *, actor: Actor) -> Customer:
    """The customer may be claimed and transferred again."""
    row = _open_file(customer, actor)
    gone, _rows = PortfolioProtection.objects.filter(customer=row).delete()
    if gone:
        emit(PortfolioProtectionChanged(row.pk, row.customer_no, False))
    return row


def _open_file(customer: Customer, actor: Actor) -> Customer:
    row = Customer.objects.lock(customer, actor)
    if row.status in (CustomerStatus.MERGED, CustomerStatus.CLOSED):
        raise RuleViolation(_("The file is closed and can only be read."))
    return row
