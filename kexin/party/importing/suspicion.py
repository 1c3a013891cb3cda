"""Duplicates that a load brings to light: by equal keyed tokens under an index, never by comparing names row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kexin.core.imports.importable import Load
from kexin.core.imports.staging import run

MOST_ALIKE: Final = 5
MORE_ALIKE: Final = "more_alike"


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
    """Customers with the same name and birth date, found by one index over both.

    Five pairs at most per newcomer are put up for review: more alike point to a wrong birth date in the source. How
    many newcomers resemble more is noted in the file's mark and told in the report.
    """
    found = run(
        "SELECT n.party_id, o.party_id FROM party_customer n CROSS JOIN LATERAL ("
        " SELECT party_id FROM party_customer o WHERE o.name_match = n.name_match AND o.birthday = n.birthday"
        " AND o.born_year = n.born_year AND o.party_id <> n.party_id AND o.status <> 'merged' LIMIT %s) o"
        " WHERE n.party_id BETWEEN %s AND %s AND n.name_match IS NOT NULL AND n.birthday IS NOT NULL",
        [MOST_ALIKE + 1, min(ids), max(ids)],
    ).fetchall()
    alike: dict[int, list[int]] = {}
    for newcomer, other in found:
        alike.setdefault(newcomer, []).append(other)
    record_candidates([(pk, other) for pk, others in alike.items() for other in others[:MOST_ALIKE]], "name_birth")
    more = sum(len(others) > MOST_ALIKE for others in alike.values())
    if more:
        mark = load.scratch["mark"]
        mark[MORE_ALIKE] = mark.get(MORE_ALIKE, 0) + more


def tell_more_alike(load: Load, mark: dict[str, Any]) -> dict[str, Any]:
    """What the report says of newcomers whose likenesses were not all put up for review."""
    more = mark.get(MORE_ALIKE, 0)
    return {MORE_ALIKE: {"customers": more, "pairs": MOST_ALIKE}} if more else {}
