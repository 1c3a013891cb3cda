"""The embedded PostgreSQL: made once, started, adopted, recovered, stopped. Each test has a cluster of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from kexin.project.postgres import DatabaseAddress, PostgresError, ensure_running, stop
from kexin.project.postgres_cluster import Cluster

PATIENCE = 180.0  # seconds a condition may take on a busy machine
START = "from kexin.project.postgres import ensure_running; print(ensure_running('test').url, flush=True)"


def eventually(condition: Callable[[], object]) -> None:
    """Look until ``condition`` holds, leaving the processor to those it waits for in between."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.01)


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A directory of state whose cluster is stopped in the end."""
    tmp_path.chmod(0o755)
    yield tmp_path
    with suppress(PostgresError):
        stop("test", var=tmp_path)


def postmaster(var: Path) -> int:
    return int((var / "postgres-test" / "data" / "postmaster.pid").read_text().split()[0])


def asked(address: DatabaseAddress, question: str) -> object:
    with psycopg.connect(address.url) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def another_process(var: Path, then: str = "") -> subprocess.Popen[str]:
    """A process of its own that starts or adopts the cluster, prints its address and does ``then``."""
    return subprocess.Popen(
        [sys.executable, "-c", f"{START}\n{then}"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "KEXIN_VAR": str(var)},
        start_new_session=True,
    )


def test_the_new_cluster_is_what_the_house_needs(var: Path) -> None:
    address = ensure_running("test", var=var)

    assert asked(address, "SELECT current_user || ' ' || current_database()") == "kexin kexin"
    assert asked(address, "SHOW server_encoding") == "UTF8"
    assert asked(address, "SHOW data_checksums") == "on"
    assert asked(address, "SHOW listen_addresses") == ""
    assert asked(address, "SHOW jit") == "off"
    collation = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()"
    assert asked(address, collation) == "bC.UTF-8"
    assert asked(address, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert (var / "postgres-test").stat().st_mode & 0o077 == 0


def test_a_killed_postmaster_that_nobody_has_buried_is_no_obstacle(var: Path) -> None:
    """Its parent lives and does not ask for it, as the first process of many containers does not."""
    parent = another_process(var, "import signal; signal.pause()")
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith("postgresql://")
        dead = psutil.Process(postmaster(var))
        dead.kill()
        eventually(lambda: dead.status() == psutil.STATUS_ZOMBIE)
        address = ensure_running("test", var=var)
        assert dead.status() == psutil.STATUS_ZOMBIE
        assert postmaster(var) != dead.pid
        assert asked(address, "SELECT 1") == 1
    finally:
        parent.kill()
        parent.communicate()


def test_the_product_keeps_its_data_at_a_power_cut(var: Path) -> None:
    address = ensure_running("product", var=var)
    try:
        assert asked(address, "SELECT current_setting('fsync') || current_setting('synchronous_commit')") == "onon"
        assert asked(address, "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") is False
    finally:
        assert stop("product", var=var)


def test_a_second_start_adopts_what_runs_and_a_stop_ends_it(var: Path) -> None:
    first = ensure_running("test", var=var)
    runs = postmaster(var)

    assert ensure_running("test", var=var) == first
    assert postmaster(var) == runs
    assert stop("test", var=var)
    assert not psutil.pid_exists(runs) or psutil.Process(runs).status() == psutil.STATUS_ZOMBIE
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first.url)


def test_a_killed_kexin_leaves_a_database_that_the_next_one_adopts(var: Path) -> None:
    killed = another_process(var, "import time; time.sleep(600)")
    assert killed.stdout is not None
    url = killed.stdout.readline().strip()
    runs = postmaster(var)
    killed.kill()
    killed.wait()

    assert ensure_running("test", var=var).url == url
    assert postmaster(var) == runs


def test_a_killed_postmaster_is_followed_by_one_with_the_same_data(var: Path) -> None:
    address = ensure_running("test", var=var)
    with psycopg.connect(address.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with psycopg.connect(address.superuser_url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # the test profile promises no more
    killed = postmaster(var)
    os.kill(killed, signal.SIGKILL)

    assert asked(ensure_running("test", var=var), "SELECT number FROM kept") == 7
    assert postmaster(var) != killed


def test_a_container_that_forbids_looking_into_processes_will_do(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root in a container may not see where another user's process works, only its command line."""

    def forbidden(process: psutil.Process) -> str:
        raise psutil.AccessDenied(process.pid)

    monkeypatch.setattr(psutil.Process, "cwd", forbidden)
    first = ensure_running("test", var=var)
    runs = postmaster(var)

    assert ensure_running("test", var=var) == first
    assert postmaster(var) == runs
    assert stop("test", var=var)


