"""Whose customers were whose on which day: the portfolios of the managers whose past is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db.models import Exists

from kexin.engagement.calls.working import numbers_in_use
from kexin.party.models import Customer, PortfolioAssignment
from kexin.project.demo.calendar_cn import day_number
from kexin.project.demo.simulate import Bank
from kexin.project.demo.staffing import TOLD_SUB_BRANCHES, Staff

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
TITLES = ("理财经理", "对公客户经理")
NEVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Folio:
    """A post, who held it, and its customers as columns; days as day numbers, ``until`` the first day after."""

    number: int  # of the folio: part of the seed
    post: int
    unit: int
    staff_no: str
    corporate: bool
    customers: list[Customer]  # with their party
    since: Ints
    until: Ints
    elder: Flags
    reachable: Flags  # a telephone number may be used
    leaves: Ints  # the day on which a customer begins to leave, else NEVER
    works_from: int
    works_until: int  # the first day after

    def held(self, day: int) -> Flags:
        """Which customers it led on a day."""
        return (self.since <= day) & (self.until > day)


def read_folios(bank: Bank, staff: Staff, truth: pa.Table) -> list[Folio]:
    """The portfolios of the told sub-branches, one per post that ever led somebody there."""
    told = set(bank.structure.sub_branches[:TOLD_SUB_BRANCHES])
    people = {each.employee_no: each for each in bank.structure.employees}
    leaving = _leaving(truth)
    folios: list[Folio] = []
    for post in bank.structure.posts:
        if post.unit not in told or post.title not in TITLES:
            continue
        rows = _assignments(staff.posts[post.post_no])
        if not rows:
            continue
        person = people[post.employee_no]
        customers = [row.customer for row in rows]
        ends = [day_number(row.ends_on) if row.ends_on else NEVER for row in rows]
        folios.append(
            Folio(
                number=len(folios),
                post=staff.posts[post.post_no],
                unit=staff.units[post.unit],
                staff_no=person.username or person.employee_no,
                corporate=post.title == TITLES[1],
                customers=customers,
                since=np.array([day_number(row.starts_on) for row in rows]),
                until=np.array(ends),
                elder=np.array([(each.born_year or 9999) <= bank.today.year - 65 for each in customers]),
                reachable=np.array([row.reachable for row in rows]),  # type: ignore[attr-defined]
                leaves=np.array([leaving.get(each.pk, NEVER) for each in customers]),
                works_from=max(bank.span.first, day_number(person.hired_on)),
                works_until=day_number(person.left_on) if person.left_on else bank.span.now,
            )
        )
    return folios


def _assignments(post: int) -> list[PortfolioAssignment]:
    rows = PortfolioAssignment.objects.filter(post=post).exclude(customer__status="prospect")
    rows = rows.annotate(reachable=Exists(numbers_in_use()))
    return list(rows.select_related("customer__party").order_by("customer"))


def _leaving(truth: pa.Table) -> Mapping[int, int]:
    return {
        row["party_id"]: day_number(row["since"])
        for row in truth.select(["party_id", "kind", "since"]).to_pylist()
        if row["kind"] == "leaver"
    }


def local(day: int, second: int) -> dt.datetime:
    """A second of a day in China, in UTC."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=int(day), seconds=int(second) - 8 * 3600)
