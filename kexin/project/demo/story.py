"""What an ordinary day at the demo bank finds on the desk: told through the doors, by the personas themselves.

Policies approved by two people, a customer with a rich file, duplicates, expiring documents, proposals that wait.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from decimal import Decimal

import yaml

from kexin.core.actor import Actor, system
from kexin.core.approval import decide_approval
from kexin.core.models import Role
from kexin.core.policy_operations import propose_policy
from kexin.engagement.operations import flag_expiring_documents as flag_kept_documents
from kexin.engagement.operations import write_note
from kexin.holdings.models import Balance
from kexin.holdings.operations.rates import enter_rate
from kexin.party.data import ContactData
from kexin.party.models import Customer
from kexin.party.operations import (
    assign_portfolio,
    flag_expiring_documents,
    propose_exit,
    record_contact,
    review_facts,
    tick_check,
)
from kexin.party.rules import EXIT_CHECKS
from kexin.people.models import Post
from kexin.people.operations import propose_grant
from kexin.project.demo.casting import cast
from kexin.project.demo.chapters import tell_chapters
from kexin.project.demo.papers import keep_paper
from kexin.project.demo.products import RATES_FILE
from kexin.project.demo.twins import tell_of_twins

Cast = Callable[[str], Actor]
CHEN_NOTES = (
    ("女儿王澄每周三陪同来网点，电话请在上午 9 点至 11 点之间打，下午要接外孙。", True),
    ("三年期定存 80 万，希望到期后换“跟定期差不多、看得懂”的产品；已说明理财不保本，先面谈再测评。", False),
    ("上月咨询过保险分红，未成交：客户更在意本金安全和每月能取。不要再主动推荐五年期交产品。", False),
)
NOTES = (
    "代发工资已迁出两个月，约下周三电话了解原因。",
    "孩子明年出国，关注购汇额度和节奏。",
    "不接受微信推送，只接受电话和短信。",
    "企业主，旺季前有流动资金需求，已转介绍给对公客户经理。",
    "基金浮亏，情绪稳定，愿意看季度报告后再决定。",
    "老客户，节日寄送贺卡；家中老人同在本行。",
)


def tell_story(
    today: dt.date,
    told: Collection[str] = (),
    tell: Callable[[str], None] = lambda _chapter: None,
    *,
    again: bool = False,
) -> list[dict[str, object]]:
    """What stood on the desk before the first morning; gives back the truth about what it planted. What the clock does,
    the clock's own actor does.

    ``tell`` hears of each finished chapter. When it is told ``again`` after an interruption, the ``told`` ones are left
    out, and where the one that was cut off refuses to be told twice, it goes on with the next.
    """
    truth: list[dict[str, object]] = []
    chapters: dict[str, Callable[[], object]] = {
        "second factor": lambda: relax_second_factor(cast, today),
        "rates": lambda: enter_rates(cast, today),
        "chen": lambda: tell_of_chen(cast, today),
        "portfolio": lambda: tell_of_portfolio(cast),
        "exit": lambda: tell_of_exit(cast),
        "proposals": lambda: leave_proposals(cast, today),
        "twins": lambda: truth.extend(tell_of_twins(cast, today)),
    }
    tell_chapters(chapters, told, tell, again=again)
    clock = system("clock.documents")
    while flag_expiring_documents(actor=clock, today=today):
        pass
    while flag_kept_documents(actor=clock, today=today):
        pass
    review_facts(actor=system("clock.facts"), today=today)
    return truth


def relax_second_factor(cast: Cast, today: dt.date) -> None:
    """A password alone opens the demo bank: a policy version that says so, drafted by one and approved by another."""
    proposal = propose_policy(
        actor=cast("zheng"),
        code="core.session",
        values={"idle_minutes": 240, "mfa_for_customers": False},
        in_force_from=today,
        legal_basis="演示环境，无真实客户信息；正式环境须按 B-03 恢复多因素认证",
        reason="演示环境：登录不要求第二因素，空闲 240 分钟后退出。数据均为虚构。",
    )
    decide_approval(proposal, actor=cast("wu"), approve=True, note="仅限演示环境。")


def enter_rates(cast: Cast, today: dt.date) -> None:
    """What the simulation converts with, from the ledger's first day on: without it foreign money counts nothing."""
    first = Balance.objects.order_by("day").values_list("day", flat=True).first() or today
    rates = yaml.safe_load(RATES_FILE.read_text(encoding="utf-8"))["fx"]
    for currency, rate in sorted(rates.items()):
        enter_rate(actor=cast("he"), currency=currency, day=first, rate=Decimal(str(rate)), source="演示数据，待核实")


