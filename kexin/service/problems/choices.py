"""Closed vocabularies of known problems."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class ProblemState(TextChoices):
    """How far a known problem has come."""

    OPEN = "open", pgettext_lazy("problem", "Being worked on")
    FIXED = "fixed", pgettext_lazy("problem", "Fixed, watched")
    CLOSED = "closed", pgettext_lazy("problem", "Closed, did not come back")
    ACCEPTED = "accepted", pgettext_lazy("problem", "Lived with")


UNSETTLED = (ProblemState.OPEN, ProblemState.FIXED)
