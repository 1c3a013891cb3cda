"""Visits, needs and plans of Lin's, through the doors: Mrs Chen has a plan to answer, others accepted one after another
version, declined, or have a draft that is not ready. Where nothing on the shelf fits, nothing is told of that customer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kexin.core.actor import Actor, customer
from kexin.party.models import Customer
from kexin.portal.purposes import PLAN, purposes
from kexin.project.demo.casting import cast
from kexin.project.demo.sale_story import own_device
from kexin.sales.advice.answering import accept_plan, decline_plan
from kexin.sales.advice.planning import change_plan, draft_plan, send_plan, withdraw_plan
from kexin.sales.advice.recording import analyse_needs, record_visit
from kexin.sales.advice.rules import Line
from kexin.sales.models import Plan, Sale
from kexin.suitability.matching.shelf import shelf_of

LOOKED_AT: Final = 40  # of Lin's customers, the wealthy first
CLASSES: Final = ("wealth", "structured")
AMOUNTS: Final = (Decimal(50_000), Decimal(20_000))  # of the products proposed, where they may be bought for so little
HIGHEST: Final = 3  # grade: the plans speak of small falls
TERM = "一年：前三个月每月联系一次，之后每季度做一次资产检视；可随时书面终止。"
FEES = "方案服务不收费；产品费用以各产品说明书为准，已列在产品行内。"
RISK = "理财产品不是存款，不保本、不保证收益；净值下跌时可能亏损本金，封闭期内不能赎回。"


@dataclass(frozen=True, slots=True)
class Told:
    """What a customer told, and what the plan says of it."""

    facts: str
    step: str
    goals: tuple[str, ...]
    horizon: str
    liquidity: str
    ranges: tuple[str, str]
    cover: tuple[str, ...]
    needs: dict[str, str]
    title: str
    content: str
    why: str


CHEN: Final = Told(
    facts="女儿王澄陪同。三年期定存近期到期，希望按月有钱用，本金尽量稳；不想再买看不懂的产品。",
    step="到期前两周电话确认资金用途",
    goals=("preserve", "income"),
    horizon="year",
    liquidity="month",
    ranges=("to_200k", "to_50k"),
    cover=("pension", "medical"),
    needs={"product_needs": "低波动、说得清楚；每月能取一部分。", "service_needs": "电话沟通，女儿在场时再做决定。"},
    title="到期资金承接方案",
    content="到期资金分两步：大部分继续做定期，留足一年开支；小部分配置低风险理财，女儿在场时逐项说明后再定。",
    why="风险等级低，期限与一年内的用钱安排相符",
)
OTHERS: Final = (
    Told(
        facts="孩子三年后读大学，已备好首年费用；工资稳定，能承受小幅波动。",
        step="发送产品说明书，约下周面谈",
        goals=("education", "growth"),
        horizon="three",
        liquidity="year",
        ranges=("to_500k", "to_200k"),
        cover=("medical", "life"),
        needs={"wealth_needs": "三年内攒够学费，其余追求稳健增值。", "risk_needs": "不希望任何一年亏损超过百分之五。"},
        title="教育金三年方案",
        content="每月固定投入，前两年以稳健产品为主，第三年起逐步转为现金管理，学费到期前一个月全部到账。",
        why="与三年的资金安排相符，波动在可承受范围内",
    ),
    Told(
        facts="刚卖掉一套房，资金暂放活期；半年内可能再购房，要求随时能取。",
        step="半年后再谈长期安排",
        goals=("reserve", "home"),
        horizon="months",
        liquidity="day",
        ranges=("to_1m", "to_500k"),
        cover=("medical", "property"),
        needs={"product_needs": "短期、流动性好，不要封闭期。"},
        title="购房前资金安排方案",
        content="购房前资金以现金管理和短期产品为主，随用随取；购房计划明确后重新做方案。",
        why="期限短，不影响半年内用款",
    ),
    Told(
        facts="临近退休，希望把分散在几家银行的资金归拢，退休后按月补充开支。",
        step="整理他行到期时间表",
        goals=("retirement", "income"),
        horizon="five",
        liquidity="year",
        ranges=("to_500k", "to_200k"),
        cover=("pension", "medical", "illness"),
        needs={"wealth_needs": "退休后每月补充三千元左右。", "service_needs": "每季度见一次面。"},
        title="退休前三年资产归集方案",
        content="按他行到期顺序分批归集，先补足两年开支的储备，再安排中长期配置。",
        why="作为储备之外的稳健部分，占比不超过三成",
    ),
)


def tell_of_advice(today: dt.date) -> None:
    """What Lin wrote down lately, and how her plans stand."""
    lin = cast("lin")
    rows = Customer.objects.filter(lead_post=lin.post_id, kind="individual", status="active").select_related("party")
    chen = rows.order_by("pk").first()
    if chen is None:
        return
    _listen(lin, chen, CHEN, today, 4)
    if lines := _lines(lin, chen):
        _send(lin, _draft(lin, chen, CHEN, lines, today))
    buying = Sale.objects.filter(state="open").values("customer")
    others = rows.exclude(pk__in=buying).exclude(pk=chen.pk).order_by("-assets", "pk")[:LOOKED_AT]
    place = 0
    for row in others:
        if place == len(OTHERS):  # no more shelves than are needed
            break
        if not _lines(lin, row):
            continue
        _listen(lin, row, OTHERS[place], today, 9 + 5 * place)
        if found := _lines(lin, row):  # what somebody wants narrows what fits
            _tell_plan(lin, row, OTHERS[place], found, today, place)
            place += 1


def _tell_plan(lin: Actor, row: Customer, told: Told, lines: list[Line], today: dt.date, place: int) -> None:
    """Accepted in its second version; declined with a reason; taken back, and a draft in its place."""
    plan = _send(lin, _draft(lin, row, told, lines, today))
    herself = _herself(row)
    device = " ".join(own_device(row.pk)[name] for name in ("platform", "browser"))
    if place == 0:
        plan = decline_plan(plan, actor=herself, number=1, reason="每月投入太多，能否减一些？", device=device)
        said = _said(told) | {"content": f"{told.content}按客户意见，每月投入减半，期限不变。"}
        plan = _change(lin, plan, said, lines[:1], today)
        accept_plan(_send(lin, plan), actor=herself, number=2, agreed=True, device=device)
    elif place == 1:
        decline_plan(plan, actor=herself, number=1, reason="近期可能提前购房，先不做安排。", device=device)
    else:
        withdraw_plan(plan, actor=lin, version=plan.version, reason="客户来电补充了他行资产，方案要重做")
        draft_plan(row, actor=lin, title=f"{told.title}（重做）", content=told.content)


def _herself(row: Customer) -> Actor:
    """The customer on her own telephone."""
    session = f"portal.plan{row.pk}"
    return customer(row.pk, row.customer_no, purposes[PLAN].operations, session=session, address="10.9.6.20")


def _listen(lin: Actor, row: Customer, told: Told, today: dt.date, days_ago: int) -> None:
    record_visit(
        row,
        actor=lin,
        purpose="needs",
        way="branch",
        visited_on=today - dt.timedelta(days=days_ago),
        place="本网点贵宾室",
        facts=told.facts,
        next_step=told.step,
        next_on=today + dt.timedelta(days=3 + days_ago),
    )
    analyse_needs(
        row,
        actor=lin,
        goals=told.goals,
        horizon=told.horizon,
        liquidity=told.liquidity,
        income=told.ranges[0],
        outgoings=told.ranges[1],
        cover=told.cover,
        **told.needs,
    )


def _said(told: Told) -> dict[str, str]:
    return {"title": told.title, "content": told.content, "term": TERM, "fees": FEES, "risk": RISK}


def _lines(lin: Actor, row: Customer) -> list[Line]:
    """Up to two products that fit best, each with its smallest amount."""
    fitting = [
        each.product
        for each in shelf_of(lin, row.pk).fitting
        if each.product.product_class in CLASSES
        and each.product.currency == "CNY"
        and (each.product.risk_grade or HIGHEST + 1) <= HIGHEST
    ]
    return [
        Line(each.pk, max(amount, each.minimum_amount or amount), "")
        for each, amount in zip(fitting, AMOUNTS, strict=False)
    ]


def _draft(lin: Actor, row: Customer, told: Told, lines: list[Line], today: dt.date) -> Plan:
    reasoned = [Line(each.product_id, each.amount, told.why) for each in lines]
    until = today + dt.timedelta(days=364)
    return draft_plan(row, actor=lin, starts_on=today, ends_on=until, lines=reasoned, **_said(told))


def _change(lin: Actor, plan: Plan, said: dict[str, str], lines: list[Line], today: dt.date) -> Plan:
    reasoned = [Line(each.product_id, each.amount, OTHERS[0].why) for each in lines]
    until = today + dt.timedelta(days=364)
    version = plan.version
    return change_plan(plan, actor=lin, version=version, starts_on=today, ends_on=until, lines=reasoned, **said)


def _send(lin: Actor, plan: Plan) -> Plan:
    return send_plan(plan, actor=lin, version=plan.version)
