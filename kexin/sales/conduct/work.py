"""The work that the rules of conduct give."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, register_work_kind
from kexin.sales.conduct.acknowledging import WORK


def _sentence(item: WorkItem) -> str | Promise:
    return _("Read the rules of conduct and acknowledge them.")


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            WORK,
            _("Rules of conduct"),
            _sentence,
            lambda item: reverse("oversight:conduct"),
            icon="shield-check",
            outcomes={"acknowledged": _("Acknowledged"), "lapsed": _("No longer owed")},
            closable=False,
        )
    )
