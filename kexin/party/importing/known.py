"""Customers that are here already: what the file says is compared with what stands, after decryption."""

from __future__ import annotations

from typing import Any

from kexin.core.fields import decrypt_rows
from kexin.core.imports.importable import Batch, Outcome, Rejection
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_binary
from kexin.core.keystore import customer_keys
from kexin.core.tokens import name_match_key, name_tokens
from kexin.party.choices import CustomerStatus
from kexin.party.importing.documents import insert_documents
from kexin.party.importing.suspicion import record_candidates
from kexin.party.intake import tables
from kexin.party.intake.checks import Checked, check_row
from kexin.party.intake.making import DOCUMENT_NUMBER, Sealer, address, contact
from kexin.party.intake.tokens import Tokens, ask_tokens, identity_kind, tail_of
from kexin.party.models import Address, ContactPoint, Customer, EnterpriseProfile, IdentityDocument, Party

SOME = 2_000
_CUSTOMER_FIELDS = {"status": "status", "admitted_on": "admitted_on", "closed_on": "closed_on"}
_ENTERPRISE_FIELDS = (
    "legal_form",
    "industry",
    "founded_on",
    "registered_capital",
    "staff_count",
    "business_scope",
    "scale",
)


def take_over_known(rows: list[dict[str, Any]], known: dict[str, int], batch: Batch, outcome: Outcome) -> None:
    """Change what differs in the mapped fields; unit and lead post of a known customer are not moved by a file."""
    for start in range(0, len(rows), SOME):
        _take_over(rows[start : start + SOME], known, batch, outcome)


def _take_over(rows: list[dict[str, Any]], known: dict[str, int], batch: Batch, outcome: Outcome) -> None:
    ids = [known[row["source_no"]] for row in rows]
    parties = {each.pk: each for each in Party.objects.filter(pk__in=ids)}
    decrypt_rows(Party, parties.values(), ("name", "born_on"))
    customers = {each.pk: each for each in Customer.objects.filter(pk__in=ids)}
    enterprises = {each.pk: each for each in EnterpriseProfile.objects.filter(pk__in=ids)}
    checks = [check_row(row) for row in rows]
    parts = _Parts(ids, batch, list(zip(rows, checks, strict=True)))
    for row, checked in zip(rows, checks, strict=True):
        pk = known[row["source_no"]]
        if customers[pk].status == CustomerStatus.MERGED:
            outcome.refuse(row[LINE], "source_no", row["source_no"], "merged")
            continue
        if checked.fault is not None:
            outcome.rejected.append(Rejection(row[LINE], *checked.fault))
            continue
        changed = _change_party(parties[pk], customers[pk], row, checked, batch.fields)
        if pk in enterprises:
            changed |= _change_enterprise(enterprises[pk], row, batch.fields)
        changed |= parts.take_over(parties[pk], row, checked)
        if changed:
            outcome.updated += 1
        else:
            outcome.unchanged += 1
    parts.write(outcome)


def _change_party(
    party: Party, customer: Customer, row: dict[str, Any], checked: Checked, fields: frozenset[str]
) -> bool:
    wanted: dict[str, Any] = {name: row[name] or "" for name in tables.PARTY_TEXTS if name in fields}
    if "name" in fields:
        wanted["name"] = row["name"]
    if checked.born_on is not None:
        wanted["born_on"] = checked.born_on
    if checked.sex:
        wanted["sex"] = checked.sex
    changed = [name for name, value in wanted.items() if (getattr(party, name) or None) != (value or None)]
    for name in changed:
        setattr(party, name, wanted[name])
    if changed:
        party.save(update_fields=[*changed, "updated_at"])
    lists = {name: row[name] for name in _CUSTOMER_FIELDS if name in fields and row[name] is not None}
    moved = [name for name, value in lists.items() if getattr(customer, name) != value]
    for name in moved:
        setattr(customer, name, lists[name])
    if "name" in changed:
        customer.search_tokens = name_tokens(party.name or "")
        customer.name_match = name_match_key(party.name) if party.name else None
    if "born_on" in changed and checked.born_on is not None:
        customer.born_year = checked.born_on.year
        customer.birthday = checked.born_on.month * 100 + checked.born_on.day
    if changed or moved:
        customer.version += 1
        customer.save()
    return bool(changed or moved)


def _change_enterprise(profile: EnterpriseProfile, row: dict[str, Any], fields: frozenset[str]) -> bool:
    texts = ("legal_form", "industry", "business_scope", "scale")
    wanted = {name: (row[name] or "" if name in texts else row[name]) for name in _ENTERPRISE_FIELDS if name in fields}
    changed = [name for name, value in wanted.items() if getattr(profile, name) != value]
    for name in changed:
        setattr(profile, name, wanted[name])
    if changed:
        profile.save(update_fields=changed)
    return bool(changed)


