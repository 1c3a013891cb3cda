"""People and firms of one block: households first, then persons, then money; all as columns.

A block is a run of at most 2,000 customers with a random stream of its own, so that a large bank is made block by
block with flat memory and each block is the same whichever others are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from kexin.project.demo import names
from kexin.project.demo.calendar_cn import anniversary, day_number
from kexin.project.demo.structure import Structure

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
BLOCK = 2_000
YUAN = 100
WAN = 10_000 * YUAN

INDIVIDUAL, ENTERPRISE, INSTITUTION, CROSS_BORDER = range(4)
KINDS = ("individual", "enterprise", "institution", "cross_border")
SALARIED, PENSIONER, SELF_EMPLOYED, STUDENT, OTHER, FIRM = range(6)

# Share of personal customers and bounds of AUM in 万 (monthly daily average); from the demo specification.
BANDS: tuple[tuple[float, float, float], ...] = (
    (0.600, 0.02, 5),
    (0.200, 5, 20),
    (0.110, 20, 50),
    (0.075, 50, 300),
    (0.010, 300, 600),
    (0.005, 600, 1_500),
)
MANAGED_FROM = 5 * WAN
LIN_CUSTOMERS, LIN_AUM = 240, 12_000 * WAN
MOST_OF_A_BRANCH = 0.85  # of the managed customers, Lin's part in a small bank: the colleague has some, too


@dataclass
class People:
    """Columns of one block; money in cents, dates as day numbers, -1 where not applicable."""

    first: int  # serial of the first customer of the block in the bank
    kind: Ints
    male: Flags
    born: Ints  # firms: founding day
    household: Ints
    role: Ints  # 0 head, 1 spouse, 2 child, 3 parent, -1 firms
    name: npt.NDArray[np.str_]
    sub_branch: Ints
    work: Ints
    income: Ints  # monthly net income; firms: monthly turnover
    aum: Ints  # aimed-at AUM at the day of loading
    prospect: Flags  # known, not yet a customer: no account
    admitted: Ints
    lead: list[str]  # post of the lead manager, empty: pool
    trade: Ints  # index into names.TRADES, -1 for persons
    owner: Ints  # firms: index of the owner in this block
    employer: Ints  # salaried: index of the firm in this block, -1 elsewhere

    @property
    def size(self) -> int:
        return len(self.kind)

    @property
    def person(self) -> Flags:
        return (self.kind == INDIVIDUAL) | (self.kind == CROSS_BORDER)

    def age(self, today: date) -> Ints:
        return ((day_number(today) - self.born) // 365.2425).astype(np.int64)


def build_people(
    rng: np.random.Generator, first: int, size: int, structure: Structure, today: date, first_day: int
) -> People:
    """Draw one block of customers; block 0 holds the told persons (Mrs Chen's family, Lin's portfolio)."""
    firms = round(size * 0.06) if size >= 20 else 0
    institutions = round(size * 0.005)
    count = size - firms - institutions
    drawn_age, male, household, role = _households(rng, count)
    born = day_number(today) - (drawn_age * 365.2425 + rng.integers(0, 365, count)).astype(np.int64)
    kind = np.where(rng.random(count) < 0.02, CROSS_BORDER, INDIVIDUAL)
    if first == 0:
        _chens(born, male, kind, household, role, today)
    branch_of_home = rng.choice(len(structure.sub_branches), size=household.max() + 1, p=structure.shares)
    sub_branch = branch_of_home[household]
    if first == 0:
        sub_branch[household == household[0]] = 0
    age = ((day_number(today) - born) // 365.2425).astype(np.int64)
    work = _work(rng, age, male)
    income = _incomes(rng, work)
    prospect = rng.random(count) < 0.01
    aum = _aum(rng, age, income, prospect)
    if first == 0 and count >= 3:
        aum[:3] = np.array([2_146_380_52, 620_000_00, 180_000_00])
        prospect[:3], kind[:3], work[:3] = False, INDIVIDUAL, (PENSIONER, PENSIONER, SALARIED)
        income[:2] = 4_860_00, 6_320_00
    name = _person_names(rng, born, male, household, role, kind)
    if first == 0 and count >= 3:
        name[:3] = ("陈秀兰", "王志强", "王澄")
    extra = firms + institutions
    trade = rng.integers(0, len(names.TRADES), firms)
    first_firm = first * 6 // 100
    firm_name = names.firm_names(rng, trade, first_firm)
    owners = _owners(rng, age, work, aum, firms)
    if first == 0 and firms and count >= 3:
        firm_name[0], trade[0], owners[0] = f"{names.CITY}澄明贸易有限公司", 0, 2
    institution_name = [_institution(first * 5 // 1000 + i) for i in range(institutions)]
    turnover = np.exp(rng.normal(np.log(420_000), 0.8, extra)) * YUAN
    people = People(
        first=first,
        kind=np.concatenate([kind, np.full(firms, ENTERPRISE), np.full(institutions, INSTITUTION)]),
        male=np.concatenate([male, np.zeros(extra, bool)]),
        born=np.concatenate([born, day_number(today) - rng.integers(500, 7_000, extra)]),
        household=np.concatenate([household, np.full(extra, -1)]),
        role=np.concatenate([role, np.full(extra, -1)]),
        name=np.concatenate([name, np.array(firm_name + institution_name, dtype=str)]) if extra else name,
        sub_branch=np.concatenate([sub_branch, rng.choice(len(structure.shares), size=extra, p=structure.shares)]),
        work=np.concatenate([work, np.full(extra, FIRM)]),
        income=np.concatenate([income, (turnover // (100 * YUAN) * (100 * YUAN)).astype(np.int64)]),
        aum=np.concatenate([aum, (turnover * rng.uniform(0.3, 1.2, extra)).astype(np.int64)]),
        prospect=np.concatenate([prospect, np.zeros(extra, bool)]),
        admitted=np.zeros(size, np.int64),
        lead=[""] * size,
        trade=np.concatenate([np.full(count, -1), trade, np.full(institutions, -1)]),
        owner=np.concatenate([np.full(count, -1), owners, np.full(institutions, -1)]),
        employer=np.full(size, -1),
    )
    people.admitted = _admissions(rng, people, first_day, today)
    _employers(rng, people, count, firms, first_day)
    _assign_managers(rng, people, structure)
    return people


def _households(rng: np.random.Generator, count: int) -> tuple[npt.NDArray[np.float64], Flags, Ints, Ints]:
    """Ages, sexes, household numbers and roles of ``count`` persons, household by household."""
    shape = rng.choice(4, size=count, p=[0.42, 0.30, 0.16, 0.12])
    shape[0] = 2
    sizes = np.array([1, 2, 3, 3])[shape]
    homes = int(np.searchsorted(np.cumsum(sizes), count) + 1)
    shape, sizes = shape[:homes], sizes[:homes]
    household = np.repeat(np.arange(homes), sizes)[:count]
    starts = np.cumsum(sizes) - sizes
    position = np.arange(count) - starts[household]
    role = np.where(position < 2, position, np.where(shape[household] == 2, 2, 3))
    low, high = np.array([20, 26, 44, 30])[shape], np.array([78, 80, 66, 54])[shape]
    head_age = rng.triangular(low, (low * 2 + high) / 3, high)
    head_male = rng.random(homes) < 0.52
    gap = np.array([0.0, 0.0, -27.0, 26.0])[role] + rng.normal(0, 2.5, count) * (role > 0)
    age = np.clip(head_age[household] + gap, 17, 94)
    male = np.where(role == 0, head_male[household], ~head_male[household])
    male = np.where(role >= 2, rng.random(count) < 0.5, male)
    return age, male, household.astype(np.int64), role


def _chens(born: Ints, male: Flags, kind: Ints, household: Ints, role: Ints, today: date) -> None:
    """The first household is Mrs Chen's: 67, husband 69, daughter 38."""
    if len(born) < 3 or household[2] != household[0]:
        return
    born[:3] = anniversary(np.full(3, day_number(today)), np.array([-67, -69, -38])) - np.array([48, 130, 77])
    male[:3], kind[:3], role[:3] = (False, True, False), INDIVIDUAL, (0, 1, 2)


