"""Units and posts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.conditional import expected_version, tell_version
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.lookup import existing, named
from kexin.core.api.shapes import Day, Id, Shown, Taken, Version, one_of
from kexin.people.choices import UnitKind
from kexin.people.models import Employee, OrgUnit, Post, PostHolder
from kexin.people.operations import (
    appoint,
    close_post,
    close_unit,
    create_post,
    create_unit,
    end_appointment,
    merge_unit,
    rename_unit,
)
from kexin.people.queries import organisation, post_file, unit_file

router = Endpoints("organisation", _("Organisation"))


class UnitShown(Shown):
    """A unit. ``version`` is its ETag."""

    id: Id
    version: Version
    code: str = Field(examples=["101"])
    name: str = Field(examples=["城东支行"])
    name_en: str = Field(examples=["East sub-branch"])
    kind: str = Field(examples=["sub_branch"])
    parent_id: Id | None
    opened_on: Day | None
    closed_on: Day | None
    merged_into_id: Id | None = Field(default=None, description="Its figures are counted with those of this unit")


class UnitInTree(UnitShown):
    """A unit with its depth and how many work there."""

    depth: int = Field(examples=[2])
    staff: int = Field(examples=[14])


class Tree(Shown):
    """Open units in the order of the tree."""

    items: list[UnitInTree]


class PostShown(Shown):
    """A post of a unit."""

    id: Id
    unit_id: Id
    title: str = Field(examples=["理财经理"])
    title_en: str = Field(examples=["Wealth manager"])
    closed_on: Day | None


class PostInUnit(PostShown):
    """A post with today's holder and its roles."""

    holder_id: Id | None = Field(description="The employee")
    holder: str | None = Field(examples=["林晓雯"])
    roles: list[str] = Field(examples=[["理财经理"]])


class UnitFile(UnitShown):
    """A unit, the units above it, its open posts."""

    above: list[UnitShown]
    posts: list[PostInUnit]


class UnitTaken(Taken):
    """A new unit below another."""

    code: str = Field(min_length=1, max_length=20, pattern="^[0-9A-Za-z.-]+$", examples=["103"])
    name: str = Field(min_length=1, max_length=80, examples=["城南支行"])
    name_en: str = Field(default="", max_length=80, examples=["South sub-branch"])
    kind: one_of(UnitKind)  # type: ignore[valid-type]
    parent_id: Id
    opened_on: Day | None = None


class UnitMerging(Taken):
    """Which unit takes over."""

    into_id: Id = Field(examples=[3])


class UnitNames(Taken):
    """Other names for a unit."""

    name: str = Field(min_length=1, max_length=80, examples=["城南支行"])
    name_en: str = Field(default="", max_length=80, examples=["South sub-branch"])


class PostTaken(Taken):
    """A new post."""

    unit_id: Id
    title: str = Field(min_length=1, max_length=60, examples=["理财经理"])
    title_en: str = Field(default="", max_length=60, examples=["Wealth manager"])


class AppointmentShown(Shown):
    """Who holds a post from when until when; both days belong to it."""

    id: Id
    post_id: Id
    employee_id: Id
    starts_on: Day
    ends_on: Day | None


class GrantShown(Shown):
    """A role of a post and how far it reaches."""

    id: Id
    role: str = Field(examples=["wealth_manager"])
    reach: str = Field(examples=["portfolio"])
    unit_id: Id | None
    ends_on: Day | None


class PostFile(PostShown):
    """A post, everybody who ever held it, its roles."""

    holders: list[AppointmentShown]
    grants: list[GrantShown]


class AppointmentTaken(Taken):
    """Who holds the post, and for how long."""

    employee_id: Id
    starts_on: Day
    ends_on: Day | None = Field(default=None, examples=[None])


class LastDay(Taken):
    """The last day that belongs to it."""

    ends_on: Day


def unit_of(row: OrgUnit) -> UnitShown:
    """A unit as it is shown."""
    return UnitShown(**_unit(row))  # type: ignore[arg-type]


def _unit(row: OrgUnit) -> dict[str, object]:
    return {
        "id": row.pk,
        "version": row.version,
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "kind": row.kind,
        "parent_id": row.parent_id,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "merged_into_id": row.merged_into_id,
    }


def _post(row: Post) -> dict[str, object]:
    return {
        "id": row.pk,
        "unit_id": row.unit_id,
        "title": row.title,
        "title_en": row.title_en,
        "closed_on": row.closed_on,
    }


def _appointment(row: PostHolder) -> AppointmentShown:
    return AppointmentShown(
        id=row.pk, post_id=row.post_id, employee_id=row.employee_id, starts_on=row.starts_on, ends_on=row.ends_on
    )


@router.read("/units", "people.view_organisation")
def list_units(request: ApiRequest) -> Tree:
    """The whole tree of open units."""
    rows = organisation(request.actor)
    return Tree(items=[UnitInTree(**_unit(row.unit), depth=row.depth, staff=row.staff) for row in rows])  # type: ignore[arg-type]


