"""The demo shelf as the product floor keeps it: sixty products that passed their admission, with terms and grades.

Names, grades and rates come from ``rates.yaml``; registration codes are invented and begin with DEMO. What was said in
the past is told as if the product people had said it: the rows are written at once, as a load would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kexin.core.calendar import zone
from kexin.core.policy import in_force
from kexin.products.choices import (
    RISK_GROUPS,
    ProductState,
    RiskGroup,
    RiskKind,
)
from kexin.products.models import (
    Benchmark,
    Product,
    ProductFee,
    ProductRisk,
    StageRisk,
    TradingTerms,
)
from kexin.products.policies import ClassificationPolicy, Scheme
from kexin.project.demo import products as shelf
from kexin.project.demo.codes import PRODUCT_CLASSES
from kexin.project.demo.products_en import PRODUCTS_EN
from kexin.project.demo.shelf_past import ADMITTED_BEFORE, DRAFTER, grades_of, tell_admissions
from kexin.project.demo.simulate import Bank

CONTROLS = {
    RiskKind.MARKET: ("利率、股价、汇率变化使净值下跌", "分散投资、久期与仓位限额、必要时套期保值"),
    RiskKind.CREDIT: ("发行人或交易对手违约", "发行人与交易对手信用评估、集中度限额、持续跟踪"),
    RiskKind.LIQUIDITY: ("不能及时变现或赎回被延缓", "高流动性资产比例、巨额赎回安排、压力测试"),
    RiskKind.OPERATIONAL: ("流程、人员或系统差错", "岗位分离、双人复核、系统对账"),
    RiskKind.LEGAL: ("合同或交易的法律效力受影响", "法律合规审查、合同范本管理"),
    RiskKind.POLICY: ("监管、税收政策变化影响产品运作", "跟踪政策变化，按合同约定调整并披露"),
}
DETAILS: dict[str, dict[str, str]] = {
    "time_deposit": {"early": "current"},
    "certificate": {"early": "transfer"},
    "insurance": {"insurance_type": "participating", "cover": "终身", "hesitation_days": "15"},
    "bond": {"credit": "国家信用"},
    "gold": {"unit": "0.1 克", "delivery": "可提取实物金"},
    "trust": {"use_of_funds": "固定收益类资产组合"},
}
FUND_TYPES = {"B": "bond", "I": "index", "M": "mixed", "Y": "fof"}


def load_products(bank: Bank) -> dict[str, int]:
    """Write the shelf; product ids by code."""
    today, schemes = bank.today, in_force(ClassificationPolicy).all()
    made = Product.objects.bulk_create(_product(each, schemes) for each in bank.shelf.products)
    rows = list(zip(bank.shelf.products, made, strict=True))
    TradingTerms.objects.bulk_create(row for each, product in rows for row in _terms(each, product, today))
    ProductFee.objects.bulk_create(row for each, product in rows for row in _fees(each, product))
    ProductRisk.objects.bulk_create(row for each, product in rows for row in _risks(each, product))
    StageRisk.objects.bulk_create(row for each, product in rows for row in _stages(each, product))
    Benchmark.objects.bulk_create(row for each, product in rows for row in _benchmarks(bank, each, product))
    tell_admissions(bank, rows)
    return {each.code: each.pk for each in made}


def _regime(each: shelf.Product) -> str:
    if each.code == "PF-01" or each.kind == "fund":
        return "securities"
    return {"wealth": "investment", "structured": "investment", "trust": "investment", "gold": "investment",
            "insurance": "insurance"}.get(each.kind, "none")  # fmt: skip


def _private(each: shelf.Product) -> bool:
    return each.kind == "trust"


def _product(each: shelf.Product, schemes: tuple[Scheme, ...]) -> Product:
    kind = PRODUCT_CLASSES.get(each.kind, each.kind)
    own, issuer_grade = grades_of(each, each.risk)
    regime, offering = _regime(each), "private" if _private(each) else "public"
    sold = regime != "none"
    agency = each.issuer != "江澜银行"
    return Product(
        code=each.code,
        name=each.name,
        name_en=PRODUCTS_EN.get(each.code, ""),
        product_class=kind,
        currency=each.currency,
        term_days=each.term_days or None,
        issuer=each.issuer,
        rate=Decimal(each.rate_bp) / 100,
        regime=regime,
        offering=offering,
        own_grade=own,
        issuer_grade=issuer_grade,
        minimum_amount=Decimal(each.minimum) / 100 if each.minimum else None,
        state=ProductState.SUSPENDED if each.status == "suspended" else ProductState.ADMITTED,
        manager=each.issuer if sold else "",
        distributor="江澜银行" if agency else "",
        registration_code=f"DEMO{each.code.replace('-', '')}" if sold else "",
        registration_place="演示数据：编码为虚构，无法核验" if sold else "",
        return_form=_return_form(each),
        structure=_structure(each),
        labels=_labels(each),
        categories={s.code: code for s in schemes if (code := s.default_for(kind, offering))},
        details=_details(each, kind),
        liquidity=_liquidity(each),
        suitable_customers=f"风险承受能力不低于 C{each.risk} 的客户" if each.risk and sold else "",
        drafted_by=DRAFTER,
    )


def _return_form(each: shelf.Product) -> str:
    if each.kind in ("structured", "gold"):
        return "derivative"
    if each.path in ("mixed", "bond_plus"):
        return "mixed" if each.kind == "fund" else "fixed_income"
    if each.path == "equity":
        return "equity"
    return "fixed_income" if each.path or each.kind in ("treasury", "trust") else ""


def _structure(each: shelf.Product) -> str:
    if each.kind == "structured":
        return "structured"
    if each.path:
        return "net_value"
    if each.kind in ("loan", "card"):
        return "credit"
    return "protection" if each.kind == "insurance" else "fixed_rate"


def _labels(each: shelf.Product) -> list[str]:
    found = {"LN-MICRO": ["inclusive"], "FD-Y01": ["pension"], "IN-AN": ["pension"], "WM-F390A": ["green"]}
    return found.get(each.code, [])


def _details(each: shelf.Product, kind: str) -> dict[str, str]:
    if each.code == "PF-01":
        return {"use_of_funds": "股票多头策略"}
    if kind == "structured":
        gold = "G" in each.code.split("-")[1]
        return {
            "linked_to": "上海金基准价" if gold else "欧元兑美元汇率",
            "floor": "0.5",
            "cap": f"{each.rate_bp / 100:g}",
        }
    if kind == "wealth":
        how = "cash" if each.path == "cash" else "closed" if each.term_days else "least_hold"
        return {"wealth_type": how, "strategy": "固定收益为主" if each.path != "cash" else "现金及高等级短期债券"}
    if kind == "fund":
        return {
            "fund_type": FUND_TYPES[each.code[3]],
            "valuation": "按收盘价或估值价每日计算份额净值",
            "strategy": "见基金合同",
            "custodian": "江澜银行",
        }
    if each.code == "IN-AC":
        return {"insurance_type": "accident", "cover": "一年", "pay_years": "1"}
    if each.code == "IN-CI":
        return {"insurance_type": "health", "cover": "终身", "pay_years": "20", "hesitation_days": "15"}
    if kind == "bond":
        return {**DETAILS["bond"], "coupon": f"{each.rate_bp / 100:g}"}
    return dict(DETAILS.get(kind, {}))


def _liquidity(each: shelf.Product) -> str:
    if each.path == "cash":
        return "每个交易日开放，可快速赎回"
    if each.kind == "wealth" and each.term_days:
        return f"每 {each.term_days} 天开放一次"
    if each.kind == "fund":
        return "每个交易日开放"
    return "持有至到期" if each.term_days and each.kind in ("structured", "trust") else ""


def _terms(each: shelf.Product, product: Product, today: dt.date) -> Iterable[TradingTerms]:
    day = dt.timedelta(days=1)
    begun = today - ADMITTED_BEFORE * day + 30 * day
    common: dict[str, Any] = {"product": product}
    if each.kind in ("structured", "treasury") or each.code == "TR-01":
        until = today + 6 * day
        common |= {
            "trades": ["offer", "cancel"], "offer_from": today - 8 * day, "offer_until": until,
            "established_on": until + day, "value_on": until + day,
            "matures_on": until + (each.term_days + 1) * day, "paid_on": until + (each.term_days + 3) * day,
            "calendar": "working", "quota": Decimal(50_000_000), "raise_least": Decimal(10_000_000),
        }  # fmt: skip
    elif each.path == "cash":
        common |= {
            "trades": ["purchase", "redeem", "cancel"], "payout_days": 1, "fast_limit": Decimal(10_000),
            "established_on": begun, "large_share": Decimal(10),
        }  # fmt: skip
    elif each.kind == "wealth":
        common |= {"trades": ["purchase", "redeem", "cancel"], "established_on": begun, "large_share": Decimal(10)}
        if each.term_days:
            common |= {"open_every_days": each.term_days, "open_length_days": 5, "quota": Decimal(200_000_000)}
        else:
            common["least_hold_days"] = 7 if each.code == "WM-H07" else 30 if each.code == "WM-H30" else 365
    elif each.kind == "fund":
        common |= {
            "trades": ["purchase", "redeem", "cancel", "convert", "regular"], "payout_days": 3, "dividends": "choice",
            "established_on": begun, "large_share": Decimal(10), "add_least": Decimal(10),
        }  # fmt: skip
    elif each.code == "PF-01":
        common |= {
            "trades": ["purchase", "redeem"], "confirm_days": 2, "payout_days": 7, "established_on": begun,
            "open_every_days": 28, "open_length_days": 2, "add_least": Decimal(100_000),
        }  # fmt: skip
    elif each.kind == "gold":
        common |= {
            "trades": ["purchase", "redeem", "regular"],
            "calendar": "working",
            "confirm_days": 0,
            "payout_days": 1,
        }
    elif each.kind == "insurance":
        common |= {"trades": ["purchase", "cancel"], "calendar": "working", "confirm_days": 1, "payout_days": 10}
    else:
        return
    yield TradingTerms(**common)


def _fees(each: shelf.Product, product: Product) -> Iterable[ProductFee]:
    rates: dict[str, tuple[str, str]] = {}
    if each.kind == "wealth":
        rates = {"management": ("0.15", ""), "custody": ("0.02", ""), "sales_service": ("0.20", "")}
    elif each.kind == "fund":
        stock = each.path in ("equity", "mixed")
        rates = {
            "purchase": ("1.20" if stock else "0.60", "不足 100 万元；费率优惠以公告为准"),
            "redemption": ("0.50", "持有不足一年；一年及以上不收"),
            "management": ("1.20" if stock else "0.30", ""),
            "custody": ("0.20" if stock else "0.10", ""),
        }
    elif each.kind == "trust":
        rates = {"management": ("1.00", ""), "performance": ("20", "超过业绩报酬计提基准的部分")}
    for kind, (rate, note) in rates.items():
        yield ProductFee(product=product, kind=kind, rate=Decimal(rate), note=note)


def _risks(each: shelf.Product, product: Product) -> Iterable[ProductRisk]:
    if product.regime == "none":
        return
    grade = each.risk or 1
    for kind, (text, control) in CONTROLS.items():
        weight = min(grade, 5) if RISK_GROUPS[kind] == RiskGroup.BASIC else 2
        yield ProductRisk(product=product, kind=kind, weight=weight, text=text, control=control)


def _stages(each: shelf.Product, product: Product) -> Iterable[StageRisk]:
    if product.regime == "none":
        return
    yield StageRisk(product=product, stage="issue", text="募集不足时产品不成立，资金退回；募集期不计产品收益。")
    yield StageRisk(product=product, stage="existence", text="净值或挂钩标的随市场波动，流动性以开放安排为准。")
    if each.term_days:
        yield StageRisk(product=product, stage="maturity", text="到期资产变现受市场价格影响，可能延期兑付。")
        yield StageRisk(product=product, stage="redemption", text="资金到账前不再承担投资波动。")


def _benchmarks(bank: Bank, each: shelf.Product, product: Product) -> Iterable[Benchmark]:
    if product.structure != "net_value" or each.kind == "gold":
        return
    first = bank.today - dt.timedelta(days=ADMITTED_BEFORE)
    basis = "依据投资范围、同类资产近三年收益率及费用测算。"
    change = next((x for x in bank.shelf.changes if x["code"] == each.code and x["kind"] == "benchmark_changed"), None)
    before = Decimal(change["before"]) if change else Decimal(each.rate_bp) / 100
    set_at = dt.datetime.combine(first, dt.time(10), zone())
    yield Benchmark(product=product, from_on=first, low=before, basis=basis, set_by=DRAFTER, set_at=set_at)
    if change:
        yield Benchmark(
            product=product,
            from_on=change["changed_on"],
            low=Decimal(change["after"]),
            basis=basis,
            reason="债券市场收益率下行，管理人下调业绩比较基准。",
            set_by=DRAFTER,
            set_at=dt.datetime.combine(change["changed_on"], dt.time(10), zone()),
        )
