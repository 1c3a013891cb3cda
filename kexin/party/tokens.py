"""Blind tokens of parties: what may be searched without being readable."""

from __future__ import annotations

from kexin.core.identifiers import check as check_identifier
from kexin.core.tokens import exact_candidates, exact_token, exact_token_next


def identity_token(type: str, country: str, number: str) -> bytes:
    """The token under which an identity document is unique."""
    return exact_token(f"identity:{type}:{country}", check_identifier(type, number).normalised)


def identity_token_next(type: str, country: str, number: str) -> bytes | None:
    """The same for the second column while the key changes; else None."""
    return exact_token_next(f"identity:{type}:{country}", check_identifier(type, number).normalised)


def identity_candidates(type: str, country: str, number: str) -> list[bytes]:
    """What to look for in the first column: the token under every key in use."""
    return exact_candidates(f"identity:{type}:{country}", check_identifier(type, number).normalised)


def contact_token(kind: str, value: str) -> bytes:
    """The token by which a mobile, telephone or e-mail is found."""
    return exact_token(kind, check_identifier(kind, value).normalised)


def contact_token_next(kind: str, value: str) -> bytes | None:
    """The same for the second column while the key changes; else None."""
    return exact_token_next(kind, check_identifier(kind, value).normalised)


def contact_candidates(kind: str, value: str) -> list[bytes]:
    """What to look for in the first column: the token under every key in use."""
    return exact_candidates(kind, check_identifier(kind, value).normalised)


def last4_token(value: str) -> bytes | None:
    """The token of the last four characters: finds a card or a mobile by its end."""
    tail = "".join(char for char in value if char.isalnum())[-4:].upper()
    return exact_token("last4", tail) if len(tail) == 4 else None


def attribute_token(code: str, value: str) -> bytes:
    """The token by which two parties with the same attribute meet."""
    return exact_token(f"attribute:{code}", value.strip())
