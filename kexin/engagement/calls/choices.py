"""Closed vocabularies of calls. Result codes themselves are the institution's own: policy ``engagement.calls``."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ListSource(TextChoices):
    CHOSEN = "chosen", _("Chosen by hand")
    RULE = "rule", _("By a rule")
    FILE = "file", _("From a file")


class EntryState(TextChoices):
    OPEN = "open", pgettext_lazy("call", "To call")
    DONE = "done", pgettext_lazy("call", "Done")
    GIVEN_UP = "given_up", pgettext_lazy("call", "Not reached, given up")
    STOPPED = "stopped", pgettext_lazy("call", "No calls wanted")
    DROPPED = "dropped", pgettext_lazy("call", "Dropped")
    REFUSED = "refused", _("Not called: the product may not be offered")


class ResultKind(TextChoices):
    """What a result code means to the house, whatever the institution calls it."""

    REACHED = "reached", pgettext_lazy("call", "Reached")
    VISIT = "visit", _("Reached, a visit agreed")
    LATER = "later", _("Reached, to be called again")
    UNREACHED = "unreached", _("Not reached")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    DO_NOT_CALL = "do_not_call", _("Asked not to be called")


SPOKEN = frozenset({ResultKind.REACHED, ResultKind.VISIT, ResultKind.LATER, ResultKind.DO_NOT_CALL})
