"""The numbers of the portal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.policy import Policy, policy, setting
from kexin.engagement.choices import DocumentCategory


def categories(value: list[str]) -> None:
    """Every entry is a category of documents. Raises ValueError."""
    if unknown := set(value) - set(DocumentCategory.values):
        raise ValueError(", ".join(sorted(unknown)))


@policy("portal.access", _("Portal: links, codes, sessions"))
class AccessPolicy(Policy):
    """How long a link, a code and a session of a customer live, and how often each may be tried."""

    qr_minutes: int = setting(_("A QR code is valid for"), unit=_("minutes"), minimum=1, maximum=120)
    link_hours: int = setting(_("A link that was sent is valid for"), unit=_("hours"), minimum=1, maximum=168)
    links_a_day: int = setting(_("Invitations of a customer a day"), minimum=1, maximum=50)
    code_minutes: int = setting(_("A code is valid for"), unit=_("minutes"), minimum=1, maximum=30)
    code_attempts: int = setting(_("Wrong codes until a session is closed"), minimum=1, maximum=10)
    code_pause_seconds: int = setting(_("A new code not before"), unit=_("seconds"), minimum=10, maximum=600)
    codes_a_session: int = setting(_("Codes of one link"), minimum=1, maximum=10)
    codes_a_day: int = setting(_("Codes to a customer a day"), minimum=1, maximum=50)
    idle_minutes: int = setting(_("A session without activity ends after"), unit=_("minutes"), minimum=1, maximum=120)
    session_minutes: int = setting(_("A session ends at the latest after"), unit=_("minutes"), minimum=5, maximum=480)
    app_seconds: int = setting(_("A sign-in by the app is valid for"), unit=_("seconds"), minimum=10, maximum=600)


@policy("portal.rooms", _("Portal: what customers see"))
class RoomsPolicy(Policy):
    """Which kinds of documents of their file customers may read themselves."""

    documents: list = setting(_("Kinds of documents shown"), check=categories)  # type: ignore[type-arg]


@policy("portal.visitors", _("Portal: complaining without signing in"))
class VisitorPolicy(Policy):
    """How long a visit without sign-in lives, and how often numbers and devices may try."""

    code_minutes: int = setting(_("A code is valid for"), unit=_("minutes"), minimum=1, maximum=30)
    attempts: int = setting(_("Wrong codes until a session is closed"), minimum=1, maximum=10)
    pause_seconds: int = setting(_("A new code not before"), unit=_("seconds"), minimum=10, maximum=600)
    codes_a_day: int = setting(_("Codes to a number or address a day"), minimum=1, maximum=50)
    visits_an_hour: int = setting(_("Visits from one network address an hour"), minimum=1, maximum=1000)
    visit_minutes: int = setting(_("A visit ends at the latest after"), unit=_("minutes"), minimum=5, maximum=240)
    cases_a_visit: int = setting(_("Complaints of one visit"), minimum=1, maximum=50)
