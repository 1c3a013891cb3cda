"""What assessments show on the customer page: a fact of the head, and a tab with standing and history."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import names
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui.panels import Fact
from kexin.core.ui.request import actor_of
from kexin.party.models import Customer
from kexin.party.queries import customer_in_reach
from kexin.suitability.assessments.choices import Standing
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.queries import history
from kexin.suitability.assessments.rules import ORGANISATIONS
from kexin.suitability.assessments.standing import current_assessment
from kexin.suitability.ui.words import LEVELS, ceiling_words, grade_word, standing_word

SHOWN = 20


def tolerance_fact(request: HttpRequest, customer: Customer) -> Fact | None:
    """风险承受能力: the grade and its last day; a warning where it ends soon or counts no more."""
    now = current_assessment(customer)
    level: Any = LEVELS[Standing(now.standing)]
    if now.standing == Standing.NONE:
        return Fact(_("Risk tolerance"), standing_word(now.standing), "", "warn", "?tab=risk")
    if now.standing == Standing.EXEMPT:
        return Fact(_("Risk tolerance"), standing_word(now.standing), "", "", "?tab=risk")
    value = grade_word(now.grade, now.lowest) or standing_word(now.standing)
    until = _t("valid until %(day)s") % {"day": now.valid_until} if now.valid_until else ""
    if now.standing == Standing.VALID:
        days = in_force(AssessmentPolicy).remind_days
        soon = now.valid_until is not None and now.valid_until - business_date() <= dt.timedelta(days=days)
        level = "warn" if soon else ""
    detail = until if now.standing == Standing.VALID else f"{standing_word(now.standing)} · {until}".strip(" ·")
    return Fact(_("Risk tolerance"), value, detail, level, "?tab=risk")


def standing_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """The tab: what counts, what waits, what may be done, and every result, the newest first."""
    actor = actor_of(request)
    customer = customer_in_reach(actor, pk)
    found = history(actor, pk)
    now = found.current
    lines = [
        {
            "row": row,
            "grade": grade_word(row.told_grade, row.lowest),
            "previous": grade_word(row.previous_grade),
            "ceilings": ceiling_words(row.ceilings),
            "counts": row.pk == now.assessment_id,
            "waits": row.pk == now.pending_id,
            "capped": row.told_grade < row.grade,
            "review": getattr(row, "review", None),
        }
        for row in found.results[:SHOWN]
    ]
    guardian = names.called(actor, [now.guardian_id]) if now.guardian_id else {}
    return "suitability/panel_risk.html", {
        "now": now,
        "level": LEVELS[Standing(now.standing)],
        "standing": standing_word(now.standing),
        "grade": grade_word(now.grade, now.lowest),
        "pending": grade_word(now.pending_grade),
        "lines": lines,
        "more": max(0, len(found.results) - SHOWN),
        "merged": found.merged,
        "merged_grade": grade_word(found.merged.assessment.grade, found.merged.assessment.lowest)
        if found.merged is not None and found.merged.assessment is not None
        else "",
        "needs": found.needs,
        "professional": found.professional,
        "used": found.used,
        "most": in_force(AssessmentPolicy).most_per_period,
        "live": found.live,
        "customer_pk": pk,
        "guardian": guardian.get(now.guardian_id or 0, ""),
        "organisation": customer.kind in ORGANISATIONS,
        "may_invite": actor.may("suitability.invite_to_assess"),
        "may_note": actor.may("suitability.note_capacity") and customer.kind not in ORGANISATIONS,
        "may_professional": actor.may("suitability.propose_professional") and customer.kind in ORGANISATIONS,
    }