@pytest.mark.parametrize("works_in", ["elsewhere", ""])  # one that is just ending works nowhere any more
def test_a_pid_file_that_names_another_program_misleads_nobody(
    var: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, works_in: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    elsewhere.chmod(0o755)
    ensure_running("test", var=elsewhere)
    other = postmaster(elsewhere)  # of the same system user: PostgreSQL itself would take it for its own
    try:
        ensure_running("test", var=var)
        base = var / "postgres-test"
        files = (base / "data" / "postmaster.pid", base / "run" / ".s.PGSQL.5432.lock")
        left_behind = [each.read_text().splitlines() for each in files]
        stop("test", var=var)
        for path, lines in zip(files, left_behind, strict=True):
            path.write_text("\n".join([str(other), *lines[1:], ""]))
        true = psutil.Process.cwd
        if not works_in:
            monkeypatch.setattr(psutil.Process, "cwd", lambda each: "" if each.pid == other else true(each))

        assert asked(ensure_running("test", var=var), "SELECT 1") == 1
    finally:
        monkeypatch.undo()
        stop("test", var=elsewhere)


def test_a_crash_while_the_cluster_is_made_leaves_nothing_half_done(var: Path) -> None:
    crashing = another_process(var)
    half_done = var / "postgres-test" / "data.new"
    eventually(lambda: (half_done / "PG_VERSION").exists())
    for process in [*psutil.Process(crashing.pid).children(recursive=True), psutil.Process(crashing.pid)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    crashing.wait()
    assert not (var / "postgres-test" / "data").exists()

    assert asked(ensure_running("test", var=var), "SELECT 1") == 1
    assert not half_done.exists()


def test_several_processes_at_once_start_one_database(var: Path) -> None:
    processes = [another_process(var) for _ in range(3)]
    answers = {process.communicate(timeout=PATIENCE)[0].strip() for process in processes}

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert answers == {ensure_running("test", var=var).url}


def test_the_database_stays_while_another_process_uses_it(var: Path) -> None:
    other = another_process(var, "import sys; sys.stdin.read()")
    assert other.stdout is not None
    other.stdout.readline()
    address = ensure_running("test", var=var)

    assert not stop("test", var=var)
    assert asked(address, "SELECT 1") == 1
    other.kill()
    other.wait()
    assert stop("test", var=var)


def test_a_path_too_long_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("很深的目录" * 5) / ("another one, with a comma" * 3)
    tmp_path.chmod(0o755)
    deep.mkdir(parents=True)
    address = ensure_running("test", var=deep)
    try:
        assert asked(address, "SELECT 1") == 1
    finally:
        socket_directory = Cluster.of("test", deep).socket_directory
        assert stop("test", var=deep)
    assert not socket_directory.is_relative_to(deep)
    assert socket_directory.stat().st_mode & 0o077 == 0
    socket_directory.rmdir()


def test_a_directory_closed_to_others_will_do(tmp_path: Path) -> None:
    """As under /root: where root runs Kexin, PostgreSQL's own user may not even enter it."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    address = ensure_running("test", var=closed)
    try:
        assert asked(address, "SELECT 1") == 1
    finally:
        assert stop("test", var=closed)


def test_data_of_another_version_is_refused_in_one_sentence(var: Path) -> None:
    ensure_running("test", var=var)
    stop("test", var=var)
    (var / "postgres-test" / "data" / "PG_VERSION").write_text("16\n")

    with pytest.raises(PostgresError, match=r"was written by PostgreSQL 16, but PostgreSQL \d+ is installed\.$"):
        ensure_running("test", var=var)


def test_foreign_files_are_never_overwritten(var: Path) -> None:
    data = var / "postgres-test" / "data"
    data.mkdir(parents=True)
    (data / "letter.txt").write_text("mine")

    with pytest.raises(PostgresError, match=r"is not empty and not a PostgreSQL cluster: move it away\.$"):
        ensure_running("test", var=var)
    assert (data / "letter.txt").read_text() == "mine"


def test_a_database_that_cannot_start_says_why(var: Path) -> None:
    ensure_running("test", var=var)
    stop("test", var=var)
    (var / "postgres-test" / "data" / "postgresql.auto.conf").write_text("work_mem = 'much'\n")

    with pytest.raises(PostgresError, match=r"PostgreSQL stopped while starting .*work_mem.*see .*log"):
        ensure_running("test", var=var)
