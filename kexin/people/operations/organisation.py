"""The tree of units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connection
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.core.scope import scope_filters
from kexin.people.choices import EmployeeStatus
from kexin.people.models import Employee, OrgUnit, Post

InTheWay = Callable[[OrgUnit], str]
"""What of an upper floor still belongs to a unit, in words; empty when nothing does."""
_in_the_way: list[InTheWay] = []


def register_in_the_way(told: InTheWay) -> None:
    """A floor tells what must have moved before a unit may be closed or merged."""
    _in_the_way.append(told)


def within_reach(unit_id: int, actor: Actor) -> None:
    """Does the running operation reach this unit? Otherwise it is as if the unit did not exist."""
    act = frame.current.get()
    filters = scope_filters(actor, act.operation if act else "", unit="pk", post=None)
    if filters is not None and not any(OrgUnit.objects.filter(**each).filter(pk=unit_id).exists() for each in filters):
        raise NotFound


@operation("people.create_unit", label=_("Create a unit"), plain=("code", "name", "kind"))
def create_unit(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    parent: OrgUnit | None,
    name_en: str = "",
    opened_on: dt.date | None = None,
) -> OrgUnit:
    """Add a unit below ``parent``; only the head office has none."""
    if parent is not None:
        within_reach(parent.pk, actor)
    if OrgUnit.objects.filter(code=code).exists():
        raise Conflict(fields={"code": _("This code is in use already.")})
    if parent is None and OrgUnit.objects.filter(parent=None).exists():
        raise RuleViolation(fields={"parent": _("There is one head office; every other unit has a parent.")})
    if parent is not None and parent.closed_on is not None:
        raise RuleViolation(fields={"parent": _("This unit is closed.")})
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('people_orgunit', 'id'))")
        (pk,) = cursor.fetchone()
    path = f"{parent.path if parent else '/'}{pk}/"
    if len(path) > 200:
        raise RuleViolation(fields={"parent": _("The tree of units is too deep.")})
    return OrgUnit.objects.create(
        id=pk, code=code, name=name, name_en=name_en, kind=kind, parent=parent, path=path, opened_on=opened_on
    )


@operation("people.rename_unit", label=_("Rename a unit"), plain=("name", "name_en"))
def rename_unit(unit: OrgUnit, *, actor: Actor, name: str, name_en: str, version: int) -> OrgUnit:
    """Give a unit other names."""
    within_reach(unit.pk, actor)
    row = OrgUnit.objects.select_for_update().get(pk=unit.pk)
    if row.version != version:
        raise Conflict(current={"name": row.name, "name_en": row.name_en, "version": row.version})
    row.name, row.name_en, row.version = name.strip(), name_en.strip(), row.version + 1
    if not row.name:
        raise RuleViolation(fields={"name": _("The unit needs a name.")})
    row.save(update_fields=["name", "name_en", "version"])
    return row


@operation("people.close_unit", label=_("Close a unit"))
def close_unit(unit: OrgUnit, *, actor: Actor) -> OrgUnit:
    """Close a unit that has no open units, posts, staff or customers left."""
    within_reach(unit.pk, actor)
    row = OrgUnit.objects.select_for_update().get(pk=unit.pk)
    return _close(row)


@operation("people.merge_unit", label=_("Merge a unit into another"))
def merge_unit(unit: OrgUnit, *, actor: Actor, into: OrgUnit) -> OrgUnit:
    """Close a unit whose figures are from now on counted with those of another, earlier days included.

    The same must be empty as for closing; raises RuleViolation at ``into`` for itself, a closed unit or one below it.
    """
    within_reach(unit.pk, actor)
    within_reach(into.pk, actor)
    row = OrgUnit.objects.select_for_update().get(pk=unit.pk)
    into = OrgUnit.objects.select_for_update().get(pk=into.pk)
    if into.closed_on is not None:
        raise RuleViolation(fields={"into": _("This unit is closed.")})
    if into.path.startswith(row.path):
        raise RuleViolation(fields={"into": _("A unit is merged into another one, and not into one below it.")})
    row.merged_into = into
    return _close(row)


def _close(row: OrgUnit) -> OrgUnit:
    if row.closed_on is not None:
        raise RuleViolation(_("The unit is closed already."))
    if row.children.filter(closed_on=None).exists():
        raise RuleViolation(_("Units below it are still open."))
    if Employee.objects.filter(unit=row, status=EmployeeStatus.ACTIVE).exists():
        raise RuleViolation(_("Employees still belong to it."))
    if Post.objects.filter(unit=row, closed_on=None).exists():
        raise RuleViolation(_("It still has open posts."))
    for told in _in_the_way:
        if reason := told(row):
            raise RuleViolation(reason)
    row.closed_on = business_date()
    row.version += 1
    row.save(update_fields=["closed_on", "merged_into", "version"])
    return row
