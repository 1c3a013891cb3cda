"""A demonstration bank whose making was cut off: what is still to be told, so that the next start finishes it.

The bank itself goes in whole or not at all; its first day and its figures follow in steps of their own. Until they are
done a private file says so, written before the bank is committed. It names its database: no other is ever touched.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection


@dataclass
class Unfinished:
    """Day of loading, where the truth is written, and the chapters of the day that are told already."""

    today: str
    truth: str
    database: list[Any]
    told: list[str] = field(default_factory=list)

    @classmethod
    def of_now(cls, today: date, truth: Path) -> Unfinished:
        return cls(today.isoformat(), str(truth.absolute()), _database())

    def keep(self) -> None:
        """Write it, whole or not at all, and safe from a power cut."""
        path = unfinished_path()
        new = path.with_suffix(".new")
        with open(new, "w", encoding="utf-8", opener=_private) as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def tell(self, chapter: str) -> None:
        """A chapter is told."""
        self.told.append(chapter)
        self.keep()

    @staticmethod
    def forget() -> None:
        """Everything is told."""
        unfinished_path().unlink(missing_ok=True)


def unfinished() -> Unfinished | None:
    """What is to be finished in this database; None if nothing, or if the bank never came in."""
    from kexin.party.models import Customer

    try:
        kept = Unfinished(**json.loads(unfinished_path().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    return kept if kept.database == _database() and Customer.objects.exists() else None


def unfinished_path() -> Path:
    """The file under ``var/``."""
    return Path(settings.VAR) / "demo-unfinished"


def _database() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system())::text, current_database()::text,"
            " (SELECT oid FROM pg_database WHERE datname = current_database())::bigint"
        )
        return list(cursor.fetchone())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
