"""Reading proposals: what I may decide, what I proposed, what I decided, one of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import approvables
from kexin.core.choices import ApprovalStatus
from kexin.core.errors import NotFound
from kexin.core.models import Approval
from kexin.core.query import query

MOST = 200  # proposals on one page


@query("core.view_approvals", label=_("See proposals"), open_to_all=True)
def to_decide(actor: Actor) -> list[Approval]:
    """Open proposals of others that the actor has the right and the reach to decide, oldest first."""
    found: list[Approval] = []
    for name, declared in approvables.items():
        if actor.may(declared.decide):
            rows = Approval.objects.visible_to(actor, declared.decide).filter(
                operation=name, status=ApprovalStatus.OPEN
            )
            found += rows.exclude(maker_name__in=[actor.name, *(each.absent for each in actor.stand_ins)])[:MOST]
    return sorted(found, key=lambda row: row.made_at)


@query("core.view_approvals", label=_("See proposals"), open_to_all=True)
def proposed_by(actor: Actor) -> list[Approval]:
    """The actor's own proposals, newest first."""
    return list(Approval.objects.filter(maker_name=actor.name).order_by("-made_at")[:MOST])


@query("core.view_approvals", label=_("See proposals"), open_to_all=True)
def decided_by(actor: Actor) -> list[Approval]:
    """What the actor decided, newest first."""
    return list(Approval.objects.filter(checker_name=actor.name).order_by("-decided_at")[:MOST])


@query("core.view_approvals", label=_("See proposals"), open_to_all=True)
def approval_file(actor: Actor, pk: int) -> Approval:
    """One proposal: for its maker, its checker, and whoever has the right and reach to decide it."""
    row = Approval.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    if actor.name in (row.maker_name, row.checker_name):
        return row
    declared = approvables.get(row.operation)
    if declared is None or not Approval.objects.visible_to(actor, declared.decide).filter(pk=pk).exists():
        raise NotFound
    return row
