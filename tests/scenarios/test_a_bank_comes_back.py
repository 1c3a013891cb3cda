"""A bank is backed up while somebody works, its machine is lost, and it comes back on another, whole and readable.

Two real installations in directories of their own: the second knows nothing of the first but the backup and the copy of
the master key that was kept apart.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import shutil
import signal
import subprocess
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.personas import PASSWORD
from tests.setup.running import KEXIN, Installation, free_port
from tests.setup.test_postgres import eventually

REQUIREMENTS = {
    "B-13": "backed up while people work: database, keys, files; damage named, never half a backup; restored and read",
    "L-16": (
        "a process that dies is started again, the doctor says what is wrong; backup and recovery, also after a"
        " restoration that was killed; a bank of an earlier release is brought to this one when it is restored"
    ),
    "D-26": (
        "a customer with name and document comes back from a backup, the audit whole",
        "analysis is shown elsewhere",
    ),
}
SCREENS = {"B-13": "kexin backup, kexin restore, kexin doctor", "L-16": "kexin serve, kexin doctor, kexin restore"}
pytestmark = [pytest.mark.xdist_group("backup"), pytest.mark.timeout(900)]
ROOT = str(Path(__file__).resolve().parents[2])

BANK = """
import datetime as dt
from tests.personas import build
from kexin.core import vault
from kexin.engagement.operations.documents import add_document
from kexin.party.data import DocumentData, PartyData
from kexin.party.operations import create_customer
bank = build()
def customer(name, number):
    data = PartyData(kind="individual", name=name, born_on=dt.date(1979, 4, 12),
                     documents=(DocumentData(type="CN-RIC", number=number),) if number else ())
    return create_customer(actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
"""
CHEN = (
    BANK
    + """
chen = customer("陈秀兰", "310101197904129963")
writer = vault.Writer(chen.party.key_id)
writer.write(b"%PDF-1.7 agreement %%EOF")
stored = writer.finish(media_type="application/pdf", file_name="agreement.pdf")
print("DOCUMENT", add_document(chen, actor=bank.actor("lin"), stored=stored, title="合同", category="contract").pk)
"""
)
WORK = (
    BANK
    + """
for number in range(100_000):
    customer(f"客户{number}", None)
    print("WROTE", flush=True)
"""
)
LOOK = """
from tests.personas import build
from kexin.engagement.models import Document
from kexin.engagement.operations.documents import download_document
from kexin.party.models import Party
import json
names = [str(each.name) for each in Party.objects.order_by("pk")]
_row, pieces = download_document(Document.objects.get(), actor=build().actor("lin"))
print("FOUND", json.dumps([names, b"".join(pieces).decode()]))
"""


@dataclass
class Story:
    first: Installation
    copies: Path
    backup: Path
    told: dict[str, Any]

    @property
    def master(self) -> str:
        return str(self.first.var / "keys" / "master.json")


def shell(where: Installation, script: str) -> str:
    done = where.run("manage", "shell", "-c", script, PYTHONPATH=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def backups(copies: Path) -> list[str]:
    return [each.name for each in copies.iterdir() if not each.name.startswith(".")]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A bank with a customer and a document, backed up while another process makes customers one after the other."""
    base = tmp_path_factory.mktemp("backup")
    base.chmod(0o755)
    first, copies = Installation(base / "first", free_port()), base / "copies"
    done = first.run("migrate")
    assert done.returncode == 0, done.stderr
    assert first.findings()["backup"]["good"] is None
    assert "DOCUMENT" in shell(first, CHEN)
    working = subprocess.Popen(
        [*KEXIN, "manage", "shell", "-c", WORK],
        stdout=subprocess.PIPE,
        text=True,
        env=first.environment | {"PYTHONPATH": ROOT},
    )
    assert working.stdout is not None
    for line in working.stdout:
        if "WROTE" in line:
            break
    made = first.run("backup", str(copies), "--json")
    assert working.poll() is None  # it has been writing all the time
    working.stdout.close()
    working.kill()
    working.wait()
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    return Story(first, copies, Path(told["path"]), told)


def test_the_bank_comes_back_on_another_machine(story: Story, tmp_path: Path) -> None:
    assert story.told["master_key"] == "apart"
    assert not (story.backup / "keys" / "master.json").exists()
    assert [each for each in story.backup.rglob("*") if each.stat().st_mode & 0o077] == []
    tmp_path.chmod(0o755)
    second = Installation(tmp_path / "second", free_port())
    closed = second.run("restore", str(story.backup))
    assert closed.returncode == 1
    assert "--master-key" in closed.stderr
    done = second.run("restore", str(story.backup), "--master-key", story.master, "--json")
    assert done.returncode == 0, done.stderr
    restored = json.loads(done.stdout)
    assert (restored["customers"], restored["replaced"]) == (story.told["customers"], "")
    verified = second.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
    names, content = json.loads(shell(second, LOOK).partition("FOUND ")[2])
    assert len(names) == story.told["customers"] >= 2
    assert names[0] == "陈秀兰"
    assert all(re.fullmatch(r"客户\d+", name) for name in names[1:])
    assert content == "%PDF-1.7 agreement %%EOF"
    serving = second.serve()
    try:
        assert signs_in(serving.address)
        web = serving.children()["web"]
        web.kill()  # what dies is started again by whoever started it
        eventually(lambda: serving.children().get("web", web).pid != web.pid)
        eventually(lambda: answered(serving.address))
    finally:
        serving.end(signal.SIGTERM)
    found = second.findings()
    assert [about for about, finding in found.items() if finding["good"] is False] == []

    again = second.run("restore", str(story.backup), "--master-key", story.master)
    assert again.returncode == 1
    assert "A bank lives here" in again.stderr
    command = ["restore", str(story.backup), "--replace", "--master-key", story.master]
    is_killed(second, command)
    replaced = second.run(*command, "--json")
    assert replaced.returncode == 0, replaced.stderr
    told = json.loads(replaced.stdout)
    assert "customers" in told["replaced"]
    assert any("files.before-restore" in each for each in told["aside"])
    names, content = json.loads(shell(second, LOOK).partition("FOUND ")[2])
    assert (len(names), content) == (story.told["customers"], "%PDF-1.7 agreement %%EOF")
    assert second.findings()["database"]["good"] is True


def is_killed(where: Installation, command: list[str]) -> None:
    """A restoration ends when the tables stand and keys are moved in: nobody works with half a bank."""
    running = subprocess.Popen([*KEXIN, *command], env=where.environment, stdout=subprocess.DEVNULL)
    eventually(lambda: list((where.var / "keys").glob("before-restore-*")))
    running.kill()
    running.wait()
    found = where.findings()["database"]
    assert (found["good"], "half restored" in str(found["text"])) == (False, True)
    for name in ("serve", "migrate"):
        refused = where.run(name)
        assert (refused.returncode, "half restored" in refused.stderr) == (1, True)
        assert "Traceback" not in refused.stderr


def answered(address: str) -> bool:
    """Whether the sign-in page opens; not while the web server is being started."""
    try:
        with urllib.request.urlopen(f"{address}accounts/login/", timeout=30) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def signs_in(address: str) -> bool:
    """Whether the sign-in page takes the password."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with browser.open(f"{address}accounts/login/", timeout=60) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    assert token is not None
    said = {"csrfmiddlewaretoken": token.group(1), "login": "1001", "password": PASSWORD}
    asked = urllib.request.Request(
        f"{address}accounts/login/", urllib.parse.urlencode(said).encode(), {"Referer": address}
    )
    with browser.open(asked, timeout=60) as page:
        return "/accounts/login/" not in page.url


def test_the_run_is_in_the_audit_and_the_doctor_knows_it(story: Story) -> None:
    found = story.first.findings()["backup"]
    assert found["good"] is True
    shown = story.first.run("audit", "show", "--operation", "core.record_backup", "--json")
    made = json.loads(shown.stdout.splitlines()[-1])
    noted = made["arguments"]["backup"]
    assert (noted["act"], noted["customers"], noted["size"]) == ("made", story.told["customers"], story.told["bytes"])


@pytest.mark.parametrize("harm", ["flipped", "cut", "missing", "strange", "manifest"])
def test_a_damaged_backup_is_named_and_not_restored(story: Story, tmp_path: Path, harm: str) -> None:
    copy = tmp_path / story.backup.name
    shutil.copytree(story.backup, copy)
    path = copy / "keys" / "customers.lmdb" / "data.mdb"
    content = bytearray(path.read_bytes())
    if harm == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif harm == "cut":
        path.write_bytes(content[:-1])
    elif harm == "missing":
        path.unlink()
    elif harm == "strange":
        (copy / "keys" / "more").write_bytes(b"x")
    else:
        path = copy / "manifest.json"
        path.write_text(path.read_text().replace('"customers": ', '"customers": 1'))
    nowhere = Installation(tmp_path / "nowhere", free_port())
    name = {"strange": "keys/more", "manifest": "manifest.json"}.get(harm, "keys/customers.lmdb/data.mdb")
    for command in (("backup", "--verify", str(copy)), ("restore", str(copy))):
        said = nowhere.run(*command)
        assert said.returncode == 1
        assert name in said.stderr
    assert not (tmp_path / "nowhere" / "postgres").exists()  # nothing was started for it


def test_a_backup_that_was_killed_is_never_taken_for_one(story: Story, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    running = subprocess.Popen([*KEXIN, "backup", str(copies)], env=story.first.environment)
    eventually(lambda: list(copies.glob(".kexin-*.part/*")))
    running.kill()
    running.wait()
    assert backups(copies) == []
    (left,) = copies.glob(".kexin-*.part")
    assert story.first.run("backup", "--verify", str(left)).returncode == 1
    assert Installation(tmp_path / "x", free_port()).run("restore", str(left)).returncode == 1

    def made() -> bool:  # pg_dump may still hold the lock for a moment
        done = story.first.run("backup", str(copies), "--keep", "2")
        assert done.returncode == 0 or "Another backup" in done.stderr, done.stderr
        return done.returncode == 0

    eventually(made)
    assert not list(copies.glob(".kexin-*.part"))
    (former,) = backups(copies)
    assert story.first.run("backup", str(copies), "--keep", "1").returncode == 0
    (kept,) = backups(copies)
    assert kept > former
