"""Account and card numbers of a batch: tokens before staging, encryption of new ones under the customer's key."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from psycopg import sql

from kexin.core.identifiers import normalise
from kexin.core.imports.importable import Batch
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_text, line, run
from kexin.core.imports.upsert import RESOLVED, Upsert
from kexin.core.keystore import customer_keys
from kexin.core.sealing import place
from kexin.core.tokens import exact_token, exact_tokens


def tokens(batch: Batch, kind: str) -> dict[str, tuple[str, pa.Array]]:
    """Further columns for staging: the token of the whole number and of its last four characters."""
    if "number" not in batch.fields:
        return {}
    numbers = [normalise(value) if value else None for value in batch.column("number")]
    return {
        "token": ("bytea", pa.array(exact_tokens(kind, numbers), pa.binary())),
        "last4_token": ("bytea", pa.array(_last4(numbers), pa.binary())),
    }


def _last4(numbers: Sequence[str | None]) -> list[bytes | None]:
    return [exact_token("last4", number[-4:]) if number and len(number) >= 4 else None for number in numbers]


def refuse_taken(work: Upsert, table: str) -> None:
    """A number that another record has, here or further up in the file, refuses the row."""
    if "token" not in work.extra:
        return
    work.refuse_where(
        f"EXISTS (SELECT FROM {table} t WHERE t.token = r.token"
        " AND (t.source, t.source_no) <> (r.source, r.source_no))",
        "number",
        "number_taken",
        "'***'",
    )
    work.refuse_where(
        "r._line IN (SELECT _line FROM (SELECT _line, row_number() OVER (PARTITION BY token ORDER BY _line) AS nth"  # noqa: S608
        f" FROM {RESOLVED} WHERE token IS NOT NULL) numbered WHERE nth > 1)",
        "number",
        "number_taken",
        "'***'",
    )


def seal(work: Upsert, batch: Batch, table: str) -> None:
    """Encrypt the numbers of rows that are new or whose number changed; the others keep what they have."""
    if "token" not in work.extra:
        return
    run(sql.SQL("ALTER TABLE {} ADD COLUMN number bytea").format(sql.Identifier(RESOLVED)))
    wanted = run(
        sql.SQL(
            "SELECT r._line, r.key_id FROM {r} r LEFT JOIN {t} t ON t.source = r.source AND t.source_no = r.source_no"
            " WHERE r.token IS NOT NULL AND (t.id IS NULL OR t.token IS DISTINCT FROM r.token)"
        ).format(r=sql.Identifier(RESOLVED), t=sql.Identifier(table))
    ).fetchall()
    run(
        sql.SQL(
            "UPDATE {r} r SET number = t.number FROM {t} t WHERE t.source = r.source AND t.source_no = r.source_no"
            " AND t.token IS NOT DISTINCT FROM r.token"
        ).format(r=sql.Identifier(RESOLVED), t=sql.Identifier(table))
    )
    if wanted:
        _seal_rows(wanted, batch, place(table, "number"))
    work.extra["number"] = "bytea"


def _seal_rows(wanted: Sequence[tuple[int, object]], batch: Batch, where: bytes) -> None:
    numbers = dict(zip(batch.column(LINE), batch.column("number"), strict=True))
    ciphers = {} if batch.load.dry_run else customer_keys().aead_many(key_id for _at, key_id in wanted)  # type: ignore[misc]
    run("DROP TABLE IF EXISTS pg_temp.import_sealed")
    run("CREATE TEMP TABLE import_sealed (_line bigint, number bytea) ON COMMIT DROP")
    rows = bytearray()
    for at, key_id in wanted:
        cipher = ciphers.get(key_id)  # type: ignore[call-overload]
        plain = normalise(numbers[at]).encode()
        rows += line((at, cipher.encrypt(plain, where + key_id.bytes) if cipher else b"\x00"))  # type: ignore[attr-defined]
    copy_text("import_sealed", ("_line", "number"), [bytes(rows)])
    run(
        sql.SQL("UPDATE {} r SET number = s.number FROM import_sealed s WHERE s._line = r._line").format(
            sql.Identifier(RESOLVED)
        )
    )
