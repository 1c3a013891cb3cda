"""Documents: kept encrypted, handed out whole, withdrawn for a reason, swept when nobody knows them."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kexin.core import vault
from kexin.core.actor import system
from kexin.core.crypto import Undecipherable
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.keystore import customer_keys
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.models import Document
from kexin.engagement.operations import (
    add_document,
    download_document,
    flag_expiring_documents,
    sweep_files,
    withdraw_document,
)
from kexin.engagement.queries import documents
from kexin.engagement.tests.conftest import PDF, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def keep(bank: Any, customer: Any, store: Callable[..., Any], content: bytes = PDF, **more: Any) -> Document:
    values = {"title": "合同", "category": "contract"} | more
    return add_document(customer, actor=bank.actor("lin"), stored=store(customer, content), **values)


def test_what_was_kept_comes_back_whole(bank: Any, chen: Any, store: Any, today: Any) -> None:
    content = os.urandom(3_000_000)  # more than two segments
    document = keep(bank, chen, store, PDF + content)
    row, pieces = download_document(document, actor=bank.actor("lin"))
    assert b"".join(pieces) == PDF + content
    assert (row.size, str(row.file_name)) == (len(PDF) + len(content), "agreement.pdf")
    names = list(Event.objects.filter(customer_id=chen.pk).order_by("id").values_list("name", flat=True))
    assert names[-2:] == ["engagement.DocumentAdded", "engagement.DocumentDownloaded"]
    entry = AuditEntry.objects.get(operation="engagement.download_document")
    assert (entry.actor_name, entry.customer_id, entry.subject_id) == ("1001", chen.pk, document.pk)


def test_nothing_readable_lies_on_the_disk(bank: Any, chen: Any, store: Any, files: Path, today: Any) -> None:
    document = keep(bank, chen, store)
    raw = (files / document.stored_as).read_bytes()
    assert b"Mrs Chen" not in raw
    assert (files / document.stored_as).stat().st_mode & 0o077 == 0
    assert not list((files / "tmp").iterdir())


def test_a_changed_or_exchanged_file_is_refused(bank: Any, chen: Any, store: Any, files: Path, today: Any) -> None:
    first = keep(bank, chen, store)
    second = keep(bank, chen, store, PDF + b"other")
    paths = [files / each.stored_as for each in (first, second)]
    original = paths[0].read_bytes()
    paths[0].write_bytes(paths[1].read_bytes())
    with pytest.raises(Undecipherable):
        b"".join(vault.read(first.stored_as, first.key_id))
    paths[0].write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    with pytest.raises(Undecipherable):
        b"".join(vault.read(first.stored_as, first.key_id))


def test_forgetting_the_key_forgets_the_file(bank: Any, chen: Any, store: Any, today: Any) -> None:
    document = keep(bank, chen, store)
    customer_keys().forget(document.key_id)
    with pytest.raises(RuleViolation):
        download_document(document.pk, actor=bank.actor("lin"))


def test_the_same_file_is_kept_once_until_withdrawn(bank: Any, chen: Any, store: Any, today: Any) -> None:
    document = keep(bank, chen, store)
    with pytest.raises(RuleViolation) as refused:
        keep(bank, chen, store)
    assert "file" in refused.value.fields
    withdraw_document(document, actor=bank.actor("lin"), reason="传错了")
    assert keep(bank, chen, store).pk != document.pk
    assert [each.withdrawn_reason for each in documents(bank.actor("lin"), chen.pk)] == ["", "传错了"]
    with pytest.raises(RuleViolation):
        download_document(document.pk, actor=bank.actor("lin"))


def test_who_may_do_what(bank: Any, chen: Any, store: Any, today: Any) -> None:
    document = keep(bank, chen, store)
    with pytest.raises(NotFound):
        download_document(document.pk, actor=bank.actor("mei"))
    with pytest.raises(NotPermitted):
        download_document(document.pk, actor=bank.actor("he"))
    with pytest.raises(NotPermitted):
        withdraw_document(document.pk, actor=bank.actor("wu"), reason="x")
    assert download_document(document.pk, actor=bank.actor("wu"))[0] == document
    with pytest.raises(NotFound):
        documents(bank.actor("mei"), chen.pk)


def test_orphans_are_swept_and_records_are_not(bank: Any, chen: Any, store: Any, files: Path, today: Any) -> None:
    document = keep(bank, chen, store)
    orphan = store(chen)
    unfinished = vault.Writer(chen.party.key_id)
    unfinished.write(PDF)
    young = store(chen)
    long_ago = time.time() - 25 * 3600
    cut_off = next((files / "tmp").iterdir())
    for path in (files / document.stored_as, files / orphan.stored_as, cut_off):
        os.utime(path, (long_ago, long_ago))
    assert sweep_files(actor=system("clock.files")) == 2
    assert (files / document.stored_as).exists()
    assert (files / young.stored_as).exists()
    assert not (files / orphan.stored_as).exists()
    assert not cut_off.exists()
    unfinished.discard()


def test_expiry_becomes_work_once(bank: Any, chen: Any, store: Any, today: Any) -> None:
    soon = keep(bank, chen, store, expires_on=TODAY + 20 * DAY)
    keep(bank, chen, store, PDF + b"later", expires_on=TODAY + 60 * DAY)
    clock = system("clock.documents")
    assert flag_expiring_documents(actor=clock, today=TODAY) == 1
    assert flag_expiring_documents(actor=clock, today=TODAY) == 0
    item = WorkItem.objects.get(kind="engagement.document_expiring")
    assert (item.subject_id, item.owner_post_id, item.customer_id) == (soon.pk, bank.posts["lin"].pk, chen.pk)
    assert item.due_at.astimezone(dt.UTC).isoformat() == "2026-12-10T15:59:59+00:00"
    withdraw_document(soon, actor=bank.actor("lin"), reason="换新")
    item.refresh_from_db()
    assert item.status == "cancelled"
    assert flag_expiring_documents(actor=clock, today=TODAY) == 0


# -- pages --------------------------------------------------------------------------------------------------------


def send(client: Any, customer: Any, content: bytes, name: str = "合同.pdf", **more: Any) -> Any:
    values = {"title": "代销协议", "category": "contract", "expires_on": ""} | more
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    return client.post(reverse("engagement:upload", args=[customer.pk]), {"file": file, **values})


def test_upload_and_download_by_the_page(bank: Any, chen: Any, client_of: Any, files: Path, today: Any) -> None:
    client = client_of("lin")
    answer = send(client, chen, PDF)
    assert answer.status_code == 302
    document = Document.objects.get(customer=chen)
    assert (str(document.file_name), document.media_type) == ("合同.pdf", "application/pdf")
    answer = client.post(reverse("engagement:download", args=[document.pk]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("engagement:download", args=[document.pk])).status_code == 405


@pytest.mark.parametrize(
    ("content", "name", "more"),
    [
        (b"MZ\x90" + b"\x00" * 9000, "合同.pdf", {}),
        (b"", "合同.pdf", {}),
        (PDF, "合同.exe", {}),
        (PDF, "合同.pdf", {"title": ""}),
        (PDF, "合同.pdf", {"expires_on": "2020-01-01"}),
        (PDF, "合同.pdf", {"category": "nothing"}),
    ],
)
def test_a_refused_upload_leaves_nothing(
    content: bytes, name: str, more: dict[str, str], chen: Any, client_of: Any, files: Path, today: Any
) -> None:
    answer = send(client_of("lin"), chen, content, name, **more)
    assert answer.status_code == 422
    assert b"form-error" in answer.content
    assert not Document.objects.exists()
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_a_file_too_large_is_refused(chen: Any, client_of: Any, files: Path, today: Any) -> None:
    assert send(client_of("lin"), chen, PDF + b"x" * 20_000_000).status_code == 422
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_upload_is_protected_against_forged_forms(bank: Any, chen: Any, files: Path, today: Any) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(
        bank.employees["lin"].user, backend="allauth.account.auth_backends.AuthenticationBackend"
    )  # fmt: skip
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0.0, "type": "totp"}]
    session.save()
    assert send(client, chen, PDF).status_code == 403
    assert not Document.objects.exists()


def test_upload_outside_the_reach_is_not_found(chen: Any, client_of: Any, files: Path, today: Any) -> None:
    assert send(client_of("mei"), chen, PDF).status_code == 404
    assert send(client_of("he"), chen, PDF).status_code == 403
    assert not [path for path in files.rglob("*") if path.is_file()]
