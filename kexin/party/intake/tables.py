"""Rows of a customer's tables in the binary format, from columns in step; names stand in the order of the cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from kexin.core.imports.binary import EMPTY, boolean, booleans, codes, dates, int8s, raws, rows, same, texts, uuids

PARTY_TEXTS: Final = (
    "lunar_birthday", "nationality", "tax_residence", "language", "occupation", "income_band", "preferred_channel",
)  # fmt: skip
PARTY_COLUMNS: Final = ("id", "key_id", "kind", "name", "sex", "born_on", *PARTY_TEXTS, "created_at", "updated_at")
CUSTOMER_COLUMNS: Final = (
    "party_id", "customer_no", "kind", "status", "unit_id", "lead_post_id", "admitted_on", "closed_on", "born_year",
    "birthday", "search_tokens", "name_match", "assets", "source", "source_no", "created_at", "updated_at", "version",
)  # fmt: skip
ENTERPRISE_COLUMNS: Final = (
    "party_id", "legal_form", "industry", "founded_on", "registered_capital", "staff_count", "business_scope", "scale",
)  # fmt: skip
DOCUMENT_COLUMNS: Final = (
    "party_id", "key_id", "type", "country", "number", "token", "token_next", "last4_token", "issued_on", "expires_on",
    "long_term",
)  # fmt: skip
CONTACT_COLUMNS: Final = (
    "party_id", "key_id", "kind", "value", "token", "token_next", "last4_token", "preferred", "do_not_use", "note",
)  # fmt: skip
ADDRESS_COLUMNS: Final = ("party_id", "key_id", "kind", "country", "area", "detail", "postcode")


class Document(NamedTuple):
    """One identity document, its number encrypted."""

    party_id: int
    key_id: UUID
    type: str
    country: str
    number: bytes | None
    token: bytes | None
    token_next: bytes | None
    last4_token: bytes | None
    issued_on: dt.date | None
    expires_on: dt.date | None
    long_term: bool


class Contact(NamedTuple):
    """One way to reach somebody, its value encrypted."""

    party_id: int
    key_id: UUID
    kind: str
    value: bytes | None
    token: bytes | None
    token_next: bytes | None
    last4_token: bytes | None


class Address(NamedTuple):
    """One address, street and number encrypted."""

    party_id: int
    key_id: UUID
    kind: str
    country: str
    area: str
    detail: bytes | None
    postcode: str


def documents(found: Sequence[Document]) -> bytes:
    """Rows for ``DOCUMENT_COLUMNS``."""
    if not found:
        return b""
    ids, keys, types, countries, numbers, tokens, newer, last4, issued, expires, long = _columns(found)
    return rows(
        (
            int8s(ids), uuids(keys), codes(types), codes(countries), raws(numbers), raws(tokens), raws(newer),
            raws(last4), dates(issued), dates(expires), booleans(long),
        )
    )  # fmt: skip


def contacts(found: Sequence[Contact]) -> bytes:
    """Rows for ``CONTACT_COLUMNS``: neither preferred nor forbidden, without a note."""
    if not found:
        return b""
    ids, keys, kinds, values, tokens, newer, last4 = _columns(found)
    no = same(boolean(False))
    return rows(
        (
            int8s(ids), uuids(keys), codes(kinds), raws(values), raws(tokens), raws(newer), raws(last4), no, no,
            same(EMPTY),
        )
    )  # fmt: skip


def addresses(found: Sequence[Address]) -> bytes:
    """Rows for ``ADDRESS_COLUMNS``."""
    if not found:
        return b""
    ids, keys, kinds, countries, areas, details, postcodes = _columns(found)
    return rows(
        (int8s(ids), uuids(keys), codes(kinds), codes(countries), codes(areas), raws(details), texts(postcodes))
    )


def _columns(found: Sequence[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    return zip(*found, strict=True)
