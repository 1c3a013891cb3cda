"""Examine the audit: follow the chain link by link, compare every entry, and name what was tampered with.

Streams in batches along the link numbers, so memory does not grow with the audit; entries sealed meanwhile do not
disturb it. Everything is computed anew from the entries; nothing the database says about itself is believed but the
signatures of the checkpoints.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from kexin.core.calendar import zone
from kexin.core.seal import BATCH, DIGEST, GENESIS, Checkpoint, checkpoints, last_sealed, link, read
from kexin.core.seal_findings import Finding, FindingKind
from kexin.core.table_statistics import renew_statistics

MOST = 1_000  # findings of one kind; whoever tampered with more is known well enough
_DAY = dt.timedelta(days=1)
_CLOCKS_DIFFER = dt.timedelta(minutes=10)

_LINKS = f"""
SELECT l.no, l.entry_id, l.entry_at, l.digest, l.chain, e.operation, e.xid::text, {DIGEST}
FROM core_auditlink l
LEFT JOIN core_auditentry e ON e.id = l.entry_id AND e.at = l.entry_at AND e.at BETWEEN %s AND %s
WHERE l.no BETWEEN %s AND %s ORDER BY l.no
"""  # noqa: S608
_UNLINKED = """
SELECT e.id, e.at, e.operation, e.xid::text, e.xid >= pg_snapshot_xmax(pg_current_snapshot()),
       EXISTS (SELECT FROM core_auditlink l WHERE l.entry_id = e.id) FROM core_auditentry e
