"""Account and card numbers of a batch: tokens before staging, encryption of new ones under the customer's key."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pyarrow as pa
from psycopg import sql

from kexin.core.identifiers import normalise
from kexin.core.imports import binary
from kexin.core.imports.importable import Batch
from kexin.core.imports.sources import LINE
from kexin.core.imports.staging import copy_binary, run
from kexin.core.imports.upsert import RESOLVED, Upsert, analyze
from kexin.core.keystore import customer_keys
from kexin.core.sealing import place
from kexin.core.tokens import exact_tokens

UNREADABLE = b"\x00"  # in a trial, and under a key that was forgotten


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
    ends = [number[-4:] if number and len(number) >= 4 else None for number in numbers]
    different = list(dict.fromkeys(ends))
    found = dict(zip(different, exact_tokens("last4", different), strict=True))
    return [found[end] for end in ends]


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
    same = sql.SQL("t.source = r.source AND t.source_no = r.source_no")
    names = {"r": sql.Identifier(RESOLVED), "t": sql.Identifier(table), "same": same}
    wanted = run(
        sql.SQL(
            "SELECT r._line, r.key_id FROM {r} r LEFT JOIN {t} t ON {same}"
            " WHERE r.token IS NOT NULL AND (t.id IS NULL OR t.token IS DISTINCT FROM r.token)"
        ).format(**names)
    ).fetchall()
    run("DROP TABLE IF EXISTS pg_temp.import_sealed, pg_temp.import_numbered")
    run("CREATE TEMP TABLE import_sealed (_line bigint, number bytea) ON COMMIT DROP")
    if wanted:
        copy_binary("import_sealed", ("_line", "number"), [_sealed(wanted, batch, place(table, "number"))])
        analyze("import_sealed", [LINE])
    # One pass into a new table: updating the resolved rows would write each of them twice.
    run(
        sql.SQL(
            "CREATE TEMP TABLE import_numbered ON COMMIT DROP AS SELECT r.*, coalesce(s.number, t.number) AS number"
            " FROM {r} r LEFT JOIN import_sealed s ON s._line = r._line"
            " LEFT JOIN {t} t ON {same} AND t.token IS NOT DISTINCT FROM r.token"
        ).format(**names)
    )
    run(sql.SQL("DROP TABLE {}").format(sql.Identifier("pg_temp", RESOLVED)))
    run(sql.SQL("ALTER TABLE pg_temp.import_numbered RENAME TO {}").format(sql.Identifier(RESOLVED)))
    analyze(RESOLVED, [LINE, *work.table.key])
    work.extra["number"] = "bytea"


def _sealed(wanted: Sequence[tuple[int, UUID]], batch: Batch, where: bytes) -> bytes:
    """Line and ciphertext of each wanted row; in a trial a placeholder."""
    numbers = dict(zip(batch.column(LINE), batch.column("number"), strict=True))
    lines = binary.int8s(at for at, _key_id in wanted)
    if batch.load.dry_run:
        return binary.rows((lines, binary.same(binary.raw(UNREADABLE))))
    ciphers = customer_keys().aead_many(key_id for _at, key_id in wanted)
    sealed = [
        cipher.encrypt(normalise(numbers[at]).encode(), where + key_id.bytes)
        if (cipher := ciphers.get(key_id))
        else UNREADABLE
        for at, key_id in wanted
    ]
    return binary.rows((lines, binary.raws(sealed)))
