"""The seal over the audit: a hash chain made in the background, signed once a day.

Writing an entry costs nothing extra and waits for nobody. A job takes the entries of finished transactions only
(below ``_ALL_OVER`` no transaction can still commit one), in the order ``(xid, id)``, and appends one link each::

    digest  = sha256(canonical text of all columns)
    chain_n = sha256(chain_(n-1) | n as 8 bytes, big endian | digest)      chain_0 = sha256("kexin audit chain 1")

The canonical text is PostgreSQL's own text of a jsonb array of all columns in the order of the table, after the
format number; times in UTC with microseconds. A column added later needs a new format number, used from its link on.

After the end of a day the chain's state is signed (Ed25519, see ``crypto``) as that day's checkpoint. Whoever rewrites
entries, links and hashes consistently still cannot make the signature. What happened since the last checkpoint is
protected by the chain alone; whoever keeps copies of checkpoints elsewhere (``kexin audit checkpoints``) also notices
a database cut back to an older state.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from kexin.core.calendar import zone
from kexin.core.crypto import key_ring

GENESIS = hashlib.sha256(b"kexin audit chain 1").digest()
BATCH = 20_000
_LOCK = 0x6B65_7869_6E01  # advisory lock: one sealer at a time

# Inline and of built-in functions only: verifying must not trust a function stored in the database it examines.
TEXT = """jsonb_build_array('1', e.id,
 to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
 e.xid::text, e.actor_kind, e.actor_name, e.user_id, e.post_id, e.session, e.address, e.operation, e.outcome, e.reason,
 e.subject_kind, e.subject_id, e.customer_id, e.arguments, e.policies, e.events, e.inner_operations)::text"""
DIGEST = f"sha256(convert_to({TEXT}, 'UTF8'))"

# Up to here every transaction that could write an entry has ended. A snapshot counts the transactions of the whole
# cluster; one that holds the lock on its own number in another database cannot write here. Whatever is not proved to be
# elsewhere (prepared transactions too) is waited for. Rows are read by a later statement, so that all of them are seen.
_ALL_OVER = """
SELECT least(min(running), pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())::text
FROM pg_snapshot_xip(pg_current_snapshot()) running
WHERE NOT EXISTS (
  SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'transactionid' AND l.transactionid = running::xid AND l.mode = 'ExclusiveLock' AND l.granted
    AND a.datname <> current_database())
