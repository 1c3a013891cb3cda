"""``kexin serve`` from the first start to the hard end, and the sentence for each thing that can be wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from kexin.project.commands.prepared import is_prepared, remember
from kexin.project.postgres import ensure_running, stop
from kexin.project.postgres_account import account_for
from kexin.project.postgres_programs import binaries
from tests.setup.running import KEXIN, Installation, Serving, free_port
from tests.setup.test_postgres import eventually

pytestmark = pytest.mark.xdist_group("serve")  # one worker makes what they share

IDLE = 600  # connections that say nothing: more than either server has threads
MAKE_USER = """
from django.contrib.auth import get_user_model
get_user_model().objects.create_user(username="lin", password="a long enough secret")
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that has been started once, with a user: made once for this module."""
    var = tmp_path_factory.mktemp("installation")
    made = Installation(var, free_port())
    first = made.serve()
    assert first.status() == 200
    assert first.end(signal.SIGTERM)[0] == 0
    user = made.run("manage", "shell", "-c", MAKE_USER)
    assert user.returncode == 0, user.stderr
    yield made
    stop("product", var=var)


@pytest.fixture
def serving(installation: Installation) -> Iterator[Serving]:
    """The installation at work."""
    installation.port = free_port()
    running = installation.serve()
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_everything_works_until_a_polite_end_stops_it(
    installation: Installation, serving: Serving, how: signal.Signals
) -> None:
    assert serving.status() == 200
    eventually(lambda: set(serving.children()) == {"web", "worker", "portal"})
    eventually(lambda: portal_answers(serving))
    eventually(lambda: installation.findings()["job worker"]["good"] is True)

    everything = [*serving.tree(), psutil.Process(installation.postmaster)]
    code, said = serving.end(how)
    assert code == 0
    assert "Traceback" not in said
    assert not any(is_alive(process) for process in everything)


def test_a_hard_end_loses_nothing(installation: Installation, serving: Serving) -> None:
    with psycopg.connect(ensure_running("product", var=installation.var).url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept_over_a_kill (number int)")
        connection.execute("INSERT INTO kept_over_a_kill VALUES (7)")
    servants, postmaster = serving.tree(), installation.postmaster
    serving.end(signal.SIGKILL)
    eventually(lambda: not any(is_alive(process) for process in servants))

    again = installation.serve()
    try:
        assert installation.postmaster == postmaster
        assert again.status() == 200
        with psycopg.connect(ensure_running("product", var=installation.var).url) as connection:
            assert connection.execute("SELECT number FROM kept_over_a_kill").fetchone() == (7,)
            connection.execute("DROP TABLE kept_over_a_kill")
    finally:
        stop("product", var=installation.var)  # this process is no user any more; serve is
        assert again.end(signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("name", [["worker"], ["web", "--host=127.0.0.1", "--port=1"]])
def test_a_child_whose_parent_was_killed_before_it_looked_ends_too(nothing_runs: int, name: list[str]) -> None:
    started = subprocess.run([*KEXIN, *name, f"--parent={nothing_runs}"], check=False, timeout=60)
    assert started.returncode == -signal.SIGKILL


@pytest.fixture
def nothing_runs() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


def test_browsers_that_keep_their_connections_leave_room_for_others(serving: Serving) -> None:
    eventually(lambda: portal_answers(serving))
    with ExitStack() as idle:
        for address in (serving.address, serving.portal_address):
            where = urlsplit(address)
            for _ in range(IDLE):
                idle.enter_context(socket.create_connection((where.hostname, where.port), timeout=30))
        assert serving.status() == 200
        assert portal_answers(serving)


def test_a_child_that_dies_comes_back(serving: Serving) -> None:
    eventually(lambda: portal_answers(serving))  # the last to start
    old = serving.children()
    for child in old.values():
        child.kill()

    for name in ("web", "worker", "portal"):
        eventually(lambda name=name: serving.children().get(name, old[name]).pid != old[name].pid)
    eventually(lambda: answers(serving))


def answers(serving: Serving) -> bool:
    try:
        return serving.status() == 200
    except OSError:
        return False


def portal_answers(serving: Serving) -> bool:
    """The portal shows its own page, and nothing of the staff's."""
    try:
        with urllib.request.urlopen(f"{serving.portal_address}ended/", timeout=30) as response:
            shown = response.read().decode()
    except OSError:
        return False
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"{serving.portal_address}accounts/login/", timeout=30)
    return "kexin/portal.css" in shown and missing.value.code == 404


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def refusal(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that refused."""
    assert result.returncode == 1, result.stdout + result.stderr
    (sentence,) = result.stderr.splitlines()
    assert sentence.startswith("kexin: ")
    assert sentence.endswith(".")
    return sentence.removeprefix("kexin: ")


def test_a_start_prepares_again_only_after_a_change(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("KEXIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KEXIN_VAR", str(installation.var))
    url = ensure_running("product", var=installation.var).url
    try:
        remember(url, with_users=False)
        assert is_prepared(url, with_users=False)
        assert not is_prepared(url, with_users=True)

        (installation.var / "keys" / "master.json").touch()
        assert not is_prepared(url, with_users=False)

        remember(url, with_users=True)
        assert is_prepared(url, with_users=True)
        with psycopg.connect(url) as connection:
            newest = "(SELECT max(id) FROM django_migrations)"
            connection.execute(f"UPDATE django_migrations SET applied = now() WHERE id = {newest}")
        assert not is_prepared(url, with_users=True)
    finally:
        stop("product", var=installation.var)


def test_a_taken_port_is_named(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert refusal(installation.run("serve", PORT=str(port))).startswith(f"Port {port} on 127.0.0.1 is taken")


def test_a_taken_port_of_the_portal_is_named_where_it_was_chosen(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refusal(installation.run("serve", PORT=str(free_port()), PORTAL_PORT=str(port)))
        assert said.startswith(f"Port {port} on 127.0.0.1 is taken")


def test_an_unreachable_database_is_named_without_its_password(installation: Installation) -> None:
    said = refusal(installation.run("serve", DATABASE_URL=f"postgresql://kexin:secret@127.0.0.1:{free_port()}/kexin"))

    assert "cannot be reached: " in said
    assert "Connection refused" in said
    assert "secret" not in said


def test_a_database_too_old_is_refused(installation: Installation, tmp_path: Path) -> None:
    """With a real PostgreSQL 16: the wheel carries one beside the one that Kexin uses."""
    tmp_path.chmod(0o755)
    programs = binaries().parents[1] / "pginstall" / "bin"
    account = account_for(tmp_path)
    account.own(tmp_path)

    def command(program: str, *arguments: str) -> list[str]:
        return account.command([str(programs / program), *arguments], needs=[programs, tmp_path])

    initdb = command("initdb", "--username=kexin", "--auth=trust", "--encoding=UTF8", "--no-sync", f"{tmp_path}/data")
    subprocess.run(initdb, check=True, capture_output=True, cwd=tmp_path)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={tmp_path}"]
    with (tmp_path / "log").open("w") as log:
        old = subprocess.Popen(command("postgres", "-D", f"{tmp_path}/data", *options), stderr=log, cwd=tmp_path)
    try:
        eventually((tmp_path / ".s.PGSQL.5432").exists)
        eventually(lambda: "ready to accept connections" in (tmp_path / "log").read_text())
        said = refusal(installation.run("serve", DATABASE_URL=f"postgresql://kexin@/postgres?host={tmp_path}"))
        assert said.endswith("is PostgreSQL 16, but Kexin needs 17 or newer.")
    finally:
        old.terminate()
        old.wait()


@pytest.mark.parametrize("name", ["master.json", "keyring.json"])
def test_a_missing_key_file_is_named_and_never_replaced(installation: Installation, name: str) -> None:
    path = installation.var / "keys" / name
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        assert f"its key file {path} is missing" in refusal(installation.run("serve"))
        assert not path.exists()
    finally:
        aside.rename(path)


def test_the_doctor_finds_keys_open_to_others(installation: Installation) -> None:
    assert installation.findings()["keys"]["good"] is True
    keys = installation.var / "keys"
    keys.chmod(0o755)
    try:
        assert installation.findings()["keys"]["good"] is False
    finally:
        keys.chmod(0o700)


def test_a_port_that_is_no_number_is_wrong_usage(installation: Installation) -> None:
    result = installation.run("serve", PORT="high")

    assert result.returncode == 2
    assert "“high”" in result.stderr
