"""Tokens of many values, computed kind by kind: opening the key ring costs more than a token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kexin.core.tokens import exact_token_next, exact_tokens
from kexin.party.intake.checks import EMAIL, Checked


class Tokens:
    """First say what will be wanted, then :meth:`compute`, then ask."""

    def __init__(self) -> None:
        self._wanted: dict[str, dict[str, None]] = {}
        self._found: dict[str, dict[str, bytes | None]] = {}
        self._next: dict[str, dict[str, bytes | None]] = {}

    def want(self, kind: str, values: Iterable[str]) -> None:
        """Tokens of these values will be asked for; empty ones have none."""
        self._wanted.setdefault(kind, {}).update(dict.fromkeys(values))

    def compute(self) -> None:
        """The tokens, and while a rotation is under way those under the newer key."""
        rotating = exact_token_next("probe", "x") is not None
        for kind, values in self._wanted.items():
            self._found[kind] = dict(zip(values, exact_tokens(kind, values), strict=True))
            if rotating:
                self._next[kind] = {value: exact_token_next(kind, value) if value else None for value in values}

    def of(self, kind: str, value: str) -> bytes | None:
        """The token of a wanted value."""
        return self._found[kind][value]

    def newer(self, kind: str, value: str) -> bytes | None:
        """The token under the newer key while a rotation is under way; else None."""
        return self._next.get(kind, {}).get(value)

    def identities(self) -> list[bytes]:
        """The tokens of all identity documents that were wanted."""
        kinds = [kind for kind in self._found if kind.startswith("identity:")]
        return [token for kind in kinds for token in self._found[kind].values() if token is not None]


def identity_kind(row: Mapping[str, Any]) -> str:
    """The kind of token under which an identity document is unique (see ``party.tokens``)."""
    return f"identity:{row['document_type']}:{row.get('document_country') or 'CN'}"


def ask_tokens(row: Mapping[str, Any], checked: Checked, tokens: Tokens) -> None:
    """Want the tokens of a row's document and contacts."""
    if checked.number:
        tokens.want(identity_kind(row), (checked.number,))
        tokens.want("last4", (tail_of(checked.number),))
    for kind, value in checked.contacts.items():
        tokens.want(kind, (value,))
        if kind != EMAIL:
            tokens.want("last4", (tail_of(value),))


def tail_of(value: str) -> str:
    """The last four letters or digits; empty (which has no token) where there are fewer."""
    tail = value[-4:]
    if len(tail) == 4 and tail.isascii() and tail.isalnum():
        return tail.upper()
    tail = "".join(char for char in value[-12:] if char.isalnum())[-4:].upper()
    return tail if len(tail) == 4 else ""
