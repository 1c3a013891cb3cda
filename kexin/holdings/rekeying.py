"""What the holdings floor keeps under the ``tokens`` key: written anew while that key changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kexin.core.rekeying import BlindTable, Place, register_places
from kexin.core.tokens import exact_token, exact_token_next
from kexin.holdings.models import Account, Card


def _last4(number: str) -> bytes | None:
    return exact_token("last4", number[-4:]) if len(number) >= 4 else None


def _account(row: Account) -> Mapping[str, Any]:
    if not row.number:
        return {}
    return {
        "token": exact_token("account", row.number),
        "token_next": exact_token_next("account", row.number),
        "last4_token": _last4(row.number),
    }


def _card(row: Card) -> Mapping[str, Any]:
    return {"token": exact_token("card", row.number), "last4_token": _last4(row.number)} if row.number else {}


def _blind() -> Iterable[Place]:
    return (
        BlindTable(Account, ("token", "token_next", "last4_token"), _account),
        BlindTable(Card, ("token", "last4_token"), _card),
    )


def register() -> None:
    """Called once, when the floor is ready."""
    register_places("tokens", _blind)