"""
_NEXT = f"""
SELECT e.id, e.at, {DIGEST}
FROM (
  SELECT * FROM core_auditentry e
  WHERE (e.xid, e.id) > (%s::xid8, %s) AND e.xid < %s::xid8
    AND NOT EXISTS (SELECT FROM core_auditlink l WHERE l.entry_id = e.id)
  ORDER BY e.xid, e.id LIMIT %s
) e ORDER BY e.xid, e.id
"""  # noqa: S608
# After a dump was restored into a new cluster transaction numbers begin anew, and the last sealed one lies in the
# future. Entries from before cannot be in progress here; they come first.
_NEXT_AFTER_RESTORE = f"""
SELECT e.id, e.at, {DIGEST}
FROM (
  SELECT * FROM core_auditentry e
  WHERE (e.xid < %s::xid8 OR e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
    AND NOT EXISTS (SELECT FROM core_auditlink l WHERE l.entry_id = e.id)
  ORDER BY e.xid < %s::xid8, e.xid, e.id LIMIT %s
) e ORDER BY e.xid < %s::xid8, e.xid, e.id
"""  # noqa: S608
_HEAD = "SELECT no, chain FROM core_auditlink ORDER BY no DESC LIMIT 1"
# Lateral: walks back from the newest link, past those whose entries were removed, and stops at the first that stands.
_LAST_SEALED = """
SELECT e.xid::text, e.id, e.at, e.xid >= pg_snapshot_xmax(pg_current_snapshot())
FROM (SELECT entry_id, entry_at FROM core_auditlink ORDER BY no DESC) l
CROSS JOIN LATERAL (SELECT * FROM core_auditentry e WHERE e.id = l.entry_id AND e.at = l.entry_at OFFSET 0) e
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a run did. ``busy``: another process was sealing, nothing was done."""

    entries: int = 0
    days: tuple[dt.date, ...] = ()
    busy: bool = False


def link(before: bytes, no: int, digest: bytes) -> bytes:
    """The running hash after link ``no``."""
    return hashlib.sha256(before + no.to_bytes(8, "big") + digest).digest()


@dataclass(frozen=True, slots=True)
class LastSealed:
    """The newest sealed entry that still stands. ``restored``: it comes from before transaction numbers began anew."""

    xid: str = "0"
    entry_id: int = 0
    at: dt.datetime | None = None
    restored: bool = False


def last_sealed() -> LastSealed:
    """Where sealing goes on."""
    found = read(_LAST_SEALED)
    return LastSealed(*found[0]) if found else LastSealed()


def unsealed_since() -> dt.datetime | None:
    """The time of the oldest entry beyond the chain's end; empty when everything is sealed."""
    last = last_sealed()
    if last.restored:
        last = LastSealed()
    rows = read(
        "SELECT min(at) FROM (SELECT at FROM core_auditentry e WHERE (e.xid, e.id) > (%s::xid8, %s) AND NOT EXISTS"
        " (SELECT FROM core_auditlink l WHERE l.entry_id = e.id) ORDER BY e.xid, e.id LIMIT 1000) waiting",
        last.xid,
        last.entry_id,
    )
    return rows[0][0]


def read(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """Rows in PostgreSQL's binary form: hundreds of thousands of moments and hashes need no parsing of text."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, params or None, binary=True).fetchall()


def seal(progress: Callable[[int], None] | None = None) -> Sealed:
    """Seal everything that can be sealed now, and sign the days that ended; ``progress`` hears of each batch.

    Raises KeyMissing if a day is to be signed and the key ring cannot be opened; the links stay.
    """
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return Sealed(total, busy=True)
            sealed, more = _seal_batch(cursor)
        total += sealed
        if progress is not None:
            progress(sealed)
        if not more:
            break
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        return Sealed(total, _sign_days(cursor))


def _seal_batch(cursor: Any) -> tuple[int, bool]:
    """Append one batch of links; how many, and whether there may be more."""
    head = read(_HEAD)
    no, chain = head[0] if head else (0, GENESIS)
    last = last_sealed()
    over = read(_ALL_OVER)[0][0]
    if last.restored:
        rows = read(_NEXT_AFTER_RESTORE, over, over, BATCH, over)
    else:
        rows = read(_NEXT, last.xid, last.entry_id, over, BATCH)
    seen: set[int] = set()
    with cursor.copy("COPY core_auditlink (no, entry_id, entry_at, digest, chain) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int8", "int8", "timestamptz", "bytea", "bytea"])
        for entry_id, at, digest in rows:
            if entry_id in seen:  # an identifier used twice is a forgery: it gets no link, verify names it
                continue
            seen.add(entry_id)
            no += 1
            chain = link(chain, no, digest)
            copy.write_row((no, entry_id, at, digest, chain))
    return len(seen), len(rows) == BATCH


def checkpoint_text(day: dt.date, last_no: int, chain: bytes, made_at: dt.datetime) -> bytes:
    """What is signed."""
    moment = made_at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return f"kexin audit checkpoint 1\n{day}\n{last_no}\n{bytes(chain).hex()}\n{moment}\n".encode()


def _sign_days(cursor: Any) -> tuple[dt.date, ...]:
    """Sign each local day that ended since the last checkpoint and has entries in the chain; the days signed."""
    today = timezone.now().astimezone(zone()).date()
    cursor.execute("SELECT day, last_no FROM core_auditcheckpoint ORDER BY day DESC LIMIT 1")
    last_day, last_no = cursor.fetchone() or (dt.date.min, 0)
    if last_day >= today - dt.timedelta(days=1):
        return ()
    cursor.execute(
        "SELECT DISTINCT (entry_at AT TIME ZONE %s)::date FROM core_auditlink WHERE no > %s ORDER BY 1",
        [str(zone()), last_no],
    )
    days = tuple(day for (day,) in cursor.fetchall() if last_day < day < today)
    if not days:
        return ()
    cursor.execute(_HEAD)
    no, chain = cursor.fetchone()
    made_at = timezone.now()
    for day in days:
        signature = key_ring().sign(checkpoint_text(day, no, chain, made_at))
        cursor.execute(
            "INSERT INTO core_auditcheckpoint (day, last_no, chain, signature, made_at) VALUES (%s, %s, %s, %s, %s)",
            [day, no, bytes(chain), signature, made_at],
        )
    return days


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed state of the chain, from the database or from a copy kept elsewhere."""

    day: dt.date
    last_no: int
    chain: bytes
    signature: bytes
    made_at: dt.datetime

    @property
    def is_signed(self) -> bool:
        """Does it bear our signature? Raises KeyMissing."""
        return key_ring().verify(self.signature, checkpoint_text(self.day, self.last_no, self.chain, self.made_at))

    def as_json(self) -> dict[str, str | int]:
        """For a copy kept outside the database; :func:`kept_checkpoints` reads it."""
        return {
            "day": str(self.day),
            "last_no": self.last_no,
            "chain": self.chain.hex(),
            "made_at": self.made_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "signature": base64.b64encode(self.signature).decode(),
        }


def checkpoints() -> list[Checkpoint]:
    """The checkpoints in the database, by day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, last_no, chain, signature, made_at FROM core_auditcheckpoint ORDER BY day")
        return [
            Checkpoint(day, no, bytes(chain), bytes(signed), at) for day, no, chain, signed, at in cursor.fetchall()
        ]


def kept_checkpoints(lines: Iterable[str]) -> list[Checkpoint]:
    """Checkpoints from a copy made by ``kexin audit checkpoints``: one JSON object per line. Raises ValueError."""
    found = []
    for line in lines:
        if line.strip():
            said = json.loads(line)
            found.append(
                Checkpoint(
                    day=dt.date.fromisoformat(said["day"]),
                    last_no=int(said["last_no"]),
                    chain=bytes.fromhex(said["chain"]),
                    signature=base64.b64decode(said["signature"], validate=True),
                    made_at=dt.datetime.fromisoformat(said["made_at"]),
                )
            )
    return found
