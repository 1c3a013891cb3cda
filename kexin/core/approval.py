"""Maker–checker 经办／复核: one proposes inside an operation, another decides, the decision applies it.

A floor registers what can be proposed: which permission decides, and the function that applies it. The arguments lie
encrypted (they may be personal); the summary is what the checker reads.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import frame, names
from kexin.core.actor import Actor
from kexin.core.calendar import add
from kexin.core.choices import ActorKind, ApprovalStatus
from kexin.core.crypto import key_ring
from kexin.core.errors import NotFound, RuleViolation, type_text
from kexin.core.models import Approval, WorkItem
from kexin.core.operation import operation
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, duty_holder, open_work, register_work_kind

WORK_KIND = "core.approval"


@dataclasses.dataclass(frozen=True, slots=True)
class Approvable:
    """What can be proposed. ``apply(actor, arguments)`` runs inside the decision; it may return a model instance.

    ``drop(actor, arguments)`` undoes what the proposal left behind when it is rejected or withdrawn; ``url`` is where
    the matter itself can be looked at.
    """

    operation: str
    decide: str
    label: type_text
    apply: Callable[[Actor, dict[str, Any]], Any]
    drop: Callable[[Actor, dict[str, Any]], Any] | None = None
    url: Callable[[Approval], str] | None = None


approvables: dict[str, Approvable] = {}


def register_approvable(approvable: Approvable) -> None:
    """Declare something that needs two persons."""
    approvables[approvable.operation] = approvable


def propose(
    name: str,
    *,
    actor: Actor,
    arguments: Mapping[str, Any],
    summary: Mapping[str, Any],
    unit_id: int,
    reason: str,
    customer_id: int | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
) -> Approval:
    """Store a proposal and owe somebody its decision. Called inside the maker's operation.

    ``summary`` maps plain words to plain values that any checker may read. Raises RuleViolation when nobody but the
    maker could decide, or when the same thing is proposed already.
    """
    if frame.current.get() is None:
        raise RuntimeError("propose() is called inside an operation")
    declared = approvables[name]
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why, for the person who decides.")})
    waiting = Approval.objects.filter(
        operation=name, subject_kind=subject_kind, subject_id=subject_id, status=ApprovalStatus.OPEN
    )
    if subject_id is not None and waiting.exists():
        raise RuleViolation(_("The same has been proposed already and awaits approval."))
    rules = in_force(WorkPolicy)
    owner = duty_holder(declared.decide, unit_id, actor.user_id)
    if owner is None:
        raise RuleViolation(_("Nobody else may decide this; a second person needs the right to approve."))
    approval = Approval.objects.create(
        operation=name,
        arguments=key_ring().encrypt("secrets", json.dumps(arguments, ensure_ascii=False).encode(), b"approval"),
        summary=dict(summary),
        subject_kind=subject_kind,
        subject_id=subject_id,
        customer_id=customer_id,
        unit_id=unit_id,
        maker_user_id=actor.user_id,
        maker_name=actor.name,
        maker_post_id=actor.post_id,
        reason=reason.strip(),
        made_at=timezone.now(),
    )
    due = add(timezone.now(), Duration(rules.approval_within_working_days, "working_days"))
    open_work(
        WORK_KIND,
        unit_id=unit_id,
        owner_post_id=owner,
        due_at=due,
        customer_id=customer_id,
        subject_kind="core.Approval",
        subject_id=approval.pk,
        details={"operation": name, "maker": actor.name},
        policy_id=rules.policy_version,
    )
    return approval


def stands_in_for_maker(approval: Approval, actor: Actor) -> bool:
    """Does the actor do the maker's work at present? Then it would be the maker's own decision."""
    return any(each.absent == approval.maker_name for each in actor.stand_ins)


def may_decide(approval: Approval, actor: Actor) -> bool:
    """Is the actor somebody else, with the right and the reach to decide?"""
    declared = approvables.get(approval.operation)
    if declared is None or actor.kind != ActorKind.PERSON or approval.maker_user_id == actor.user_id:
        return False
    if stands_in_for_maker(approval, actor):
        return False
    return Approval.objects.visible_to(actor, declared.decide).filter(pk=approval.pk).exists()


@operation("core.decide_approval", label=_("Decide on a proposal"), plain=("note",), open_to_all=True)
def decide_approval(approval: Approval, *, actor: Actor, approve: bool, note: str = "") -> Approval:
    """Approve or reject. The maker never decides; approving applies the proposal in the same transaction."""
    row = Approval.objects.select_for_update().filter(pk=approval.pk).first()
    if row is None:
        raise NotFound
    declared = approvables.get(row.operation)
    if declared is None:
        raise NotFound
    if row.maker_user_id == actor.user_id or row.maker_name == actor.name:
        raise RuleViolation(_("Nobody approves a proposal of their own."))
    if not actor.may(declared.decide):
        raise actor.refusal(declared.decide)
    if stands_in_for_maker(row, actor):
        raise RuleViolation(_("You stand in for the person who proposed this; somebody else decides."))
    if not may_decide(row, actor):
        raise NotFound
    if row.status != ApprovalStatus.OPEN:
        raise RuleViolation(_("This proposal has been decided already."))
    if not approve and not note.strip():
        raise RuleViolation(fields={"note": _("Say why it is rejected.")})
    act = frame.current.get()
    assert act is not None
    act.notes["approval"] = row.pk
    _note_absent(row, actor, act)
    row.status = ApprovalStatus.APPROVED if approve else ApprovalStatus.REJECTED
    row.checker_user_id = actor.user_id
    row.checker_name = actor.name
    row.decided_at = timezone.now()
    row.decision_note = note.strip()
    row.save()
    if approve:
        act.inner.append(row.operation)
        declared.apply(actor, _arguments(row))
    elif declared.drop is not None:
        declared.drop(actor, _arguments(row))
    _close(row, actor, row.status)
    return row


def _note_absent(approval: Approval, actor: Actor, act: frame.Frame) -> None:
    """The decision was owed by somebody the actor stands in for: the audit says so."""
    if not actor.stand_ins:
        return
    owed = WorkItem.objects.open().filter(kind=WORK_KIND, subject_kind="core.Approval", subject_id=approval.pk).first()
    by = actor.stands_in_at(owed.owner_post_id, WORK_KIND) if owed is not None else None
    if by is not None:
        act.notes["acted_for"], act.notes["acted_for_post"] = by.absent, by.post_id


@operation("core.withdraw_approval", label=_("Withdraw one's own proposal"), open_to_all=True)
def withdraw_approval(approval: Approval, *, actor: Actor) -> Approval:
    """Take back one's own proposal while it is undecided."""
    row = Approval.objects.select_for_update().filter(pk=approval.pk, maker_name=actor.name).first()
    if row is None:
        raise NotFound
    if row.status != ApprovalStatus.OPEN:
        raise RuleViolation(_("This proposal has been decided already."))
    row.status = ApprovalStatus.WITHDRAWN
    row.decided_at = timezone.now()
    row.save()
    declared = approvables.get(row.operation)
    if declared is not None and declared.drop is not None:
        declared.drop(actor, _arguments(row))
    _close(row, actor, row.status)
    return row


def _arguments(approval: Approval) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(key_ring().decrypt("secrets", bytes(approval.arguments), b"approval"))
    return found


def _close(approval: Approval, actor: Actor, outcome: str) -> None:
    close_work(
        WORK_KIND,
        "core.Approval",
        approval.pk,
        outcome=outcome,
        by=actor.name,
        cancelled=outcome == ApprovalStatus.WITHDRAWN,
    )


def _sentence(item: WorkItem) -> str:
    declared = approvables.get(str(item.details.get("operation")))
    what = declared.label if declared else item.details.get("operation", "")
    maker = str(item.details.get("maker", ""))
    shown = names.people([maker]).get(maker, maker)
    return _t("%(what)s, proposed by %(maker)s: decide.") % {"what": what, "maker": shown}


register_work_kind(
    WorkKind(
        WORK_KIND,
        _("Approval"),
        _sentence,
        lambda item: reverse("core:approval", args=[item.subject_id]),
        icon="checks",
        outcomes={status.value: status.label for status in ApprovalStatus},
        closable=False,
    )
)
