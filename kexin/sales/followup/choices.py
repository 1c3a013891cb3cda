"""Closed vocabularies of return calls."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CallState(TextChoices):
    """Where a return call stands. Unreached: every attempt of the policy was in vain, or the customer declined."""

    DUE = "due", _("Return call due")
    DONE = "done", pgettext_lazy("return call", "Answered")
    UNREACHED = "unreached", pgettext_lazy("return call", "Not reached")


class AttemptResult(TextChoices):
    """What came of one attempt."""

    ANSWERED = "answered", pgettext_lazy("return call", "Answered")
    NOBODY = "nobody", _("Nobody answered")
    LATER = "later", _("Asked to be called later")
    DECLINED = "declined", _("Does not want a return call")


class CallOutcome(TextChoices):
    """What the answers come to."""

    UNDERSTOOD = "understood", _("All understood")
    CONTRADICTED = "contradicted", _("Contradicted")
