"""Who shares in whom since when, and the hand-over after a manager had left: as it stood before the day of loading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from kexin.core.imports.staging import copy_text, line
from kexin.party.models import Customer, CustomerTransfer, PortfolioAssignment, PortfolioShare, TransferSignature
from kexin.project.demo.calendar_cn import day_number, to_date
from kexin.project.demo.folios import Folio, local
from kexin.project.demo.past_rows import Facts, json_text, reserve
from kexin.project.demo.simulate import Bank
from kexin.project.demo.staffing import Staff

CO_MANAGED = 8  # customers of a manager in whom a colleague of the same sub-branch shares
FIRM_SHARES = 5  # of each corporate manager: the owner's wealth manager shares in the firm's deposits
LINES = (("all", 20), ("insurance", 50), ("funds", 40), ("all", 30))
TRANSFER = (
    "id", "giver_id", "unit_id", "reason", "note", "rule", "state", "customers", "assets", "carried", "counter_of_id",
    "made_by", "made_at", "ended_at", "effective_on", "policy_id",
)  # fmt: skip
TRANSFER_LINE = ("transfer_id", "customer_id", "receiver_id", "assets", "open", "moved", "work")


def bring_shares(bank: Bank, folios: Sequence[Folio]) -> dict[str, int]:
    """Co-managers of some customers, some arrangements ended; firms in whom the owner's manager shares 公私联动."""
    rng = np.random.default_rng([bank.seed, 302])
    shares: list[PortfolioShare] = []
    for folio in folios:
        mates = [
            each
            for each in folios
            if each.unit == folio.unit and each.post != folio.post and not each.corporate and _serves(bank, each)
        ]
        if not mates or not _serves(bank, folio):
            continue
        led = np.flatnonzero(folio.held(bank.span.now))
        led = led[np.argsort([-float(folio.customers[row].assets) for row in led], kind="stable")]
        wanted = FIRM_SHARES if folio.corporate else CO_MANAGED
        for number, row in enumerate(led[: wanted * 4 : 4].tolist()):
            mate = mates[number % len(mates)]
            name, percent = ("deposits", 30) if folio.corporate else LINES[number % len(LINES)]
            earliest = max(int(folio.since[row]), bank.span.first) + 1
            since = int(rng.integers(earliest, max(bank.span.now - 20, earliest + 1)))
            ends = None if number % 5 < 4 or bank.span.now - since < 90 else to_date(since + 80)
            shares += _pair(folio.customers[row], (folio, mate), name, percent, to_date(since), ends)
    PortfolioShare.objects.bulk_create(shares)
    return {"party_portfolioshare": len(shares)}


def _serves(bank: Bank, folio: Folio) -> bool:
    return folio.works_until >= bank.span.now


def _pair(
    customer: Customer, folios: tuple[Folio, Folio], name: str, percent: int, since: dt.date, ends: dt.date | None
) -> list[PortfolioShare]:
    lead, mate = folios
    reason = "公私联动，企业主客户" if lead.corporate else "主办、协办共同维护"
    return [
        PortfolioShare(
            customer=customer,
            post_id=folio.post,
            line=name,
            percent=Decimal(part),
            starts_on=since,
            ends_on=ends,
            reason=reason,
            made_by=lead.staff_no,
        )
        for folio, part in ((lead, 100 - percent), (mate, percent))
    ]


@dataclass(frozen=True)
class _Sides:
    """Posts and holders that sign: the giver is gone, so the head of the sub-branch signs for that side."""

    unit: int
    giver: int
    head: int
    supervisor: int
    holder: dict[int, str]  # post → staff number

    @classmethod
    def of(cls, bank: Bank, staff: Staff) -> _Sides:
        structure = bank.structure
        people = {each.employee_no: each.username or each.employee_no for each in structure.employees}
        unit = next(post.unit for post in structure.posts if post.post_no == structure.departed_post)
        above = next(each.parent for each in structure.units if each.code == unit)

        def held(where: str | None, title: str) -> int:
            return next(staff.posts[p.post_no] for p in structure.posts if (p.unit, p.title) == (where, title))

        holder = {staff.posts[post.post_no]: people[post.employee_no] for post in structure.posts}
        giver = staff.posts[structure.departed_post]
        return cls(staff.units[unit], giver, held(unit, "支行行长"), held(above, "分行行长"), holder)


def bring_transfer(bank: Bank, staff: Staff, facts: Facts) -> dict[str, int]:
    """The customers of the manager who left, handed over on the day after: prepared and signed for the absent giver by
    the head of the sub-branch, signed by each receiver, supervised by the head of the branch above."""
    sides = _Sides.of(bank, staff)
    day = bank.structure.departed_on + dt.timedelta(days=1)
    before = PortfolioAssignment.objects.filter(post=sides.giver, ends_on=day)
    moved = PortfolioAssignment.objects.filter(customer__in=before.values("customer"), starts_on=day)
    rows = list(moved.exclude(post=None).select_related("customer").order_by("customer"))
    if not rows:
        return {}
    number = reserve("party_customertransfer", 1)
    days = _working_days(bank, day_number(day) - 1)
    ended = local(days[2], 61_200)
    carried = {"work": 0, "notices": len(rows), "customers": len(rows), "other_work": 0}
    values = (
        number, sides.giver, sides.unit, "leaving", "理财经理离职，管户移交，三方签署", "even", "done", len(rows),
        sum((row.customer.assets for row in rows), Decimal(0)), json_text(carried), None, sides.holder[sides.head],
        local(days[0], 36_600), ended, day, None,
    )  # fmt: skip
    copy_text("party_customertransfer", TRANSFER, [line(values)])
    lines = [line((number, row.customer_id, row.post_id, row.customer.assets, False, True, 0)) for row in rows]
    copy_text("party_transferline", TRANSFER_LINE, lines)
    _sign(number, sides, sorted({row.post_id for row in rows if row.post_id}), days)
    by = sides.holder[sides.supervisor]
    for row in rows:
        told = {"post_id": row.post_id, "before_post_id": sides.giver}
        facts.tell(ended, "party.PortfolioAssigned", row.customer_id, row.customer.customer_no, told, by)
    return {"party_customertransfer": 1, "party_transferline": len(rows)}


def _working_days(bank: Bank, last: int) -> tuple[int, int, int]:
    """Days on which giver, receivers and supervisor sign: working days, the last one not after ``last``."""
    third = int(bank.calendar.previous_working(last))
    second = int(bank.calendar.previous_working(third - 2))
    return int(bank.calendar.previous_working(second - 2)), second, third


def _sign(number: int, sides: _Sides, receivers: Sequence[int], days: tuple[int, int, int]) -> None:
    signed = [("giver", sides.giver, sides.head, days[0], 36_600)]
    signed += [("receiver", post, post, days[1], 39_000) for post in receivers]
    signed += [("supervisor", sides.supervisor, sides.supervisor, days[2], 61_200)]
    TransferSignature.objects.bulk_create(
        TransferSignature(
            transfer=CustomerTransfer(pk=number),
            role=role,
            post_id=post,
            signed_by=sides.holder[by],
            signed_at=local(when, second),
            agreed=True,
            on_behalf=post != by,
        )
        for role, post, by, when, second in signed
    )
