"""The demo bank's units, staff, posts and roles, made through the doors of the people floor."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from pypinyin import lazy_pinyin

from kexin.core.actor import Actor
from kexin.core.models import Role
from kexin.people.models import Employee, OrgUnit, User
from kexin.people.operations import (
    apply_grant,
    appoint,
    create_employee,
    create_post,
    create_unit,
    create_user,
    let_go,
)
from kexin.people.operations.sign_in import change_own_password
from kexin.project.demo import structure
from kexin.project.demo.codes import TITLES_EN, UNITS_EN
from kexin.project.demo.names import COMPOUND_SURNAMES

REACH = {
    "wealth_manager": "portfolio",
    "sub_branch_head": "subtree",
    "service_agent": "subtree",
    "data_steward": "all",
    "compliance_officer": "all",
    "auditor": "all",
    "system_administrator": "all",
    "senior_management": "all",
    "product_manager": "all",
    "risk_officer": "all",
    "consumer_protection_officer": "all",
    "product_approver": "all",
}
REMOTE_CENTRE = "D08"  # its agents serve the customers of the first branch
SERVED_BRANCH = "B01"
TOLD_SUB_BRANCHES = 4  # where past and present are told in detail, however large the bank
TOLD_TITLES = ("支行行长", "理财经理")


@dataclass(frozen=True)
class SignIn:
    """One account of the demo bank: who, in which unit, with which post and role."""

    username: str
    name: str
    unit: str
    title: str
    role: str


@dataclass
class Staff:
    """What the loaders need of the organisation: ids by the simulation's codes, and the accounts made."""

    units: dict[str, int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    sign_ins: list[SignIn] = field(default_factory=list)


def hire_everyone(bank: structure.Structure, *, actor: Actor, password: str) -> Staff:
    """Make the whole organisation. Accounts are opened for the personas, for everybody in Lin's sub-branch whose post
    has a role, and for the heads and wealth managers of its three neighbours: enough for whatever takes several people,
    and to see where somebody's reach ends."""
    staff = Staff()
    units: dict[str, OrgUnit] = {}
    for unit in bank.units:
        units[unit.code] = create_unit(
            actor=actor,
            code=unit.code,
            name=unit.name,
            name_en=UNITS_EN.get(unit.code, ""),
            kind=unit.kind,
            parent=units[unit.parent] if unit.parent else None,
            opened_on=unit.opened_on,
        )
        staff.units[unit.code] = units[unit.code].pk
    roles = {role.code: role for role in Role.objects.all()}
    people = {each.employee_no: each for each in bank.employees}
    told = _told_posts(bank)
    for entry in bank.posts:
        person, unit_row = people[entry.employee_no], units[entry.unit]
        post = create_post(actor=actor, unit=unit_row, title=entry.title, title_en=TITLES_EN.get(entry.title, ""))
        staff.posts[entry.post_no] = post.pk
        if entry.role:
            served = units[SERVED_BRANCH] if entry.unit == REMOTE_CENTRE else None
            apply_grant(post, actor=actor, role=roles[entry.role], reach=REACH[entry.role], unit=served)
        employee = create_employee(
            actor=actor,
            staff_no=person.username or person.employee_no,
            name=person.name,
            name_en=latin_name(person.name),
            unit=unit_row,
            joined_on=person.hired_on,
        )
        appoint(post, actor=actor, employee=employee, starts_on=entry.starts_on)
        if person.left_on is not None:
            let_go(employee, actor=actor, left_on=person.left_on)
        elif person.username or entry.post_no in told:
            open_account(employee, actor=actor, password=password)
            staff.sign_ins.append(SignIn(employee.staff_no, employee.name, unit_row.name, entry.title, entry.role))
    return staff


def _told_posts(bank: structure.Structure) -> set[str]:
    """Posts whose holders act in the told story and so need an account."""
    first, *others = bank.sub_branches[:TOLD_SUB_BRANCHES]
    neighbours = {post.post_no for post in bank.posts if post.unit in others and post.title in TOLD_TITLES}
    return neighbours | {post.post_no for post in bank.posts if post.unit == first and post.role}


def open_account(employee: Employee, *, actor: Actor, password: str) -> User:
    """A sign-in account whose demo password need not be changed first."""
    user = create_user(employee, actor=actor, password=password)
    return change_own_password(user, actor=actor)


def latin_name(name: str) -> str:
    """The name in pinyin as passports write it: 林知夏 → Lin Zhixia. Compound surnames have two characters."""
    surname = 2 if len(name) >= 3 and name[:2] in COMPOUND_SURNAMES else 1
    family, given = lazy_pinyin(name[:surname]), lazy_pinyin(name[surname:])
    return f"{''.join(family).title()} {''.join(given).title()}".strip()


def new_password() -> str:
    """The one password of this installation's demo accounts: made anew at each load, so that it is nowhere known."""
    return f"jianglan-{secrets.token_hex(3)}-{secrets.token_hex(2)}"
