"""One PostgreSQL cluster of ours: its directory, its lock, its postmaster."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from kexin.project.postgres_account import Account, PostgresError, account_for
from kexin.project.postgres_programs import binaries, data_directory, environment, is_alive
from kexin.project.postgres_settings import Profile, configuration, host_based_authentication, identity_map

ROLE = DATABASE = "kexin"
SUPERUSER = "postgres"
START_TIMEOUT = 300.0  # seconds; replaying 4 GB of write-ahead log after a crash takes a while
STOP_TIMEOUT = 60.0  # seconds until a fast shutdown becomes an immediate one
POLL = 0.02  # seconds between two looks
NOBODY = str(2**22 + 1)  # a process number beyond the largest that Linux and macOS give out
STILL_IN_USE = "is still in use"  # about shared memory, in PostgreSQL's words
SOCKET_PATH_LIMIT = 107 if sys.platform.startswith("linux") else 103  # bytes, sockaddr_un.sun_path

_children: list[subprocess.Popen[bytes]] = []  # kept, so that a finished postmaster is reaped


def var_directory() -> Path:
    """The directory of all state: KEXIN_VAR, else ``var`` beside the package."""
    given = os.environ.get("KEXIN_VAR")
    return Path(given).resolve() if given else Path(__file__).resolve().parents[2] / "var"


@dataclass
class Cluster:
    """One cluster on disk, and what can be done with it under its lock."""

    profile: Profile
    base: Path
    account: Account
    lock: int = -1  # descriptor, while locked
    log_before: int = 0  # size of the log when the postmaster was launched, bytes

    @classmethod
    def of(cls, profile: Profile, var: Path | None) -> Cluster:
        base = (var or var_directory()).resolve() / ("postgres" if profile == "product" else f"postgres-{profile}")
        return cls(profile, base, account_for(base))

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def log(self) -> Path:
        return self.base / "log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def socket_directory(self) -> Path:
        """``run`` in the cluster, or a short directory of our own where the path limit forbids that."""
        place = self.base / "run"
        if len(os.fsencode(place / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
            return place
        digest = hashlib.sha256(os.fsencode(self.base)).hexdigest()[:12]
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        short = runtime if 0 < len(runtime) < 60 and os.access(runtime, os.W_OK) else "/tmp"  # noqa: S108  the directory made there is checked
        return Path(short) / f"kexin-{self.account.uid}-{digest}"

    def url(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self.socket_directory), safe='')}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the cluster's lock; wait for whoever is starting or stopping it."""
        try:
            self.base.mkdir(parents=True, exist_ok=True)
            self.account.own(self.base)
            descriptor = os.open(self.base / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise PostgresError(f"The database directory {self.base} cannot be used: {error.strerror}.") from error
        deadline = time.monotonic() + START_TIMEOUT
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise PostgresError(
                            f"Another process has been holding {self.base / 'lock'} for too long."
                        ) from None
                    time.sleep(POLL)
            self.lock = descriptor
            yield
        finally:
            os.close(descriptor)

    def initialise(self) -> None:
        """Make the cluster beside its place, then move it there: a crash leaves nothing half-done."""
        if self.data.exists() and any(self.data.iterdir()):
            raise PostgresError(f"{self.data} is not empty and not a PostgreSQL cluster: move it away.")
        half_done = self.base / "data.new"
        if half_done.exists():
            shutil.rmtree(half_done)
        half_done.mkdir(mode=0o700)
        self.account.own(half_done)
        arguments = [f"--pgdata={half_done}", f"--username={SUPERUSER}", "--auth=peer", "--encoding=UTF8"]
        arguments += ["--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
        arguments += ["--no-sync"] if self.profile == "test" else []
        made = subprocess.run(
            self._command("initdb", *arguments),
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
            cwd=self.base,
            start_new_session=True,  # Ctrl-C waits until it is done
            pass_fds=[self.lock],  # if we are killed, the next one waits until it is done, too
        )
        if made.returncode != 0:
            lines = made.stderr.splitlines() or [f"exit code {made.returncode}"]
            said = [line for line in lines if re.search("error|fatal|failed", line, re.IGNORECASE)] or lines[-1:]
            raise PostgresError(f"The PostgreSQL cluster could not be made in {self.base} ({said[0]}).")
        if self.data.exists():
            self.data.rmdir()
        half_done.rename(self.data)

    def check_version(self) -> None:
        """Refuse data of another major version: PostgreSQL would refuse it in more words."""
        have = (self.data / "PG_VERSION").read_text().strip()
        programs = binaries()
        ours = programs.parent.name.removeprefix("pginstall")
        if ours and have != ours:
            raise PostgresError(f"{self.data} was written by PostgreSQL {have}, but PostgreSQL {ours} is installed.")

    def start(self) -> None:
        """Bring the postmaster to the state "ready", adopting one that already runs."""
        deadline = time.monotonic() + START_TIMEOUT
        launched: subprocess.Popen[bytes] | None = None
        while time.monotonic() < deadline:
            if launched is not None and launched.poll() is not None:
                said = self._last_words()
                if STILL_IN_USE not in said:
                    raise PostgresError(f"PostgreSQL stopped while starting ({said}); see {self.log}.")
                launched = None  # server processes of a killed postmaster: they end by themselves
            if self._postmaster() is not None:
                if self._status() == "ready" and self._answers():
                    return
            elif launched is None:
                launched = self._launch()
            time.sleep(POLL)
        raise PostgresError(f"PostgreSQL was not ready after {START_TIMEOUT:.0f} seconds; see {self.log}.")

    def make_database(self) -> None:
        """Create the role and the database that own everything of the product, unless they exist."""
        with self._connect() as connection:
            right = "CREATEDB" if self.profile == "test" else "NOCREATEDB"
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(f"CREATE ROLE {ROLE} LOGIN {right}")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
            # Loads check keys set by set (core/imports/keys.py). No new power: the owner may drop keys and triggers.
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")

    def shut_down(self) -> None:
        """A fast shutdown, and an immediate one if that does not end; nothing if it does not run."""
        for how, patience in ((signal.SIGINT, STOP_TIMEOUT), (signal.SIGQUIT, STOP_TIMEOUT)):
            postmaster = self._postmaster()
            if postmaster is None:
                return
            postmaster.send_signal(how)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if self._postmaster() is None:
                    return
                time.sleep(POLL)
        raise PostgresError(f"PostgreSQL does not stop; see {self.log}.")

    def _launch(self) -> subprocess.Popen[bytes]:
        self._remove_misleading_pid_file()
        self._make_socket_directory()
        self.data.chmod(0o700)  # copying or unpacking may have opened it, and PostgreSQL refuses it then
        system_users = {self.account.name, account_name()}
        for name, text in {
            "postgresql.conf": configuration(self.profile, self.socket_directory, self.data),
            "pg_hba.conf": host_based_authentication(),
            "pg_ident.conf": identity_map(system_users),
        }.items():
            (self.data / name).write_text(text)
        if self.log.exists() and self.log.stat().st_size > 10_000_000:
            self.log.replace(self.log.with_name("log.1"))
        with self.log.open("ab") as log:
            self.log_before = log.tell()
            child = subprocess.Popen(
                self._command("postgres", "-D", str(self.data)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.base,
                env=environment(),
                start_new_session=True,  # Ctrl-C is for Kexin, which stops this one last
            )
        _children.append(child)
        return child

    def _command(self, program: str, *arguments: str) -> list[str]:
        programs = binaries()
        return self.account.command([str(programs / program), *arguments], needs=[programs, self.base])

    def _make_socket_directory(self) -> None:
        """The directory of the socket; one in /tmp must be ours and no link somebody else has laid there."""
        place = self.socket_directory
        place.mkdir(mode=0o700, exist_ok=True)
        if place.is_symlink() or place.stat().st_uid not in (self.account.uid, os.geteuid()):
            raise PostgresError(f"{place} belongs to somebody else: remove it.")
        self.account.own(place)

    @property
    def _socket_lock(self) -> Path:
        return self.socket_directory / ".s.PGSQL.5432.lock"

    def _pid_lines(self) -> list[str]:
        try:
            return self.pid_file.read_text().splitlines()
        except OSError:
            return []

    def _status(self) -> str:
        lines = self._pid_lines()
        return lines[7].strip() if len(lines) > 7 else ""

    def _postmaster(self) -> psutil.Process | None:
        """The running postmaster of this cluster, by its pid file and by what that process really is."""
        for child in _children:
            child.poll()
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        try:
            process = psutil.Process(int(lines[0]))
            return process if self._is_ours(process) else None
        except psutil.NoSuchProcess:
            return None

    def _is_ours(self, process: psutil.Process) -> bool:
        return process.name() == "postgres" and is_alive(process) and data_directory(process) == self.data

    def _remove_misleading_pid_file(self) -> None:
        """A pid file whose number now belongs to another program would make PostgreSQL refuse to start.

        Where that is not certain the file stays: it guards against two servers in one directory.
        """
        lines = self._pid_lines()
        if not self.pid_file.exists() or not lines or not lines[0].strip().isdigit():
            self.pid_file.unlink(missing_ok=True)
            return
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(lines[0]))
            if not is_alive(process):
                # Killed, but its parent (an idle init of a container, say) took no note: PostgreSQL would think it
                # lives. The rest of the files stays: it tells PostgreSQL whether server processes are left.
                for path in (self.pid_file, self._socket_lock):
                    with suppress(FileNotFoundError):
                        path.write_text("\n".join([NOBODY, *path.read_text().splitlines()[1:], ""]))
            elif process.name() != "postgres" or data_directory(process) not in (None, self.data):
                self.pid_file.unlink()
                with suppress(FileNotFoundError):  # the number stands at the socket too, and misleads just as well
                    if self._socket_lock.read_text().splitlines()[:1] == [str(process.pid)]:
                        self._socket_lock.unlink()

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_directory),
            user=SUPERUSER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            if "peer authentication failed" in str(error).lower():
                raise PostgresError(
                    f"PostgreSQL in {self.base} runs, but does not know the system user {account_name()}: "
                    "stop it and start again as this user."
                ) from error
            return False
        return True

    def _last_words(self) -> str:
        """The first complaint in the log since the launch: the later ones follow from it."""
        with self.log.open("rb") as log:
            log.seek(self.log_before)
            lines = log.read(100_000).decode(errors="replace").splitlines()
        complaints = ("FATAL", "PANIC", "could not", "invalid", "unrecognized", "error")
        said = next((line for line in lines if any(word in line for word in complaints)), "it said nothing")
        return said.split("  ", 1)[-1].strip()


def account_name() -> str:
    """The name of the system user of this process, as PostgreSQL's peer authentication sees it."""
    return pwd.getpwuid(os.geteuid()).pw_name
