"""Every operation of assessments, by who may do it."""

from __future__ import annotations

from kexin.suitability.assessments.answering import (
    CUSTOMER_OPERATIONS,
    answer_question,
    confirm_changed_result,
    give_up_session,
    open_session,
    submit_assessment,
)
from kexin.suitability.assessments.inviting import invite_to_assess
from kexin.suitability.assessments.reviewing import review_elder_result

__all__ = [
    "CUSTOMER_OPERATIONS",
    "answer_question",
    "confirm_changed_result",
    "give_up_session",
    "invite_to_assess",
    "open_session",
    "review_elder_result",
    "submit_assessment",
]
