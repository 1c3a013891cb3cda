"""Drafting a questionnaire version and bringing it into force: one drafts and proposes, somebody else approves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.suitability.assessments.events import QuestionnaireApproved
from kexin.suitability.models import Questionnaire, QuestionnaireVersion
from kexin.suitability.questionnaires.choices import VersionState
from kexin.suitability.questionnaires.content import may_be_asked

PROPOSE = "suitability.propose_questionnaire"
APPROVE = "suitability.approve_questionnaire"
SUBJECT = "suitability.QuestionnaireVersion"

declare_right(APPROVE, _("Approve questionnaire versions"))


@operation("suitability.draft_questionnaire", label=_("Draft a questionnaire version"))
def draft_questionnaire(
    questionnaire: Questionnaire | int, *, actor: Actor, content: Mapping[str, Any], version: int | None = None
) -> QuestionnaireVersion:
    """Begin the next version, or change the one in draft; every fault of the document is told at ``content``.

    ``version`` is the row version the author saw: another one stands now → Conflict.
    """
    pk = questionnaire if isinstance(questionnaire, int) else questionnaire.pk
    row = Questionnaire.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound
    may_be_asked(row.kind, content).enforce()
    open_now = row.versions.filter(state__in=(VersionState.DRAFT, VersionState.PROPOSED)).first()
    if open_now is None:
        last = row.versions.aggregate(last=Max("number"))["last"] or 0
        return QuestionnaireVersion.objects.create(
            questionnaire=row, number=last + 1, content=dict(content), drafted_by=actor.name
        )
    if open_now.state == VersionState.PROPOSED:
        raise RuleViolation(_("A version awaits approval; it is decided or withdrawn first."))
    if version is not None and open_now.version != version:
        raise Conflict(current={"version": open_now.version})
    open_now.content, open_now.drafted_by = dict(content), actor.name
    open_now.version += 1
    open_now.save(update_fields=["content", "drafted_by", "version"])
    return open_now


@operation(PROPOSE, label=_("Propose a questionnaire version"), plain=("reason",))
def propose_questionnaire(
    version: QuestionnaireVersion | int, *, actor: Actor, in_force_from: dt.date, reason: str
) -> Approval:
    """Propose the draft; it may not begin in the past, for what was asked then stays what was asked."""
    pk = version if isinstance(version, int) else version.pk
    row = QuestionnaireVersion.objects.select_for_update().filter(pk=pk, state=VersionState.DRAFT).first()
    if row is None:
        raise NotFound
    if in_force_from < business_date():
        raise RuleViolation(fields={"in_force_from": _("A version cannot begin in the past.")})
    may_be_asked(row.questionnaire.kind, row.content).enforce()
    row.state, row.in_force_from, row.reason = VersionState.PROPOSED, in_force_from, reason.strip()
    row.drafted_by = actor.name
    row.version += 1
    row.save(update_fields=["state", "in_force_from", "reason", "drafted_by", "version"])
    return propose(
        PROPOSE,
        actor=actor,
        arguments={"version": row.pk},
        summary={
            "questionnaire": row.questionnaire.name,
            "version": row.number,
            "in_force_from": in_force_from.isoformat(),
        },
        unit_id=actor.unit_id or 0,
        reason=reason,
        subject_kind=SUBJECT,
        subject_id=row.pk,
    )


def _apply(actor: Actor, arguments: dict[str, Any]) -> QuestionnaireVersion:
    row = QuestionnaireVersion.objects.select_for_update().get(pk=arguments["version"])
    today = business_date()
    if row.in_force_from is None or row.in_force_from < today:
        row.in_force_from = today  # approved late: nothing begins before it is approved
    row.state, row.approved_by, row.decided_at = VersionState.APPROVED, actor.name, timezone.now()
    row.version += 1
    row.save()
    emit(QuestionnaireApproved(row.questionnaire.code, row.pk, row.in_force_from))
    return row


def _drop(actor: Actor, arguments: dict[str, Any]) -> None:
    """Rejected or withdrawn: the author goes on with the draft."""
    QuestionnaireVersion.objects.filter(pk=arguments["version"], state=VersionState.PROPOSED).update(
        state=VersionState.DRAFT, in_force_from=None
    )


def _page(approval: Approval) -> str:
    return reverse("suitability:questionnaire_version", args=[approval.subject_id])


register_approvable(Approvable(PROPOSE, APPROVE, _("Questionnaire version"), _apply, _drop, _page))
