"""Employees and their sign-in accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import named
from kexin.core.api.shapes import Day, Id, Page, Paging, Shown, Taken, page_of
from kexin.people.models import Employee, OrgUnit
from kexin.people.operations import create_employee, create_user, let_go, reset_password, set_user_active
from kexin.people.queries import employees
from kexin.people.rights import FloorRights, employee_file, rights_of, roles_held

router = Endpoints("staff", _("Employees"))


class EmployeeShown(Shown):
    """An employee."""

    id: Id
    staff_no: str = Field(examples=["1001"])
    name: str = Field(examples=["林晓雯"])
    name_en: str = Field(examples=["Lin Xiaowen"])
    unit_id: Id
    unit: str = Field(examples=["城东支行"])
    status: str = Field(examples=["active"])
    joined_on: Day
    left_on: Day | None


class EmployeePage(Page[EmployeeShown]):
    """Employees, part of a list."""


class HeldPostShown(Shown):
    """A post held now or before."""

    post_id: Id
    title: str = Field(examples=["理财经理"])
    unit: str = Field(examples=["城东支行"])
    roles: list[str] = Field(examples=[["理财经理 · 本人管户"]])
    period: str = Field(examples=["2020-01-06 – "])
    running: bool


class RightShown(Shown):
    """One thing somebody may do, how far, and through what."""

    operation: str = Field(examples=["party.view_customer"])
    label: str = Field(examples=["Open a customer file"])
    reach: str = Field(examples=["Own portfolio"])
    through: str = Field(examples=["理财经理 · 理财经理"])


class EmployeeFile(EmployeeShown):
    """An employee, the posts held, and what the person may do today."""

    posts: list[HeldPostShown]
    rights: list[RightShown]


class EmployeeTaken(Taken):
    """A person of the staff."""

    staff_no: str = Field(min_length=1, max_length=20, pattern="^[0-9A-Za-z.-]+$", examples=["1042"])
    name: str = Field(min_length=1, max_length=80, examples=["郑好"])
    name_en: str = Field(default="", max_length=80, examples=["Zheng Hao"])
    unit_id: Id
    joined_on: Day


class FirstPassword(Taken):
    """The first password; it must be changed at the first sign-in."""

    password: str = Field(
        min_length=10, max_length=200, examples=["chunfeng-1042-huakai"], json_schema_extra={"format": "password"}
    )


class AccountState(Shown):
    """A sign-in account."""

    username: str = Field(examples=["1042"])
    active: bool


class Active(Taken):
    """Open, or locked at once."""

    active: bool = Field(examples=[False])


class Leaving(Taken):
    """The last day."""

    left_on: Day | None = None


class Me(Shown):
    """Who asks, and what may be done."""

    kind: str = Field(examples=["service"])
    name: str = Field(examples=["service.a1b2c3"])
    label: str = Field(examples=["核心系统接口"])
    unit_id: Id | None
    posts: list[HeldPostShown]
    rights: list[RightShown]


def _employee(row: Employee) -> dict[str, object]:
    return {
        "id": row.pk,
        "staff_no": row.staff_no,
        "name": row.name,
        "name_en": row.name_en,
        "unit_id": row.unit_id,
        "unit": row.unit.shown_name,
        "status": row.status,
        "joined_on": row.joined_on,
        "left_on": row.left_on,
    }


def _rights(groups: list[FloorRights]) -> list[RightShown]:
    return [
        RightShown(operation=each.operation, label=each.label, reach=each.reach, through=each.through)
        for group in groups
        for each in group.rows
    ]


def _posts(rows: object) -> list[HeldPostShown]:
    return [
        HeldPostShown(
            post_id=row.post_id,
            title=row.title,
            unit=row.unit,
            roles=row.roles,
            period=row.period,
            running=row.running,
        )
        for row in rows  # type: ignore[attr-defined]
    ]


@router.read("/me", "", _("Who am I"))
def read_me(request: ApiRequest) -> Me:
    """Who asks, and what may be done today."""
    actor = request.actor
    return Me(
        kind=actor.kind,
        name=actor.name,
        label=actor.label,
        unit_id=actor.unit_id,
        posts=_posts(roles_held(actor)),
        rights=_rights(rights_of(actor)),
    )


@router.read("/employees", "people.view_employees")
def list_employees(request: ApiRequest, wanted: Query[Paging]) -> EmployeePage:
    """Employees within reach, by staff number."""
    lines, following = page_of(
        request,
        employees(request.actor),
        wanted,
        [("staff_no", "asc")],
        lambda row: EmployeeShown(**_employee(row)),  # type: ignore[arg-type]
    )
    return EmployeePage(items=lines, next=following)


@router.read("/employees/{employee_id}", "people.view_employees", _("See an employee"))
def read_employee(request: ApiRequest, employee_id: Id) -> EmployeeFile:
    """One employee with posts and rights."""
    row, posts, rights = employee_file(request.actor, employee_id)
    return EmployeeFile(**_employee(row), posts=_posts(posts), rights=_rights(rights))  # type: ignore[arg-type]


@router.write("POST", "/employees", "people.create_employee", status=201)
def add_employee(request: ApiRequest, data: EmployeeTaken) -> EmployeeShown:
    """Enter a person of the staff."""
    row = create_employee(
        actor=request.actor,
        staff_no=data.staff_no,
        name=data.name,
        name_en=data.name_en,
        unit=named(OrgUnit.objects.all(), data.unit_id, "unit_id", _("There is no such unit.")),
        joined_on=data.joined_on,
    )
    return EmployeeShown(**_employee(row))  # type: ignore[arg-type]


@router.write("POST", "/employees/{employee_id}/account", "people.create_user", status=201)
def add_account(request: ApiRequest, employee_id: Id, data: FirstPassword) -> AccountState:
    """Make a sign-in account; its name is the staff number."""
    user = create_user(Employee(pk=employee_id), actor=request.actor, password=data.password)
    return AccountState(username=user.username, active=user.is_active)


@router.write("POST", "/employees/{employee_id}/password", "people.reset_password")
def new_password(request: ApiRequest, employee_id: Id, data: FirstPassword) -> AccountState:
    """Give a new first password."""
    user = reset_password(Employee(pk=employee_id), actor=request.actor, password=data.password)
    return AccountState(username=user.username, active=user.is_active)


@router.write("PUT", "/employees/{employee_id}/account", "people.set_user_active")
def set_account(request: ApiRequest, employee_id: Id, data: Active) -> AccountState:
    """Lock a sign-in account at once, or open it again."""
    user = set_user_active(Employee(pk=employee_id), actor=request.actor, active=data.active)
    return AccountState(username=user.username, active=user.is_active)


@router.write("POST", "/employees/{employee_id}/leaving", "people.let_go")
def leave(request: ApiRequest, employee_id: Id, data: Leaving) -> EmployeeShown:
    """The employee leaves: appointments end, the sign-in account is locked at once."""
    row = let_go(Employee(pk=employee_id), actor=request.actor, left_on=data.left_on)
    return EmployeeShown(**_employee(row))  # type: ignore[arg-type]
