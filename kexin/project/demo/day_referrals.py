"""Customers handed from one line of business to another, through the doors: one referral for each way it can end."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kexin.core.actor import Actor
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.project.demo.casting import FIRST_UNIT, LOBBY, cast, colleagues
from kexin.sales.referrals.referring import answer_referral, close_referral, make_referral, withdraw_referral

CORPORATE: Final = "对公客户经理"
FIRM = "企业主客户，旺季前需要流动资金，想了解授信和结算方案，材料可随时提供。"
LOBBY_SAID = "来办挂失时问起三年期到期怎么办，愿意和理财经理约时间。"
RETAIL = "公司高管，个人资金在他行，愿意把代发和理财一起转来。"
OUTCOMES: Final = {
    "business": "已开立对公账户，流动资金贷款审批通过。",
    "later": "客户等年报出来再申请，三月再联系。",
    "none": "企业经营不满一年，暂不符合准入条件，已说明。",
}


def tell_of_referrals() -> None:
    """Between Lin, the lobby, and the manager of firms of her sub-branch; one lies in the pool of the unit."""
    lin, firms = cast("lin"), next(iter(colleagues(CORPORATE, FIRST_UNIT)), None)
    unit = OrgUnit.objects.get(code=FIRST_UNIT)
    mine = _ordered(lin)
    if firms is None:
        return
    for end, need in (
        ("business", FIRM),
        ("later", FIRM),
        ("none", FIRM),
        ("accepted", FIRM),
        ("declined", "想给公司办结算卡，问费率。"),
        ("withdrawn", "客户说不急，先观察。"),
        ("waiting", FIRM),
    ):
        row = next(mine, None)
        if row is None:
            return
        made = make_referral(
            row,
            actor=lin,
            from_line="retail",
            to_line="corporate",
            need=need,
            unit_id=unit.pk,
            receiver_post_id=firms.post_id,
            share=Decimal(20),
            product_line="loans",
        )
        if end == "withdrawn":
            withdraw_referral(made, actor=lin)
        elif end == "declined":
            answer_referral(made, actor=firms, accept=False, reason="客户的公司已有主办行，近期不换；费率已告知。")
        elif end != "waiting":
            made = answer_referral(made, actor=firms, accept=True)
            if end != "accepted":
                close_referral(made, actor=firms, outcome=end, note=OUTCOMES[end])
    _to_lin(lin, mine, unit)


def _to_lin(lin: Actor, mine: Iterator[Customer], unit: OrgUnit) -> None:
    """What others hand to Lin: from the lobby by name, into the pool of her sub-branch."""
    lobby = next(iter(colleagues(LOBBY, FIRST_UNIT)), None)
    for receiver, need in ((lin.post_id, LOBBY_SAID), (None, RETAIL)):
        row = next(mine, None)
        if lobby is None or row is None:
            return
        make_referral(
            row,
            actor=lobby,
            from_line="lobby",
            to_line="retail",
            need=need,
            unit_id=unit.pk,
            receiver_post_id=receiver,
        )


def _ordered(lin: Actor) -> Iterator[Customer]:
    """Lin's customers, each referred once."""
    rows = Customer.objects.filter(lead_post=lin.post_id, kind="individual", status="active")
    chen = rows.order_by("pk").values("pk")[:1]
    return iter(rows.exclude(pk__in=chen).select_related("party").order_by("-assets", "pk")[12:40])
