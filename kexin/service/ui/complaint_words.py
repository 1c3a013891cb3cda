"""The steps of a case in words, for its record."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STEPS: dict[str, str | Promise] = {
    "grade": _("Grade confirmed"),
    "shield": _("Protected"),
    "mandate": _("Mandate verified"),
    "direct": _("Directions of senior management"),
    "receipt": _("Receipt to the regulator"),
    "reply": _("Answer to the regulator"),
    "admit": _("Told whether it is admitted"),
    "join": _("Joined"),
    "assign": _("Investigator assigned"),
    "find": _("Findings reported"),
    "extension": _("Extension asked for"),
    "extended": _("Extension approved"),
    "not-extended": _("Extension refused"),
    "course-appraisal": _("External appraisal begun"),
    "course-mediation": _("Mediation begun"),
    "course-court": _("Lawsuit begun"),
    "course-end": _("Outside course ended"),
    "submit": _("Reply handed to its reviewer"),
    "approve": _("Reply approved"),
    "return": _("Reply returned"),
    "deliver": _("Reply delivered"),
    "word": _("The complainant's word on the reply"),
    "attempt": _("Attempt to get the complainant's word"),
    "archive": pgettext_lazy("complaint", "Archived"),
    "reopen": _("New facts"),
    "review": _("Statutory review asked for"),
    "review-upheld": _("Statutory review: the decision stands"),
    "review-changed": _("Statutory review: the decision is changed"),
    "settlement": _("Settlement proposed"),
    "settlement-approved": _("Settlement approved"),
    "settlement-refused": _("Settlement not approved"),
    "settlement-paper": _("Settlement signed on paper, copy to be confirmed"),
    "settlement-paper-refused": _("Signed copy not confirmed"),
    "settlement-signed": _("Settlement signed"),
    "settlement-paid": _("Settlement paid, tax checked"),
    "handed": _("Handed on: the post is held by nobody"),
    "group-joined": _("Added to a group complaint"),
    "group-left": _("Taken out of a group complaint"),
    "group-answer": _("Same answer drafted for the group"),
    "withdraw": _("Withdrawn by the complainant"),
}


def step_label(code: str) -> str:
    """The words of a step; its code where it is unknown."""
    return str(STEPS.get(code, code))