def tell_of_chen(cast: Cast, today: dt.date) -> None:
    """Mrs Chen, 67, Lin's customer: notes, papers, her daughter's number."""
    chen = _chen(cast)
    for text, pinned in CHEN_NOTES:
        write_note(chen, actor=cast("lin"), text=text, pinned=pinned)
    record_contact(
        chen, actor=cast("lin"), data=ContactData(kind="mobile", value="13900000126", note="女儿王澄，急事可打")
    )
    keep_paper(chen, actor=cast("lin"), title="身份证件影像（演示数据）", category="identity", stem="identity-copy")
    keep_paper(chen, actor=cast("lin"), title="账户管理协议（演示数据）", category="contract", stem="agreement")
    keep_paper(
        chen,
        actor=cast("lin"),
        title="授权女儿代办业务的委托书（演示数据）",
        category="authorisation",
        stem="mandate",
        expires_on=today + dt.timedelta(days=12),
    )
    write_note(chen, actor=cast("zhou"), text="支行回访：客户对网点服务满意，希望保留柜面取号优先。")


def _chen(cast: Cast) -> Customer:
    """The first customer of every demo bank."""
    return Customer.objects.filter(lead_post=cast("lin").post_id).order_by("pk")[0]


def tell_of_portfolio(cast: Cast) -> None:
    """A remark on some of Lin's largest customers."""
    lin = cast("lin")
    others = Customer.objects.filter(lead_post=lin.post_id, status="active").exclude(pk=_chen(cast).pk)
    for customer, text in zip(others.order_by("-assets", "pk")[: len(NOTES)], NOTES, strict=False):
        write_note(customer, actor=lin, text=text)


def tell_of_exit(cast: Cast) -> None:
    """A prospect who decided otherwise: taken over by Lin, checklist ticked, exit proposed; Zhou has to decide."""
    lin, zhou = cast("lin"), cast("zhou")
    assert lin.post_id is not None
    post = Post.objects.select_related("unit").get(pk=lin.post_id)
    prospect = Customer.objects.filter(status="prospect", unit=post.unit, lead_post=None).order_by("pk").first()
    if prospect is None:  # small banks may have none
        return
    assign_portfolio(prospect, actor=zhou, post=post, reason="潜在客户分配跟进")
    for item in EXIT_CHECKS:
        tick_check(prospect, actor=lin, process="exit", item=item, note="未开户，无未结事项")
    propose_exit(prospect, actor=lin, reason="客户电话明确表示不再开户，要求不再联系。")


def leave_proposals(cast: Cast, today: dt.date) -> None:
    """Two proposals of the administrator that compliance has to decide."""
    zheng = cast("zheng")
    teller = Post.objects.filter(title="柜员", roles=None, closed_on=None).order_by("pk").first()
    if teller is not None:
        propose_grant(
            teller,
            actor=zheng,
            role=Role.objects.get(code="service_agent"),
            reach="unit",
            reason="柜员轮岗大堂，需查看客户联系信息。",
        )
    propose_policy(
        actor=zheng,
        code="core.reveal",
        values={"per_hour": 40, "shown_seconds": 20},
        in_force_from=today + dt.timedelta(days=7),
        legal_basis="个人信息最小必要原则；数值为本行建议",
        reason="近三个月人均每小时查看明文不足 20 次，可以收紧。",
    )
