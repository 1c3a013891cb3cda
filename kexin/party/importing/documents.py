"""Identity documents of a load: the unique token decides who holds a number; the other becomes a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext

from django.db import transaction
from django.db.utils import IntegrityError
from psycopg import errors, sql

from kexin.core.imports.importable import Outcome, Rejection
from kexin.core.imports.keys import checked_already
from kexin.core.imports.staging import copy_binary, run
from kexin.party.importing.suspicion import record_candidates
from kexin.party.intake.tables import DOCUMENT_COLUMNS


def insert_documents(
    block: bytes, tokens: Sequence[bytes], lines: Mapping[int, int], outcome: Outcome, *, own: bool = False
) -> None:
    """Write documents; ``lines`` are the lines in the file by party, for those that are refused.

    ``own``: the parties were made in this transaction, so that nobody else can remove them.

    Numbers that nobody holds go straight into the table. If one is held, or is taken by somebody at this very moment,
    all of the block go in one by one.
    """
    if not block:
        return
    if not _any_held(tokens):
        try:
            with transaction.atomic(), checked_already() if own else nullcontext():
                copy_binary("party_identitydocument", DOCUMENT_COLUMNS, [block])
            return
        except (errors.UniqueViolation, IntegrityError):
            pass
    _insert_singly(block, lines, outcome)


def _any_held(tokens: Sequence[bytes]) -> bool:
    if len(set(tokens)) < len(tokens):
        return True
    found = run(
        "SELECT EXISTS (SELECT FROM party_identitydocument WHERE token = ANY(%s) AND retired_at IS NULL)",
        [list(tokens)],
    ).fetchone()
    assert found is not None
    return bool(found[0])


def _insert_singly(block: bytes, lines: Mapping[int, int], outcome: Outcome) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, DOCUMENT_COLUMNS))
    run("DROP TABLE IF EXISTS pg_temp.import_documents")
    run(
        sql.SQL(
            "CREATE TEMP TABLE import_documents ON COMMIT DROP AS SELECT {} FROM party_identitydocument WITH NO DATA"
        ).format(columns)
    )
    run("ALTER TABLE import_documents ADD COLUMN _at bigint GENERATED ALWAYS AS IDENTITY")
    copy_binary("import_documents", DOCUMENT_COLUMNS, [block])
    run(
        sql.SQL(
            "INSERT INTO party_identitydocument ({c}) SELECT {c} FROM import_documents ORDER BY _at"
            " ON CONFLICT DO NOTHING"
        ).format(c=columns)
    )
    taken = run(
        "SELECT s.party_id, d.party_id FROM import_documents s JOIN party_identitydocument d"
        " ON d.token = s.token AND d.retired_at IS NULL AND d.party_id <> s.party_id ORDER BY s._at"
    ).fetchall()
    for mine, _other in taken:
        outcome.rejected.append(Rejection(lines[mine], "document_number", "***", "identity_taken", whole_row=False))
    record_candidates(taken, "identity")
