"""What instructions register with the floors below, when the floor starts."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.instructing import events, giving  # noqa: F401  doors
from kexin.sales.instructing.choices import DividendWay, InstructionKind, InstructionOutcome
from kexin.sales.queries import VIEW


def _label(choices: type, code: object) -> str:
    try:
        return str(choices(code).label)
    except ValueError:
        return str(code or "")


def _given(payload: Payload) -> str:
    what = payload.get("units") or _label(DividendWay, payload.get("way"))
    return f"{payload.get('subject', '')} · {_label(InstructionKind, payload.get('kind'))} · {what}"


def _ended(payload: Payload) -> str:
    words = (
        str(payload.get("subject", "")), _label(InstructionKind, payload.get("kind")),
        _label(InstructionOutcome, payload.get("outcome")), str(payload.get("amount") or ""),
        str(payload.get("reason", "")),
    )  # fmt: skip
    return " · ".join(each for each in words if each)


def wire() -> None:
    """Sentences of the timeline."""
    told = functools.partial(register_timeline, operation=VIEW)
    told("sales.InstructionGiven", _("Instruction on a purchase"), "arrow-bar-to-up", _given, "calm")
    told("sales.InstructionEnded", _("Answer on an instruction"), "arrow-bar-to-up", _ended, "calm")