@router.read("/units/{unit_id}", "people.view_organisation", _("See a unit"), etag=True)
def read_unit(request: ApiRequest, unit_id: Id) -> UnitFile:
    """A unit with its posts."""
    unit, above, lines = unit_file(request.actor, unit_id)
    tell_version(request, unit.version)
    posts = [
        PostInUnit(
            **_post(line.post),  # type: ignore[arg-type]
            holder_id=line.holder.employee_id if line.holder else None,
            holder=line.holder.employee.shown_name if line.holder else None,
            roles=line.roles,
        )
        for line in lines
    ]
    return UnitFile(**_unit(unit), above=[unit_of(each) for each in above], posts=posts)  # type: ignore[arg-type]


@router.write("POST", "/units", "people.create_unit", status=201, etag=True)
def add_unit(request: ApiRequest, data: UnitTaken) -> UnitShown:
    """Add a unit below another."""
    row = create_unit(
        actor=request.actor,
        code=data.code,
        name=data.name,
        name_en=data.name_en,
        kind=data.kind,
        parent=named(OrgUnit.objects.all(), data.parent_id, "parent_id", _("There is no such unit.")),
        opened_on=data.opened_on,
    )
    tell_version(request, row.version)
    return unit_of(row)


@router.write("PATCH", "/units/{unit_id}", "people.rename_unit", conditional=True, etag=True)
def name_unit(request: ApiRequest, unit_id: Id, data: UnitNames) -> UnitShown:
    """Give a unit other names."""
    unit = existing(request.actor, "people.rename_unit", OrgUnit.objects.all(), unit_id)
    version = expected_version(request, lambda: unit.version)
    row = rename_unit(unit, actor=request.actor, name=data.name, name_en=data.name_en, version=version)
    tell_version(request, row.version)
    return unit_of(row)


@router.write("POST", "/units/{unit_id}/closing", "people.close_unit")
def shut_unit(request: ApiRequest, unit_id: Id) -> UnitShown:
    """Close a unit that has no open units, posts or staff left."""
    unit = existing(request.actor, "people.close_unit", OrgUnit.objects.all(), unit_id)
    return unit_of(close_unit(unit, actor=request.actor))


@router.write("POST", "/units/{unit_id}/merging", "people.merge_unit")
def join_unit(request: ApiRequest, unit_id: Id, data: UnitMerging) -> UnitShown:
    """Close an empty unit; its figures are from now on counted with those of another, earlier days included."""
    unit = existing(request.actor, "people.merge_unit", OrgUnit.objects.all(), unit_id)
    into = named(OrgUnit.objects.all(), data.into_id, "into_id", _("There is no such unit."))
    assert into is not None
    return unit_of(merge_unit(unit, actor=request.actor, into=into))


@router.read("/posts/{post_id}", "people.view_organisation", _("See a post"))
def read_post(request: ApiRequest, post_id: Id) -> PostFile:
    """A post with its holders and roles."""
    post, holders, grants = post_file(request.actor, post_id)
    return PostFile(
        **_post(post),  # type: ignore[arg-type]
        holders=[_appointment(row) for row in holders],
        grants=[
            GrantShown(id=row.pk, role=row.role.code, reach=row.reach, unit_id=row.unit_id, ends_on=row.ends_on)
            for row in grants
        ],
    )


@router.write("POST", "/posts", "people.create_post", status=201)
def add_post(request: ApiRequest, data: PostTaken) -> PostShown:
    """A place in a unit that somebody can hold."""
    unit = named(OrgUnit.objects.all(), data.unit_id, "unit_id", _("There is no such unit."))
    row = create_post(actor=request.actor, unit=unit, title=data.title, title_en=data.title_en)
    return PostShown(**_post(row))  # type: ignore[arg-type]


@router.write("POST", "/posts/{post_id}/closing", "people.close_post")
def shut_post(request: ApiRequest, post_id: Id) -> PostShown:
    """Close a post that nobody holds; its roles go with it."""
    post = existing(request.actor, "people.close_post", Post.objects.all(), post_id)
    return PostShown(**_post(close_post(post, actor=request.actor)))  # type: ignore[arg-type]


@router.write("POST", "/posts/{post_id}/appointments", "people.appoint", status=201)
def add_appointment(request: ApiRequest, post_id: Id, data: AppointmentTaken) -> AppointmentShown:
    """Let an employee hold a post for a period; incompatible duties are refused."""
    post = existing(request.actor, "people.appoint", Post.objects.all(), post_id)
    employee = named(Employee.objects.all(), data.employee_id, "employee_id", _("There is no such employee."))
    row = appoint(post, actor=request.actor, employee=employee, starts_on=data.starts_on, ends_on=data.ends_on)
    return _appointment(row)


@router.write("POST", "/appointments/{appointment_id}/end", "people.end_appointment")
def finish_appointment(request: ApiRequest, appointment_id: Id, data: LastDay) -> AppointmentShown:
    """Let somebody hold a post until a day and no longer."""
    holder = existing(request.actor, "people.end_appointment", PostHolder.objects.all(), appointment_id)
    return _appointment(end_appointment(holder, actor=request.actor, ends_on=data.ends_on))
