"""Who runs the embedded PostgreSQL: PostgreSQL refuses root, so root lends it an unprivileged system user.

An ordinary person runs it as themselves. Under root the owner of an existing data directory wins, then the
system user ``postgres``, then ``kexin-postgres``, which is created once.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CREATED_USER = "kexin-postgres"
# Capabilities that let the server pass directories closed to it, narrowest first: (setpriv's name, bit).
PASSING_CAPABILITIES = (("dac_read_search", 2), ("dac_override", 1))


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the text is one plain sentence for a person."""


@dataclass(frozen=True)
class Account:
    """The system user PostgreSQL runs as; ``borrowed`` when that is not the user of this process."""

    name: str
    uid: int
    gid: int
    borrowed: bool

    def own(self, path: Path) -> None:
        """Give ``path`` to the account, closed to everybody else."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def command(self, argv: list[str], *, needs: list[Path]) -> list[str]:
        """``argv`` as the account would run it, able to enter all of ``needs``; or PostgresError."""
        if not self.borrowed:
            return argv
        setpriv = shutil.which("setpriv")
        closed = [path for path in needs if not self.can_enter(path)]
        if setpriv is None:
            if sys.platform.startswith("linux"):
                raise PostgresError("PostgreSQL refuses to run as root, and setpriv (package util-linux) is missing.")
            if closed:
                raise PostgresError(self._closed_sentence(closed[0]))
            return ["/usr/bin/su", "-m", self.name, "-c", 'exec "$0" "$@"', "--", *argv]
        prefix = [setpriv, f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        if not closed:
            return [*prefix, "--inh-caps=-all", "--ambient-caps=-all", *argv]
        capability = next((name for name, bit in PASSING_CAPABILITIES if _own_capabilities() >> bit & 1), None)
        if capability is not None:
            only = f"-all,+{capability}"
            prefix += [f"--inh-caps={only}", f"--ambient-caps={only}", f"--bounding-set={only}"]
            if subprocess.run([*prefix, argv[0], "--version"], capture_output=True, check=False).returncode == 0:
                return [*prefix, *argv]
        raise PostgresError(self._closed_sentence(closed[0]))

    def can_enter(self, directory: Path) -> bool:
        """Whether the account may pass all directories down to ``directory``, by permission bits."""
        return all(self._may_search(step) for step in (directory, *directory.parents) if step.is_dir())

    def _may_search(self, directory: Path) -> bool:
        facts = directory.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        return bool(facts.st_mode & (stat.S_IXGRP if facts.st_gid == self.gid else stat.S_IXOTH))

    def _closed_sentence(self, directory: Path) -> str:
        return (
            f"The system user {self.name}, as which PostgreSQL runs under root, cannot enter {directory}: "
            "start Kexin as an ordinary user, move it to where everybody may enter, or set DATABASE_URL."
        )


def account_for(data: Path) -> Account:
    """The account for the cluster in ``data`` (which need not exist yet)."""
    if os.geteuid() != 0:
        uid = os.geteuid()
        try:
            return Account(pwd.getpwuid(uid).pw_name, uid, os.getegid(), borrowed=False)
        except KeyError:
            raise PostgresError(
                f"User number {uid} has no name, and PostgreSQL needs one: add a user, or set DATABASE_URL."
            ) from None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        try:
            return _borrowed(pwd.getpwuid(owner))
        except KeyError:
            raise PostgresError(f"{data} belongs to user number {owner}, which does not exist here.") from None
    for name in ("postgres", CREATED_USER):
        try:
            return _borrowed(pwd.getpwnam(name))
        except KeyError:
            continue
    useradd = shutil.which("useradd")
    if useradd is None:
        raise PostgresError(f"PostgreSQL refuses to run as root: create a system user named {CREATED_USER} for it.")
    made = subprocess.run(
        [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", CREATED_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise PostgresError(
            f"The system user {CREATED_USER} for PostgreSQL could not be created: {made.stderr.strip()}"
        )
    return _borrowed(pwd.getpwnam(CREATED_USER))


def _borrowed(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, borrowed=True)


def _own_capabilities() -> int:
    """The effective capabilities of this process as a bit set (0 where the kernel does not tell)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)
