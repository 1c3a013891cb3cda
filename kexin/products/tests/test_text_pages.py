"""Pages of texts and net values: what each person sees, what a wrong form says, how many reads a page takes."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.actor import Actor
from kexin.core.models import AuditEntry
from kexin.holdings.tests.test_review import text_of
from kexin.products.models import Benchmark, NetValue, Product, TextVersion
from kexin.products.tests.conftest import TODAY, give_values
from kexin.products.tests.test_texts import GOOD, approved, script, yes
from kexin.products.texts.operations import draft_version, submit_text
from kexin.products.ui.performance import benchmark_growth
from kexin.products.ui.text_shape import compared, marked
from kexin.project.demo.shelf_texts import demo_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(writer: Actor, client_of: Any) -> Client:
    """The product manager signed in."""
    client: Client = client_of("fang")
    return client


def test_a_text_goes_from_form_to_review_to_use(bank: Any, browser: Client, client_of: Any, wealth: Product) -> None:
    new = reverse("product_texts:new")
    empty = browser.post(new, {"kind": "sales_script", "language": "zh", "title": "话术", "body": GOOD, "code": "?"})
    assert empty.status_code == 422
    assert "没有这个产品" in empty.content.decode()
    given = {"kind": "sales_script", "language": "zh", "title": "话术", "body": "稳赚不赔\n\n" + GOOD, "code": "W90"}
    answer = browser.post(new, given)
    row = TextVersion.objects.get()
    assert answer.headers["Location"] == reverse("product_texts:version", args=[row.text_id, 1])
    page = browser.get(answer.headers["Location"]).content.decode()
    assert '<mark class="bad">稳赚不赔</mark>' in page
    assert "承诺收益" in page
    browser.post(reverse("product_texts:submit", args=[row.pk]))
    wu = client_of("wu")
    review = reverse("product_texts:review", args=[row.pk])
    asked = wu.get(review).content.decode()
    assert "没有承诺保本或收益" in asked
    ticks = {f"check_{code}": "on" for code in yes()}
    decided = wu.post(review, {**ticks, "decision": "approve", "in_use_from": TODAY.isoformat(), "version": "2"})
    assert decided.status_code == 422
    assert "稳赚不赔" in decided.content.decode()
    decided = wu.post(review, {"decision": "return", "note": "删去承诺", "version": "2"})
    assert decided.status_code == 302
    edit = reverse("product_texts:edit", args=[row.pk])
    assert "删去承诺" in browser.get(reverse("product_texts:text", args=[row.text_id])).content.decode()
    browser.post(edit, {"body": GOOD, "version": "3"})
    browser.post(reverse("product_texts:submit", args=[row.pk]))
    wu.post(review, {**ticks, "decision": "approve", "in_use_from": TODAY.isoformat(), "version": "5"})
    row.refresh_from_db()
    assert row.state == "approved"
    lin = client_of("lin")
    page = lin.get(reverse("product_texts:text", args=[row.text_id])).content.decode()
    assert "理财产品不是存款" in page
    assert reverse("product_texts:next", args=[row.text_id]) not in page
    assert lin.get(reverse("product_texts:new")).status_code == 403


def test_versions_are_compared_and_lists_cost_few_reads(
    bank: Any, writer: Actor, browser: Client, client_of: Any, wealth: Product
) -> None:
    first = approved(writer, bank.actor("wu"), script(writer))
    draft_version(first.text_id, actor=writer, body=GOOD.replace("可能亏损", "可能损失本金"))
    for product_class in ("fund", "gold", "trust"):
        submit_text(script(writer, product_class=product_class).pk, actor=writer)
    page = browser.get(reverse("product_texts:compare", args=[first.text_id])).content.decode()
    assert "<del>" in page
    assert "<ins>" in page
    for url in (reverse("product_texts:list"), reverse("product_texts:text", args=[first.text_id])):
        browser.get(url)
        with CaptureQueriesContext(
            connection,
        ) as reads:
            answer = browser.get(url)
        assert answer.status_code == 200
        assert len(reads) <= 24, [each["sql"][:90] for each in reads]
    found = browser.get(reverse("product_texts:list"), {"waiting": "in_review", "q": "话术"}).content.decode()
    assert found.count("审核中") >= 3


def test_net_values_are_entered_corrected_and_told(bank: Any, client_of: Any, wealth: Product) -> None:
    he = client_of("he")
    give_values(wealth, 40)
    url = reverse("net_values:list", args=[wealth.pk])
    assert "单位净值" in he.get(url).content.decode()
    wrong = he.post(reverse("net_values:new", args=[wealth.pk]), {"day": TODAY.isoformat(), "unit_value": "1.01"})
    assert wrong.status_code == 422
    assert "该日已有净值" in wrong.content.decode()
    row = NetValue.objects.order_by("day")[5]
    correct = reverse("net_values:correct", args=[row.pk])
    body = {"unit_value": "1.0100", "accumulated": "1.0100", "reason": "托管人更正", "version": "1"}
    assert he.post(correct, body).status_code == 302
    assert "更正记录" in he.get(url).content.decode()
    assert client_of("lin").get(correct).status_code == 403
    assert client_of("lin").get(url).status_code == 200
    assert client_of("gao").get(url).status_code == 403


def test_paragraphs_keep_every_word() -> None:
    from kexin.products.tests.test_text_lint import look

    body = "开头。\n\n零风险，稳赚不赔！\n\n结尾。"
    shown = marked(body, look(body))
    assert ["".join(part.text for part in each.parts) for each in shown] == body.split("\n\n")
    assert [len(each.notes) for each in shown] == [0, 2, 0]


def test_two_versions_side_by_side_keep_every_word() -> None:
    old, new = "一\n\n二二二二\n\n三", "一\n\n二二三二\n\n四\n\n三"
    pairs = compared(old, new)
    assert "\n\n".join(t for t in ("".join(c.text for c in p.before) for p in pairs) if t) == old
    assert "\n\n".join(t for t in ("".join(c.text for c in p.after) for p in pairs) if t) == new
    assert [each.same for each in pairs] == [True, False, False, True]


def test_performance_is_shown_once_old_enough_with_its_words(bank: Any, client_of: Any, wealth: Product) -> None:
    url = f"/panel/product/{wealth.pk}/performance/"
    lin = client_of("lin")
    give_values(wealth, 20)
    young = lin.get(url).content.decode()
    assert "起可展示过往业绩" in young
    assert "data-chart" not in young
    NetValue.objects.all().delete()
    give_values(wealth, 300)
    Benchmark.objects.create(product=wealth, from_on=TODAY - dt.timedelta(days=400), low=Decimal(3), basis="测算")
    with CaptureQueriesContext(connection) as reads:
        page = lin.get(url + "?months=6").content.decode()
    assert len(reads) <= 18, [each["sql"][:90] for each in reads]
    for words in ("最大回撤", "业绩比较基准", "过往业绩不代表未来表现", "不等于预期收益率", "历史模拟法"):
        assert words in page, words
    assert page.count("data-chart") == 2
    assert benchmark_growth([TODAY, TODAY + dt.timedelta(days=365)], [(TODAY, 3.0)])[1] == pytest.approx(1.03)
    assert benchmark_growth([TODAY], [(TODAY + dt.timedelta(days=1), 3.0)]) == [None]


def test_the_sheet_is_the_reviewed_text_as_pdf(bank: Any, writer: Actor, client_of: Any, wealth: Product) -> None:
    lin, url = client_of("lin"), reverse("product_texts:sheet", args=[wealth.pk])
    assert lin.post(url, {"language": "zh"}).status_code == 422
    _kind, _name, _language, title, body = next(
        each for each in demo_texts() if each[:3] == ("product_sheet", "wealth", "zh")
    )
    row = approved(writer, bank.actor("wu"), script(writer, body, kind="product_sheet", title=title))
    panel = lin.get(f"/panel/product/{wealth.pk}/texts/").content.decode()
    assert title in panel
    answer = lin.post(url, {"language": "zh"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    said = "".join(text_of(answer.content).split())
    row.refresh_from_db()
    for words in ("稳健添利90天", "W90", "理财产品不是存款", row.sha256[:16], "第1版"):
        assert words in said, words
    entry = AuditEntry.objects.filter(operation="products.print_sheet").latest("pk")
    assert entry.arguments["sha256"] == hashlib.sha256(answer.content).hexdigest()
