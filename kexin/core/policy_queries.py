"""Reading policies: what is in force on every floor, one policy with its versions, the difference of two."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import yaml
from django.apps import apps
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import PolicyStatus
from kexin.core.errors import NotFound
from kexin.core.models import PolicyVersion
from kexin.core.policy import PolicyType, Shape, policy_types
from kexin.core.query import query


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A policy with the version in force today (None: nothing approved yet) and whether one is proposed."""

    declared: PolicyType
    version: PolicyVersion | None
    proposed: PolicyVersion | None


@dataclass(frozen=True, slots=True)
class Difference:
    shape: Shape
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def as_text(shape: Shape, value: Any) -> str:
    """A stored value as people read and type it; lists and tables as YAML."""
    if value is None:
        return ""
    if shape.kind in (list, dict):
        return yaml.safe_dump(value, allow_unicode=True, default_flow_style=None, sort_keys=False, width=100).strip()
    if shape.kind is bool:
        return str(_("yes") if value else _("no"))
    return str(value)


def _holds(version: PolicyVersion, day: dt.date) -> bool:
    return version.in_force_from <= day and (version.in_force_until is None or day <= version.in_force_until)


@query("core.view_policies", label=_("See policies"))
def policies_by_floor(actor: Actor) -> list[tuple[str, list[PolicyLine]]]:
    """Every declared policy, grouped by floor."""
    today = business_date()
    now: dict[str, PolicyVersion] = {}
    proposed: dict[str, PolicyVersion] = {}
    wanted = [PolicyStatus.APPROVED, PolicyStatus.PROPOSED]
    for version in PolicyVersion.objects.filter(status__in=wanted).order_by("in_force_from", "number"):
        if version.status == PolicyStatus.PROPOSED:
            proposed[version.code] = version
        elif _holds(version, today):
            now[version.code] = version
    floors: dict[str, list[PolicyLine]] = {}
    for code, declared in sorted(policy_types.items()):
        floors.setdefault(code.split(".")[0], []).append(PolicyLine(declared, now.get(code), proposed.get(code)))
    order = [each.label for each in apps.get_app_configs()]
    known = sorted(floors.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else 99)
    return [(str(apps.get_app_config(floor).verbose_name), lines) for floor, lines in known if floor in order]


@query("core.view_policies", label=_("See policies"))
def policy_file(actor: Actor, code: str) -> tuple[PolicyType, PolicyVersion | None, list[PolicyVersion]]:
    """One policy: its shape, the version in force, all versions, newest first."""
    declared = policy_types.get(code)
    if declared is None:
        raise NotFound
    versions = list(PolicyVersion.objects.filter(code=code).order_by("-number"))
    today = business_date()
    running = [v for v in versions if v.status == PolicyStatus.APPROVED and _holds(v, today)]
    running.sort(key=lambda v: (v.in_force_from, v.number))
    return declared, running[-1] if running else None, versions


def difference(declared: PolicyType, before: PolicyVersion | None, after: PolicyVersion) -> list[Difference]:
    """Number by number, what stands in two versions."""
    old = before.values if before else {}
    return [
        Difference(shape, as_text(shape, old.get(shape.name)), as_text(shape, after.values.get(shape.name)))
        for shape in declared.shapes
    ]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A version that waits or was decided, and the numbers that it changes against the one it follows."""

    before: PolicyVersion | None
    after: PolicyVersion
    changed: list[Difference]
    same: int  # how many numbers stay


def proposed_change(version_id: int) -> Proposed | None:
    """What a version changes: an undecided one against the version in force today, a decided one against the approved
    one before it. None where the version or its policy is gone. Whoever calls has checked the right to look."""
    after = PolicyVersion.objects.filter(pk=version_id).first()
    declared = policy_types.get(after.code) if after is not None else None
    if after is None or declared is None:
        return None
    approved = PolicyVersion.objects.filter(code=after.code, status=PolicyStatus.APPROVED).exclude(pk=after.pk)
    rows = sorted(approved, key=lambda v: (v.in_force_from, v.number))
    if after.status == PolicyStatus.PROPOSED:
        today = business_date()
        found = [v for v in rows if _holds(v, today)]
    else:
        found = [v for v in rows if v.number < after.number]
    before = found[-1] if found else None
    lines = difference(declared, before, after)
    changed = [each for each in lines if each.changed]
    return Proposed(before, after, changed, len(lines) - len(changed))
