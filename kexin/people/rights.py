"""Who may do what, and through which post: the reading side of roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, Grant
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.models import Role, RoleOperation
from kexin.core.operation import Door, doors
from kexin.core.query import query
from kexin.people.models import Employee, Post, PostHolder, PostRole, by_language
from kexin.people.queries import grants_of, held_on


@dataclass(frozen=True, slots=True)
class Right:
    """One operation somebody may do: its words, how far it reaches, through which role and post."""

    operation: str
    label: str
    reach: str
    through: str


@dataclass(frozen=True, slots=True)
class FloorRights:
    label: str
    rows: list[Right]


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post somebody holds or held, with its roles and period."""

    holder_id: int
    post_id: int
    title: str
    unit: str
    roles: list[str]
    period: str
    running: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may do an operation."""

    employee: Employee
    post: str
    unit: str
    role: str
    reach: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    door: Door
    ticks: list[bool]


@dataclass(frozen=True, slots=True)
class MatrixFloor:
    floor: str
    label: str
    rows: list[MatrixRow]


@dataclass(frozen=True, slots=True)
class Matrix:
    roles: list[Role]
    floors: list[MatrixFloor]
    holders: Mapping[int, int] = field(default_factory=dict)  # role id: how many posts have it


def floor_label(floor: str) -> str:
    """The name of a floor as people read it."""
    return str(apps.get_app_config(floor).verbose_name) if apps.is_installed(f"kexin.{floor}") else floor


def operation_label(name: str) -> str:
    """The words of an operation; its bare name where the house does not know it any more."""
    door = doors.get(name)
    return str(door.label) if door else name


def grantable() -> list[Door]:
    """Every door a role can open, by floor and name. What is open to all and what no role holds stays out."""
    order = [each.label for each in apps.get_app_configs()]
    hidden = {"people.apply_grant"}
    known = [door for door in doors.values() if door.name not in hidden and not door.open_to_all]
    return sorted(known, key=lambda d: (order.index(d.floor) if d.floor in order else 99, d.name))


def rights_of(actor: Actor) -> list[FloorRights]:
    """Everything an actor may do today, by floor; one line per way to it."""
    return _rights(actor.grants)


def _rights(grants: Iterable[Grant]) -> list[FloorRights]:
    given = list(grants)
    names = {r.code: by_language(r.name, r.name_en) for r in Role.objects.filter(code__in={g.role for g in given})}
    titles = {p.pk: p.shown_name for p in Post.objects.filter(pk__in={g.post_id for g in given if g.post_id})}
    rows = [
        Right(
            name,
            operation_label(name),
            str(grant.reach.label),
            f"{names.get(grant.role, grant.role)} · {titles.get(grant.post_id or 0, '')}",
        )
        for grant in given
        for name in grant.operations
    ]
    rows.sort(key=lambda row: (row.operation, row.through))
    return [FloorRights(floor_label(f), list(each)) for f, each in groupby(rows, lambda r: r.operation.split(".")[0])]


def roles_held(actor: Actor) -> list[HeldPost]:
    """The posts of an actor today."""
    held = held_on(business_date()).filter(post_id__in=actor.post_ids, employee__user_id=actor.user_id or 0)
    return _held_posts(held)


def _held_posts(holders: Any) -> list[HeldPost]:
    today = business_date()
    rows = list(holders.select_related("post__unit").order_by("-starts_on", "pk"))
    roles: dict[int, list[str]] = {}
    for granted in PostRole.objects.filter(post__in=[row.post_id for row in rows]).select_related("role", "unit"):
        where = granted.unit.shown_name if granted.unit else Reach(granted.reach).label
        role = by_language(granted.role.name, granted.role.name_en)
        roles.setdefault(granted.post_id, []).append(f"{role} · {where}")
    return [
        HeldPost(
            row.pk,
            row.post_id,
            row.post.shown_name,
            row.post.unit.shown_name,
            roles.get(row.post_id, []),
            f"{row.starts_on} – {row.ends_on or ''}",
            row.starts_on <= today and (row.ends_on is None or row.ends_on >= today),
        )
        for row in rows
    ]


@query("people.view_employees", label=_("See employees"))
def employee_file(actor: Actor, pk: int) -> tuple[Employee, list[HeldPost], list[FloorRights]]:
    """One employee within reach: posts ever held, and what the person may do today."""
    visible = Employee.objects.visible_to(actor, "people.view_employees")
    employee = visible.select_related("unit", "user").filter(pk=pk).first()
    if employee is None:
        raise NotFound
    today = business_date()
    posts = Post.objects.filter(pk__in=held_on(today).filter(employee=employee).values("post_id")).select_related(
        "unit"
    )
    return employee, _held_posts(PostHolder.objects.filter(employee=employee)), _rights(grants_of(posts, today))


@query("people.view_roles", label=_("See roles"))
def matrix(actor: Actor) -> Matrix:
    """Operations by floor against roles."""
    roles = list(Role.objects.order_by("pk"))
    granted = set(RoleOperation.objects.values_list("role_id", "operation"))
    floors = [
        MatrixFloor(
            floor,
            floor_label(floor),
            [MatrixRow(door, [(role.pk, door.name) in granted for role in roles]) for door in each],
        )
        for floor, each in groupby(grantable(), lambda door: door.floor)
    ]
    counts: dict[int, int] = {}
    for role_id in PostRole.objects.values_list("role_id", flat=True):
        counts[role_id] = counts.get(role_id, 0) + 1
    return Matrix(roles, floors, counts)


@query("people.view_roles", label=_("See roles"))
def who_may(actor: Actor, operation: str) -> list[Holder]:
    """Everybody in service who may do ``operation`` today, with the post and role that give it."""
    today = business_date()
    granted = (
        PostRole.objects.filter(role__grants__operation=operation)
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .select_related("role", "unit", "post__unit")
    )
    by_post: dict[int, list[PostRole]] = {}
    for row in granted:
        by_post.setdefault(row.post_id, []).append(row)
    holders = held_on(today).filter(post__in=by_post).select_related("employee__unit").order_by("employee__staff_no")
    return [
        Holder(
            holder.employee,
            row.post.shown_name,
            (row.unit or row.post.unit).shown_name,
            by_language(row.role.name, row.role.name_en),
            str(Reach(row.reach).label),
        )
        for holder in holders
        for row in by_post[holder.post_id]
    ]
