"""What a link is for. A session opened by it may do the operations of its purpose and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_OWN = ("portal.end_session",)
LOOK = "look"
ASSESS = "assess"


@dataclass(frozen=True, slots=True)
class Purpose:
    """``invited`` completes a message to the customer; ``room`` is the address of the first page."""

    code: str
    label: str | Promise
    invited: str | Promise
    room: str
    operations: tuple[str, ...]


purposes: dict[str, Purpose] = {}


def register_purpose(
    code: str, label: str | Promise, invited: str | Promise, room: str, operations: tuple[str, ...]
) -> None:
    """Offer a purpose when customers are invited."""
    purposes[code] = Purpose(code, label, invited, room, (*_OWN, *operations))


def operations_of(code: str) -> tuple[str, ...]:
    """What a session of this purpose may do; nothing for a purpose that is not offered any more."""
    return purposes[code].operations if code in purposes else ()


def register() -> None:
    """The purposes of this floor (called when it starts)."""
    register_purpose(
        LOOK,
        _("Look at holdings and documents"),
        _("look at your holdings and documents"),
        "portal:home",
        (
            "party.view_customer",
            "holdings.view_accounts",
            "engagement.view_documents",
            "engagement.download_document",
            "portal.view_own_holdings",
            "portal.view_own_documents",
            "portal.download_own_document",
        ),
    )