def _work(rng: np.random.Generator, age: Ints, male: Flags) -> Ints:
    draw = rng.random(len(age))
    working = np.where(draw < 0.62, SALARIED, np.where(draw < 0.82, SELF_EMPLOYED, OTHER))
    retired = age >= np.where(male, 60, 55)
    work = np.where(retired, np.where(draw < 0.85, PENSIONER, OTHER), working)
    return np.where(age < 22, STUDENT, work)


def _incomes(rng: np.random.Generator, work: Ints) -> Ints:
    """Monthly income: wages 6,000-35,000, pensions 3,500-9,000 yuan; others by trade."""
    wage = np.clip(np.exp(rng.normal(np.log(9_500), 0.42, len(work))), 6_000, 35_000)
    pension = np.clip(rng.normal(5_400, 1_300, len(work)), 3_500, 9_000)
    business = np.exp(rng.normal(np.log(11_000), 0.7, len(work)))
    income = np.select(
        [work == SALARIED, work == PENSIONER, work == SELF_EMPLOYED, work == STUDENT],
        [wage, pension, business, np.full(len(work), 1_800.0)],
        default=np.full(len(work), 3_200.0),
    )
    return (income // 10 * 10 * YUAN).astype(np.int64)


def _aum(rng: np.random.Generator, age: Ints, income: Ints, prospect: Flags) -> Ints:
    """AUM by exact shares of the bands, the larger ones rather to the older and better paid."""
    banked = np.flatnonzero(~prospect)
    counts = [round(len(banked) * share) for share, _, _ in BANDS[1:]]
    counts = [len(banked) - sum(counts), *counts]
    parts = []
    for (_, low, high), number in zip(BANDS, counts, strict=True):
        step = (np.arange(number) + 0.5) / max(number, 1)  # evenly on a log scale: no luck in the total
        skew = step**1.05 if low >= 50 else step**0.75
        parts.append(low * (high / low) ** skew)
    values = np.sort(np.concatenate(parts)) * WAN
    score = rng.normal(0, 1, len(banked)) + np.clip(age[banked] - 40, -20, 25) * 0.03 + np.log(income[banked]) * 0.5
    result = np.zeros(len(age), np.int64)
    result[banked[np.argsort(score, kind="stable")]] = values.astype(np.int64)
    return result


def _person_names(
    rng: np.random.Generator, born: Ints, male: Flags, household: Ints, role: Ints, kind: Ints
) -> npt.NDArray[np.str_]:
    """Children bear the father's surname; one in sixty has a name without a Han surname."""
    count = len(born)
    year = born.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    surname = names.surnames(rng, count)
    father = np.full(household.max() + 1, -1)
    father[household[male & (role < 2)]] = np.flatnonzero(male & (role < 2))
    child = (role == 2) & (father[household] >= 0)
    surname[child] = surname[father[household[child]]]
    name = names.full_names(surname, names.given_names(rng, year, male)).astype("<U32")
    minority = rng.random(count) < 0.016
    name[minority] = names.minority_names(rng, male[minority])
    foreign = kind == CROSS_BORDER
    latin = rng.random(count) < 0.4
    name[foreign & latin] = names.foreign_names(rng, male[foreign & latin])
    return name


def _owners(rng: np.random.Generator, age: Ints, work: Ints, aum: Ints, firms: int) -> Ints:
    """Owners are self-employed people of working age, the richer first drawn."""
    fit = np.flatnonzero((work == SELF_EMPLOYED) & (age > 25) & (aum > 0))
    if not firms or not len(fit):
        return np.full(firms, 0)
    chance = np.sqrt(aum[fit] / aum[fit].sum())
    return rng.choice(fit, size=firms, p=chance / chance.sum())


def _institution(serial: int) -> str:
    name = names.INSTITUTIONS[serial % len(names.INSTITUTIONS)]
    round_no = serial // len(names.INSTITUTIONS)
    return f"{names.CITY}{name}" + (f"（{round_no + 1}部）" if round_no else "")


def _admissions(rng: np.random.Generator, people: People, first_day: int, today: date) -> Ints:
    """Most came before the simulated time, one in eight during it."""
    now = day_number(today)
    grown = np.where(people.person, people.born + 17 * 365, people.born + 30)
    before = first_day - (rng.beta(1.2, 2.5, people.size) * 6_500).astype(np.int64) - 1
    recent = rng.integers(first_day + 5, now - 45, people.size)
    day = np.where((rng.random(people.size) < 0.125) & (people.aum < 100 * WAN), recent, before)
    day = np.maximum(day, np.minimum(grown, now - 60))
    if people.first == 0:
        day[:3] = np.minimum(day[:3], first_day - 900)
    return day


def _employers(rng: np.random.Generator, people: People, count: int, firms: int, first_day: int) -> None:
    """About one in eight employees works for a firm that banks here, so wages leave one account for another."""
    if not firms:
        return
    hired = (people.work[:count] == SALARIED) & (rng.random(count) < 0.13)
    people.employer[:count][hired] = count + rng.integers(0, firms, int(hired.sum()))
    paying = np.unique(people.employer[people.employer >= 0])
    people.admitted[paying] = np.minimum(people.admitted[paying], first_day - 30)


def _assign_managers(rng: np.random.Generator, people: People, structure: Structure) -> None:
    """Lead managers for those from 50,000 yuan; Lin gets 240 of about 120 million yuan in all."""
    managed = people.person & (people.aum >= MANAGED_FROM)
    lead: list[Any] = [""] * people.size
    lins: set[int] = set()
    if people.first == 0:
        lins = _lins_portfolio(rng, people, managed)
    for number, code in enumerate(structure.sub_branches):
        posts = structure.wealth_posts[code]
        others = [post for post in posts if post != structure.lin_post] or posts
        for index in np.flatnonzero((people.sub_branch == number) & managed):
            lead[index] = structure.lin_post if index in lins else others[int(rng.integers(0, len(others)))]
        for index in np.flatnonzero((people.sub_branch == number) & ~people.person):
            lead[index] = structure.corporate_posts[code]
    people.lead = lead


def _lins_portfolio(rng: np.random.Generator, people: People, managed: Flags) -> set[int]:
    """Managed customers of the first sub-branch with Mrs Chen's family, exchanged until their AUM is near the aim."""
    pool = np.flatnonzero(managed & (people.sub_branch == 0))
    told, rest = pool[pool < 3], rng.permutation(pool[pool >= 3])
    wanted = min(LIN_CUSTOMERS - len(told), round(len(rest) * MOST_OF_A_BRANCH))
    chosen, others = rest[:wanted].copy(), rest[wanted:].copy()
    aim = LIN_AUM * (wanted + len(told)) // LIN_CUSTOMERS
    for _ in range(60):
        lacking = aim - int(people.aum[chosen].sum() + people.aum[told].sum())
        if abs(lacking) < aim // 200 or not len(others) or not len(chosen):
            break
        gain = people.aum[others][:, None] - people.aum[chosen][None, :]
        new, old = divmod(int(np.abs(gain - lacking).argmin()), len(chosen))
        others[new], chosen[old] = chosen[old], others[new]
    return {*chosen.tolist(), *told.tolist()}


_WAN_A_YEAR = {  # a year's turnover from which a firm is small, medium, large (国统字〔2017〕213号, unverified)
    "wholesale": (1_000, 5_000, 40_000),
    "catering": (100, 2_000, 10_000),
    "logistics": (200, 3_000, 30_000),
    "mould": (300, 2_000, 40_000),
    "clinic": (300, 3_000, 9_000),  # counted by staff: taken as 300,000 a year for each
}
SCALES = np.array(("micro", "small", "medium", "large"))


def scales(people: People) -> Any:
    """企业规模 of the firms, by their trade and turnover of a year; empty for everybody else."""
    found = np.full(people.size, "", dtype="<U6")
    yearly = people.income * 12 // (10_000 * YUAN)
    for number, (trade, _name, _ends) in enumerate(names.TRADES):
        chosen = (people.kind == ENTERPRISE) & (people.trade == number)
        found[chosen] = SCALES[np.searchsorted(_WAN_A_YEAR[trade], yearly[chosen], side="right")]
    return found