WHERE e.at >= %s AND e.at < %s
  AND NOT EXISTS (SELECT FROM core_auditlink l WHERE l.entry_id = e.id AND l.entry_at = e.at)
  AND (e.at < %s OR (e.xid, e.id) <= (%s::xid8, %s) OR e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
ORDER BY e.xid, e.id LIMIT %s
"""
# Where each link stands, and where its entry belongs by the order of sealing; ``epochs`` are the links at which
# transaction numbers began anew after a restore.
_DISPLACED = """
SELECT no, entry_id, entry_at, operation FROM (
  SELECT l.no, l.entry_id, l.entry_at, e.operation, row_number() OVER (ORDER BY l.no) AS stands,
         row_number() OVER (ORDER BY width_bucket(l.no, %s::bigint[]), e.xid, e.id) AS belongs
  FROM core_auditlink l JOIN core_auditentry e ON e.id = l.entry_id AND e.at = l.entry_at
  WHERE l.no BETWEEN %s AND %s) placed
WHERE stands <> belongs ORDER BY no LIMIT %s
"""


def verify(
    first: dt.date | None = None,
    last: dt.date | None = None,
    *,
    kept: Sequence[Checkpoint] = (),
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Everything that is wrong with the audit, or with the part from day ``first`` to day ``last`` (both included).

    ``kept`` are checkpoints from copies held outside the database. ``progress`` hears (links done, links in all).
    Raises KeyMissing if the signing keys cannot be opened.
    """
    return _Examination(first, last, kept, progress).run()


@dataclass(slots=True)
class _Examination:
    first: dt.date | None
    last: dt.date | None
    kept: Sequence[Checkpoint]
    progress: Callable[[int, int], None] | None
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)  # entries named already
    days: set[dt.date] = field(default_factory=set)
    epochs: list[int] = field(default_factory=list)
    disorder: bool = False
    first_broken: int | None = None
    signed: list[Checkpoint] = field(default_factory=list)
    missed: list[tuple[int, int, dt.datetime]] = field(default_factory=list)  # link, entry, time it was sealed with

    def run(self) -> list[Finding]:
        renew_statistics("core_auditentry", "core_auditlink")
        points = {point.day: point for point in checkpoints()}
        self._check_signatures(points)
        head = read("SELECT coalesce(max(no), 0) FROM core_auditlink")[0][0]
        lowest, highest = self._range(head)
        self._compare_with_chain(head)
        self._follow(lowest, highest)
        self._tell_changed_from_moved()
        if self.disorder:
            self._name_displaced(lowest, highest)
        self._find_unlinked()
        today = timezone.now().astimezone(zone()).date()
        for day in sorted(self.days - points.keys()):
            if day < today:
                self._add(Finding(FindingKind.NO_CHECKPOINT, day=day))
        return self.findings

    # -- the chain ------------------------------------------------------------------------------------------------

    def _range(self, head: int) -> tuple[int, int]:
        since, until = self._bounds()
        if self.first is None and self.last is None:
            return 1, head
        row = read("SELECT min(no), max(no) FROM core_auditlink WHERE entry_at >= %s AND entry_at < %s", since, until)
        low, high = row[0]
        return (low, high) if low is not None else (1, 0)

    def _follow(self, lowest: int, highest: int) -> None:
        before = self._chain_at(lowest - 1)
        expected = lowest
        order: tuple[int, int] = (-1, -1)
        order_at: dt.datetime | None = None
        points = sorted(self.signed, key=lambda point: point.last_no)
        signed_at: dt.datetime | None = None
        soon, here = timezone.now() + _CLOCKS_DIFFER, zone()
        for no, entry_id, at, digest, chain, operation, xid, actual in self._links(lowest, highest):
            if no != expected:
                self._add(Finding(FindingKind.REMOVED, link_no=expected, last=no - 1))
                self._broke(expected)
            expected = no + 1
            if link(before, no, digest) != chain:
                self._broke(no)
                self._add(Finding(FindingKind.BROKEN, entry_id, at, operation or "", no))
            before = chain
            if actual is None or operation is None:
                if len(self.missed) < BATCH:
                    self.missed.append((no, entry_id, at))
                continue
            if actual != digest:
                self.touched.add(entry_id)
                self._add(Finding(FindingKind.CHANGED, entry_id, at, operation, no))
            place = (int(xid), entry_id)
            if place < order and order_at is not None:
                if at < order_at:
                    self.disorder = True
                else:
                    self.epochs.append(no)
            order, order_at = place, at
            while points and points[0].last_no < no:
                signed_at = max(signed_at or points[0].made_at, points.pop(0).made_at)
            # An entry cannot be a day older than a signed state that did not hold it, nor come from the future.
            if (signed_at and at < signed_at - _DAY) or at > soon:
                self._add(Finding(FindingKind.BACKDATED, entry_id, at, operation, no))
            else:
                self.days.add(at.astimezone(here).date())
        if highest >= expected:
            self._add(Finding(FindingKind.REMOVED, link_no=expected, last=highest))
            self._broke(expected)

    def _links(self, lowest: int, highest: int) -> Iterator[tuple[Any, ...]]:
        for low in range(lowest, highest + 1, BATCH):
            high = min(low + BATCH - 1, highest)
            ((since, until),) = read(
                "SELECT min(entry_at), max(entry_at) FROM core_auditlink WHERE no BETWEEN %s AND %s", low, high
            )
            yield from read(_LINKS, since, until, low, high)
            if self.progress is not None:
                self.progress(high - lowest + 1, highest - lowest + 1)

    def _broke(self, no: int) -> None:
        if self.first_broken is None:
            self.first_broken = no

    # -- checkpoints ----------------------------------------------------------------------------------------------

    def _check_signatures(self, points: dict[dt.date, Checkpoint]) -> None:
        for point in points.values():
            if point.is_signed:
                self.signed.append(point)
            else:
                self._add(Finding(FindingKind.BAD_SIGNATURE, link_no=point.last_no, day=point.day))
        for point in self.kept:
            if not point.is_signed:
                self._add(Finding(FindingKind.BAD_SIGNATURE, link_no=point.last_no, day=point.day))
                continue
            if point.day not in points:
                self._add(Finding(FindingKind.NO_CHECKPOINT, link_no=point.last_no, day=point.day))
            if point not in self.signed:
                self.signed.append(point)

    def _compare_with_chain(self, head: int) -> None:
        """Every signed state must be a state of this chain; those that are not prove nothing further."""
        proven = []
        for point in self.signed:
            if point.last_no > head:
                self._add(Finding(FindingKind.TRUNCATED, link_no=point.last_no, day=point.day))
            elif self._chain_at(point.last_no) != point.chain:
                self._add(Finding(FindingKind.REWRITTEN, link_no=point.last_no, day=point.day))
            else:
                proven.append(point)
        self.signed = proven

    def _chain_at(self, no: int) -> bytes:
        rows = read("SELECT chain FROM core_auditlink WHERE no <= %s ORDER BY no DESC LIMIT 1", no)
        return rows[0][0] if rows else GENESIS

    # -- entries --------------------------------------------------------------------------------------------------

    def _tell_changed_from_moved(self) -> None:
        """A sealed entry that is not found at its time: removed, or it bears another time now.

        Two that bear each other's times were exchanged.
        """
        found = {
            entry_id: (at, operation)
            for entry_id, at, operation in read(
                "SELECT id, at, operation FROM core_auditentry WHERE id = ANY(%s)", [each[1] for each in self.missed]
            )
        }
        sealed_times = {at for _no, _id, at in self.missed}
        for no, entry_id, at in self.missed:
            self.touched.add(entry_id)
            if entry_id not in found:
                self._add(Finding(FindingKind.REMOVED, entry_id, at, "", no))
                continue
            now_at, operation = found[entry_id]
            kind = FindingKind.REORDERED if now_at in sealed_times else FindingKind.CHANGED
            self._add(Finding(kind, entry_id, at, operation, no))

    def _name_displaced(self, lowest: int, highest: int) -> None:
        """Which links are not in their place, beyond the last signed state that the chain reaches unbroken."""
        unproven = lowest
        for point in self.signed:
            if self.first_broken is None or point.last_no < self.first_broken:
                unproven = max(unproven, point.last_no + 1)
        for no, entry_id, at, operation in read(_DISPLACED, self.epochs, unproven, highest, MOST):
            self._add(Finding(FindingKind.REORDERED, entry_id, at, operation, no))

    def _find_unlinked(self) -> None:
        from kexin.core.policies import AuditPolicy
        from kexin.core.policy import in_force

        window = dt.timedelta(minutes=in_force(AuditPolicy).unsealed_at_most_minutes)
        since, until = self._bounds()
        last = last_sealed()
        # Numbers that began anew, with nothing sealed since, say nothing about order.
        place = (0, 0) if last.restored else (int(last.xid), last.entry_id)
        late = timezone.now() - window
        for found_id, at, operation, found_xid, future, used in read(
            _UNLINKED, since, until, late, str(place[0]), place[1], MOST + len(self.touched)
        ):
            if found_id in self.touched:
                continue
            inside = used or (int(found_xid), found_id) <= place or (future and not last.restored)
            if not inside and at >= late:
                continue
            old = last.at is not None and at < last.at - window
            kind = FindingKind.INSERTED if inside or old else FindingKind.UNSEALED
            self._add(Finding(kind, found_id, at, operation))

    # -- small things ---------------------------------------------------------------------------------------------

    def _bounds(self) -> tuple[Any, Any]:
        """The days asked for as moments; without a limit PostgreSQL's own infinities."""
        midnight = dt.time()
        since = dt.datetime.combine(self.first, midnight, zone()) if self.first else "-infinity"
        until = dt.datetime.combine(self.last + _DAY, midnight, zone()) if self.last else "infinity"
        return since, until

    def _add(self, finding: Finding) -> None:
        count = self.counts[finding.kind] = self.counts.get(finding.kind, 0) + 1
        if count <= MOST:
            self.findings.append(finding)
