"""Everyone's cast: a small bank made through operations, and signed-in clients of its people.

Lin leads a portfolio at the East sub-branch, Mei one at the West; Sun serves; Zhou heads East; Wu is compliance, He
data steward, Qian auditor, Gao system administrator, Tang senior management. Mrs Chen is Lin's customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.test import Client

from kexin.core.actor import Actor, system

PASSWORD = "correct-horse-7-staple"
JOINED = dt.date(2020, 1, 6)

_CAST = {
    "lin": ("1001", "林晓雯", "Lin Xiaowen", "east", "理财经理", "wealth_manager", "portfolio"),
    "mei": ("1002", "梅雪", "Mei Xue", "west", "理财经理", "wealth_manager", "portfolio"),
    "sun": ("1003", "孙悦", "Sun Yue", "east", "客服专员", "service_agent", "subtree"),
    "zhou": ("1004", "周明", "Zhou Ming", "east", "支行行长", "sub_branch_head", "subtree"),
    "wu": ("1005", "吴静", "Wu Jing", "head", "合规专员", "compliance_officer", "all"),
    "he": ("1006", "何平", "He Ping", "head", "数据管理员", "data_steward", "all"),
    "qian": ("1007", "钱诚", "Qian Cheng", "head", "内审", "auditor", "all"),
    "gao": ("1008", "高远", "Gao Yuan", "head", "系统管理员", "system_administrator", "all"),
    "tang": ("1009", "唐文", "Tang Wen", "head", "总行管理层", "senior_management", "all"),
}


@dataclass
class Bank:
    """Units by name (``head, branch, east, west``), and per person: employee, post, user; ``actor("lin")``."""

    units: dict[str, object] = field(default_factory=dict)
    employees: dict[str, object] = field(default_factory=dict)
    posts: dict[str, object] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """The person as signed in with a second factor."""
        from kexin.people.queries import actor_for

        user = self.employees[name].user  # type: ignore[attr-defined]
        return actor_for(user, session="test", methods=("password", "mfa"))


def build() -> Bank:
    """Make the small bank, or find it."""
    from kexin.core.models import Role
    from kexin.people.models import Employee, OrgUnit, Post
    from kexin.people.operations import apply_grant, appoint, create_employee, create_post, create_unit, create_user

    actor = system("set-up")
    bank = Bank()
    plan = {
        "head": ("000", "总行", "Head office", "head_office", None),
        "branch": ("100", "江城分行", "Jiangcheng branch", "branch", "head"),
        "east": ("101", "城东支行", "East sub-branch", "sub_branch", "branch"),
        "west": ("102", "城西支行", "West sub-branch", "sub_branch", "branch"),
    }
    known = {unit.code: unit for unit in OrgUnit.objects.all()}
    for name, (code, title, title_en, kind, parent) in plan.items():
        bank.units[name] = known.get(code) or create_unit(
            actor=actor, code=code, name=title, name_en=title_en, kind=kind, parent=bank.units.get(parent or "")
        )
    for name, (staff_no, chinese, english, unit, title, role, reach) in _CAST.items():
        employee = Employee.objects.select_related("user").filter(staff_no=staff_no).first()
        if employee is None:
            employee = create_employee(
                actor=actor, staff_no=staff_no, name=chinese, name_en=english, unit=bank.units[unit], joined_on=JOINED
            )
            user = create_user(employee, actor=actor, password=PASSWORD)
            user.must_change_password = False
            user.save(update_fields=["must_change_password"])
            post = create_post(actor=actor, unit=bank.units[unit], title=title, title_en=role.replace("_", " "))
            apply_grant(post, actor=actor, role=Role.objects.get(code=role), reach=reach)
            appoint(post, actor=actor, employee=employee, starts_on=JOINED)
            employee.refresh_from_db()
        bank.employees[name] = employee
        bank.posts[name] = Post.objects.get(holders__employee=employee)
    return bank


_TABLES = ("people_user", "people_orgunit", "people_employee", "people_post", "people_postholder", "people_postrole")
_kept: dict[str, bytes] = {}
_kept_roles: list[int] = []


def _keep() -> None:
    """Remember the rows of the small bank, so that the next test gets them by COPY instead of by seventy operations."""
    from django.db import connection

    from kexin.core.models import Role

    connection.ensure_connection()
    for table in _TABLES:
        with connection.connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
            _kept[table] = b"".join(copy)
    _kept_roles[:] = Role.objects.order_by("pk").values_list("pk", flat=True)


def _put_back() -> bool:
    """The rows as the operations made them in this run; False where they would not fit this database."""
    from django.db import connection

    from kexin.core.models import Role
    from kexin.people.models import OrgUnit

    if (
        not _kept
        or OrgUnit.objects.exists()
        or list(Role.objects.order_by("pk").values_list("pk", flat=True)) != _kept_roles
    ):
        return False
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kexin.history', 'off', true)")
        for table in _TABLES:
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                copy.write(_kept[table])
        cursor.execute("SELECT set_config('kexin.history', 'on', true)")
    return True


@pytest.fixture
def bank(db: None) -> Bank:
    """The small bank, made by operations once per run and put back for every further test."""
    known = _put_back()
    made = build()
    if not known and not _kept:
        _keep()
    return made


@pytest.fixture
def client_of(bank: Bank) -> Callable[[str], Client]:
    """``client_of("lin")``: a browser in which the person has signed in with password and second factor."""

    def make(name: str, methods: tuple[str, ...] = ("password", "mfa")) -> Client:
        client = Client()
        client.force_login(
            bank.employees[name].user,  # type: ignore[attr-defined]
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        session = client.session
        session["account_authentication_methods"] = [
            {"method": method, "at": 0.0, "type": "totp"} if method == "mfa" else {"method": method, "at": 0.0}
            for method in methods
        ]
        session.save()
        return client

    return make


@pytest.fixture
def chen(bank: Bank) -> object:
    """Mrs Chen Xiulan, 67, Lin's customer at the East sub-branch."""
    from kexin.party.data import AddressData, ContactData, DocumentData, PartyData
    from kexin.party.operations import create_customer

    return create_customer(
        actor=bank.actor("lin"),
        data=PartyData(
            kind="individual",
            name="陈秀兰",
            sex="F",
            born_on=dt.date(1959, 4, 12),
            nationality="CN",
            documents=(DocumentData(type="CN-RIC", number="310101195904129964", expires_on=dt.date(2035, 1, 1)),),
            contacts=(ContactData(kind="mobile", value="13800005678", preferred=True),),
            addresses=(AddressData(kind="home", area="江澜市 城东区", detail="桂花路 12 号 3 幢 402 室"),),
        ),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
    )
