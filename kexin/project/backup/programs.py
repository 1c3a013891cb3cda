"""pg_dump and pg_restore: those of the embedded PostgreSQL, or those on the PATH for a server of one's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kexin.project.commands import CommandError
from kexin.project.postgres_programs import binaries, environment

JOBS = max(1, min(4, (os.cpu_count() or 1)))


def program(name: str, *, embedded: bool, version: int) -> str:
    """The path of a program of at least the server's version (a number as in 180004), or one plain sentence."""
    if embedded:
        return str(binaries() / name)
    found = shutil.which(name)
    if found is None:
        raise CommandError(f"{name} is not on the PATH: install PostgreSQL {version // 10_000}'s client programs.")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"(\d+)(\.\d+)?", said)
    if number is None or int(number.group(1)) < version // 10_000:
        raise CommandError(
            f"{found} is of version {number.group(1) if number else 'unknown'}, but PostgreSQL {version // 10_000} is"
            f" needed: install the client programs of that version and put them first on the PATH."
        )
    return found


def run(argv: Sequence[str], url: str, *, about: str, keep_open: Sequence[int] = ()) -> None:
    """Run a program against the database; the password goes by the environment, which others do not see."""
    said = conninfo_to_dict(url)
    password = said.pop("password", None)
    more = {"PGPASSWORD": str(password)} if password else {}
    done = subprocess.run(
        [*argv, "--no-password", "--dbname", make_conninfo(**said)],  # type: ignore[arg-type]
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=environment() | more,
        stdin=subprocess.DEVNULL,
        pass_fds=tuple(keep_open),
    )
    if done.returncode != 0:
        raise CommandError(f"{about}: {reason(done.stderr)}.")


def reason(said: str) -> str:
    """The first complaint, without the program's name; never a line of data."""
    lines = [line for line in said.splitlines() if "error" in line.lower() or "fatal" in line.lower()]
    first = re.sub(r"^pg_\w+: (error: )?", "", (lines or said.splitlines() or ["it said nothing"])[0])
    return first.rstrip(".")[:300]


def contents(archive: Path, restore: str, without: Sequence[str]) -> str:
    """The archive's table of contents for ``pg_restore --use-list``, without entries of some kinds."""
    done = subprocess.run(
        [restore, "--list", str(archive)], capture_output=True, text=True, check=False, env=environment()
    )
    if done.returncode != 0:
        raise CommandError(f"The dump {archive} cannot be read: {reason(done.stderr)}.")
    kinds = "|".join(without)
    return "\n".join(line for line in done.stdout.splitlines() if not re.match(rf"\d+; \d+ \d+ ({kinds}) ", line))
