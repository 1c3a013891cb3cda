"""What the timeline says of inspection items, to those who may see them."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.oversight.choices import ItemSource, ItemState
from kexin.sales.oversight.queries import VIEW_ITEMS


def source_label(code: object) -> str:
    """The words for a source; the code itself where the vocabulary has forgotten it."""
    return str(ItemSource(code).label) if code in ItemSource.values else str(code or "")


def _raised(payload: Payload) -> str:
    return f"{payload.get('subject', '')} · {source_label(payload.get('source'))}"


def _settled(payload: Payload) -> str:
    code = payload.get("state")
    state = str(ItemState(code).label) if code in ItemState.values else str(code or "")
    return f"{_raised(payload)} · {state}"


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, operation=VIEW_ITEMS)
    told("sales.InspectionItemRaised", _("Inspection item raised"), "eye-exclamation", _raised, "warn")
    told("sales.InspectionItemSettled", _("Inspection item settled"), "eye-check", _settled)
