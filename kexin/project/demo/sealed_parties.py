"""Parties of a block as rows to copy: keys made, personal values encrypted, blind tokens computed.

Runs in a worker process for large banks. The keys are on the disk when it returns; the keys of a load that does not
commit belong to no row and are swept.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pyarrow as pa
from tink.aead import Aead

from kexin.core.identifiers import check as check_identifier
from kexin.core.imports.staging import line
from kexin.core.keystore import customer_keys
from kexin.core.sealing import encrypt_columns
from kexin.core.tokens import exact_token, exact_token_next, name_match_key, names_tokens
from kexin.party.tokens import last4_token
from kexin.project.demo.codes import COUNTRIES, DOCUMENT_TYPES, INCOME_BANDS, LEGAL_FORMS, PREFERRED, SEXES
from kexin.project.demo.places import SOURCE, Places

PARTY = (
    "id", "key_id", "kind", "name", "sex", "born_on", "lunar_birthday", "nationality", "tax_residence", "language",
    "occupation", "income_band", "preferred_channel", "created_at", "updated_at",
)  # fmt: skip
CUSTOMER = (
    "party_id", "customer_no", "kind", "status", "unit_id", "lead_post_id", "admitted_on", "closed_on", "born_year",
    "birthday", "search_tokens", "name_match", "assets", "source", "source_no", "created_at", "updated_at", "version",
)  # fmt: skip
ENTERPRISE = ("party_id", "legal_form", "industry", "founded_on", "registered_capital", "business_scope", "scale")
DOCUMENT = (
    "party_id", "key_id", "type", "country", "number", "token", "token_next", "last4_token", "issued_on", "expires_on",
    "long_term", "verified_at",
)  # fmt: skip
CONTACT = (
    "party_id", "key_id", "kind", "value", "token", "token_next", "last4_token", "verified_at", "preferred",
    "do_not_use", "note",
)  # fmt: skip
ADDRESS = ("party_id", "key_id", "kind", "country", "area", "detail", "postcode")
Rows = list[dict[str, Any]]


@dataclass
class Keys:
    """The parties' keys of a block, opened: what encrypts their documents, accounts and cards too."""

    ids: dict[int, UUID] = field(default_factory=dict)
    ciphers: dict[int, Aead] = field(default_factory=dict)

    def seal(self, table: str, column: str, parties: list[int], values: list[str | None]) -> list[bytes | None]:
        """A whole column, each value under its party's key."""
        sealed = encrypt_columns(
            table,
            [self.ids[party] for party in parties],
            {column: values},
            ciphers=[self.ciphers[party] for party in parties],
        )
        return sealed[column]


def make_keys(parties: pa.Table) -> Keys:
    keys = Keys()
    numbers = parties["party_id"].to_pylist()
    for party, (key_id, cipher) in zip(numbers, customer_keys().create_open(len(numbers)), strict=True):
        keys.ids[party], keys.ciphers[party] = key_id, cipher
    return keys


def seal_parties(
    tables: dict[str, pa.Table], keys: Keys, places: Places, assets: dict[int, int], closed_on: dict[int, dt.date]
) -> dict[str, bytes]:
    """Rows in COPY's text format by table. ``assets`` are cents by party, ``closed_on`` the end of closed files."""
    rows = tables["parties"].to_pylist()
    return {
        "party_party": _parties(rows, keys, places),
        "party_customer": _customers(rows, places, assets, closed_on),
        "party_enterpriseprofile": _enterprises(rows, places),
        "party_identitydocument": _documents(tables, rows, keys, places),
        "party_contactpoint": _contacts(tables["contacts"].to_pylist(), keys, places),
        "party_address": _addresses(tables["addresses"].to_pylist(), keys, places),
    }


COLUMNS = {
    "party_party": PARTY,
    "party_customer": CUSTOMER,
    "party_enterpriseprofile": ENTERPRISE,
    "party_identitydocument": DOCUMENT,
    "party_contactpoint": CONTACT,
    "party_address": ADDRESS,
}


def _parties(rows: Rows, keys: Keys, places: Places) -> bytes:
    ids = [row["party_id"] for row in rows]
    names = keys.seal("party_party", "name", ids, [row["name"] for row in rows])
    births = keys.seal("party_party", "born_on", ids, [_iso(row["born_on"]) for row in rows])
    return b"".join(
        line(
            (
                places.party(row["party_id"]),
                keys.ids[row["party_id"]],
                row["kind"],
                name,
                SEXES.get(row["sex"], ""),
                born,
                f"{row['lunar_month']:02}-{row['lunar_day']:02}" if row["keeps_lunar_birthday"] else "",
                COUNTRIES.get(row["nationality"], ""),
                COUNTRIES.get(row["tax_residence"], ""),
                row["language"],
                row["occupation"] or "",
                INCOME_BANDS.get(row["income_band"], ""),
                PREFERRED.get(row["preferred_channel"], ""),
                places.now,
                places.now,
            )
        )
        for row, name, born in zip(rows, names, births, strict=True)
    )


