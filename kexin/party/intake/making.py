"""New customers as rows to copy: what a worker process does with a part of a file.

Each call gets columns and gives back blocks of rows. The keys are on the disk when it returns; a key whose row is not
written after all is swept as an orphan. A trial makes no keys and writes placeholders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import compress
from typing import Any, Final
from uuid import UUID

from tink.aead import Aead

from kexin.core.imports import binary
from kexin.core.keystore import customer_keys, new_key_id
from kexin.core.sealing import place
from kexin.core.tokens import name_match_keys, names_tokens
from kexin.party.intake import tables
from kexin.party.intake.checks import CONTACTS, EMAIL, Column, check_columns
from kexin.party.intake.tokens import Tokens, tail_of

PLACEHOLDER: Final = b"\x00"
PARTY_NAME, PARTY_BORN = place("party_party", "name"), place("party_party", "born_on")
DOCUMENT_NUMBER, CONTACT_VALUE = place("party_identitydocument", "number"), place("party_contactpoint", "value")
ADDRESS_DETAIL, ATTRIBUTE_VALUE = place("party_address", "detail"), place("party_partyattribute", "value")
ORGANISATION_KINDS: Final = ("enterprise", "institution")


@dataclass(slots=True)
class Part:
    """Some new customers: columns of the file, and what the database has given out for them.

    A column “assets” (CNY) is for banks that are made, not imported: a load sums the accounts instead.
    """

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
    """Rows per table, the keys' ids of the customers made (16 bytes each), and what was refused: (line, field, masked
    value, reason). Bytes throughout: they travel between processes at no cost.
    """

    party: bytes = b""
    customer: bytes = b""
    enterprise: bytes = b""
    document: bytes = b""
    contact: bytes = b""
    address: bytes = b""
    keys: bytes = b""
    document_tokens: list[bytes] = field(default_factory=list)
    refused: list[tuple[int, str, str, str]] = field(default_factory=list)
    made: int = 0


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


def make_new(part: Part) -> Made:
    """Everything that becomes of new customers."""
    found = check_columns(part.columns, len(part.lines))
    made = Made(refused=[(part.lines[index], *fault) for index, fault in found.faults], made=len(found.kept))
    if found.kept:
        _Making(part, found, made).make()
    return made


class _Making:
    """The customers of one part that passed the checks, column by column."""

    def __init__(self, part: Part, found: Column, made: Made) -> None:
        self.part, self.found, self.made = part, found, made
        self.size = len(found.kept)
        self.every = self.size == len(part.lines)
        if part.dry_run:
            sealers = [Sealer(new_key_id(), None) for _ in found.kept]
        else:
            sealers = [Sealer(key_id, cipher) for key_id, cipher in customer_keys().create_open(self.size)]
        self.sealers = sealers
        self.key_ids = [each.key_id for each in sealers]
        made.keys = b"".join(each.bytes for each in self.key_ids)
        self.ids = self._kept(part.party_ids)
        self.tokens = Tokens()
        pairs = zip(self._column("document_type"), self._column("document_country", "CN"), strict=True)
        self.identity_kinds = [f"identity:{type}:{country}" for type, country in pairs]

    def make(self) -> None:
        self._want_tokens()
        self.made.party = self._parties()
        self.made.customer = self._customers()
        self.made.enterprise = self._enterprises()
        self.made.document = self._documents()
        self.made.contact = self._contacts()
        self.made.address = self._addresses()

    def _kept(self, values: Sequence[Any]) -> Sequence[Any]:
        return values if self.every else [values[index] for index in self.found.kept]

    def _column(self, name: str, otherwise: Any = None) -> Sequence[Any]:
        """The values of a field; where it is not mapped or empty, something else."""
        values = self.part.columns.get(name)
        if values is None:
            return [otherwise] * self.size
        kept = self._kept(values)
        return kept if otherwise is None else [value or otherwise for value in kept]

    def _texts(self, name: str) -> binary.Cells:
        """The cells of a text that is empty where nothing stands; its values are few or blank."""
        if name not in self.part.columns:
            return binary.same(binary.EMPTY)
        return binary.codes(self._column(name, ""))

    def _sealed(self, where: bytes, values: Sequence[str | None]) -> list[bytes | None]:
        return [sealer.seal(where, value) for sealer, value in zip(self.sealers, values, strict=True)]

    # -- tables ------------------------------------------------------------------------------------------------------

    def _parties(self) -> bytes:
        now = binary.same(binary.moment(self.part.now))
        born = [day.isoformat() if day else None for day in self.found.born]
        return binary.rows(
            (
                binary.int8s(self.ids),
                binary.uuids(self.key_ids),
                binary.codes(self._column("kind")),
                binary.raws(self._sealed(PARTY_NAME, self._column("name"))),
                binary.codes(self.found.sexes),
                binary.raws(self._sealed(PARTY_BORN, born)),
                *(self._texts(name) for name in tables.PARTY_TEXTS),
                now,
                now,
            )
        )

    def _customers(self) -> bytes:
        now, born = binary.same(binary.moment(self.part.now)), self.found.born
        names = self._column("name")
        return binary.rows(
            (
                binary.int8s(self.ids),
                binary.texts(self._kept(self.part.customer_nos)),
                binary.codes(self._column("kind")),
                binary.codes(self._column("status", "active")),
                binary.int8s(self._kept(self.part.unit_ids)),
                binary.int8s(self._kept(self.part.post_ids)),
                binary.dates(self._column("admitted_on")),
                binary.dates(self._column("closed_on")),
                binary.int2s(day.year if day else None for day in born),
                binary.int2s(day.month * 100 + day.day if day else None for day in born),
                binary.bigint_arrays(names_tokens(names)),
                binary.int8s(name_match_keys(names)),
                self._assets(),
                binary.same(binary.text(self.part.source)),
                binary.texts(self._column("source_no")),
                now,
                now,
                binary.same(binary.int4(1)),
            )
        )

    def _assets(self) -> binary.Cells:
        if "assets" not in self.part.columns:
            return binary.same(binary.numeric(Decimal()))
        return binary.numerics(self._column("assets"))

    def _enterprises(self) -> bytes:
        chosen = [kind in ORGANISATION_KINDS for kind in self._column("kind")]
        if not any(chosen):
            return b""

        def of(name: str, otherwise: Any = None) -> list[Any]:
            return list(compress(self._column(name, otherwise), chosen))

        return binary.rows(
            (
                binary.int8s(compress(self.ids, chosen)),
                binary.texts(of("legal_form", "")),
                binary.texts(of("industry", "")),
                binary.dates(of("founded_on")),
                binary.numerics(of("registered_capital")),
                binary.int4s(of("staff_count")),
                binary.texts(of("business_scope", "")),
                binary.texts(of("scale", "")),
            )
        )

    # -- what hangs on a customer ------------------------------------------------------------------------------------

    def _want_tokens(self) -> None:
        kinds = self.identity_kinds
        for kind in dict.fromkeys(kinds):
            chosen = zip(kinds, self.found.numbers, strict=True)
            self.tokens.want(kind, (number for of, number in chosen if of == kind and number))
        self.tokens.want("last4", map(tail_of, self.found.numbers))
        for kind, values in self.found.contacts.items():
            self.tokens.want(kind, values)
            if kind != EMAIL:
                self.tokens.want("last4", map(tail_of, values))
        self.tokens.compute()

    def _documents(self) -> bytes:
        found = []
        rows = zip(
            self.found.numbers, self.ids, self.sealers, self.identity_kinds, self._column("document_type"),
            self._column("document_country", "CN"), self._column("document_issued_on"),
            self._column("document_expires_on"), self._column("document_long_term", False), strict=True,
        )  # fmt: skip
        for number, party_id, sealer, kind, type, country, issued_on, expires_on, long_term in rows:
            if number:
                token = self.tokens.of(kind, number)
                if token is not None:
                    self.made.document_tokens.append(token)
                found.append(
                    tables.Document(
                        party_id, sealer.key_id, type, country, sealer.seal(DOCUMENT_NUMBER, number), token,
                        self.tokens.newer(kind, number), self.tokens.of("last4", tail_of(number)), issued_on,
                        None if long_term else expires_on, long_term,
                    )
                )  # fmt: skip
        return tables.documents(found)

    def _contacts(self) -> bytes:
        blocks = []
        for kind in CONTACTS:
            rows = zip(self.found.contacts[kind], self.ids, self.sealers, strict=True)
            blocks.append(
                tables.contacts(
                    [contact(party_id, kind, value, sealer, self.tokens) for value, party_id, sealer in rows if value]
                )
            )
        return b"".join(blocks)

    def _addresses(self) -> bytes:
        names = ("address_kind", "address_country", "address_area", "address_detail", "address_postcode")
        if "address_area" not in self.part.columns and "address_detail" not in self.part.columns:
            return b""
        rows = zip(self.ids, self.sealers, *(self._column(name) for name in names), strict=True)
        return tables.addresses(
            [
                address(party_id, dict(zip(names, values, strict=True)), sealer)
                for party_id, sealer, *values in rows
                if values[2] or values[3]
            ]
        )


def contact(party_id: int, kind: str, value: str, sealer: Sealer, tokens: Tokens) -> tables.Contact:
    """One contact point."""
    return tables.Contact(
        party_id, sealer.key_id, kind, sealer.seal(CONTACT_VALUE, value), tokens.of(kind, value),
        tokens.newer(kind, value), None if kind == EMAIL else tokens.of("last4", tail_of(value)),
    )  # fmt: skip


def address(party_id: int, row: Mapping[str, Any], sealer: Sealer) -> tables.Address:
    """One address."""
    return tables.Address(
        party_id, sealer.key_id, row.get("address_kind") or "home", row.get("address_country") or "CN",
        row.get("address_area") or "", sealer.seal(ADDRESS_DETAIL, row.get("address_detail")),
        row.get("address_postcode") or "",
    )  # fmt: skip
