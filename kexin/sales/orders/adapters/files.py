"""Orders as files in a directory that the core system reads, and its answers as files that it leaves there.

``out/ORDER.json`` with ``out/ORDER.json.manifest`` beside it, the manifest last: what has no manifest is not finished.
``in/NAME.csv`` (or ``.json``, a list) with ``in/NAME.csv.manifest``; a statement of a day is called
``statement-YYYY-MM-DD.csv``. A manifest is JSON: ``sha256`` and ``rows``. Files are put in place by renaming, synced.
Answers that were taken move to ``done/``; what does not agree with its manifest moves to ``bad/``.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kexin.sales.orders.adapters import NotNow, Take, Ticket, Unreadable
from kexin.sales.orders.adapters.reading import answer_from
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer

MANIFEST = ".manifest"
LARGEST = 64 * 1024 * 1024  # bytes of a file of answers


class Files:
    name = "file"
    pretended = False

    def __init__(self, folder: str | Path) -> None:
        self.out, self.into, self.done, self.bad = (Path(folder) / name for name in ("out", "in", "done", "bad"))

    def send(self, ticket: Ticket) -> Answer:
        """The file is there as a whole, then its manifest. Done already under this number: nothing is written again."""
        content = (json.dumps(ticket.as_data(), ensure_ascii=False, sort_keys=True) + "\n").encode()
        target = self.out / f"{ticket.order_no}.json"
        manifest = target.with_name(target.name + MANIFEST)
        try:
            if not manifest.exists():
                _put(target, content)
                told = {"sha256": hashlib.sha256(content).hexdigest(), "rows": 1}
                _put(manifest, json.dumps(told).encode())
        except OSError as error:
            raise NotNow(type(error).__name__) from error
        return Answer(ticket.order_no, AnswerKind.TAKEN)

    def collect(self, waiting: Iterable[str], take: Take) -> None:
        for path in self._finished():
            if path.name.startswith("statement-"):
                continue
            try:
                rows = _read(path)
            except ValueError as error:
                take(Unreadable(path.name, str(error)), path.name)
                self._move(path, self.bad)
                continue
            for number, row in enumerate(rows, 1):
                try:
                    answer = answer_from(row)
                except ValueError as error:
                    take(Unreadable(f"{path.name}:{number}", str(error)), path.name)
                else:
                    take(answer, path.name)
            self._move(path, self.done)

    def statement(self, day: dt.date) -> Iterator[Answer] | None:
        for folder in (self.into, self.done):
            for suffix in ("csv", "json"):
                path = folder / f"statement-{day.isoformat()}.{suffix}"
                if path.with_name(path.name + MANIFEST).exists():
                    return map(answer_from, _read(path))
        return None

    def _finished(self) -> list[Path]:
        """Files with a manifest, the oldest first."""
        if not self.into.is_dir():
            return []
        found = [path.with_name(path.name.removesuffix(MANIFEST)) for path in self.into.glob("*" + MANIFEST)]
        return sorted((path for path in found if path.is_file()), key=lambda path: (path.stat().st_mtime, path.name))

    def _move(self, path: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        manifest = path.with_name(path.name + MANIFEST)
        os.replace(manifest, folder / manifest.name)  # first, so that half a move is not read again
        os.replace(path, folder / path.name)


def _put(target: Path, content: bytes) -> None:
    """The whole content under its name, or nothing, also after a power cut."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file that agrees with its manifest. Raises ValueError with a code."""
    if path.stat().st_size > LARGEST:
        raise ValueError("too-large")
    content = path.read_bytes()
    try:
        told = json.loads(path.with_name(path.name + MANIFEST).read_text(encoding="utf-8"))
        sha256, rows = str(told["sha256"]), int(told["rows"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError("manifest") from error
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise ValueError("checksum")
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if path.suffix == ".json" else list(csv.DictReader(io.StringIO(text, newline="")))
    except (ValueError, csv.Error) as error:
        raise ValueError("content") from error
    if not isinstance(found, list) or any(not isinstance(row, dict) for row in found) or len(found) != rows:
        raise ValueError("rows")
    return found
