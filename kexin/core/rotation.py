"""Changing keys while everybody works: a plan of steps per purpose, each of which may be interrupted and resumed.

========== =====================================================================================================
customers  every customer gets a new key, every value is encrypted anew, the old keys go; those that row history
           still needs for reading stay
tokens     a new key, every row's second token is filled; the newer key takes over the first column; the old key goes
           and the second column is emptied. Both columns are UNIQUE, so that one identity stands once at every moment
secrets    a new key, everything encrypted by the institution's key is encrypted anew, the old key goes
master     a new key, every customer's key is wrapped anew, the old key goes
signatures a new key; old ones stay for ever, because what they signed must stay verifiable
========== =====================================================================================================

After each change of keys it waits until every process has seen it and every transaction that began before has ended,
so that nobody writes under the former state into rows that were passed already.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.crypto import RELOAD_SECONDS, SETTLE_SECONDS, KeyRing, forget_opened_ring, key_ring
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.fields import personal_fields
from kexin.core.keystore import customer_keys, made_at
from kexin.core.models import Approval, IdempotencyKey, ImportRun, ImportStatus, RotationRun
from kexin.core.operation import operation
from kexin.core.rekeying import Place, SecretColumn, places_of, register_places

PLANS: Final = {
    "customers": ("new_keys", "settle", "rows", "check", "retire_keys"),
    "tokens": ("new_key", "settle", "rows", "take_over", "settle", "rows", "retire", "settle", "rows"),
    "secrets": ("new_key", "settle", "rows", "check", "retire"),
    "master": ("new_key", "settle", "rewrap", "retire"),
    "signatures": ("new_key",),
}
BATCH: Final = 500
KEY_BATCH: Final = 2_000  # one synced write of the key store each
MOST_CHECKS: Final = 10
IMPORT_SILENCE: Final = dt.timedelta(minutes=30)  # an import that said nothing for so long was killed
_LOCK: Final = 0x6B657973  # “keys”

Progress = Callable[[str, int, int | None], None]


def _silent(what: str, done: int, total: int | None) -> None:
    pass


class RotationStuck(Exception):
    """Some rows could not be written anew, so the old key stays. The message names tables and rows."""


@operation("core.rotate_keys", label=_("Change keys"), plain=("purpose",))
def begin(*, actor: Actor, purpose: str) -> RotationRun:
    """Open a change of keys, or take up the one that is under way. Only the system does it."""
    if not actor.everything:
        raise NotPermitted
    if purpose not in PLANS:
        raise RuleViolation(_("There is no such key purpose."))
    run = under_way(purpose)
    if run is not None:
        return run
    if purpose == "tokens":
        alive = ImportRun.objects.filter(
            status=ImportStatus.RUNNING, progress_at__gt=timezone.now() - IMPORT_SILENCE, dry_run=False
        )
        if alive.exists():
            raise RuleViolation(_("An import is running; change the token key when it is done."))
    return RotationRun.objects.create(purpose=purpose, started_by=actor.name)


@operation("core.finish_key_rotation", label=_("Finish a change of keys"))
def close(run: RotationRun, *, actor: Actor) -> None:
    """Record that a change of keys came to its end. Only the system does it."""
    if not actor.everything:
        raise NotPermitted
    act = frame.current.get()
    assert act is not None
    act.notes.update({"purpose": run.purpose, "counts": run.counts})
    run.finished_at = timezone.now()
    run.save()


def under_way(purpose: str) -> RotationRun | None:
    """The change of this purpose that is not finished."""
    return RotationRun.objects.filter(purpose=purpose, finished_at=None).first()


def rotate(
    purpose: str,
    *,
    actor: Actor,
    progress: Progress = _silent,
    batch: int = BATCH,
    settle_seconds: float = SETTLE_SECONDS,
) -> RotationRun:
    """Change the keys of ``purpose`` from beginning to end, or go on with a change that was interrupted.

    RuleViolation if another process does it now; RotationStuck if rows could not be written anew.
    """
    with alone():
        run = begin(actor=actor, purpose=purpose)
        work = _Work(run, progress, batch, settle_seconds)
        plan = PLANS[purpose]
        while run.step < len(plan):
            getattr(work, plan[run.step])()
            run.step, run.place, run.position, run.before = run.step + 1, "", "", []
            run.save()
        close(run, actor=actor)
    return run


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else changes keys meanwhile; RuleViolation if somebody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise RuleViolation(_("Another process is changing keys."))
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


class _Work:
    """The steps. Each may be begun again from where ``run`` says it stopped."""

    def __init__(self, run: RotationRun, progress: Progress, batch: int, settle_seconds: float) -> None:
        self.run, self.progress, self.size, self.settle_seconds = run, progress, batch, settle_seconds

    # -- the institution's own keys --------------------------------------------------------------

    def new_key(self) -> None:
        """A new primary key, once: where the file has changed already since the step began, it is done."""
        self._change_ring(lambda ring: ring.rotate(self.run.purpose))

    def take_over(self) -> None:
        """Every row has its second token: the newer key may stand in the first column."""
        self._refuse_stuck()
        self._change_ring(lambda ring: ring.take_over())

    def retire(self) -> None:
        """The old key goes: nothing is under it any more."""
        self._refuse_stuck()
        if self.run.purpose in ("secrets", "master"):
            self.settle()  # the files' own time: no process may still write under the old key
        self._change_ring(lambda ring: ring.retire_old(self.run.purpose, settle_seconds=0))

    def _change_ring(self, change: Callable[[KeyRing], KeyRing]) -> None:
        forget_opened_ring()
        ring = key_ring()
        now = _state(ring, self.run.purpose)
        if not self.run.before:
            self.run.before = now
            self.run.save()
        if self.run.before == now:
            change(ring)
        forget_opened_ring()
        self._changed()

    def _changed(self) -> None:
        self.run.changed_at = timezone.now()
        self.run.save()

    def rewrap(self) -> None:
        """Every customer's key under the newest master key; twice, for keys made by a process that had not seen it."""
        store = customer_keys()
        while done := store.rewrap(batch=KEY_BATCH):
            self._count("customers", done)
            self.progress("customers", self.run.counts["customers"], None)

    # -- customers' keys -------------------------------------------------------------------------

    def new_keys(self) -> None:
        """A new key for every customer that was there when the change began."""
        self._over_keys("new_keys", lambda ids: customer_keys().rotate_many(ids))
        self._changed()

    def retire_keys(self) -> None:
        """Take away old keys, but for those under which row history keeps former values."""
        self._refuse_stuck()
        needed = keys_in_history()
        self._over_keys("retire_keys", lambda ids: customer_keys().retire_many(ids, needed))

    def _over_keys(self, what: str, change: Callable[[Sequence[UUID]], int]) -> None:
        after = UUID(self.run.position).bytes if self.run.position else b""
        # Half a minute on: the clock of another machine; a new key too many does no harm.
        until = self.run.started_at + dt.timedelta(seconds=30)
        ids = [each for each in customer_keys().key_ids() if each.bytes > after and made_at(each) <= until]
        for start in range(0, len(ids), KEY_BATCH):
            part = ids[start : start + KEY_BATCH]
            self._count(what, change(part))
            self.run.position = str(part[-1])
            self.run.save()
            self.progress(what, start + len(part), len(ids))

    # -- rows ------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until every process has seen the keys and all transactions that began before then are over."""
        seen = (self.run.changed_at or timezone.now()) + dt.timedelta(seconds=RELOAD_SECONDS + 0.5)
        until = (self.run.changed_at or timezone.now()) + dt.timedelta(seconds=self.settle_seconds)
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*), clock_timestamp() FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start < %s",
                    [seen],
                )
                older, now = cursor.fetchone()
            if now >= max(seen, until) and not older:
                return
            self.progress("settle", older, None)
            time.sleep(0.2)

    def rows(self) -> None:
        """One pass over every place, from where the last one stopped."""
        self._pass()

    def check(self) -> None:
        """Pass again until a pass finds nothing: what somebody wrote meanwhile under an old key is caught."""
        for _again in range(MOST_CHECKS):
            self.run.place = self.run.position = ""
            if not self._pass():
                return
        raise RotationStuck(_t("Rows were written under the old key again and again."))

    def _pass(self) -> int:
        found = 0
        if not self.run.place:
            self.run.counts = {name: count for name, count in self.run.counts.items() if not name.startswith("stuck ")}
        for place in places_of(self.run.purpose):
            if place.name < self.run.place:
                continue
            found += self._pass_place(place)
        return found

    def _pass_place(self, place: Place) -> int:
        after = int(self.run.position) if place.name == self.run.place and self.run.position else 0
        total, seen, changed = place.rows(), 0, 0
        while True:
            passed = place.batch(after, self.size)
            changed += passed.changed
            self._count(place.name, passed.changed)
            if passed.stuck:
                self.run.counts[f"stuck {place.name}"] = [
                    *self.run.counts.get(f"stuck {place.name}", []),
                    *passed.stuck,
                ]
            if passed.last is None:
                return changed
            after = passed.last
            self.run.place, self.run.position = place.name, str(after)
            self.run.save()
            seen += self.size
            self.progress(place.name, min(seen, total), total)

    def _count(self, name: str, more: int) -> None:
        if more:
            self.run.counts[name] = self.run.counts.get(name, 0) + more

    def _refuse_stuck(self) -> None:
        stuck = [
            f"{name.removeprefix('stuck ')}: {ids[:20]}"
            for name, ids in self.run.counts.items()
            if name.startswith("stuck ")
        ]
        if stuck:
            self.run.step = max(0, self.run.step - 1)  # the pass before is made again by the next call
            self.run.place = self.run.position = ""
            self.run.save()
            raise RotationStuck(_t("These rows cannot be written anew, so the old key stays: %s") % "; ".join(stuck))


