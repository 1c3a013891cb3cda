"""Lin records a sale in the branch, node by node, the network fails for a moment; Wu inspects it and cites a second."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kexin.core.models import PolicyVersion
from kexin.core.policy import forget_cache
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.models import RecordingInspection, RecordingMark, SalesRecording
from kexin.sales.recordings.begun import begin_recording
from kexin.sales.recordings.completing import add_piece
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.test_portal import shot
from tests.personas import Bank
from tests.scenarios.test_a_sale_is_recorded import NODES, everything_is_inspected, on_premises, sign
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance

__all__ = ["everything_is_inspected", "product", "tolerance"]
# What a page without eval can wait for: the player knows its length; it plays from a second on.
WAIT = """([what, second]) => new Promise((done, fail) => {
  const film = document.querySelector("[data-player]");
  const look = (left) => {
    const measured = Number.isFinite(film.duration) && film.currentTime < 1;
    const there = what === "length" ? measured : film.currentTime >= second;
    if (there) done(film.duration);
    else if (left) setTimeout(look, 100, left - 1);
    else fail(`${what}: ${film.readyState} ${film.duration} ${film.currentTime} ${film.error?.message}`);
  };
  look(200);
})"""


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", "1440"), ("en", "dark", "390")])
def test_a_sale_is_recorded_and_inspected(
    visit: Visit,
    bank: Bank,
    chen: Customer,
    product: Product,
    language: str,
    theme: str,
    width: str,
) -> None:
    look: dict[str, Any] = {"language": language, "theme": theme, "width": width}
    name = f"{language}-{width}"
    zh = language == "zh"
    sale = on_premises(bank, chen, product)
    sign(sale, chen, bank)
    lin = visit("lin", f"/sales/{sale.pk}/", trouble=(0,), **look)
    shot(lin, f"recording-sale-{name}")
    assert_accessible(lin)
    lin.get_by_role("link", name="进入双录" if zh else "Open the recording").click()
    expect(lin.locator(".rec-consent")).to_be_visible()
    shot(lin, f"recording-consent-{name}")
    assert_accessible(lin)
    lin.get_by_role("button", name="客户同意" if zh else "The customer agrees").click()
    expect(lin.locator("[data-sources]")).to_be_visible()
    shot(lin, f"recording-sources-{name}")
    assert_accessible(lin)
    lin.locator("[data-source=video]" if zh else "[data-source=audio]").click()
    expect(lin.locator("[data-live]")).to_be_visible()

    for number, _code in enumerate(NODES):
        expect(lin.locator("[data-number]")).to_have_text(f"{number + 1} / {len(NODES)}")
        if number == 1:
            answer(lin, "unclear")
            expect(lin.locator("[data-number]")).to_have_text(f"2 / {len(NODES)}")
        if number == 2:
            lin.context.set_offline(True)
            answer(lin, "yes")
            expect(lin.locator(".rec [data-offline]")).to_be_visible()
            shot(lin, f"recording-node-{name}")
            assert_accessible(lin)
            lin.context.set_offline(False)
            continue
        answer(lin, "yes")
    expect(lin.locator("[data-end]")).to_be_visible()
    expect(lin.locator(".rec [data-offline]")).to_be_hidden()
    shot(lin, f"recording-end-{name}")
    lin.locator("[data-stop]").click()
    lin.wait_for_url(lambda url: url.endswith(f"/sales/{sale.pk}/"), timeout=30_000)
    row = SalesRecording.objects.get()
    assert (row.state, RecordingMark.objects.filter(recording=row).count()) == ("done", len(NODES) + 1)
    assert row.media_type == ("video/webm" if zh else "audio/webm")
    assert row.size > 1000
    expect(lin.get_by_role("button", name="提交委托" if zh else "Hand the order over")).to_be_visible()
    shot(lin, f"recording-sale-done-{name}")

    wu = visit("wu", f"/recordings/{row.pk}/", **look)
    seconds = wu.evaluate(WAIT, ["length", 0])
    assert abs(seconds - float(row.seconds or 0)) < 3
    jump = wu.locator("[data-jump]").nth(3)
    second = float(jump.get_attribute("data-jump") or 0)
    jump.click()
    wu.evaluate(WAIT, ["second", second])
    wu.evaluate("document.querySelector('[data-player]').pause()")
    wu.locator("[data-take-second]").click()
    assert second - 0.2 <= float(wu.locator("[data-second-field]").input_value()) <= second + 5
    wu.locator("[name=result][value=faulty]").check()
    wu.locator("[name=reason]").fill("证件没有对准镜头")
    shot(wu, f"recording-inspect-{name}")
    assert_accessible(wu)
    wu.get_by_role("button", name="提交质检结果" if zh else "Note the result").click()
    expect(wu.get_by_text("质检结果已登记" if zh else "The inspection is noted.")).to_be_visible()
    assert RecordingInspection.objects.get().result == "faulty"
    shot(wu, f"recording-inspected-{name}")
    wu.goto(f"{wu.url.split('/recordings')[0]}/recordings/")
    expect(wu.locator(".rec-figures")).to_be_visible()
    shot(wu, f"recordings-{name}")
    assert_accessible(wu)


# Five seconds of the pretended camera, as a file that another device might have made (base64).
FILM = """() => new Promise(async (done) => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const recorder = new MediaRecorder(stream, { mimeType: "video/webm;codecs=vp8,opus" });
  recorder.ondataavailable = async (event) => {
    const bytes = new Uint8Array(await event.data.arrayBuffer());
    done(btoa(bytes.reduce((text, each) => text + String.fromCharCode(each), "")));
  };
  recorder.start();
  setTimeout(() => { recorder.stop(); stream.getTracks().forEach((each) => each.stop()); }, 6000);
})"""


def test_a_file_is_attached_and_goes_on_where_it_stopped(
    visit: Visit,
    bank: Bank,
    chen: Customer,
    product: Product,
) -> None:
    row = PolicyVersion.objects.get(code="sales.recording")
    PolicyVersion.objects.filter(pk=row.pk).update(values={**row.values, "piece_kb": 64})
    forget_cache()
    sale = on_premises(bank, chen, product)
    sign(sale, chen, bank)
    recording = begin_recording(sale, actor=bank.actor("lin"), consented=True)
    film = base64.b64decode(visit("lin", f"/sales/{sale.pk}/recording/").evaluate(FILM))
    assert len(film) > 65_536, "more than one piece"
    file = {"name": "双录.webm", "mimeType": "video/webm", "buffer": film}
    first = film[:65_536]
    digest = hashlib.sha256(first).hexdigest()
    add_piece(recording, actor=bank.actor("lin"), number=0, content=first, sha256=digest)

    page = visit("lin", f"/sales/{sale.pk}/recording/", trouble=(422,))
    expect(page.get_by_text("未传完的文件")).to_be_visible()
    page.locator("[data-file]").set_input_files(file | {"buffer": b"not this one" * 9000})
    expect(page.locator("[data-problem]")).to_be_visible()
    page = visit("lin", f"/sales/{sale.pk}/recording/")
    page.locator("[data-file]").set_input_files(file)
    expect(page.locator("[data-sent]")).to_contain_text("待传0片")
    page.evaluate(WAIT.replace("data-player", "data-preview"), ["length", 0])
    shot(page, "recording-file-zh-1440")
    for number in range(len(NODES)):
        expect(page.locator("[data-number]")).to_have_text(f"{number + 1} / {len(NODES)}")
        page.evaluate("at => { document.querySelector('[data-preview]').currentTime = at }", 0.6 * (number + 1))
        answer(page, "yes")
    page.locator("[data-stop]").click()
    page.wait_for_url(lambda url: url.endswith(f"/sales/{sale.pk}/"), timeout=30_000)
    recording.refresh_from_db()
    assert (recording.state, recording.sha256) == ("done", hashlib.sha256(film).hexdigest())


def answer(page: Page, result: str) -> None:
    """Press what was heard; the buttons wait until something can have been said."""
    button = page.locator(f"[data-mark={result}]")
    expect(button).to_be_enabled()
    button.click()
