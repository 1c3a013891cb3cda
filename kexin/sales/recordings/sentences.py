"""What the customer's timeline says of recordings."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.sales.recordings.choices import InspectionResult
from kexin.sales.recordings.queries import VIEW_RECORDINGS


def _sale(payload: Payload) -> str:
    return str(payload.get("subject", ""))


def _result(payload: Payload) -> str:
    code = payload.get("result")
    label = InspectionResult(code).label if code in InspectionResult.values else code or ""
    return f"{payload.get('subject', '')} · {label}"


def register() -> None:
    """Called once, when the floor is ready."""
    line = functools.partial(register_timeline, group="documents", operation=VIEW_RECORDINGS)
    line("sales.RecordingBegun", _("Consented to be recorded"), "video", _sale)
    line("sales.RecordingRefused", _("Did not consent to be recorded: no sale"), "video-off", _sale, "warn")
    line("sales.RecordingCompleted", _("Sale recorded"), "video", _sale, "good")
    line("sales.RecordingInspected", _("Recording inspected"), "eye-check", _result)
    line("sales.RecordingRemoved", _("Content of a recording removed"), "video-off", _sale)
