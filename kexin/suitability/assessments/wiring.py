"""What questionnaires and assessments enter into the floors below when the floor starts."""

from __future__ import annotations

import functools

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.approvals_pages import register_words
from kexin.core.ui.menu import register_menu
from kexin.core.ui.panels import register_head_slot, register_panel, register_tab
from kexin.engagement.timeline import Payload, register_timeline
from kexin.suitability import policies  # noqa: F401
from kexin.suitability.assessments import clock, events, lists, merged, operations, person, queries, work  # noqa: F401
from kexin.suitability.assessments.choices import AssessmentChannel, Capacity, ProfessionalCategory
from kexin.suitability.assessments.queries import VIEW
from kexin.suitability.questionnaires import operations as authoring  # noqa: F401
from kexin.suitability.questionnaires import queries as reading
from kexin.suitability.questionnaires.shipping import after_migrate
from kexin.suitability.ui import panels


def _label(choices: type, code: object) -> str:
    """The word for a code; the code itself where the vocabulary has forgotten it."""
    try:
        return str(choices(code).label)
    except ValueError:
        return str(code)


def _grades(payload: Payload) -> str:
    before, now = payload.get("previous"), payload.get("grade")
    told = f"C{before} → C{now}" if before and before != now else f"C{now}"
    return _t("%(grade)s, to be confirmed") % {"grade": told} if payload.get("unconfirmed") else told


def _until(payload: Payload) -> str:
    return _t("valid until %(day)s") % {"day": payload.get("valid_until", "")}


def _professional(payload: Payload) -> str:
    return f"{_label(ProfessionalCategory, payload.get('category'))} · {_until(payload)}"


def _review(payload: Payload) -> str:
    return f"C{payload.get('grade')} · {_t('ceiling lifted') if payload.get('lifted') else _t('ceiling left')}"


def _settled(payload: Payload) -> str:
    grade = payload.get("grade")
    told = f"C{grade}" if grade else _t("none: to be assessed anew")
    return f"{told} · {_t('in doubt the more cautious')}" if payload.get("doubtful") else told


def _timeline() -> None:
    told = functools.partial(register_timeline, operation=VIEW)
    told(
        "suitability.AssessmentInvited", _("Invited to a questionnaire"), "send",
        lambda p: _label(AssessmentChannel, p.get("channel")),
    )  # fmt: skip
    told("suitability.AssessmentSubmitted", _("Risk assessment submitted"), "gauge", _grades, "calm")
    told("suitability.ChangedResultConfirmed", _("Changed result confirmed"), "checks", _grades, "good")
    told("suitability.ElderResultReviewed", _("Result of an elderly customer reviewed"), "old", _review, "calm")
    told("suitability.AssessmentExpiring", _("Risk assessment ending"), "clock-exclamation", _until, "warn")
    told("suitability.InsuranceNeedsStated", _("Insurance needs stated"), "umbrella", _until, "calm")
    told(
        "suitability.CapacityNoted", _("Civil capacity noted"), "user-exclamation",
        lambda p: _label(Capacity, p.get("capacity")), "warn",
    )  # fmt: skip
    told("suitability.StandingSettled", _("Which assessment counts after the merge"), "git-merge", _settled, "calm")
    told("suitability.ProfessionalStatusGranted", _("Professional investor"), "certificate", _professional)


def register() -> None:
    """Called once, when the floor is ready."""
    work.register()
    _timeline()
    register_words(
        questionnaire=_("Questionnaire"),
        customer_no=_("Customer number"),
        category=_("Category"),
        valid_until=_("Valid until"),
    )
    register_tab("customer", "risk", _("Risk tolerance"), 35, VIEW)
    register_panel("customer", "risk", "main", 10, "risk", _("Risk tolerance"), VIEW, panels.standing_panel, "load")
    register_head_slot("customer", "risk", 25, VIEW, panels.tolerance_fact)
    register_menu("sales", _("Risk assessments"), "suitability:assessments", "gauge", VIEW, 18)
    register_menu("conduct", _("Questionnaires"), "suitability:questionnaires", "forms", reading.VIEW, 70)


__all__ = ["after_migrate", "register"]
