"""The timeline's sentences for what happens at the portal."""

from __future__ import annotations

import functools

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import Payload, register_timeline
from kexin.portal.choices import Delivery, Opening, Proof
from kexin.portal.purposes import purposes


def _purpose(payload: Payload) -> str:
    code = str(payload.get("purpose", ""))
    return str(purposes[code].label) if code in purposes else code


def _label(choices: type, code: object) -> str:
    """The word for a code; the code itself where the vocabulary has forgotten it."""
    try:
        return str(choices(code).label)
    except ValueError:
        return str(code)


def _invited(payload: Payload) -> str:
    return f"{_purpose(payload)} · {_label(Delivery, payload.get('delivery'))}"


def _refused(payload: Payload) -> str:
    return f"{_purpose(payload)} · {_label(Opening, payload.get('reason'))} · {payload.get('address', '')}".rstrip(" ·")


def _entered(payload: Payload) -> str:
    return f"{_purpose(payload)} · {_label(Proof, payload.get('proof'))}"


def register() -> None:
    """Called once, when the floor is ready."""
    told = functools.partial(register_timeline, group="contacts", operation="portal.view_links")
    told("portal.CustomerInvited", _("Invited to the portal"), "qrcode", _invited)
    told("portal.LinkRevoked", _("Invitation withdrawn"), "qrcode", _purpose)
    told("portal.LinkRefused", _("Link refused"), "shield-x", _refused, "warn")
    told("portal.CodesExhausted", _("Too many wrong codes"), "shield-x", _purpose, "warn")
    told("portal.PortalEntered", _("Came to the portal"), "device-mobile", _entered, "good")
    told("portal.PortalLeft", _("Left the portal"), "door-exit", _purpose)
