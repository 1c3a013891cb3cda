"""Net values by hand and by file: what stands, what is refused and why, what a correction leaves behind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kexin.core.actor import system
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.imports.engine import run_import
from kexin.core.imports.findings import findings
from kexin.core.imports.profile import parse_profile
from kexin.core.imports.runs import rejections
from kexin.core.models import AuditEntry, Event
from kexin.products.models import NetValue, Product
from kexin.products.tests.conftest import TODAY, give_values
from kexin.products.values.operations import correct_net_value, enter_net_value
from kexin.products.values.queries import corrections, daily_returns, net_values, performance

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PROFILE = """
profile: values
source: custodian
files:
  - file: %s
    target: products.net_value
    columns: {product: 产品代码, day: 净值日期, unit_value: 单位净值, accumulated: 累计净值}
"""


def test_entered_then_corrected_with_a_reason(bank: Any, wealth: Product) -> None:
    he = bank.actor("he")
    row = enter_net_value(wealth.pk, actor=he, day=TODAY - DAY, unit_value=Decimal("1.0234"))
    assert row.accumulated == Decimal("1.0234")
    with pytest.raises(Conflict) as twice:
        enter_net_value(wealth.pk, actor=he, day=TODAY - DAY, unit_value=Decimal("1.0235"))
    assert "day" in twice.value.fields
    with pytest.raises(RuleViolation) as silent:
        correct_net_value(row.pk, actor=he, unit_value=Decimal("1.02"), accumulated=Decimal("1.02"), reason=" ")
    assert "reason" in silent.value.fields
    correct_net_value(
        row.pk, actor=he, unit_value=Decimal("1.0324"), accumulated=Decimal("1.0324"), reason="两位数字颠倒", version=1
    )
    with pytest.raises(Conflict):
        correct_net_value(row.pk, actor=he, unit_value=Decimal(1), accumulated=Decimal(1), reason="x", version=1)
    [kept] = corrections(he, wealth.pk)
    assert (kept.before, kept.after, kept.day) == (Decimal("1.0234"), Decimal("1.0324"), TODAY - DAY)
    told = Event.objects.get(name="products.NetValueCorrected")
    assert told.payload["before"] == "1.023400"
    entry = AuditEntry.objects.filter(operation="products.correct_net_value", outcome="done").latest("pk")
    assert (entry.subject_kind, entry.subject_id) == ("products.Product", wealth.pk)


def test_a_leap_a_coming_day_and_a_class_without_net_values(bank: Any, wealth: Product) -> None:
    he = bank.actor("he")
    give_values(wealth, 3, last=TODAY - DAY)
    with pytest.raises(RuleViolation) as leap:
        enter_net_value(wealth.pk, actor=he, day=TODAY, unit_value=Decimal("10.2"))
    assert "confirmed" in leap.value.fields
    assert enter_net_value(wealth.pk, actor=he, day=TODAY, unit_value=Decimal("10.2"), confirmed=True).pk
    with pytest.raises(RuleViolation) as early:
        enter_net_value(wealth.pk, actor=he, day=TODAY + DAY, unit_value=Decimal(1))
    assert "day" in early.value.fields
    deposit = Product.objects.create(code="D1", name="一年定期", product_class="time_deposit")
    with pytest.raises(RuleViolation):
        enter_net_value(deposit.pk, actor=he, day=TODAY, unit_value=Decimal(1))
    with pytest.raises(NotFound):
        enter_net_value(10**9, actor=he, day=TODAY, unit_value=Decimal(1))
    with pytest.raises(NotPermitted):
        enter_net_value(wealth.pk, actor=bank.actor("lin"), day=TODAY - 9 * DAY, unit_value=Decimal(1))


ROWS = [
    ("产品代码", "净值日期", "单位净值", "累计净值"),
    ("W90", "2026-11-17", "1.0100", "1.0300"),
    ("W90", "2026-11-18", "1.0101", ""),
    ("W90", "2026-11-19", "1.6000", "1.6200"),  # taken in, and told as a leap
    ("W90", "2026-11-17", "1.0200", "1.0300"),  # says something else about a day above
    ("NOPE", "2026-11-17", "1.0100", ""),
    ("D1", "2026-11-17", "1.0100", ""),
    ("W90", "2026-11-21", "1.0100", ""),
    ("W90", "2026-11-16", "0", ""),
    ("W90", "16/11/2026", "1.0100", ""),
]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_brings_what_is_right_and_tells_what_is_wrong(
    bank: Any, wealth: Product, tmp_path: Path, form: str
) -> None:
    Product.objects.create(code="D1", name="一年定期", product_class="time_deposit")
    name = f"values.{form}"
    _write(tmp_path / name, ROWS)
    report = run_import(parse_profile(PROFILE % name), tmp_path, actor=system("test.import"))
    found = report["targets"]["products.net_value"]
    assert (found["created"], found["rejected"]) == (3, 6)
    stood = dict(NetValue.objects.values_list("day", "accumulated"))
    assert stood == {
        dt.date(2026, 11, 17): Decimal("1.03"),
        dt.date(2026, 11, 18): Decimal("1.0101"),
        dt.date(2026, 11, 19): Decimal("1.62"),
    }
    reasons = {(line.line, line.reason) for line in rejections(system("test.import"), report["run"])}
    assert reasons == {
        (5, "repeated"), (6, "reference"), (7, "no_net_value"), (8, "future"), (9, "range"), (10, "date")
    }  # fmt: skip
    assert any("1" in str(each) and "20" in str(each) for each in findings(report))
    _write(tmp_path / name, [ROWS[0], ("W90", "2026-11-19", "1.0102", "1.0302")])
    again = run_import(parse_profile(PROFILE % name), tmp_path, actor=system("test.import"))
    assert again["targets"]["products.net_value"]["updated"] == 1
    [kept] = corrections(bank.actor("he"), wealth.pk)
    assert (kept.before, kept.after) == (Decimal("1.6"), Decimal("1.0102"))


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    if path.suffix == ".csv":
        path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        return
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)


def test_nothing_of_the_past_before_a_month_then_the_same_words_for_everybody(bank: Any, wealth: Product) -> None:
    lin = bank.actor("lin")
    assert not performance(lin, wealth.pk).shown
    give_values(wealth, 20)
    young = performance(lin, wealth.pk)
    assert not young.shown
    assert (young.gained, young.risk, len(young.series)) == (None, None, 0)
    assert "不等于预期收益" in young.benchmark_words
    NetValue.objects.all().delete()
    give_values(wealth, 300)
    old = performance(lin, wealth.pk)
    assert old.shown
    assert old.risk is not None
    assert old.risk.observations == 299
    assert old.fall is not None
    assert old.past_words.startswith("过往业绩不代表")
    month = performance(lin, wealth.pk, TODAY - 20 * DAY)
    assert (len(month.series), month.by_year) == (21, None)
    assert performance(bank.actor("wu"), wealth.pk).past_words == old.past_words


def test_too_few_returns_say_how_many_are_missing(bank: Any, wealth: Product) -> None:
    give_values(wealth, 100)
    found = performance(bank.actor("lin"), wealth.pk)
    assert (found.risk, found.returns_missing) == (None, 151)


def test_returns_by_day_for_the_floors_above(bank: Any, wealth: Product) -> None:
    give_values(wealth, 60)
    other = Product.objects.create(code="F1", name="基金", product_class="fund")
    give_values(other, 10, seed=4)
    found = daily_returns([wealth.pk, other.pk], 30)
    assert (len(found[wealth.pk]), len(found[other.pk])) == (30, 9)
    assert net_values(bank.actor("lin"), wealth.pk, TODAY - 5 * DAY).count() == 6
