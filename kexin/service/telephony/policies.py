"""The numbers of telephone calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting

LONGEST_LINK = 500
MOST_HOSTS = 20
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{2,5})?")


def parse_hosts(rows: Sequence[str]) -> tuple[str, ...]:
    """Names of servers, with a port where it is not the usual one. Raises ValueError."""
    found = tuple(str(each).strip().lower() for each in rows)
    if len(found) > MOST_HOSTS or not all(_HOST.fullmatch(each) for each in found):
        raise ValueError("a server has a name, and a port where it needs one")
    return found


@policy("service.telephony", _("Telephone calls"))
class TelephonyPolicy(Policy):
    """By when a missed call is returned and a call is written down, how long a call stays on the screen, whence
    recordings may come."""

    back_hours: int = setting(_("A missed call is returned within"), unit=_("working hours"), minimum=1, maximum=80)
    note_hours: int = setting(_("A call is written down within"), unit=_("working hours"), minimum=1, maximum=80)
    ring_minutes: int = setting(
        _("A call of which nothing more is heard stops ringing after"), unit=_("minutes"), minimum=1, maximum=60
    )
    talk_hours: int = setting(
        _("A call of which nothing more is heard counts as over after"), unit=_("hours"), minimum=1, maximum=24
    )
    linger_minutes: int = setting(
        _("An ended call without a note stays on the screen for"), unit=_("minutes"), minimum=1, maximum=240
    )
    recording_hosts: list = setting(  # type: ignore[type-arg]
        _("Servers that keep recordings (none: no link is kept)"), check=parse_hosts
    )

    def keeps(self, link: str) -> bool:
        """Does this link lead to a server of the policy, encrypted on the way?"""
        try:
            parts = urlsplit(link)
            host = parts.netloc.lower()
        except ValueError:
            return False
        if len(link) > LONGEST_LINK or not link.isprintable() or parts.scheme != "https":
            return False
        return host in parse_hosts(self.recording_hosts)
