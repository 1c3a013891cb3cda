"""What worker processes do with new customers: check numbers and names, make keys, encrypt, compute tokens.

Each call gets columns and gives back rows ready for COPY. The keys are on the disk when it returns; a key whose row is
not written after all is swept as an orphan. A trial makes no keys and writes placeholders.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tink.aead import Aead

from kexin.core.identifiers import IdentifierCheck
from kexin.core.identifiers import check as check_identifier
from kexin.core.imports.staging import line
from kexin.core.keystore import customer_keys, new_key_id
from kexin.core.masking import mask_contact, mask_identity, mask_name
from kexin.core.sealing import place
from kexin.core.tokens import exact_token_next, exact_tokens, name_match_key, names_tokens
from kexin.party.choices import ContactKind

_CN_MOBILE = re.compile(r"1[3-9][0-9]{9}")
PLACEHOLDER = b"\x00"
PARTY_NAME, PARTY_BORN = place("party_party", "name"), place("party_party", "born_on")
DOCUMENT_NUMBER, CONTACT_VALUE = place("party_identitydocument", "number"), place("party_contactpoint", "value")
ADDRESS_DETAIL, ATTRIBUTE_VALUE = place("party_address", "detail"), place("party_partyattribute", "value")
CONTACTS = (ContactKind.MOBILE, ContactKind.PHONE, ContactKind.EMAIL)
ORGANISATION_KINDS = ("enterprise", "institution")
PARTY_TEXTS = (
    "lunar_birthday", "nationality", "tax_residence", "language", "occupation", "income_band", "preferred_channel",
)  # fmt: skip

PARTY_COLUMNS = ("id", "key_id", "kind", "name", "sex", "born_on", *PARTY_TEXTS, "created_at", "updated_at")
CUSTOMER_COLUMNS = (
    "party_id", "customer_no", "kind", "status", "unit_id", "lead_post_id", "admitted_on", "closed_on", "born_year",
    "birthday", "search_tokens", "name_match", "assets", "source", "source_no", "created_at", "updated_at", "version",
)  # fmt: skip
ENTERPRISE_COLUMNS = (
    "party_id",
    "legal_form",
    "industry",
    "founded_on",
    "registered_capital",
    "staff_count",
    "business_scope",
)
DOCUMENT_COLUMNS = (
    "_line", "party_id", "key_id", "type", "country", "number", "token", "token_next", "last4_token", "issued_on",
    "expires_on", "long_term",
)  # fmt: skip
CONTACT_COLUMNS = (
    "party_id", "key_id", "kind", "value", "token", "token_next", "last4_token", "preferred", "do_not_use", "note",
)  # fmt: skip
ADDRESS_COLUMNS = ("party_id", "key_id", "kind", "country", "area", "detail", "postcode")


@dataclass(slots=True)
class Part:
    """Some new customers: columns of the file, and what the database has given out for them."""

    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]
    party_ids: Sequence[int]
    customer_nos: Sequence[str]
    unit_ids: Sequence[int]
    post_ids: Sequence[int | None]
    source: str
    now: dt.datetime
    dry_run: bool


@dataclass(slots=True)
class Made:
    """Rows in COPY's text format per table, and what was refused: (line, field, masked value, reason)."""

    party: bytearray = field(default_factory=bytearray)
    customer: bytearray = field(default_factory=bytearray)
    enterprise: bytearray = field(default_factory=bytearray)
    document: bytearray = field(default_factory=bytearray)
    contact: bytearray = field(default_factory=bytearray)
    address: bytearray = field(default_factory=bytearray)
    refused: list[tuple[int, str, str, str]] = field(default_factory=list)
    made: int = 0


@dataclass(slots=True)
class Checked:
    """What the checks of one row found."""

    document: IdentifierCheck | None = None
    contacts: dict[str, str] = field(default_factory=dict)
    born_on: dt.date | None = None
    sex: str = ""
    fault: tuple[str, str, str] | None = None


