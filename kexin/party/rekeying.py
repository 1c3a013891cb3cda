"""What the party floor keeps under the ``tokens`` key: written anew while that key changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kexin.core.fields import Forgotten
from kexin.core.rekeying import BlindTable, Place, register_places
from kexin.core.tokens import name_match_key, name_tokens
from kexin.party.choices import ContactKind
from kexin.party.models import ContactPoint, Customer, IdentityDocument, PartyAttribute
from kexin.party.tokens import (
    attribute_token,
    contact_token,
    contact_token_next,
    identity_token,
    identity_token_next,
    last4_token,
)

EXACT = ("token", "token_next", "last4_token")


def _customer(row: Customer) -> Mapping[str, Any]:
    name = row.party.name
    if isinstance(name, Forgotten):
        return {}
    return {"search_tokens": name_tokens(name), "name_match": name_match_key(name) if name else None}


def _document(row: IdentityDocument) -> Mapping[str, Any]:
    number = row.number
    if not number:
        return {}
    return {
        "token": identity_token(row.type, row.country, number),
        "token_next": identity_token_next(row.type, row.country, number),
        "last4_token": last4_token(number),
    }


def _contact(row: ContactPoint) -> Mapping[str, Any]:
    value = row.value
    if not value:
        return {}
    return {
        "token": contact_token(row.kind, value),
        "token_next": contact_token_next(row.kind, value),
        "last4_token": None if row.kind == ContactKind.EMAIL else last4_token(value),
    }


def _attribute(row: PartyAttribute) -> Mapping[str, Any]:
    return {"token": attribute_token(row.code, row.value)} if row.value else {}


def _blind() -> Iterable[Place]:
    return (
        BlindTable(Customer, ("search_tokens", "name_match"), _customer, related="party"),
        BlindTable(IdentityDocument, EXACT, _document),
        BlindTable(ContactPoint, EXACT, _contact),
        BlindTable(PartyAttribute, ("token",), _attribute),
    )


def register() -> None:
    """Called once, when the floor is ready."""
    register_places("tokens", _blind)
