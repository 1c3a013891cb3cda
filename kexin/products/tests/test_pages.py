"""The pages of products, within their budgets of queries."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kexin.core.models import Approval
from kexin.products.choices import RatingFactor
from kexin.products.models import Product
from tests.product_people import admitted, drafted, ticks

pytestmark = pytest.mark.django_db

CHINESE = {"Accept-Language": "zh-hans"}
PANELS = ("about", "benchmark", "parties", "fees", "record", "terms", "rating", "risks")


def test_a_seller_finds_reads_and_exports_what_is_on_sale(house, client_of, django_assert_max_num_queries):
    product = admitted(house)
    drafted(house, "WM-D1", name="还没准入")
    lin = client_of("lin")
    lin.get(reverse("products:products"))
    with django_assert_max_num_queries(25):
        page = lin.get(reverse("products:products") + "?in_six=wealth&grade=2&q=稳利").content.decode()
    assert "江澜理财 稳利90天X" in page
    assert "还没准入" not in page
    assert "还没准入" in client_of("fang").get(reverse("products:products")).content.decode()
    address = reverse("products:product", args=[product.pk])
    with django_assert_max_num_queries(25):
        page = lin.get(address).content.decode()
    assert "R2" in page
    for name in PANELS:
        with django_assert_max_num_queries(25):
            answer = lin.get(reverse("core:panel", args=["product", product.pk, name]))
        assert answer.status_code == 200, name
    assert lin.get(reverse("core:panel", args=["product", product.pk, "admission"])).status_code == 404
    shown = lin.get(reverse("core:panel", args=["product", product.pk, "benchmark"]), headers=CHINESE).content.decode()
    assert "不等于预期收益率" in shown
    found = lin.get(reverse("core:palette") + "?q=WM-X").content.decode()
    assert address in found
    refused = lin.post(reverse("products:export"), {"purpose": " ", "format": "csv"})
    assert refused.status_code == 422
    sent = lin.post(reverse("products:export"), {"purpose": "晨会", "format": "csv"})
    assert "WM-X1" in b"".join(sent.streaming_content).decode()


def test_a_product_is_drafted_reviewed_and_admitted_on_the_pages(house, client_of):
    fang = client_of("fang")
    new = reverse("products:new")
    assert "?class=fund" in fang.get(new).content.decode()
    form = {
        "code": "FD-N1", "name": "江澜基金 新发A", "currency": "CNY", "minimum_amount": "10", "regime": "securities",
        "offering": "public", "return_form": "equity", "structure": "net_value", "languages": ["zh-hans"],
        "issuer": "江澜基金", "manager": "江澜基金", "distributor": "江澜银行", "registration_code": "F00001",
        "issuer_grade": "4", "fund_type": "index", "strategy": "跟踪指数",
    }  # fmt: skip
    refused = fang.post(new + "?class=fund", form)
    assert refused.status_code == 422  # the way of reckoning the net value is missing
    assert 'id="id_valuation_error"' in refused.content.decode()
    assert not Product.objects.exists()
    fang.post(new + "?class=fund", form | {"valuation": "收盘价估值"})
    product = Product.objects.get()
    assert product.categories == {"six": "fund", "five": "fund"}
    pk = product.pk
    fang.post(
        reverse("products:fees", args=[pk]), {"management": "1.2", "purchase": "1.5", "purchase_note": "不足 100 万元"}
    )
    risks = {}
    for kind in ("market", "credit", "liquidity", "operational", "legal", "policy"):
        risks |= {f"{kind}_weight": "3", kind: "净值下跌", f"{kind}_control": "分散投资"}
    unsaid = fang.post(reverse("products:risks", args=[pk]), risks | {"credit_control": ""})
    assert unsaid.status_code == 422
    fang.post(reverse("products:risks", args=[pk]), risks)
    terms = {
        "trades": ["purchase", "redeem"], "calendar": "trading", "cut_off": "15:00", "confirm_days": "1",
        "payout_days": "3",
    }  # fmt: skip
    early = fang.post(reverse("products:terms", args=[pk]), terms | {"payout_days": "0"})
    assert early.status_code == 422
    assert 'id="id_payout_days_error"' in early.content.decode()
    fang.post(reverse("products:terms", args=[pk]), terms)
    fang.post(
        reverse("products:benchmark", args=[pk]), {"from_on": "2026-03-01", "formula": "沪深300", "basis": "合同约定"}
    )
    assert fang.post(reverse("products:submit", args=[pk]), {"note": ""}).status_code == 302
    review = reverse("products:review", args=[pk])
    assert fang.get(review).status_code == 403  # the drafter holds no step
    assert client_of("ning").get(review).status_code == 403  # not her turn
    wu = client_of("wu")
    assert wu.post(review, {"step": "compliance", "opinion": "好", "checks": []}).status_code == 422
    wu.post(review, {"step": "compliance", "opinion": "合规", "checks": ticks("compliance")})
    scores = {str(factor): "4" for factor in RatingFactor}
    luo = client_of("luo")
    assert luo.post(review, {"step": "risk", "opinion": "高波动", "checks": ticks("risk")}).status_code == 422
    luo.post(review, scores | {"step": "risk", "opinion": "高波动", "checks": ticks("risk"), "issuer_grade": "3"})
    client_of("ning").post(review, {"step": "protection", "opinion": "无误导", "checks": ticks("protection")})
    client_of("du").post(review, {"step": "approval", "opinion": "同意", "checks": ticks("approval")})
    product.refresh_from_db()
    assert (product.state, product.own_grade, product.issuer_grade) == ("admitted", 4, 3)
    page = fang.get(reverse("core:panel", args=["product", pk, "admission"])).content.decode()
    for word in ("合规", "高波动", "无误导", "同意"):
        assert word in page


def test_other_terms_of_an_admitted_product_wait_for_a_second_person(house, client_of):
    product = admitted(house)
    fang = client_of("fang")
    address = reverse("products:terms", args=[product.pk])
    terms = {
        "trades": ["purchase", "redeem"], "calendar": "working", "cut_off": "16:30", "confirm_days": "2",
        "payout_days": "4",
    }  # fmt: skip
    assert fang.post(address, terms).status_code == 422  # without a reason
    fang.post(address, terms | {"reason": "管理人调整"})
    product.refresh_from_db()
    assert product.terms.confirm_days == 1
    approval = Approval.objects.get(operation="products.set_terms")
    shown = client_of("du").get(reverse("core:approval", args=[approval.pk]))
    assert shown.status_code == 200