def check_row(row: Mapping[str, Any]) -> Checked:
    """The checks that need Python: identity number, contacts, name, agreement of number and file."""
    found = Checked(born_on=row.get("born_on"), sex=row.get("sex") or "")
    name = row.get("name")
    if name and not any(unicodedata.category(char)[0] == "L" for char in name):
        found.fault = ("name", mask_name(name), "name")
        return found
    number = row.get("document_number")
    if number:
        document = check_identifier(row["document_type"], number)
        found.document = document
        if document.errors:
            found.fault = ("document_number", mask_identity(number), "identifier")
            return found
        if document.birth_date and row["document_type"] == "CN-RIC":
            if found.born_on and found.born_on != document.birth_date:
                found.fault = ("document_number", mask_identity(number), "birth_differs")
                return found
            found.born_on = found.born_on or document.birth_date
            found.sex = found.sex or document.sex
    for kind in CONTACTS:
        value = row.get(kind.value)
        if not value:
            continue
        if kind == ContactKind.MOBILE and _CN_MOBILE.fullmatch(value):
            found.contacts[kind.value] = value
            continue
        checked = check_identifier(kind.value, value)
        if checked.errors:
            found.fault = (kind.value, mask_contact(value), "contact")
            return found
        found.contacts[kind.value] = checked.normalised
    return found


def make_new(part: Part) -> Made:
    """Everything that becomes of new customers, as rows to copy."""
    made = Made()
    names = list(part.columns)
    every = [dict(zip(names, values, strict=True)) for values in zip(*part.columns.values(), strict=True)]
    rows: list[New] = []
    for index, row in enumerate(every):
        checked = check_row(row)
        if checked.fault is None:
            rows.append(New(index, row, checked))
        else:
            made.refused.append((part.lines[index], *checked.fault))
    for new, (key_id, cipher) in zip(rows, _keys(len(rows), part.dry_run), strict=True):
        new.sealer = Sealer(key_id, cipher)
    tokens = Tokens()
    for new in rows:
        new.ask(tokens)
    tokens.compute()
    words = names_tokens([new.row.get("name") for new in rows])
    for new, found in zip(rows, words, strict=True):
        _make_one(made, part, new, found, tokens)
    made.made = len(rows)
    return made


def _keys(count: int, dry_run: bool) -> list[tuple[UUID, Aead | None]]:
    if dry_run:
        return [(new_key_id(), None) for _ in range(count)]
    return list(customer_keys().create_open(count)) if count else []


class Sealer:
    """Encrypts the values of one customer; without a cipher (a trial) it gives placeholders."""

    def __init__(self, key_id: UUID, cipher: Aead | None) -> None:
        self.key_id, self._cipher, self._bytes = key_id, cipher, key_id.bytes

    def seal(self, where: bytes, value: str | None) -> bytes | None:
        """The ciphertext as PersonalField reads it; ``where`` is the place of table and column."""
        if not value:
            return None
        if self._cipher is None:
            return PLACEHOLDER
        return self._cipher.encrypt(value.encode(), where + self._bytes)


class Tokens:
    """Exact tokens of many values, computed column by column: opening the key ring costs more than a token."""

    def __init__(self) -> None:
        self._wanted: dict[str, dict[str, None]] = {}
        self._found: dict[str, dict[str, bytes | None]] = {}
        self._next: dict[str, dict[str, bytes | None]] = {}

    def want(self, kind: str, value: str) -> None:
        self._wanted.setdefault(kind, {})[value] = None

    def compute(self) -> None:
        """The tokens, and while a rotation is under way those under the newer key."""
        rotating = exact_token_next("probe", "x") is not None
        for kind, values in self._wanted.items():
            self._found[kind] = dict(zip(values, exact_tokens(kind, values), strict=True))
            if rotating:
                self._next[kind] = {value: exact_token_next(kind, value) for value in values}

    def of(self, kind: str, value: str) -> bytes | None:
        return self._found[kind][value]

    def identities(self) -> list[bytes]:
        """The tokens of all identity documents that were wanted."""
        kinds = [kind for kind in self._found if kind.startswith("identity:")]
        return [token for kind in kinds for token in self._found[kind].values() if token is not None]

    def newer(self, kind: str, value: str) -> bytes | None:
        return self._next.get(kind, {}).get(value)


@dataclass(slots=True)
class New:
    """One row on its way into the tables."""

    index: int
    row: Mapping[str, Any]
    checked: Checked
    sealer: Sealer = field(init=False)

    def ask(self, tokens: Tokens) -> None:
        """Say which tokens will be needed."""
        ask_tokens(self.row, self.checked, tokens)


