"""Parties of a block as tables: who they are, their papers, contact points, addresses and relations."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from kexin.project.demo import names
from kexin.project.demo.calendar_cn import anniversary, day_number, lunar_month_day
from kexin.project.demo.customers import (
    CROSS_BORDER,
    ENTERPRISE,
    INDIVIDUAL,
    INSTITUTION,
    KINDS,
    PENSIONER,
    SALARIED,
    SELF_EMPLOYED,
    STUDENT,
    WAN,
    YUAN,
    People,
    scales,
)
from kexin.project.demo.events import Fate
from kexin.project.demo.identity import area_codes, check_digits, credit_code, customer_numbers, mobiles
from kexin.project.demo.structure import Structure

OCCUPATIONS = {
    SALARIED: ("企业职员", "教师", "医护人员", "公务员", "工程师", "销售", "工人", "司机", "会计", "程序员"),
    SELF_EMPLOYED: ("个体工商户", "企业主", "自由职业"),
    STUDENT: ("学生",),
    PENSIONER: ("退休",),
}
INCOME_BANDS = ("3000以下", "3000-6000", "6000-10000", "10000-20000", "20000-50000", "50000以上")
_BAND_EDGES = np.array([3_000, 6_000, 10_000, 20_000, 50_000]) * YUAN


def dates(days: Any) -> pa.Array:
    """Day numbers as dates; negative ones as null."""
    numbers = np.asarray(days, dtype=np.int64)
    return pa.array(numbers.astype(np.int32), mask=numbers == -1).cast(pa.date32())


class PartyTables:
    """Draws the personal particulars of a block once and lays them out as tables."""

    def __init__(
        self,
        rng: np.random.Generator,
        people: People,
        structure: Structure,
        today: date,
        block: int,
        blocks: int,
    ) -> None:
        self.rng, self.people, self.structure = rng, people, structure
        self.now, self.block, self.blocks = day_number(today), block, blocks
        serial = people.first + np.arange(people.size)
        self.party_id = serial + 1
        self.customer_no = customer_numbers(serial)
        self.mobile = mobiles(serial)
        self.age = people.age(today)
        self._separate_births()

    def _separate_births(self) -> None:
        """No two of a block share date of birth, sex and area code: that makes identity numbers unique."""
        codes = area_codes()
        width = max(1, min(24, len(codes) // self.blocks))
        self.areas = np.array([codes[(self.block * width + i) % len(codes)] for i in range(width)])
        people = self.people
        self.area = self.rng.choice(len(self.areas), size=people.size, p=_falling(width))
        for _ in range(200):
            key = (people.born * 2 + people.male) * 100 + self.area
            _, first = np.unique(key, return_index=True)
            again = np.setdiff1d(np.flatnonzero(people.person), first)
            again = again[~((people.first == 0) & (again < 3))]
            if not len(again):
                return
            people.born[again] -= self.rng.integers(1, 9, len(again))

    def identity_numbers(self) -> list[str]:
        """Eighteen-character numbers of persons; sequence 996/998 for women, 997/999 for men."""
        people = self.people
        born = people.born.astype("datetime64[D]").astype(str)
        later = (self.block * len(self.areas)) // len(area_codes()) % 2
        bodies = [
            f"{self.areas[self.area[i]]}{born[i].replace('-', '')}{996 + int(people.male[i]) + 2 * later}"
            for i in range(people.size)
        ]
        return [body + check for body, check in zip(bodies, check_digits(bodies), strict=True)]

    def parties(self, fate: Fate) -> pa.Table:
        people, rng = self.people, self.rng
        person = people.person
        lunar_month, lunar_day, leap = lunar_month_day(people.born)
        lunar = person & (self.age >= 62) & (rng.random(people.size) < 0.55) & (lunar_month > 0)
        foreign = people.kind == CROSS_BORDER
        near = rng.choice(["HKG", "MAC", "TWN"], size=people.size, p=[0.47, 0.20, 0.33])
        home = np.array([names.FOREIGN_HOMES.get(name, "") for name in people.name.tolist()])
        latin = home != ""
        nationality = np.where(latin, home, np.where(foreign, near, "CHN"))
        self.nationality = nationality
        occupation = [self._occupation(int(work)) for work in people.work]
        state = np.where(people.prospect, "prospect", np.where(fate.dormant, "dormant", "active"))
        state = np.where(fate.leave_reason == 3, "closed", state)
        trade = [
            names.TRADES[t][1] if t >= 0 else ("公共管理和社会组织" if k == INSTITUTION else "")
            for t, k in zip(people.trade.tolist(), people.kind.tolist(), strict=True)
        ]
        band = np.array(INCOME_BANDS)[np.searchsorted(_BAND_EDGES, people.income, side="right")]
        codes = [
            "" if p else credit_code(int(s), str(self.areas[0]), institution=k == INSTITUTION)
            for p, s, k in zip(person, self.party_id, people.kind, strict=True)
        ]
        channel = np.where(
            self.age > 60,
            rng.choice(["phone", "counter", "mobile"], size=people.size, p=[0.55, 0.3, 0.15]),
            rng.choice(["mobile", "wecom", "phone"], size=people.size, p=[0.45, 0.35, 0.2]),
        )
        return pa.table(
            {
                "party_id": self.party_id,
                "customer_no": self.customer_no,
                "kind": [KINDS[k] for k in people.kind],
                "state": state.tolist(),
                "name": people.name.tolist(),
                "sex": _text(np.where(person, np.where(people.male, "male", "female"), "")),
                "born_on": dates(np.where(person, people.born, -1)),
                "founded_on": dates(np.where(person, -1, people.born)),
                "keeps_lunar_birthday": lunar,
                "lunar_month": pa.array(lunar_month, mask=~lunar),
                "lunar_day": pa.array(lunar_day, mask=~lunar),
                "lunar_leap": pa.array(leap, mask=~lunar),
                "occupation": _text(np.where(person, occupation, "")),
                "income_band": _text(np.where(person, band, "")),
                "nationality": _text(np.where(person, nationality, "")),
                "tax_residence": _text(np.where(foreign & (rng.random(people.size) < 0.6), nationality, "CHN")),
                "language": _text(np.where(latin, "en", "zh-hans")),
                "preferred_channel": _text(channel),
                "industry": _text(np.array(trade)),
                "credit_code": _text(np.array(codes)),
                "registered_capital": pa.array(
                    np.where(person, 0, rng.choice([50, 100, 200, 500, 1_000], size=people.size) * WAN),
                    mask=person | (people.kind == INSTITUTION),
                ),
                "scale": _text(scales(people)),
                "unit": [self.structure.sub_branches[s] for s in people.sub_branch],
                "lead_post": _text(np.array(people.lead)),
                "household_no": pa.array(people.household + people.first * 10, mask=people.household < 0),
                "admitted_on": dates(people.admitted),
            }
        )

    def _occupation(self, work: int) -> str:
        choices = OCCUPATIONS.get(work, ("其他",))
        return choices[int(self.rng.integers(0, len(choices)))]

    def lead_history(self, fate: Fate) -> pa.Table:
        """Lead managers by period; customers of the manager who left have two."""
        people, structure = self.people, self.structure
        left = day_number(structure.departed_on)
        lead = np.array(people.lead)
        since = np.maximum(people.admitted, self.now - 700)
        moved = (people.sub_branch == 1) & people.person & (lead != "") & (people.first == 0)
        moved &= (fate.leave_reason == 2) | (self.rng.random(people.size) < 0.35)
        moved &= people.admitted < left - 60
        rows = np.flatnonzero(lead != "")
        again = np.flatnonzero(moved)
        return pa.table(
            {
                "party_id": np.r_[self.party_id[rows], self.party_id[again]],
                "post_no": lead[rows].tolist() + [structure.departed_post] * len(again),
                "starts_on": dates(np.r_[np.where(moved, left + 1, since)[rows], since[again]]),
                "ends_on": dates(np.r_[np.full(len(rows), -1), np.full(len(again), left)]),
            }
        )

    def documents(self) -> pa.Table:
        """Identity papers: some expire within weeks, some have expired, a few old people kept the 15-digit card."""
        people, rng = self.people, self.rng
        numbers = self.identity_numbers()
        years = np.select([self.age >= 46, self.age >= 26, self.age >= 16], [60, 20, 10], default=5)
        age_days = (years * 365.25 * rng.random(people.size)).astype(np.int64)
        issued = np.maximum(self.now - age_days, people.born + 30)
        issued = np.where(self.age >= 46, np.maximum(issued, self.now - 7_000), issued)
        expires = np.where(self.age >= 46, -1, anniversary(issued, years))
        draw = rng.random(people.size)
        told = (people.first == 0) & (np.arange(people.size) < 3)
        soon, late = (draw < 0.02) & ~told, (draw >= 0.02) & (draw < 0.035) & ~told
        expires = np.where(soon, self.now + rng.integers(3, 60, people.size), expires)
        expires = np.where(late, self.now - rng.integers(2, 200, people.size), expires)
        issued = np.where(soon | late, anniversary(expires, -np.where(self.age >= 46, 20, years)), issued)
        legacy = (
            people.person & (people.kind == INDIVIDUAL) & (self.age > 70) & (rng.random(people.size) < 0.09) & ~told
        )
        nationality = self.nationality
        rows: list[tuple[int, str, str, int, int]] = []
        for i in range(people.size):
            kind, number = "resident_identity_card", numbers[i]
            if people.kind[i] in (ENTERPRISE, INSTITUTION):
                kind = "business_licence" if people.kind[i] == ENTERPRISE else "institution_certificate"
                number = credit_code(
                    int(self.party_id[i]), str(self.areas[0]), institution=people.kind[i] == INSTITUTION
                )
                rows.append((i, kind, number, int(people.born[i]), -1))
                continue
            if nationality[i] != "CHN":
                kind, number = _permit(str(nationality[i]), int(self.party_id[i]))
                rows.append(
                    (
                        i,
                        kind,
                        number,
                        self.now - 900,
                        int(expires[i]) if soon[i] or late[i] else self.now + 900,
                    )
                )
                continue
            if legacy[i]:
                rows.append(
                    (
                        i,
                        "resident_identity_card_15",
                        number[:6] + number[8:17],
                        int(people.born[i]) + 9_000,
                        -1,
                    )
                )
                continue
            rows.append((i, kind, number, int(issued[i]), int(expires[i])))
        index = np.array([row[0] for row in rows])
        return pa.table(
            {
                "party_id": self.party_id[index],
                "kind": [row[1] for row in rows],
                "number": [row[2] for row in rows],
                "issued_on": dates([row[3] for row in rows]),
                "expires_on": dates([row[4] for row in rows]),
                "is_primary": np.ones(len(rows), bool),
            }
        )

    def contacts(self) -> pa.Table:
        people, rng = self.people, self.rng
        mail = np.flatnonzero(rng.random(people.size) < 0.35)
        count = people.size + len(mail)
        every = np.r_[np.arange(people.size), mail]
        return pa.table(
            {
                "party_id": self.party_id[every],
                "kind": ["mobile"] * people.size + ["email"] * len(mail),
                "value": self.mobile + [f"{self.customer_no[i].lower()}@example.com" for i in mail.tolist()],
                "is_preferred": np.arange(count) < people.size,
                "verified_on": dates(
                    np.where(rng.random(count) < 0.85, np.minimum(people.admitted[every] + 1, self.now - 1), -1)
                ),
                "do_not_use": rng.random(count) < 0.02,
            }
        )

    def addresses(self) -> pa.Table:
        people = self.people
        district, street = names.addresses(self.rng, people.size)
        home = np.zeros(int(people.household.max()) + 1, np.int64)
        home[people.household[people.household >= 0]] = np.flatnonzero(people.household >= 0)
        shared = np.where(people.household >= 0, home[people.household], np.arange(people.size))
        return pa.table(
            {
                "party_id": self.party_id,
                "kind": ["home" if p else "registered" for p in people.person],
                "city": [names.CITY] * people.size,
                "district": district[shared].tolist(),
                "street": street[shared].tolist(),
            }
        )


def _falling(width: int) -> np.typing.NDArray[np.float64]:
    weight = 1.0 / (np.arange(width) + 1.5)
    return weight / weight.sum()


def _text(values: Any) -> pa.Array:
    """Strings; empty ones as null."""
    return pa.array([value or None for value in np.asarray(values).tolist()], type=pa.string())


def _permit(nationality: str, serial: int) -> tuple[str, str]:
    """Travel permits of compatriots, passports, every third a permanent residence card; the zeros in the middle mark
    them as invented."""
    if nationality in {"HKG", "MAC"}:
        return "hk_macau_permit", f"{'H' if nationality == 'HKG' else 'M'}{serial % 100_000_000:08d}"
    if nationality == "TWN":
        return "taiwan_permit", f"{serial % 100_000_000:08d}"
    if serial % 3 == 0:
        return "permanent_residence_card", f"{nationality}3301{serial % 100_000_000:08d}"
    return "passport", f"X{serial:07d}"
