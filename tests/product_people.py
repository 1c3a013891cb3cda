"""Who brings products to sale: a drafter, the reviewers and an approver, beside the cast of ``tests.personas``."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from kexin.core.actor import system
from kexin.products.choices import RatingFactor, RiskKind
from kexin.products.data import BenchmarkData, ProductData, RiskData, TermsData
from kexin.products.models import Product
from kexin.products.operations import (
    approve_admission,
    assess_risk,
    change_benchmark,
    draft_product,
    review_compliance,
    review_protection,
    set_risks,
    set_terms,
    submit_product,
)
from kexin.products.policies import AdmissionPolicy
from tests.personas import JOINED, PASSWORD, Bank

STAFF = {
    "fang": ("1021", "方妍", "Fang Yan", "产品经理", "product_manager"),
    "luo": ("1022", "罗峰", "Luo Feng", "风险管理专员", "risk_officer"),
    "ning": ("1023", "宁静", "Ning Jing", "消保专员", "consumer_protection_officer"),
    "du": ("1024", "杜衡", "Du Heng", "产品准入审批人", "product_approver"),
}
SCORES = {str(factor): 2 for factor in RatingFactor}


def hire(bank: Bank) -> Bank:
    """Give the small bank its product people, at head office."""
    from kexin.core.models import Role
    from kexin.people.operations import apply_grant, appoint, create_employee, create_post, create_user

    actor = system("set-up")
    for name, (number, chinese, english, title, role) in STAFF.items():
        employee = create_employee(
            actor=actor, staff_no=number, name=chinese, name_en=english, unit=bank.units["head"], joined_on=JOINED
        )
        user = create_user(employee, actor=actor, password=PASSWORD)
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
        post = create_post(actor=actor, unit=bank.units["head"], title=title, title_en=role.replace("_", " "))
        apply_grant(post, actor=actor, role=Role.objects.get(code=role), reach="all")
        appoint(post, actor=actor, employee=employee, starts_on=JOINED)
        employee.refresh_from_db()
        bank.employees[name], bank.posts[name] = employee, post
    return bank


def data_of(code: str = "WM-X1", **more: Any) -> ProductData:
    """A wealth product, complete but for fees, risks, terms and the benchmark."""
    values: dict[str, Any] = {
        "code": code,
        "name": "江澜理财 稳利90天X",
        "name_en": "Jianglan Wealth 90 days X",
        "product_class": "wealth",
        "term_days": 90,
        "issuer": "江澜理财",
        "manager": "江澜理财",
        "distributor": "江澜银行",
        "registration_code": f"Z70000{code}",
        "registration_place": "中国理财网 www.chinawealth.com.cn",
        "regime": "investment",
        "issuer_grade": 2,
        "minimum_amount": Decimal("10000"),
        "return_form": "fixed_income",
        "structure": "net_value",
        "details": {"wealth_type": "closed"},
    }
    return ProductData(**(values | more))


TERMS = TermsData(trades=("purchase", "redeem", "cancel"), confirm_days=1, payout_days=2, quota=Decimal("5000000"))
RISKS = [RiskData(str(kind), 2, "净值波动", "分散投资") for kind in RiskKind]
BENCHMARK = BenchmarkData(from_on=dt.date(2026, 1, 5), low=Decimal("1.85"), basis="同类资产近三年收益测算")


def drafted(bank: Bank, code: str = "WM-X1", **more: Any) -> Product:
    """A draft ready for submission, by Fang."""
    fang = bank.actor("fang")
    product = draft_product(actor=fang, data=data_of(code, **more))
    set_risks(product.pk, actor=fang, risks=RISKS, stages={"existence": "净值随市场波动"})
    set_terms(product.pk, actor=fang, data=TERMS)
    change_benchmark(product.pk, actor=fang, data=BENCHMARK)
    product.refresh_from_db()
    return product


def ticks(step: str) -> list[str]:
    """Every line of a reviewer's list."""
    from kexin.core.policy import in_force

    return [each.code for each in in_force(AdmissionPolicy).checks_of(step)]


def admitted(bank: Bank, code: str = "WM-X1", scores: dict[str, int] | None = None, **more: Any) -> Product:
    """A product that passed all four steps by the right people."""
    product = drafted(bank, code, **more)
    submit_product(product.pk, actor=bank.actor("fang"))
    review_compliance(product.pk, actor=bank.actor("wu"), opinion="合规", checks=ticks("compliance"))
    assess_risk(
        product.pk,
        actor=bank.actor("luo"),
        scores=scores or SCORES,
        issuer_grade=more.get("issuer_grade", 2),
        opinion="波动可控",
        checks=ticks("risk"),
    )
    review_protection(product.pk, actor=bank.actor("ning"), opinion="无误导", checks=ticks("protection"))
    approve_admission(product.pk, actor=bank.actor("du"), opinion="同意准入", checks=ticks("approval"))
    product.refresh_from_db()
    return product
