"""The demo bank's texts pass its own check of words; the refused script does not."""

from __future__ import annotations

from kexin.products.tests.test_text_lint import look
from kexin.project.demo.shelf_texts import demo_texts, refused_script


def test_every_text_in_use_passes_the_check() -> None:
    found = list(demo_texts())
    assert {(kind, language) for kind, _name, language, _title, _body in found} >= {
        ("risk_disclosure", "zh"), ("risk_disclosure", "en"), ("product_sheet", "zh"), ("product_sheet", "en"),
    }  # fmt: skip
    assert len({name for _kind, name, _language, _title, _body in found}) == 7
    for kind, name, language, title, body in found:
        said = look(body, kind=kind, product_class=name, language=language)
        assert not said, (title, [(each.code, each.words) for each in said])


def test_the_refused_script_is_refused_for_its_promise_and_its_silence_about_risk() -> None:
    codes = {(each.code, each.level) for each in look(refused_script(), product_class="insurance")}
    assert codes == {("return", "bad"), ("says_risk", "bad"), ("pressure", "warn")}
