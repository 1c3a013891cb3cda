"""Attributes that another system knows of a customer and Kexin does not interpret. Equal ones make candidates."""

from __future__ import annotations

from kexin.core.imports.importable import Batch, Outcome
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_text, line, run
from kexin.core.keystore import customer_keys
from kexin.core.masking import plain
from kexin.core.tokens import exact_token
from kexin.party.importing.suspicion import record_candidates
from kexin.party.intake.making import ATTRIBUTE_VALUE, Sealer

COLUMNS = ("party_id", "key_id", "code", "value", "token")


def load_attributes(batch: Batch) -> Outcome:
    """Insert or change attributes; the token decides whether a value differs."""
    outcome = Outcome()
    rows = batch.table.to_pylist()
    numbers = list({row["customer"] for row in rows})
    found = run(
        "SELECT c.source_no, c.party_id, p.key_id FROM party_customer c JOIN party_party p ON p.id = c.party_id"
        " WHERE c.source = %s AND c.source_no = ANY(%s) AND c.source_no <> ''",
        [batch.load.source, numbers],
    ).fetchall()
    customers = {number: (pk, key_id) for number, pk, key_id in found}
    held = run(
        "SELECT party_id, code, token FROM party_partyattribute WHERE party_id = ANY(%s)", [[pk for _, pk, _ in found]]
    ).fetchall()
    stands = {(pk, code): bytes(token) for pk, code, token in held}
    ciphers = {} if batch.load.dry_run else customer_keys().aead_many(key_id for _, _, key_id in found)
    new, touched = bytearray(), set()
    for row in rows:
        if row["customer"] not in customers:
            outcome.refuse(row[LINE], "customer", plain(row["customer"])[:80], "reference")
            continue
        pk, key_id = customers[row["customer"]]
        token = exact_token(f"attribute:{row['code']}", row["value"])
        before = stands.get((pk, row["code"]))
        if before == token:
            outcome.unchanged += 1
            continue
        if pk in touched and before is not None:
            outcome.refuse(row[LINE], "customer", plain(row["customer"])[:80], "repeated")
            continue
        sealed = Sealer(key_id, ciphers.get(key_id)).seal(ATTRIBUTE_VALUE, row["value"])
        if before is None:
            new += line((pk, key_id, row["code"], sealed, token))
            outcome.created += 1
        else:
            run(
                "UPDATE party_partyattribute SET value = %s, token = %s, key_id = %s WHERE party_id = %s AND code = %s",
                [sealed, token, key_id, pk, row["code"]],
            )
            outcome.updated += 1
        stands[pk, row["code"]] = token
        touched.add(pk)
    if new:
        copy_text("party_partyattribute", COLUMNS, [bytes(new)])
    _suspect(sorted(touched))
    return outcome


def _suspect(touched: list[int]) -> None:
    """Two customers with the same attribute may be one person."""
    if not touched:
        return
    pairs = run(
        "SELECT a.party_id, o.party_id FROM party_partyattribute a CROSS JOIN LATERAL ("
        " SELECT party_id FROM party_partyattribute o WHERE o.code = a.code AND o.token = a.token"
        " AND o.party_id <> a.party_id LIMIT 20) o WHERE a.party_id = ANY(%s)",
        [touched],
    ).fetchall()
    record_candidates(pairs, "attribute")
