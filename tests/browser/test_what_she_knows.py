"""What Mrs Chen knows and wants, on the screens: shelf, opinion, questionnaire, policy, and her own confirmation."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from playwright.sync_api import Browser, expect

from kexin.core import policy
from kexin.core.models import PolicyVersion
from kexin.party.models import Customer, IdentityDocument
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import last_code
from kexin.sales.choices import Gate
from kexin.sales.operations.confirming import tell_opinion
from kexin.sales.operations.opening import open_sale
from kexin.suitability.matching.operations import match
from kexin.suitability.models import QuestionnaireVersion
from tests.browser.conftest import Site, Visit, assert_accessible
from tests.browser.test_portal import PortalSite, phone, portal, shot
from tests.personas import Bank
from tests.scenarios.test_a_sale_through_its_gates import disclosure, read
from tests.scenarios.test_what_she_knows_and_wants import (
    AMOUNT,
    KNOWS_LITTLE,
    answered,
    certified,
    product,
    wants_principal_kept,
)

__all__ = ["portal"]


def test_shelf_opinion_and_her_own_words(
    visit: Visit, chromium: Browser, site: Site, portal: PortalSite, bank: Bank, chen: Customer
) -> None:
    Customer.objects.filter(pk=chen.pk).update(assets=Decimal(800_000), status="active", born_year=1985, birthday=301)
    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    certified(bank)
    chen = Customer.objects.get(pk=chen.pk)
    answered(chen, KNOWS_LITTLE)
    product(2)
    riskier, lin = product(3), bank.actor("lin")
    wants_principal_kept(bank, chen, ["preserve"])
    disclosure("理财产品不是存款，可能亏损。")
    row = PolicyVersion.objects.filter(code="sales.sale").latest("number")
    PolicyVersion.objects.filter(pk=row.pk).update(values={**row.values, "disclosure_seconds": 0})
    policy.forget_cache()

    for language, theme, width in (("zh", "light", "1440"), ("en", "dark", "390")):
        page = visit("lin", f"/customers/{chen.pk}/?tab=fits", language=language, theme=theme, width=width)
        said = "与客户的投资目标（保住本金）不符" if language == "zh" else "Contrary to what the customer invests for"
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        expect(page.get_by_text(said)).to_be_visible()
        assert_accessible(page)
        shot(page, f"fits-{language}-{theme}")
    opinion = match(chen, riskier, actor=lin, channel="phone", amount=AMOUNT, insists=True)
    page = visit("lin", reverse("suitability:decision", args=[opinion.pk]))
    expect(page.get_by_text("须由客户确认")).to_be_visible()
    assert_accessible(page)
    shot(page, "opinion-zh")

    sheet = QuestionnaireVersion.objects.in_force("risk_person", opinion.decided_on)
    assert sheet is not None
    page = visit("wu", reverse("suitability:questionnaire_version", args=[sheet.pk]), width="390")
    expect(page.get_by_text("熟悉 R3 及以下产品")).to_be_visible()
    assert_accessible(page)
    shot(page, "questionnaire-zh")
    for language, theme in (("zh", "light"), ("en", "dark")):
        page = visit("gao", "/policies/suitability.matching/", language=language, theme=theme)
        assert_accessible(page)
        shot(page, f"policy-{language}")

    sale = open_sale(
        chen, riskier, actor=lin, amount=AMOUNT, channel="remote", staff_took_part=True, decision_no=opinion.pk
    )
    tell_opinion(sale, actor=lin, mode="spoken")
    read(sale, chen)
    address = invite_customer(chen, actor=lin, purpose="buy", delivery="qr").address
    mine = phone(chromium, portal.base)
    mine.goto(address)
    mine.get_by_label("验证码").fill(last_code())
    mine.get_by_role("button", name="下一步").click()
    mine.goto(f"{portal.base}/purchases/{sale.pk}/confirm/")
    expect(mine.get_by_text("没有人推荐我买")).to_be_visible()
    expect(mine.get_by_text("我对这类产品经验不多")).to_be_visible()
    assert_accessible(mine)
    shot(mine, "confirm-zh")
    for box in mine.locator("[name=confirmed]").all()[:-1]:
        box.check()
    mine.get_by_role("button", name="确认").click()
    expect(mine.get_by_text("请同时确认此项").first).to_be_visible()
    mine.get_by_role("button", name="English").click()
    mine.goto(f"{portal.base}/purchases/{sale.pk}/confirm/")
    expect(mine.get_by_text("Nobody advised me to buy it")).to_be_visible()
    shot(mine, "confirm-en")
    mine.locator("[name=confirmed]").last.wait_for()
    for box in mine.locator("[name=confirmed]").all():
        box.check()
    mine.get_by_role("button", name="Confirm").click()
    mine.wait_for_url(lambda url: not url.endswith("/confirm/"))
    evidence = sale.gates.get(gate=Gate.CONFIRMED).evidence
    assert {"little_experience", "objective_own_wish"} <= set(evidence["confirmed"])
    mine.context.close()
