"""Closed vocabularies of feedback."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FeedbackSource(TextChoices):
    """Where it was said (G-02, G-12)."""

    APP = "app", pgettext_lazy("feedback", "App or portal")
    BRANCH = "branch", pgettext_lazy("feedback", "At the branch")
    PHONE = "phone", pgettext_lazy("feedback", "By telephone")
    THIRD_PARTY = "third", pgettext_lazy("feedback", "Third party or reviews")
    STAFF = "staff", pgettext_lazy("feedback", "Experience of staff")


class FeedbackAspect(TextChoices):
    """What of the service it is about (G-11)."""

    ATTITUDE = "attitude", pgettext_lazy("feedback", "Attitude")
    CONTENT = "content", pgettext_lazy("feedback", "Content of the service")
    EFFICIENCY = "efficiency", pgettext_lazy("feedback", "Efficiency")
    EXPERIENCE = "experience", pgettext_lazy("feedback", "Experience")


class FeedbackState(TextChoices):
    OPEN = "open", pgettext_lazy("feedback", "To be answered")
    ANSWERED = "answered", pgettext_lazy("feedback", "Answered, awaits the customer's word")
    CLOSED = "closed", pgettext_lazy("feedback", "Closed")


class PlanState(TextChoices):
    OPEN = "open", _("Being carried out")
    DONE = "done", _("Carried out, effect to be looked at")
    EFFECTIVE = "effective", _("Effect seen")
    WITHOUT = "without", _("Without effect")