def _customers(rows: Rows, places: Places, assets: dict[int, int], closed_on: dict[int, dt.date]) -> bytes:
    tokens = names_tokens([row["name"] for row in rows])
    made = []
    for row, found in zip(rows, tokens, strict=True):
        party, born, closed = row["party_id"], row["born_on"], row["state"] == "closed"
        made.append(
            line(
                (
                    places.party(party),
                    places.customer_no(party),
                    row["kind"],
                    row["state"],
                    places.units[row["unit"]],
                    places.posts[row["lead_post"]] if row["lead_post"] else None,
                    None if row["state"] == "prospect" else row["admitted_on"],
                    closed_on[party] if closed else None,
                    born.year if born else None,
                    born.month * 100 + born.day if born else None,
                    found,
                    name_match_key(row["name"]),
                    cents(assets.get(party, 0)),
                    SOURCE,
                    row["customer_no"],
                    places.now,
                    places.now,
                    1,
                )
            )
        )
    return b"".join(made)


def _enterprises(rows: Rows, places: Places) -> bytes:
    return b"".join(
        line(
            (
                places.party(row["party_id"]),
                LEGAL_FORMS[row["kind"]],
                row["industry"] or "",
                row["founded_on"],
                None if row["registered_capital"] is None else cents(row["registered_capital"]),
                "",
                row["scale"] or "",
            )
        )
        for row in rows
        if row["kind"] in LEGAL_FORMS
    )


def _documents(tables: dict[str, pa.Table], parties: Rows, keys: Keys, places: Places) -> bytes:
    rows = tables["documents"].to_pylist()
    admitted = {row["party_id"]: row["admitted_on"] for row in parties}
    country = {row["party_id"]: COUNTRIES.get(row["nationality"], "CN") for row in parties}
    types = [DOCUMENT_TYPES[row["kind"]] for row in rows]
    numbers = [check_identifier(kind, row["number"]).normalised for kind, row in zip(types, rows, strict=True)]
    sealed = keys.seal("party_identitydocument", "number", [row["party_id"] for row in rows], list(numbers))
    made = []
    for row, kind, number, value in zip(rows, types, numbers, sealed, strict=True):
        issuer = country[row["party_id"]] if kind == "PASSPORT" else "CN"
        what = f"identity:{kind}:{issuer}"
        made.append(
            line(
                (
                    places.party(row["party_id"]),
                    keys.ids[row["party_id"]],
                    kind,
                    issuer,
                    value,
                    exact_token(what, number),
                    exact_token_next(what, number),
                    last4_token(number),
                    row["issued_on"],
                    row["expires_on"],
                    row["expires_on"] is None,
                    _noon(max(admitted[row["party_id"]], row["issued_on"]), places),
                )
            )
        )
    return b"".join(made)


def _contacts(rows: Rows, keys: Keys, places: Places) -> bytes:
    values = [check_identifier(row["kind"], row["value"]).normalised for row in rows]
    sealed = keys.seal("party_contactpoint", "value", [row["party_id"] for row in rows], list(values))
    return b"".join(
        line(
            (
                places.party(row["party_id"]),
                keys.ids[row["party_id"]],
                row["kind"],
                value,
                exact_token(row["kind"], plain),
                exact_token_next(row["kind"], plain),
                None if row["kind"] == "email" else last4_token(plain),
                _noon(row["verified_on"], places),
                row["is_preferred"],
                row["do_not_use"],
                "",
            )
        )
        for row, plain, value in zip(rows, values, sealed, strict=True)
    )


def _addresses(rows: Rows, keys: Keys, places: Places) -> bytes:
    sealed = keys.seal("party_address", "detail", [row["party_id"] for row in rows], [row["street"] for row in rows])
    return b"".join(
        line(
            (
                places.party(row["party_id"]),
                keys.ids[row["party_id"]],
                row["kind"],
                "CN",
                f"{row['city']} {row['district']}",
                value,
                "",
            )
        )
        for row, value in zip(rows, sealed, strict=True)
    )


def cents(amount: int) -> str:
    """Integer cents as the database's decimal: exact, without floating point."""
    sign, rest = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}{rest // 100}.{rest % 100:02}"


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _noon(day: dt.date | None, places: Places) -> dt.datetime | None:
    """Noon in China on a day, and never later than the load."""
    if day is None:
        return None
    return min(dt.datetime(day.year, day.month, day.day, 4, tzinfo=dt.UTC), places.now)
