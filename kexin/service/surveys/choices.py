"""Closed vocabularies of surveys."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SurveyTrigger(TextChoices):
    """When customers are asked (G-24, CF-14)."""

    SERVICE = "service", _("After a service")
    COMPLAINT = "complaint", _("After a complaint")
    QUARTERLY = "quarterly", _("Sample of the quarter")
    HAND = "hand", pgettext_lazy("survey", "When somebody sends it")


class SurveyState(TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Awaiting approval")
    APPROVED = "approved", _("Approved")


class QuestionKind(TextChoices):
    """How a question is answered. The first four are ratings, each with a scale of its own (G-28, CF-13)."""

    SCALE10 = "scale10", _("Rating from 1 to 10")
    SCALE5 = "scale5", _("Rating from 1 to 5")
    SCALE100 = "scale100", _("Points from 0 to 100")
    NPS = "nps", _("Recommendation from 0 to 10 (NPS)")
    ONE = "one", _("One of the options")
    MANY = "many", _("Several of the options")
    TEXT = "text", _("Words of one's own")


BOUNDS: dict[str, tuple[int, int]] = {
    QuestionKind.SCALE10: (1, 10),
    QuestionKind.SCALE5: (1, 5),
    QuestionKind.SCALE100: (0, 100),
    QuestionKind.NPS: (0, 10),
}
RATINGS = (QuestionKind.SCALE10, QuestionKind.SCALE5, QuestionKind.SCALE100)
PICKED = (QuestionKind.ONE, QuestionKind.MANY)


class InvitationState(TextChoices):
    OPEN = "open", pgettext_lazy("survey", "May answer")
    ANSWERED = "answered", pgettext_lazy("survey", "Answered")
    EXPIRED = "expired", pgettext_lazy("survey", "Not answered in time")


class Loyalty(TextChoices):
    """What the answer to the recommendation question makes of a customer."""

    PROMOTER = "promoter", pgettext_lazy("nps", "Promoters")
    PASSIVE = "passive", pgettext_lazy("nps", "Passives")
    DETRACTOR = "detractor", pgettext_lazy("nps", "Detractors")
