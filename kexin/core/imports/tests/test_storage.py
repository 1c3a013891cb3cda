"""Uploaded files lie encrypted; plain copies live as long as somebody reads them, also where a reader is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from kexin.core.actor import system
from kexin.core.crypto import KeyRing, forget_opened_ring, key_ring
from kexin.core.imports import jobs, storage
from kexin.core.imports.storage import FilesClosed, NoRoom, Receiver, opened, sweep_opened, take_in, uploads_folder
from kexin.core.imports.tests.test_wizard import CUSTOMERS, bring, run, send
from kexin.core.models import ImportRun, ImportStatus, ImportUpload, RotationRun, UploadJob
from kexin.core.rotation import rotate
from kexin.party.models import Customer

SECRET = "绝密客户 13812345678\n".encode()


def left_open() -> list[str]:
    folder = uploads_folder().parent / "opened"
    return sorted(each.name for each in folder.iterdir() if each.name != ".door") if folder.is_dir() else []


def all_bytes() -> bytes:
    """Everything under the folder of imports."""
    return b"".join(path.read_bytes() for path in uploads_folder().parent.rglob("*") if path.is_file())


def kept(folder: str, content: bytes = SECRET * 100_000) -> bytes:
    receiver = Receiver()
    receiver.write(content)
    return take_in(folder, {"名单.csv": receiver.finish()})


@pytest.fixture
def he(client_of: Callable[[str], Client]) -> Client:
    return client_of("he")


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Iterator[str]:
    import shutil

    name = f"test-{os.getpid()}-{abs(hash(request.node.name))}"
    yield name
    shutil.rmtree(uploads_folder() / name, ignore_errors=True)


# -- the files themselves ------------------------------------------------------------------------------------------


def test_a_file_is_readable_only_while_somebody_has_it_open(folder: str) -> None:
    keys = kept(folder)
    assert "绝密客户".encode() not in all_bytes()
    with opened(folder, keys, ["名单.csv"], "own") as location:
        assert (location / "名单.csv").read_bytes() == SECRET * 100_000
        assert (location / "名单.csv").stat().st_mode & 0o777 == 0o600
        assert location.stat().st_mode & 0o777 == location.parent.stat().st_mode & 0o777 == 0o700
        with opened(folder, keys, ["名单.csv"], "own") as second:  # neither takes the other's copy away
            assert second != location
        assert (location / "名单.csv").exists()
        assert sweep_opened() == 0
    assert left_open() == []


def test_a_copy_is_taken_away_when_its_reader_fails(folder: str) -> None:
    keys = kept(folder)
    with pytest.raises(ZeroDivisionError), opened(folder, keys, ["名单.csv"], "own"):
        raise ZeroDivisionError
    assert left_open() == []


def _flipped(content: bytes) -> bytes:
    return content[:5_000] + bytes([content[5_000] ^ 1]) + content[5_001:]


@pytest.mark.parametrize("harm", [_flipped, lambda content: content[:-1], lambda content: content[:70], lambda _: b""])
def test_a_file_that_was_changed_or_cut_is_not_opened(folder: str, harm: Callable[[bytes], bytes]) -> None:
    keys = kept(folder)
    path = uploads_folder() / folder / "0.sealed"
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(FilesClosed), opened(folder, keys, ["名单.csv"], "own"):
        pytest.fail("it was opened")
    assert left_open() == []


def test_a_file_in_the_place_of_another_is_not_opened(folder: str) -> None:
    first, second = Receiver(), Receiver()
    first.write(SECRET)
    second.write(b"harmless\n")
    keys = take_in(folder, {"a.csv": first.finish(), "b.csv": second.finish()})
    here = uploads_folder() / folder
    (here / "0.sealed").rename(here / "x")
    (here / "1.sealed").rename(here / "0.sealed")
    (here / "x").rename(here / "1.sealed")
    with pytest.raises(FilesClosed), opened(folder, keys, ["a.csv", "b.csv"], "own"):
        pytest.fail("it was opened")


def test_without_the_key_files_nothing_opens_and_with_them_it_does_again(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = kept(folder)
    with monkeypatch.context() as patched:
        patched.setattr(settings, "KEXIN_KEYS_DIR", str(tmp_path / "gone"))
        forget_opened_ring()
        with pytest.raises(FilesClosed, match="密钥"), opened(folder, keys, ["名单.csv"], "own"):
            pytest.fail("it was opened")
        KeyRing.create(tmp_path / "other")
        patched.setattr(settings, "KEXIN_KEYS_DIR", str(tmp_path / "other"))
        forget_opened_ring()
        with pytest.raises(FilesClosed, match="重新上传"), opened(folder, keys, ["名单.csv"], "own"):
            pytest.fail("it was opened")
    forget_opened_ring()
    with opened(folder, keys, ["名单.csv"], "own") as location:
        assert (location / "名单.csv").exists()
    assert left_open() == []


# -- a full disk: every write to /dev/full is refused by the kernel with ENOSPC ------------------------------------


def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.open

    def nowhere(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & os.O_CREAT and isinstance(path, Path) and "imports" in path.parts:
            return really("/dev/full", os.O_WRONLY)
        return really(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", nowhere)


def test_a_full_disk_refuses_what_arrives_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(uploads_folder().iterdir())
    with monkeypatch.context() as patched:
        full_disk(patched)
        receiver = Receiver()
        with pytest.raises(NoRoom):
            receiver.write(SECRET * 200_000)
        receiver.discard()
        short = Receiver()
        short.write(SECRET)  # waits in memory: the refusal comes with the end
        with pytest.raises(NoRoom):
            short.finish()
        short.discard()
    assert set(uploads_folder().iterdir()) == before


def test_a_full_disk_leaves_no_half_copy(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = kept(folder)
    with monkeypatch.context() as patched:
        full_disk(patched)
        with pytest.raises(NoRoom), opened(folder, keys, ["名单.csv"], "own"):
            pytest.fail("it was opened")
    assert left_open() == []


@pytest.mark.django_db
def test_the_page_says_that_the_disk_is_full(he: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(uploads_folder().iterdir())
    with monkeypatch.context() as patched:
        full_disk(patched)
        answer = send(he, "a.csv", b"no,name\n" + b"1,x\n" * 500_000, target="party.customer")
    assert answer.status_code == 422
    assert "磁盘" in answer.content.decode()
    assert set(uploads_folder().iterdir()) == before
    assert not ImportUpload.objects.exists()


@pytest.mark.django_db
def test_a_load_that_finds_the_disk_full_says_so_and_goes_on_later(he: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = bring(he)
    with monkeypatch.context() as patched:
        full_disk(patched)
        upload = run(he, upload, trial=False)
    assert upload.job == UploadJob.ENDED
    assert upload.run is None
    assert "磁盘" in upload.error or "disk" in upload.error
    assert left_open() == []
    assert run(he, upload, trial=False).run.created == 2  # type: ignore[union-attr]


# -- through the wizard --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_lies_readable_from_the_upload_to_the_report(he: Client) -> None:
    upload = bring(he)
    he.get(f"/imports/new/{upload.pk}/columns/")
    run(he, upload, trial=True)
    run(he, upload, trial=False)
    he.get(f"/imports/new/{upload.pk}/")
    lying = all_bytes()
    for personal in ("张秀兰", "13812345678", "1949/12/31"):
        assert personal.encode() not in lying
    assert left_open() == []


@pytest.mark.django_db
def test_pages_and_jobs_say_when_the_files_cannot_be_opened(he: Client) -> None:
    upload = bring(he)
    ImportUpload.objects.update(sealed_keys=key_ring().encrypt("secrets", b"{}", storage.KEYS_CONTEXT))
    page = he.get(f"/imports/new/{upload.pk}/columns/")
    assert page.status_code == 422
    assert "重新上传" in page.content.decode()
    upload = run(he, upload, trial=True)
    assert upload.job == UploadJob.ENDED
    assert upload.error
    assert he.get(f"/imports/new/{upload.pk}/").status_code == 200


@pytest.mark.django_db
def test_files_from_before_they_were_encrypted_are_asked_for_again(he: Client) -> None:
    from kexin.core.imports.uploads import is_there, sweep

    upload = bring(he)
    ImportUpload.objects.update(sealed_keys=None)
    upload.refresh_from_db()
    assert not is_there(upload)
    assert "重新上传" in he.get(f"/imports/new/{upload.pk}/").content.decode()
    assert sweep() == 1


@pytest.fixture
def lasting(transactional_db: None) -> Iterator[Client]:
    """A browser of He's in a bank that other processes see, too."""
    from tests.personas import build

    bank = build()
    client = Client()
    client.force_login(
        bank.employees["he"].user,  # type: ignore[attr-defined]
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    session = client.session
    session["account_authentication_methods"] = [{"method": each, "at": 0.0} for each in ("password", "mfa")]
    session.save()
    yield client
    RotationRun.objects.all().delete()


WORKER = """
import sys
import django
django.setup()
import dataclasses
from kexin.core.imports import importable, jobs, locating, progress

small = {code: dataclasses.replace(each, batch_rows=1) for code, each in importable.importables().items()}
locating.importables = lambda: small
told = progress.tell_progress

def tell(upload, marks):
    told(upload, marks)
    if marks[0]["done"] == 1:
        print("one row is committed", flush=True)
        sys.stdin.read()  # until the parent kills us here

progress.tell_progress = tell
jobs.load_upload(upload_id=int(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_left_readable_is_removed_and_the_load_goes_on(lasting: Client) -> None:
    upload = bring(lasting)
    lasting.post(f"/imports/new/{upload.pk}/run/", {"trial": "0"})
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(upload.pk)],
        env={**os.environ, "DATABASE_URL": urlunsplit(address)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "one row is committed\n"
    assert "张秀兰".encode() in all_bytes()
    assert sweep_opened() == 0  # it lives
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdin.close()
    process.stdout.close()
    assert "张秀兰".encode() in all_bytes()  # a killed process takes nothing away
    assert sweep_opened() == 1
    assert "张秀兰".encode() not in all_bytes()
    assert left_open() == []
    jobs.load_upload(upload_id=upload.pk)  # as the stalled job is taken up again
    done = ImportRun.objects.get()
    assert (done.status, done.read, done.created, done.rejected) == (ImportStatus.DONE, 4, 2, 2)
    assert Customer.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_files_wait_through_a_change_of_the_secrets_key(lasting: Client) -> None:
    upload = bring(lasting)
    before = bytes(upload.sealed_keys or b"")
    rotate("secrets", actor=system("scenario"), settle_seconds=1.6)
    upload.refresh_from_db()
    assert bytes(upload.sealed_keys or b"")[:5] != before[:5]
    assert run(lasting, upload, trial=False).run.created == 2  # type: ignore[union-attr]
    assert CUSTOMERS.splitlines()[1].split(";")[1].encode() not in all_bytes()
