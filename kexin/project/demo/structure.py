"""Organisation, staff and posts of the demo bank: small, made once, shared by all blocks of customers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from kexin.project.demo import names

BANK = "江澜银行"
DEPARTMENTS = (
    ("D01", "零售金融部"),
    ("D02", "财富管理与私人银行部"),
    ("D03", "公司金融部"),
    ("D04", "消费者权益保护部"),
    ("D05", "法律合规部"),
    ("D06", "反洗钱中心"),
    ("D07", "运营管理部"),
    ("D08", "远程银行中心"),
    ("D09", "审计部"),
    ("D10", "信息科技部"),
    ("D11", "数据管理部"),
)
BRANCH_NAMES = ("江澜分行", "云汀分行")
SUB_BRANCH_NAMES = ("城东支行", "滨江支行", "云湖支行", "望潮支行")
SUB_BRANCH_SHARE = (0.42, 0.22, 0.19, 0.17)
WEALTH_MANAGERS = (2, 2, 1, 1)
MANAGED_PER_MANAGER = 250


@dataclass(frozen=True)
class OrgUnit:
    code: str
    name: str
    kind: str  # head_office | department | branch | sub_branch
    parent: str | None
    opened_on: date


@dataclass(frozen=True)
class Employee:
    employee_no: str
    name: str
    male: bool
    hired_on: date
    left_on: date | None = None
    username: str = ""  # personas only; others have no sign-in


@dataclass(frozen=True)
class Post:
    """A job in a unit for a period; ``role`` is the code of the permissions, empty for staff without sign-in."""

    post_no: str
    employee_no: str
    unit: str
    title: str
    role: str
    starts_on: date
    ends_on: date | None = None


@dataclass
class Structure:
    units: list[OrgUnit] = field(default_factory=list)
    employees: list[Employee] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    sub_branches: list[str] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    wealth_posts: dict[str, list[str]] = field(default_factory=dict)  # sub-branch -> open posts of 理财经理
    corporate_posts: dict[str, str] = field(default_factory=dict)  # sub-branch -> post of 对公客户经理
    lin_post: str = ""
    departed_post: str = ""  # the wealth manager who left five months ago
    successor_post: str = ""
    departed_on: date = date.min


def build_structure(customers: int, seed: int, today: date) -> Structure:
    """Head office, departments, branches, sub-branches and everyone who works there."""
    rng = np.random.default_rng([seed, 11])
    bank = Structure(departed_on=today - timedelta(days=150))
    founded = date(today.year - 21, 6, 18)
    bank.units.append(OrgUnit("HO", f"{BANK}总行", "head_office", None, founded))
    bank.units += [OrgUnit(code, name, "department", "HO", founded) for code, name in DEPARTMENTS]
    sub_branches = max(4, customers // 5_000)
    branches = max(2, -(-sub_branches // 25))
    for number in range(branches):
        name = BRANCH_NAMES[number] if number < 2 else f"第{number + 1}分行"
        bank.units.append(OrgUnit(f"B{number + 1:02d}", name, "branch", "HO", founded))
    for number in range(sub_branches):
        name = SUB_BRANCH_NAMES[number] if number < 4 else f"{_street(number)}支行"
        code, parent = (
            f"S{number + 1:03d}",
            f"B{number % branches + 1 if number >= 4 else number // 2 + 1:02d}",
        )
        bank.units.append(OrgUnit(code, name, "sub_branch", parent, founded + timedelta(days=60 * (number % 40))))
        bank.sub_branches.append(code)
    bank.shares = list(SUB_BRANCH_SHARE) if sub_branches == 4 else [1 / sub_branches] * sub_branches
    staff = _Staff(bank, rng, today)
    staff.personas()
    for number, code in enumerate(bank.sub_branches):
        per_branch = -(-int(customers * 0.38 / sub_branches) // MANAGED_PER_MANAGER)
        staff.sub_branch(number, code, max(WEALTH_MANAGERS[number] if number < 4 else 1, per_branch))
    for number in range(branches):
        staff.hire(f"B{number + 1:02d}", "分行行长", "sub_branch_head")
    for code, _ in DEPARTMENTS:
        staff.hire(code, "部门总经理")
    staff.product_people()
    return bank


def _street(number: int) -> str:
    street = names.STREETS[number % len(names.STREETS)].removesuffix("路").removesuffix("街")
    return street + ("" if number < 4 + len(names.STREETS) else f"第{number // len(names.STREETS) + 1}")


class _Staff:
    """Hires people with fitting names and gives each a post."""

    def __init__(self, bank: Structure, rng: np.random.Generator, today: date) -> None:
        self.bank, self.rng, self.today = bank, rng, today

    def hire(
        self,
        unit: str,
        title: str,
        role: str = "",
        name: str = "",
        username: str = "",
        left_on: date | None = None,
    ) -> str:
        """Add an employee and a post; returns the post number."""
        bank, rng = self.bank, self.rng
        male = bool(rng.random() < 0.45) if not name else name[-1] not in "夏宁敏"
        if not name:
            born = np.array([int(rng.integers(1972, 2001))])
            name = str(names.surnames(rng, 1)[0] + names.given_names(rng, born, np.array([male]))[0])
        hired = self.today - timedelta(days=int(rng.integers(900, 5_000)))
        serial = len(bank.employees) + 1
        employee = Employee(f"{100_000 + serial}", name, male, hired, left_on, username)
        post = Post(f"P{serial:05d}", employee.employee_no, unit, title, role, hired, left_on)
        bank.employees.append(employee)
        bank.posts.append(post)
        return post.post_no

    def personas(self) -> None:
        """The cast of the tutorial; 理财经理 Lin and 支行行长 Zhou sit in the first sub-branch."""
        self.bank.lin_post = self.hire("S001", "理财经理", "wealth_manager", "林知夏", "lin")
        self.hire("S001", "支行行长", "sub_branch_head", "周启明", "zhou")
        self.hire("D08", "客服专员", "service_agent", "孙一宁", "sun")
        self.hire("D05", "合规专员", "compliance_officer", "吴思敏", "wu")
        self.hire("D11", "数据管理员", "data_steward", "何嘉树", "he")
        self.hire("D09", "内审", "auditor", "钱伯钧", "qian")
        self.hire("D10", "系统管理员", "system_administrator", "郑维", "zheng")
        self.hire("HO", "总行管理层", "senior_management", "陆致远", "lu")
        self.hire("D05", "合规专员", "compliance_officer", "沈怀谨", "shen")  # checks what Wu makes
        self.hire("D11", "数据管理员", "data_steward", "姚书言", "yao")
        self.hire("D10", "系统管理员", "system_administrator", "范立", "fan")

    def product_people(self) -> None:
        """Who brings products to sale; hired last, so that nobody else's name changes."""
        self.hire("D02", "产品经理", "product_manager", "方妍", "fang")
        self.hire("D05", "风险管理专员", "risk_officer", "罗峰", "luo")
        self.hire("D04", "消保专员", "consumer_protection_officer", "宁静", "ning")
        self.hire("HO", "产品准入审批人", "product_approver", "杜衡", "du")

    def sub_branch(self, number: int, code: str, managers: int) -> None:
        bank = self.bank
        if number > 0:
            self.hire(code, "支行行长", "sub_branch_head")
        self.hire(code, "零售行长", "sub_branch_head")
        posts = [bank.lin_post] if number == 0 else []
        posts += [self.hire(code, "理财经理", "wealth_manager") for _ in range(managers - len(posts))]
        bank.wealth_posts[code] = posts
        bank.corporate_posts[code] = self.hire(code, "对公客户经理", "wealth_manager")
        self.hire(code, "个贷客户经理", "wealth_manager")
        self.hire(code, "大堂经理", "service_agent")
        for _ in range(2):
            self.hire(code, "柜员")
        if number == 1:
            bank.departed_post = self.hire(code, "理财经理", "wealth_manager", left_on=bank.departed_on)
            bank.successor_post = posts[0]