def _state(ring: KeyRing, purpose: str) -> list[int]:
    """What tells one state of a purpose's keys from another: their order and their primary."""
    (info,) = [each for each in ring.info() if each.purpose == purpose]
    return [info.primary, *info.keys]


def keys_in_history() -> set[int]:
    """The customers' keys (Tink's identifiers) under which row history keeps former personal values."""
    columns: dict[str, list[str]] = {}
    for model, each, _level in personal_fields():
        columns.setdefault(model._meta.db_table, []).append(str(each.column))
    found: set[int] = set()
    with connection.cursor() as cursor:
        for table, names in columns.items():
            cursor.execute(
                "SELECT DISTINCT substr(v.value, 5, 8) FROM core_history h CROSS JOIN LATERAL ("
                " SELECT value FROM jsonb_each_text(h.before) WHERE key = ANY(%s)"
                " UNION ALL SELECT value FROM jsonb_each_text(h.after) WHERE key = ANY(%s)) v"
                " WHERE h.table_name = %s AND v.value LIKE '\\\\x01%%'",
                [names, names, table],
            )
            found.update(int(number, 16) for (number,) in cursor.fetchall())
    return found


register_places(
    "secrets",
    lambda: (
        SecretColumn(Approval, "arguments", b"approval"),
        SecretColumn(IdempotencyKey, "response", b"idempotency"),
    ),
)
