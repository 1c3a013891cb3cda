"""Tokens of senders' addresses while the key of tokens changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kexin.core.rekeying import BlindTable, Place, register_places
from kexin.core.tokens import exact_candidates, exact_token
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.models import ArchiveAgreement, Conversation, PhoneCall


def address_token(channel: str, address: str) -> bytes:
    """The token by which a sender is known again."""
    return exact_token(f"sender:{channel}", address.strip())


def address_candidates(channel: str, address: str) -> list[bytes]:
    """What to look for: the token under every key in use."""
    return exact_candidates(f"sender:{channel}", address.strip())


def _anew(row: Conversation) -> Mapping[str, Any]:
    return {"address_token": address_token(row.channel, str(row.address))} if row.address else {}


def _call_anew(row: PhoneCall) -> Mapping[str, Any]:
    return {"number_token": address_token(ConversationChannel.PHONE, str(row.number))} if row.number else {}


def _agreement_anew(row: ArchiveAgreement) -> Mapping[str, Any]:
    return {"address_token": address_token(ConversationChannel.WECOM, str(row.address))} if row.address else {}


def register() -> None:
    """Called once, when the floor is ready."""

    def blind() -> Iterable[Place]:
        return (
            BlindTable(Conversation, ("address_token",), _anew),
            BlindTable(PhoneCall, ("number_token",), _call_anew),
            BlindTable(ArchiveAgreement, ("address_token",), _agreement_anew),
        )

    register_places("tokens", blind)