class _Parts:
    """Documents, contacts and addresses of known customers: new ones are added, none is taken away."""

    def __init__(self, ids: list[int], batch: Batch, rows: list[tuple[dict[str, Any], Checked]]) -> None:
        self.dry_run = batch.load.dry_run
        self.tokens = Tokens()
        for row, checked in rows:
            if checked.fault is None:
                ask_tokens(row, checked, self.tokens)
        self.tokens.compute()
        held = IdentityDocument.objects.filter(token__in=self.tokens.identities(), retired_at=None)
        self.holders = {bytes(token): pk for pk, token in held.values_list("party_id", "token")}
        self.same: list[tuple[int, int]] = []
        self.refused: list[Rejection] = []
        documents = IdentityDocument.objects.filter(party_id__in=ids, retired_at=None)
        self.documents = {(pk, bytes(token)) for pk, token in documents.values_list("party_id", "token")}
        contacts = ContactPoint.objects.filter(party_id__in=ids).values_list("party_id", "kind", "token")
        self.contacts = {(pk, kind, bytes(token)) for pk, kind, token in contacts}
        self.addresses: dict[tuple[int, str], list[Address]] = {}
        if {"address_area", "address_detail"} & batch.fields:
            for address in decrypt_rows(Address, Address.objects.filter(party_id__in=ids)):
                self.addresses.setdefault((address.party_id, address.kind), []).append(address)
        self.documents_made: list[tables.Document] = []
        self.contacts_made: list[tables.Contact] = []
        self.addresses_made: list[tables.Address] = []
        self.lines: dict[int, int] = {}

    def take_over(self, party: Party, row: dict[str, Any], checked: Checked) -> bool:
        """Note what is missing in the file of the customer; whether anything was."""
        sealer: Sealer | None = None

        def own() -> Sealer:
            nonlocal sealer
            sealer = sealer or Sealer(party.key_id, None if self.dry_run else customer_keys().aead(party.key_id))
            return sealer

        before = len(self.documents_made) + len(self.contacts_made) + len(self.addresses_made)
        if checked.number:
            token = self.tokens.of(identity_kind(row), checked.number)
            holder = self.holders.get(token or b"", party.pk)
            if holder != party.pk:
                self.same.append((party.pk, holder))
                self.refused.append(Rejection(row[LINE], "document_number", "***", "identity_taken", whole_row=False))
            elif (party.pk, token) not in self.documents:
                self.lines[party.pk] = row[LINE]
                self.documents_made.append(_document(party.pk, row, checked.number, own(), self.tokens))
        for contact_kind, value in checked.contacts.items():
            if (party.pk, contact_kind, self.tokens.of(contact_kind, value)) not in self.contacts:
                self.contacts_made.append(contact(party.pk, contact_kind, value, own(), self.tokens))
        if (row.get("address_area") or row.get("address_detail")) and not self._lives_there(party.pk, row):
            self.addresses_made.append(address(party.pk, row, own()))
        return len(self.documents_made) + len(self.contacts_made) + len(self.addresses_made) > before

    def _lives_there(self, pk: int, row: dict[str, Any]) -> bool:
        known = self.addresses.get((pk, row.get("address_kind") or "home"), [])
        return any(
            (each.area, each.detail or None) == (row.get("address_area") or "", row.get("address_detail") or None)
            for each in known
        )

    def write(self, outcome: Outcome) -> None:
        """Copy what was missing; documents that others hold are refused alone."""
        outcome.rejected += self.refused
        record_candidates(self.same, "identity")
        held = [each.token for each in self.documents_made if each.token is not None]
        insert_documents(tables.documents(self.documents_made), held, self.lines, outcome)
        if self.contacts_made:
            copy_binary("party_contactpoint", tables.CONTACT_COLUMNS, [tables.contacts(self.contacts_made)])
        if self.addresses_made:
            copy_binary("party_address", tables.ADDRESS_COLUMNS, [tables.addresses(self.addresses_made)])


def _document(party_id: int, row: dict[str, Any], number: str, sealer: Sealer, tokens: Tokens) -> tables.Document:
    kind, long_term = identity_kind(row), bool(row.get("document_long_term"))
    return tables.Document(
        party_id, sealer.key_id, row["document_type"], row.get("document_country") or "CN",
        sealer.seal(DOCUMENT_NUMBER, number), tokens.of(kind, number), tokens.newer(kind, number),
        tokens.of("last4", tail_of(number)), row.get("document_issued_on"),
        None if long_term else row.get("document_expires_on"), long_term,
    )  # fmt: skip
