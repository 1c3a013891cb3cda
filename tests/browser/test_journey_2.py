"""Journey 2: Lin and Mrs Chen, 67, in the sales zone, on two screens, from what fits to the signed dossier.

Three products compared, R3 refused with its reason, a fresh assessment by herself, the opinion told, the risks read on
her phone, her signature, the recording, the supervisor's approval, the order confirmed, the dossier verified.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kexin.core import policy
from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.models import PolicyVersion
from kexin.holdings.models import Holding
from kexin.party.models import Customer, IdentityDocument
from kexin.people.models import ProductAuthorisation, Qualification
from kexin.portal.tests.conftest import last_code
from kexin.products.models import Product, ProductText, TextVersion
from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.dossier import checking
from kexin.sales.models import Order, Sale, SalesRecording, Signature
from kexin.sales.orders.answering import note_core_answer
from kexin.sales.orders.choices import AnswerKind
from kexin.sales.orders.rules import Answer
from kexin.suitability.models import RiskAssessment
from tests.browser.conftest import Site, Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_a_recording import answer
from tests.browser.test_portal import PortalSite, phone, portal, shot
from tests.personas import Bank
from tests.scenarios.test_a_sale_is_recorded import NODES

__all__ = ["portal"]
AMOUNT = Decimal("50000.00")


@pytest.fixture
def sales_zone(site: Site, bank: Bank, chen: Customer) -> dict[str, Product]:
    """Four reviewed products, a certified seller, Mrs Chen with money; the institution approves every sale to her age.

    Nobody waits in a test for the seconds that the risks have to be read.
    """
    today, day = business_date(), dt.timedelta(days=1)
    Customer.objects.filter(pk=chen.pk).update(assets=Decimal(800_000), status="active")
    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    lin = bank.employees["lin"]
    Qualification.objects.create(
        employee=lin, kind="bank_wealth", number="W-1", issuer="协会", issued_on=today, evidence="官网",
        recorded_by="1004",
    )  # fmt: skip
    ProductAuthorisation.objects.create(
        employee=lin, classes=["wealth"], highest_grade=5, private=True, starts_on=today, ends_on=today + 90 * day,
        proposed_by="1004", granted_by="1005",
    )  # fmt: skip
    for code, changed in (("sales.sale", {"disclosure_seconds": 0}), ("suitability.matching", {"elder_grade": 2})):
        row = PolicyVersion.objects.filter(code=code).latest("number")
        PolicyVersion.objects.filter(pk=row.pk).update(values={**row.values, **changed})
    policy.forget_cache()
    for language, body in (
        ("zh", "理财产品不是存款，可能亏损。"),
        ("en", "A wealth product is no deposit; you may lose money."),
    ):
        text = ProductText.objects.create(
            kind="risk_disclosure", product_class="wealth", language=language, title="风险揭示书",
            created_at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        TextVersion.objects.create(
            text=text, number=1, body=body, state="approved", drafted_by="1005", reviewed_by="1007",
            drafted_at=dt.datetime.now(dt.UTC), in_use_from=today - day,
            sha256=hashlib.sha256(body.encode()).hexdigest(),
        )  # fmt: skip
    return {
        code: Product.objects.create(
            code=code, name=name, name_en=english, product_class="wealth", regime="investment", state="admitted",
            own_grade=grade, issuer_grade=grade, term_days=days, minimum_amount=Decimal(10_000),
        )
        for code, name, english, grade, days in (
            ("XJ-1", "日日盈现金管理", "Daily cash", 1, 1),
            ("WJ-30", "稳健三十天", "Steady 30 days", 1, 30),
            ("WY-90", "稳盈九十天", "Steady 90 days", 2, 90),
            ("JQ-180", "进取一百八十天", "Growth 180 days", 3, 180),
        )
    }  # fmt: skip


def drawn(page: Page) -> None:
    """A name drawn on the canvas, with the mouse as finger."""
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(12):
        high = box["y"] + box["height"] * (0.3 if step % 2 else 0.7)
        page.mouse.move(box["x"] + 30 + step * (box["width"] - 60) / 12, high, steps=3)
    page.mouse.up()


def enter(page: Page, address: str, zh: bool) -> None:
    """Open the link and type the code that came by message."""
    page.goto(address)
    page.get_by_label("验证码" if zh else "Code").fill(last_code())
    page.get_by_role("button", name="下一步" if zh else "Go on").click()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_what_fits_to_the_dossier_that_verifies(
    visit: Visit,
    chromium: Browser,
    portal: PortalSite,
    bank: Bank,
    chen: Customer,
    sales_zone: dict[str, Product],
    language: str,
    tmp_path: Path,
) -> None:
    zh = language == "zh"
    theme = "light" if zh else "dark"

    def said(chinese: str, english: str) -> str:
        return chinese if zh else english

    def invited(staff: Page) -> str:
        staff.get_by_role("button", name=said("邀请", "Invite"), exact=True).click()
        staff.locator("details.invitation-address summary").click()
        return staff.locator("details.invitation-address p").inner_text().strip()

    # Nothing is sold before she was assessed, and she alone answers.
    lin = visit("lin", f"/customers/{chen.pk}/invite/?purpose=assess", language=language, theme=theme, trouble=(0, 422))
    base = lin.url.split("/customers")[0]
    mine = phone(chromium, portal.base, theme, language)
    enter(mine, invited(lin), zh)
    mine.get_by_role("button", name=said("开始", "Begin"), exact=True).click()
    for number in range(1, 11):
        expect(mine.get_by_text(said(f"第 {number} 题，共 10 题", f"Question {number} of 10"))).to_be_visible()
        mine.locator(".portal-pick").nth(1).click()
        if number == 1:
            shot(mine, f"j2-question-{language}")
        mine.get_by_role("button", name=said("下一题", "Next question")).click()
    mine.get_by_role("button", name=said("提交", "Send my answers")).click()
    expect(mine.get_by_role("heading", name=said("测评结果", "Your result"))).to_be_visible()
    assert RiskAssessment.objects.get().told_grade == 2
    mine.context.close()

    # What fits, three beside each other, and why R3 does not.
    names = [sales_zone[code] for code in ("XJ-1", "WJ-30", "WY-90")]
    lin.goto(f"{base}/customers/{chen.pk}/compare/?" + "&".join(f"product={each.pk}" for each in names))
    for each in names:
        expect(lin.get_by_role("columnheader", name=each.name if zh else each.name_en)).to_be_visible()
    assert_accessible(lin)
    shot(lin, f"j2-compare-{language}")
    lin.goto(f"{base}/customers/{chen.pk}/sales/new/?product={sales_zone['JQ-180'].pk}")
    lin.locator("[name=amount]").fill("50000")
    lin.locator("form[data-form] .form-foot .btn-do").first.click()
    expect(lin.get_by_text(said("高于客户风险承受能力", "above what the customer can bear")).first).to_be_visible()
    assert not Sale.objects.exists()
    assert_accessible(lin)
    shot(lin, f"j2-refused-{language}")

    # R2, on the premises, with staff: told, read, confirmed, signed, recorded, approved.
    lin.goto(f"{base}/customers/{chen.pk}/sales/new/?product={sales_zone['WY-90'].pk}")
    lin.locator("[name=amount]").fill("50000")
    lin.locator("[name=channel]").select_option("premises")
    lin.locator("form[data-form] .form-foot .btn-do").first.click()
    expect(lin.locator("ol.steps")).to_be_visible()
    sale = Sale.objects.get()
    shot(lin, f"j2-sale-{language}")
    assert_accessible(lin)
    lin.get_by_role("button", name=said("已告知客户", "The customer was told")).click()
    settle(lin)
    lin.get_by_role("link", name=said("在客户手机上打开", "Open on the customer's phone")).click()
    settle(lin)
    mine = phone(chromium, portal.base, theme, language)
    enter(mine, invited(lin), zh)
    assert_accessible(mine)
    shot(mine, f"j2-purchases-{language}")
    mine.locator(".portal-tiles a").first.click()
    mine.get_by_role("link", name=said("阅读风险揭示", "Read the risks")).click()
    for code, value in (("deposit", "yes"), ("loss", "maybe"), ("benchmark", "none")):
        mine.locator(f"[name=q-{code}][value={value}]").check()
    understood = mine.get_by_role("button", name=said("我已阅读并理解风险", "I have read and understood the risks"))
    understood.click()
    expect(mine.get_by_role("alert").first).to_contain_text(said("请再读一遍", "read the text once more"))
    shot(mine, f"j2-wrong-{language}")
    mine.locator("[name=q-deposit][value=no]").check()
    understood.click()
    for code in ("risk", "returns", "suitable", "own_will"):
        mine.locator(f"[name=confirmed][value={code}]").check()
    assert_accessible(mine)
    shot(mine, f"j2-confirm-{language}")
    mine.get_by_role("button", name=said("确认", "Confirm"), exact=True).click()
    expect(mine.locator("[data-send]")).to_be_disabled()
    drawn(mine)
    assert_accessible(mine)
    shot(mine, f"j2-sign-{language}")
    mine.locator("[data-send]").click()
    expect(mine.get_by_text(said("您的步骤已完成", "You have done your part"))).to_be_visible()
    assert Signature.objects.get(sale=sale).kind == "simple"  # a drawing and a code: never called reliable

    lin.goto(f"{base}/sales/{sale.pk}/")
    expect(lin.get_by_role("button", name=said("提交委托", "Hand the order over"))).to_have_count(0)
    lin.get_by_role("link", name=said("进入双录", "Open the recording")).click()
    lin.get_by_role("button", name=said("客户同意", "The customer agrees")).click()
    lin.locator("[data-source=audio]").click()
    for number in range(len(NODES)):
        expect(lin.locator("[data-number]")).to_have_text(f"{number + 1} / {len(NODES)}")
        answer(lin, "yes")
    lin.locator("[data-stop]").click()
    lin.wait_for_url(lambda url: url.endswith(f"/sales/{sale.pk}/"), timeout=30_000)
    assert SalesRecording.objects.get().state == "done"

    zhou = visit("zhou", f"/sales/{sale.pk}/", language=language, theme=theme)
    shot(zhou, f"j2-approve-{language}")
    zhou.get_by_role("button", name=said("同意", "Approve"), exact=True).click()
    settle(zhou)
    lin.reload()
    lin.get_by_role("button", name=said("提交委托", "Hand the order over")).click()
    expect(lin.locator(".page-top .chip")).to_have_text(said("委托处理中", "Order on its way"))

    # The core confirms; the customer sees it; the dossier says so and verifies.
    order = Order.objects.get(sale=sale)
    Order.objects.filter(pk=order.pk).update(state="taken", attempts=1)
    confirmed = Answer(
        order.order_no, AnswerKind.CONFIRMED, "C-1", AMOUNT, value_on=business_date() + dt.timedelta(1),
        account_no="6222-9",
    )  # fmt: skip
    note_core_answer(actor=system("core"), answer=confirmed, source="test")
    assert Holding.objects.filter(account__customer=chen).exists()
    lin.reload()
    expect(lin.locator(".page-top .chip")).to_have_text(said("已成交", "Executed"))
    shot(lin, f"j2-executed-{language}")
    mine.context.close()

    wu = visit("wu", f"/sales/{sale.sale_no}/dossier/", language=language, theme=theme)
    wu.locator("[name=purpose]").fill("检查")
    with wu.expect_download() as taken:
        wu.locator("form[data-form] .form-foot .btn-do").click()
    paper = tmp_path / "dossier.pdf"
    taken.value.save_as(paper)
    assert not checking.verify(paper.read_bytes(), LocalAuthority().root()).findings
    assert checking.verify(paper.read_bytes() + b"x", LocalAuthority().root()).findings
