"""Rows of the past on their way into the database: numbers given out by the sequences, texts sealed, facts told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kexin.core.imports.staging import copy_text, line, run
from kexin.core.partitions import ensure_partitions
from kexin.core.sealing import encrypt_columns

OPERATION = "core.load_demo"
EVENT = ("at", "name", "customer_id", "subject", "payload", "operation", "actor_name")


def reserve(table: str, count: int) -> int:
    """The first of ``count`` numbers of a table's sequence that belong to the caller from now on."""
    row = run("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table]).fetchone()
    assert row is not None
    first = int(row[0])
    if count > 1:
        run("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first + count - 1])
    return first


def sealed(table: str, key_ids: Sequence[UUID], columns: dict[str, list[str | None]]) -> dict[str, list[bytes | None]]:
    """Whole columns, each value under the key of its customer; empty texts stay empty."""
    return encrypt_columns(
        table, key_ids, {name: [value or None for value in values] for name, values in columns.items()}
    )


def json_text(value: Any) -> str:
    """A JSON column's text."""
    return json.dumps(value, ensure_ascii=False)


@dataclass
class Facts:
    """Events of the past: told on the days on which they happened, in the months they belong to."""

    rows: list[bytes] = field(default_factory=list)
    first: dt.datetime | None = None
    last: dt.datetime | None = None

    def tell(self, at: dt.datetime, name: str, customer: int, subject: str, payload: dict[str, Any], by: str) -> None:
        """One event about a customer; ``payload`` as the event's class names its fields."""
        whole = {"customer_id": customer, "subject": subject, **payload}
        self.rows.append(line((at, name, customer, subject, json_text(whole), OPERATION, by)))
        self.first = min(self.first or at, at)
        self.last = max(self.last or at, at)

    def write(self) -> int:
        """Bring them in; how many."""
        if self.first is not None and self.last is not None:
            ensure_partitions("core_event", self.first.date().replace(day=1), self.last.date().replace(day=1))
            copy_text("core_event", EVENT, [b"".join(self.rows)])
        return len(self.rows)
