"""How the facts of requests read on a customer's timeline."""

from __future__ import annotations

import functools

from django.db.models import TextChoices
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, leave_out, register_timeline
from kexin.service.choices import Channel, Confirmation, FollowUpState
from kexin.service.queries import VIEW


def _label(choices: type[TextChoices], code: object) -> str:
    return str(choices(code).label) if code in choices.values else str(code or "")


def _number(payload: Payload) -> str:
    return str(payload.get("subject", ""))


def _opened(payload: Payload) -> str:
    return f"{_number(payload)} · {payload.get('kind_name', '')} · {_label(Channel, payload.get('channel'))}"


def _answered(payload: Payload) -> str:
    who = _t("we told the customer") if payload.get("outward") else _t("the customer told us")
    return f"{_number(payload)} · {who} · {_label(Channel, payload.get('channel'))}"


def _told(payload: Payload) -> str:
    return f"{_number(payload)} · {_t('solved') if payload.get('solved') else _t('not solved')}"


def _closed(payload: Payload) -> str:
    return f"{_number(payload)} · {_label(Confirmation, payload.get('confirmation'))}"


def _follow_up(payload: Payload) -> str:
    return f"{_number(payload)} · {_label(FollowUpState, payload.get('outcome'))}"


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, group="contacts", operation=VIEW)
    told("service.RequestOpened", _("Request"), "headset", _opened, "calm")
    told("service.RequestAnswered", _("Words about a request"), "message", _answered)
    told("service.RequestReassigned", _("Request handed over"), "user-share", _number)
    told("service.ResultGiven", _("Result of a request told"), "message-check", _told, "good")
    told("service.RequestClosed", _("Request closed"), "circle-check", _closed, "good")
    told("service.RequestReopened", _("Request open again"), "rotate", _number, "warn")
    told("service.RequestWithdrawn", _("Request withdrawn"), "arrow-back-up", _number)
    told("service.RequestsJoined", _("Requests joined"), "git-merge",
         lambda payload: f"{_number(payload)} → {payload.get('into_no', '')}")  # fmt: skip
    told("service.RequestsLinked", _("Requests linked"), "link",
         lambda payload: f"{_number(payload)} – {payload.get('other_no', '')}")  # fmt: skip
    told("service.FollowUpPlanned", _("Return visit after a request"), "calendar-plus",
         lambda payload: f"{_number(payload)} · {payload.get('due_on', '')}")  # fmt: skip
    told("service.FollowUpSettled", _("Return visit after a request"), "phone-check", _follow_up)
    told("service.RequestQueued", _("Request waits in a queue"), "stack-2",
         lambda payload: f"{_number(payload)} · {payload.get('queue_name', '')}")  # fmt: skip
    told("service.CallerIdentified", _("Caller of a request recognised"), "user-check", _number)
    leave_out("service.ClockPaused")
    leave_out("service.ClockResumed")
