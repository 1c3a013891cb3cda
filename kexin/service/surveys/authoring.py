"""Drafting a survey and bringing it into force: one drafts and proposes, somebody else approves."""

from __future__ import annotations

import datetime as dt
import re
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
from kexin.service.models import Survey, SurveyVersion
from kexin.service.surveys.choices import SurveyState, SurveyTrigger
from kexin.service.surveys.content import is_shaped, may_be_asked
from kexin.service.surveys.events import SurveyApproved

PROPOSE, APPROVE = "service.propose_survey", "service.approve_survey"
SUBJECT = "service.SurveyVersion"
EMPTY: dict[str, Any] = {"dimensions": [], "questions": []}
_CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")

declare_right(APPROVE, _("Approve surveys"))


@operation("service.create_survey", label=_("Begin a survey"), plain=("code", "trigger"))
def create_survey(*, actor: Actor, code: str, name: str, name_en: str, trigger: str = SurveyTrigger.HAND) -> Survey:
    """A survey of one's own, with an empty draft. A trigger that another survey has is refused."""
    wrong: dict[str, Any] = {}
    if not _CODE.fullmatch(code.strip()):
        wrong["code"] = _("Small letters, digits and underscore, 2 to 30 of them.")
    elif Survey.objects.filter(code=code.strip()).exists():
        wrong["code"] = _("This code is taken.")
    for field, words in (("name", name), ("name_en", name_en)):
        if not 0 < len(words.strip()) <= 60:
            wrong[field] = _("A name of at most 60 characters is needed.")
    if trigger not in SurveyTrigger.values:
        wrong["trigger"] = _("Choose one of the list.")
    elif trigger != SurveyTrigger.HAND and Survey.objects.filter(trigger=trigger, stopped_at=None).exists():
        wrong["trigger"] = _("Another survey is asked then; draft a new version of it.")
    if wrong:
        raise RuleViolation(fields=wrong)
    row = Survey.objects.create(code=code.strip(), name=name.strip(), name_en=name_en.strip(), trigger=trigger)
    SurveyVersion.objects.create(survey=row, number=1, content=dict(EMPTY), drafted_by=actor.name)
    return row


@operation("service.draft_survey", label=_("Draft a survey version"))
def draft_survey(
    survey: Survey | int, *, actor: Actor, content: Mapping[str, Any], version: int | None = None
) -> SurveyVersion:
    """Begin the next version, or change the one in draft. It may be unfinished; what is missing is told when proposed.

    ``version`` is the row version the author saw: another one stands now → Conflict.
    """
    pk = survey if isinstance(survey, int) else survey.pk
    row = Survey.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound
    is_shaped(content).enforce()
    open_now = row.versions.filter(state__in=(SurveyState.DRAFT, SurveyState.PROPOSED)).first()
    if open_now is None:
        last = row.versions.aggregate(last=Max("number"))["last"] or 0
        return SurveyVersion.objects.create(survey=row, number=last + 1, content=dict(content), drafted_by=actor.name)
    if open_now.state == SurveyState.PROPOSED:
        raise RuleViolation(_("A version awaits approval; it is decided or withdrawn first."))
    if version is not None and open_now.version != version:
        raise Conflict(current={"version": open_now.version})
    open_now.content, open_now.drafted_by = dict(content), actor.name
    open_now.version += 1
    open_now.save(update_fields=["content", "drafted_by", "version"])
    return open_now


@operation(PROPOSE, label=_("Propose a survey version"), plain=("reason",))
def propose_survey(version: SurveyVersion | int, *, actor: Actor, in_force_from: dt.date, reason: str) -> Approval:
    """Propose the draft: whole by now, and never from a day that has passed."""
    pk = version if isinstance(version, int) else version.pk
    rows = SurveyVersion.objects.select_for_update(of=("self",)).select_related("survey")
    row = rows.filter(pk=pk, state=SurveyState.DRAFT).first()
    if row is None:
        raise NotFound
    if in_force_from < business_date():
        raise RuleViolation(fields={"in_force_from": _("A version cannot begin in the past.")})
    may_be_asked(row.content).enforce()
    row.state, row.in_force_from, row.reason = SurveyState.PROPOSED, in_force_from, reason.strip()
    row.drafted_by = actor.name
    row.version += 1
    row.save(update_fields=["state", "in_force_from", "reason", "drafted_by", "version"])
    return propose(
        PROPOSE,
        actor=actor,
        arguments={"version": row.pk},
        summary={"survey": row.survey.name, "version": row.number, "in_force_from": in_force_from.isoformat()},
        unit_id=actor.unit_id or 0,
        reason=reason,
        subject_kind=SUBJECT,
        subject_id=row.pk,
    )


def _apply(actor: Actor, arguments: dict[str, Any]) -> SurveyVersion:
    row = SurveyVersion.objects.select_for_update(of=("self",)).select_related("survey").get(pk=arguments["version"])
    today = business_date()
    if row.in_force_from is None or row.in_force_from < today:
        row.in_force_from = today  # approved late: nothing begins before it is approved
    row.state, row.approved_by, row.decided_at = SurveyState.APPROVED, actor.name, timezone.now()
    row.version += 1
    row.save()
    emit(SurveyApproved(row.survey.code, row.pk, row.in_force_from))
    return row


def _drop(actor: Actor, arguments: dict[str, Any]) -> None:
    """Rejected or withdrawn: the author goes on with the draft."""
    SurveyVersion.objects.filter(pk=arguments["version"], state=SurveyState.PROPOSED).update(
        state=SurveyState.DRAFT, in_force_from=None
    )


def _page(approval: Approval) -> str:
    return reverse("service:survey_version", args=[approval.subject_id])


register_approvable(Approvable(PROPOSE, APPROVE, _("Survey version"), _apply, _drop, _page))
