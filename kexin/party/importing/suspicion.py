"""Duplicates that a load brings to light: by equal keyed tokens under an index, never by comparing names row by row."""

from __future__ import annotations

from collections.abc import Sequence

from kexin.core.imports.importable import Load
from kexin.core.imports.staging import run


def record_candidates(pairs: Sequence[tuple[int, int]], reason: str) -> None:
    """Pairs that may be one person, for review; an older decision about a pair stands."""
    if pairs:
        run(
            "INSERT INTO party_duplicatecandidate (first_id, second_id, reasons, status, found_at, decided_by, note)"
            " SELECT DISTINCT least(a, b), greatest(a, b), jsonb_build_array(%s::text), 'open', clock_timestamp(),"
            " '', ''"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS pair(a, b) WHERE a <> b ON CONFLICT DO NOTHING",
            [reason, [a for a, _b in pairs], [b for _a, b in pairs]],
        )


def suspect_same_person(ids: Sequence[int], load: Load) -> None:
    """Customers with the same name and birth date, by one index over both; five at most per newcomer."""
    found = run(
        "SELECT n.party_id, o.party_id FROM party_customer n CROSS JOIN LATERAL ("
        " SELECT party_id FROM party_customer o WHERE o.name_match = n.name_match AND o.birthday = n.birthday"
        " AND o.born_year = n.born_year AND o.party_id <> n.party_id AND o.status <> 'merged' LIMIT 5) o"
        " WHERE n.party_id BETWEEN %s AND %s AND n.name_match IS NOT NULL AND n.birthday IS NOT NULL",
        [min(ids), max(ids)],
    ).fetchall()
    record_candidates(found, "name_birth")
