"""Who says at what time something existed: the house itself by default, a time-stamping authority over HTTP instead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp (RFC 3161 token, DER), the time it gives, and who gave it."""

    token: bytes
    at: dt.datetime
    authority: str


class NotStamped(Exception):
    """No stamp at the moment, another attempt makes sense; the text is a code."""


class TimeStamper(Protocol):
    """``is_local``: nothing leaves the house, so a stamp may be asked for while a sale is held."""

    name: str
    is_local: bool

    def stamp(self, digest: bytes) -> Stamp:
        """A stamp of a SHA-256 digest, checked. Raises :class:`NotStamped`."""


def time_stamper() -> TimeStamper:
    """The one of this installation: ``KEXIN_TIME_STAMP_URL`` names an authority outside."""
    if settings.KEXIN_TIME_STAMP_URL:
        from kexin.sales.adapters.timestamp.http import HttpTimeStamper

        return HttpTimeStamper(settings.KEXIN_TIME_STAMP_URL, settings.KEXIN_TIME_STAMP_ROOTS)
    from kexin.sales.adapters.timestamp.local import LocalTimeStamper

    return LocalTimeStamper()
