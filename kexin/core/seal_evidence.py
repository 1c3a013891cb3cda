"""What the audit holds of one record, with the links that seal it: evidence that can leave the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from kexin.core.seal import GENESIS, TEXT, Checkpoint, checkpoints, read

# The planner goes by the customer's index of each month; the record is looked for within it.
_ABOUT = f"""
SELECT e.id, e.at, e.actor_name, e.operation, e.outcome, {TEXT}, l.no, l.digest, l.chain, b.chain
FROM core_auditentry e
LEFT JOIN core_auditlink l ON l.entry_id = e.id AND l.entry_at = e.at
LEFT JOIN core_auditlink b ON b.no = l.no - 1
WHERE e.customer_id = %s AND e.at >= %s AND e.subject_kind = %s AND e.subject_id = %s
ORDER BY e.at, e.id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """One entry: its canonical text, and its link. ``no`` is None, hashes are empty, until it has been sealed."""

    entry_id: int
    at: dt.datetime
    actor: str
    operation: str
    outcome: str
    text: str
    no: int | None
    digest: bytes
    before: bytes
    chain: bytes


def entries_about(kind: str, pk: int, *, customer_id: int, since: dt.datetime) -> list[SealedEntry]:
    """The entries about one record of one customer, oldest first. The caller has checked the reach."""
    return [
        SealedEntry(
            entry_id,
            at,
            actor,
            operation,
            outcome,
            text,
            no,
            bytes(digest or b""),
            b"" if no is None else bytes(before or GENESIS),
            bytes(chain or b""),
        )
        for entry_id, at, actor, operation, outcome, text, no, digest, chain, before in read(
            _ABOUT, customer_id, since, kind, pk
        )
    ]


def checkpoints_over(entries: Sequence[SealedEntry]) -> list[Checkpoint]:
    """The signed states of the chain that came next after each sealed entry."""
    known = checkpoints()
    numbers = [each.no for each in entries if each.no is not None]
    found = {}
    for no in numbers:
        over = next((each for each in known if each.last_no >= no), None)
        if over is not None:
            found[over.last_no] = over
    return [found[no] for no in sorted(found)]