def identity_kind(row: Mapping[str, Any]) -> str:
    """The kind of token under which an identity document is unique (see ``party.tokens``)."""
    return f"identity:{row['document_type']}:{row.get('document_country') or 'CN'}"


def ask_tokens(row: Mapping[str, Any], checked: Checked, tokens: Tokens) -> None:
    """Want the tokens of a row's document and contacts."""
    if checked.document is not None:
        tokens.want(identity_kind(row), checked.document.normalised)
        tokens.want("last4", tail_of(checked.document.normalised))
    for kind, value in checked.contacts.items():
        tokens.want(kind, value)
        if kind != ContactKind.EMAIL:
            tokens.want("last4", tail_of(value))


def _make_one(made: Made, part: Part, new: New, words: list[int], tokens: Tokens) -> None:
    row, checked, sealer, index = new.row, new.checked, new.sealer, new.index
    party_id, now, name, born = part.party_ids[index], part.now, row.get("name"), checked.born_on
    made.party += line(
        (
            party_id,
            sealer.key_id,
            row["kind"],
            sealer.seal(PARTY_NAME, name),
            checked.sex,
            sealer.seal(PARTY_BORN, born.isoformat() if born else None),
            *(row.get(text) or "" for text in PARTY_TEXTS),
            now,
            now,
        )
    )
    made.customer += line(
        (
            party_id,
            part.customer_nos[index],
            row["kind"],
            row.get("status") or "active",
            part.unit_ids[index],
            part.post_ids[index],
            row.get("admitted_on"),
            row.get("closed_on"),
            born.year if born else None,
            born.month * 100 + born.day if born else None,
            words,
            name_match_key(name) if name else None,
            0,
            part.source,
            row["source_no"],
            now,
            now,
            1,
        )
    )
    if row["kind"] in ORGANISATION_KINDS:
        made.enterprise += line(
            (
                party_id,
                row.get("legal_form") or "",
                row.get("industry") or "",
                row.get("founded_on"),
                row.get("registered_capital"),
                row.get("staff_count"),
                row.get("business_scope") or "",
            )
        )
    if checked.document is not None:
        made.document += document_line(part.lines[index], party_id, row, checked.document, sealer, tokens)
    for kind, value in checked.contacts.items():
        made.contact += contact_line(party_id, kind, value, sealer, tokens)
    if row.get("address_area") or row.get("address_detail"):
        made.address += address_line(party_id, row, sealer)


def document_line(
    at: int, party_id: int, row: Mapping[str, Any], document: IdentifierCheck, sealer: Sealer, tokens: Tokens
) -> bytes:
    """One identity document for the staging table."""
    kind, number = identity_kind(row), document.normalised
    return line(
        (
            at,
            party_id,
            sealer.key_id,
            row["document_type"],
            row.get("document_country") or "CN",
            sealer.seal(DOCUMENT_NUMBER, number),
            tokens.of(kind, number),
            tokens.newer(kind, number),
            tokens.of("last4", tail_of(number)),
            row.get("document_issued_on"),
            None if row.get("document_long_term") else row.get("document_expires_on"),
            bool(row.get("document_long_term")),
        )
    )


def contact_line(party_id: int, kind: str, value: str, sealer: Sealer, tokens: Tokens) -> bytes:
    """One contact point."""
    return line(
        (
            party_id,
            sealer.key_id,
            kind,
            sealer.seal(CONTACT_VALUE, value),
            tokens.of(kind, value),
            tokens.newer(kind, value),
            None if kind == ContactKind.EMAIL else tokens.of("last4", tail_of(value)),
            False,
            False,
            "",
        )
    )


def address_line(party_id: int, row: Mapping[str, Any], sealer: Sealer) -> bytes:
    """One address."""
    return line(
        (
            party_id,
            sealer.key_id,
            row.get("address_kind") or "home",
            row.get("address_country") or "CN",
            row.get("address_area") or "",
            sealer.seal(ADDRESS_DETAIL, row.get("address_detail")),
            row.get("address_postcode") or "",
        )
    )


def tail_of(value: str) -> str:
    """The last four letters or digits; empty (which has no token) where there are fewer."""
    tail = "".join(char for char in value[-12:] if char.isalnum())[-4:].upper()
    return tail if len(tail) == 4 else ""
