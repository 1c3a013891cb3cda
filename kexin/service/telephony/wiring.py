"""What telephony enters into the floors below when the service floor starts, and what the clock brings it."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CLOCK = "clock.service"


def register() -> None:
    """Doors, work, sentences, history, menu, the part of every page that tells of a call."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.parts import register_part
    from kexin.party.history import register_history
    from kexin.service.telephony import events, extensions, noting, policies, taking, work  # noqa: F401
    from kexin.service.telephony.queries import VIEW_CALLS

    work.register()
    _sentences()
    register_history("service_phonecall", VIEW_CALLS)
    menu = pgettext_lazy("menu", "Telephone calls")
    register_menu("service", menu, "service:phone_calls", "phone-incoming", VIEW_CALLS, 7)
    register_menu("manage", _("Telephone extensions"), "service:extensions", "phone", extensions.VIEW_EXTENSIONS, 60)
    register_part("end", "service/part_calls.html", noting.NOTES)


def _sentences() -> None:
    from kexin.engagement.timeline import Payload, register_timeline
    from kexin.service.choices import Reaction
    from kexin.service.telephony.choices import CallBack
    from kexin.service.telephony.queries import VIEW_CALLS

    def number(payload: Payload) -> str:
        return str(payload.get("subject", ""))

    def noted(payload: Payload) -> str:
        code = payload.get("reaction")
        reaction = str(Reaction(code).label) if code in Reaction.values else ""
        return " · ".join(each for each in (number(payload), reaction) if each)

    def returned(payload: Payload) -> str:
        code = payload.get("outcome")
        return f"{number(payload)} · {CallBack(code).label if code in CallBack.values else ''}".strip(" ·")

    told = functools.partial(register_timeline, group="contacts", operation=VIEW_CALLS)
    told("service.PhoneCallNoted", _("Telephone note"), "phone-check", noted, "calm")
    told("service.PhoneCallMissed", _("The customer called, nobody took it"), "phone-x", number, "warn")
    told("service.PhoneCallReturned", _("Missed call returned"), "phone-done", returned)
    register_timeline(
        "service.CallRecordingOpened", _("Recording of a call opened"), "headphones", number,
        group="access", operation=VIEW_CALLS,
    )  # fmt: skip


def sweep() -> int:
    """End calls of which nothing more was heard, in the order in which they began; how many."""
    from kexin.core.actor import system
    from kexin.service.telephony.queries import lost_calls
    from kexin.service.telephony.taking import end_lost_call

    actor, ended = system(CLOCK), 0
    while found := lost_calls():
        done = sum(end_lost_call(pk, actor=actor) is not None for pk in found)
        ended += done
        if not done:
            break
    return ended
