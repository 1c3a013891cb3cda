"""The numbers of feedback."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting


@policy("service.feedback", _("Feedback"))
class FeedbackPolicy(Policy):
    """Limits by grade, how long the customer's word is awaited, when the way itself is reviewed."""

    general_hours: int = setting(_("General feedback is answered within"), unit=_("hours"), minimum=1, maximum=720)
    important_hours: int = setting(_("Important feedback is answered within"), unit=_("hours"), minimum=1, maximum=720)
    urgent_hours: int = setting(_("Urgent feedback is answered within"), unit=_("hours"), minimum=1, maximum=720)
    confirm_days: int = setting(
        _("The customer's word on an answer is awaited for"), unit=_("days"), minimum=1, maximum=60
    )
    effect_days: int = setting(_("The effect of a measure is looked at after"), unit=_("days"), minimum=1, maximum=365)
    review_months: int = setting(
        _("The feedback mechanism itself is reviewed every"), unit=_("months"), minimum=1, maximum=24
    )

    def hours(self, grade: str) -> int:
        """Clock hours for a grade: general, important or urgent."""
        return {"important": self.important_hours, "urgent": self.urgent_hours}.get(grade, self.general_hours)
