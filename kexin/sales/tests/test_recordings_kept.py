"""Recordings by the interface and the pages: pieces as bytes, ranges, who may hear; the night; keys changed."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from django.urls import reverse

from kexin.core import vault
from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.models import AuditEntry, WorkItem
from kexin.core.rekeying import places_of
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.choices import Gate
from kexin.sales.models import RecordingPiece, SalesRecording
from kexin.sales.recordings.begun import begin_recording
from kexin.sales.recordings.dossier import recordings_part
from kexin.sales.recordings.inspecting import inspect_recording
from kexin.sales.recordings.keeping import remove_recordings, tidy_recordings
from kexin.sales.recordings.oversight import recording_figures
from kexin.sales.recordings.rules import years_after
from tests.personas import Bank
from tests.scenarios.test_a_sale_is_recorded import (
    DIGESTS,
    FILM,
    NODES,
    PIECES,
    everything_is_inspected,
    on_premises,
    recorded,
    send,
    sign,
)
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance

__all__ = ["everything_is_inspected", "product", "tolerance"]
pytestmark = pytest.mark.django_db


def test_pieces_marks_and_the_whole_by_the_pages(
    bank: Bank,
    chen: Customer,
    product: Product,
    client_of: Any,
) -> None:
    lin, sale = client_of("lin"), on_premises(bank, chen, product)
    page = reverse("recordings:session", args=[sale.pk])
    first = lin.get(page)
    assert "media-src 'self' blob:" in first.headers["Content-Security-Policy"]
    assert "camera=(self)" in first.headers["Permissions-Policy"]
    assert "camera=()" in lin.get(reverse("sales:sale", args=[sale.pk])).headers["Permissions-Policy"]
    assert "客户同意" in first.content.decode()
    assert client_of("mei").get(page).status_code == 404
    assert client_of("wu").get(page).status_code == 403
    lin.post(reverse("recordings:begin", args=[sale.pk]), {"consented": "1"})
    row = SalesRecording.objects.get()
    assert "data-recorder" in lin.get(page).content.decode()
    assert lin.get(reverse("recordings:status", args=[sale.pk])).json() == {"signed": False, "open": True}

    def put(number: int, content: bytes, digest: bytes | None = None) -> Any:
        told = base64.b64encode(digest or hashlib.sha256(content).digest()).decode()
        return lin.put(
            reverse("recordings:piece", args=[row.pk, number]),
            content,
            content_type="application/octet-stream",
            headers={"Content-Digest": f"sha-256=:{told}:"},
        )

    assert put(0, PIECES[0], b"x" * 32).status_code == 422
    assert lin.put(reverse("recordings:piece", args=[row.pk, 0]), PIECES[0]).status_code == 422
    for number, each in enumerate(PIECES):
        assert put(number, each).json() == {"pieces": number + 1}
    assert put(0, PIECES[0]).json() == {"pieces": len(PIECES)}

    def post(name: str, told: Any) -> Any:
        return lin.post(reverse(f"recordings:{name}", args=[row.pk]), json.dumps(told), content_type="application/json")

    skipped = post("mark", {"code": "identity", "began": "0", "ended": "5", "result": "yes"})
    assert (skipped.status_code, skipped.json()["problem"]) == (422, "尚未轮到该节点。")
    for told in ([], "x", {"code": "consent", "began": "NaN", "ended": "1e99", "result": "yes"}):
        assert post("mark", told).status_code in (400, 422)
    for number, code in enumerate(NODES):
        told = {"code": code, "began": str(number * 10), "ended": f"{number * 10 + 9}.5", "result": "yes"}
        assert post("mark", told).status_code == 200
    whole = hashlib.sha256(bytes.fromhex("".join(DIGESTS))).hexdigest()
    done = {"seconds": "90.0", "whole": whole, "media_type": "video/webm"}
    assert "签署" in post("complete", done).json()["problem"]
    sign(sale, chen, bank)
    assert lin.get(reverse("recordings:status", args=[sale.pk])).json()["signed"] is True
    assert post("complete", done).json() == {"next": reverse("sales:sale", args=[sale.pk])}
    assert sale.gates.filter(gate=Gate.RECORDED).exists()
    assert "双录已完成" in lin.get(page).content.decode()


def test_who_may_hear_it_and_which_bytes(
    bank: Bank,
    chen: Customer,
    product: Product,
    client_of: Any,
    django_assert_max_num_queries: Any,
) -> None:
    _sale, row = recorded(bank, chen, product)
    content = reverse("recordings:content", args=[row.pk])
    assert client_of("lin").get(content).status_code == 403
    assert client_of("mei").get(content).status_code == 403
    wu = client_of("wu")
    whole = wu.get(content)
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, FILM)
    part = wu.get(content, headers={"Range": "bytes=40000-40099"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, FILM[40_000:40_100])
    assert part.headers["Content-Range"] == f"bytes 40000-40099/{len(FILM)}"
    assert (part.headers["Cache-Control"], part.headers["Content-Type"]) == ("no-store", "video/webm")
    assert wu.get(content, headers={"Range": f"bytes={len(FILM)}-"}).status_code == 416
    assert wu.get(reverse("recordings:content", args=[row.pk + 1])).status_code == 404
    assert AuditEntry.objects.filter(operation="sales.play_recording", outcome="read").count() == 3

    page = reverse("recordings:one", args=[row.pk])
    with django_assert_max_num_queries(30):
        shown = wu.get(page).content.decode()
    assert "data-player" in shown
    assert "取当前播放秒数" in shown
    assert "data-player" not in client_of("lin").get(page).content.decode()
    wrong = wu.post(reverse("recordings:inspect", args=[row.pk]), {"result": "faulty", "second": "500", "reason": ""})
    assert (wrong.status_code, "请指出问题所在的秒数" in wrong.content.decode()) == (422, True)
    told = {"result": "faulty", "second": "12.5", "reason": "证件没有对准镜头"}
    assert wu.post(reverse("recordings:inspect", args=[row.pk]), told).status_code == 302
    with django_assert_max_num_queries(30):
        listed = wu.get(reverse("recordings:list") + "?which=faulty").content.decode()
    assert row.sale.sale_no in listed
    figures = recording_figures(bank.actor("wu"))
    assert (figures.asked, figures.recorded, figures.missing, figures.faulty, figures.uncorrected) == (1, 1, 0, 1, 1)
    assert recording_figures(bank.actor("mei")).asked == 0
    for which, there in (("uncorrected", True), ("complete", True), ("awaited", False), ("passed", False)):
        found = wu.get(reverse("recordings:list") + f"?which={which}").content.decode()
        assert (row.sale.sale_no in found) == there, which
    waiting = on_premises(bank, chen, product)
    for which, numbers in (("asked", {row.sale.sale_no, waiting.sale_no}), ("unfinished", {waiting.sale_no})):
        page = wu.get(reverse("sales:sales") + f"?recording={which}").content.decode()
        assert {each for each in (row.sale.sale_no, waiting.sale_no) if each in page} == numbers
    part_of_dossier = recordings_part(row.sale)
    assert part_of_dossier.recordings[0].sha256 == hashlib.sha256(FILM).hexdigest()
    assert part_of_dossier.sections[0].data["inspection"]["second"] == "12.5"
    assert len(part_of_dossier.sections[0].rows) == len(NODES)


def test_the_night_gives_up_what_nobody_ended_and_asks_again_for_inspections(
    bank: Bank,
    chen: Customer,
    product: Product,
) -> None:
    _sale, row = recorded(bank, chen, product)
    WorkItem.objects.filter(kind="sales.inspect_recording").delete()
    other = on_premises(bank, chen, product)
    left = begin_recording(other, actor=bank.actor("lin"), consented=True)
    send(left, bank, PIECES[:1])
    other.state, other.reason = "cancelled", "x"
    other.closed_at = other.opened_at
    other.save()
    night = system("clock.recordings")
    assert tidy_recordings(actor=night) == 2
    left.refresh_from_db()
    assert (left.state, RecordingPiece.objects.count()) == ("void", 0)
    assert WorkItem.objects.get(kind="sales.inspect_recording").subject_id == row.pk
    assert tidy_recordings(actor=night) == 0


def test_it_is_kept_until_its_day_and_found_by_the_keepers_of_keys_and_files(
    bank: Bank,
    chen: Customer,
    product: Product,
    django_capture_on_commit_callbacks: Any,
) -> None:
    _sale, row = recorded(bank, chen, product)
    assert vault.kept([row.stored_as, "aa/unknown"]) == {row.stored_as}
    (files,) = [each for each in places_of("customers") if each.name == "sales_salesrecording files"]
    passed = files.batch(0, 10)
    assert (files.rows(), passed.last, passed.stuck) == (1, row.pk, [])
    night, today = system("clock.recordings"), business_date()
    assert row.kept_until is not None
    assert remove_recordings(actor=night, today=years_after(today, 30)) == 0, "the relation stands"
    Customer.objects.filter(pk=chen.pk).update(status="closed", closed_on=today)
    assert remove_recordings(actor=night, today=years_after(today, 4)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_recordings(actor=night, today=years_after(today, 5)) == 1
    row.refresh_from_db()
    assert row.removed_on == years_after(today, 5)
    assert not (vault.root() / row.stored_as).exists()
    assert (vault.kept([row.stored_as]), files.rows()) == (set(), 0)
    assert row.marks.count() == len(NODES)  # type: ignore[attr-defined]
    assert inspect_recording(row, actor=bank.actor("wu"), result="passed").result == "passed"
    assert remove_recordings(actor=night, today=years_after(today, 6)) == 0
