"""A referral is given and answered on the screen; the review pack opens from the customer's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kexin.products.models import Product
from kexin.sales.models import Referral, ReviewPack
from kexin.sales.reviews.making import make_review_pack
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import LOOK, shot
from tests.scenarios.test_a_sale_through_its_gates import product, tolerance  # noqa: F401  fixtures


def test_a_referral_is_given_answered_and_read(
    visit: Visit,
    bank: Any,
    chen: Any,
    product: Product,  # noqa: F811
) -> None:
    giver = visit("lin", f"/customers/{chen.pk}/referrals/new/")
    giver.locator("[name=need]").fill("客户金融资产超过六百万元，希望了解家族信托。")
    unit = bank.units["west"].pk
    giver.evaluate("pk => document.querySelector('[name=unit_id]').tomselect.setValue(String(pk))", unit)
    shot(giver, "referral-form")
    assert_accessible(giver)
    giver.locator("[data-submit]").click()
    settle(giver)
    row = Referral.objects.get()
    assert (row.unit_id, row.receiver_post_id, row.to_line) == (unit, None, "private")
    shot(giver, "referral-given")
    assert_accessible(giver)
    taker = visit("mei", f"/referrals/{row.pk}/", width="390")
    shot(taker, "referral-390")
    assert_accessible(taker)
    taker.get_by_role("button", name="接受", exact=True).click()
    settle(taker)
    assert Referral.objects.get().state == "accepted"
    lists = visit("mei", "/referrals/", language="en", theme="dark")
    shot(lists, "referrals-en-dark")
    assert_accessible(lists)
    for name in ("visits", "needs"):
        form = visit("lin", f"/customers/{chen.pk}/{name}/new/")
        shot(form, f"{name}-form")
        assert_accessible(form)
    for language in ("zh-hans", "en"):
        made = make_review_pack(chen, actor=bank.actor("lin"), language=language)
        if LOOK:
            Path(LOOK, f"pack-{language}.pdf").write_bytes(made.content)
    assert ReviewPack.objects.count() == 2
    tab = visit("lin", f"/customers/{chen.pk}/?tab=advice")
    tab.evaluate("scrollTo(0, 900)")
    settle(tab)
    shot(tab, "advice-tab-full")
    assert_accessible(tab)
