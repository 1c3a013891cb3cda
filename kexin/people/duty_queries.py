"""Certified on duty (J-02): who works in a post that asks for certificates, and who lacks one of them today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.models import Role
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.people.choices import EmployeeStatus
from kexin.people.evidence_policies import EvidencePolicy
from kexin.people.evidence_queries import in_force_on
from kexin.people.models import Employee, PostRole, Qualification, by_language
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.queries import held_on


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One person of the roster: roles held, certificates they ask for, and which of these are not in force."""

    roles: list[str]
    needed: list[str]
    lacking: list[str]


@query("people.view_qualifications", label=_("See certificates and product authorisations"))
def roster(actor: Actor) -> QuerySet[Employee]:
    """Employees in service within reach, one of whose roles today asks for a certificate.

    ``duty_roles`` and ``held_kinds`` are the codes of these roles and of the certificates in force today.
    """
    on, asked = business_date(), in_force(EvidencePolicy).by_role
    posts = held_on(on).filter(employee=OuterRef(OuterRef("pk"))).values("post_id")
    granted = PostRole.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), post__in=posts, role__code__in=list(asked))
    held = Qualification.objects.filter(in_force_on(on), employee=OuterRef("pk"))
    rows = Employee.objects.visible_to(actor, "people.view_qualifications").filter(Exists(granted))
    return (
        rows.filter(status=EmployeeStatus.ACTIVE)
        .annotate(
            duty_roles=ArraySubquery(granted.order_by("role__code").values("role__code").distinct()),
            held_kinds=ArraySubquery(held.order_by("kind").values("kind").distinct()),
        )
        .select_related("unit")
    )


def lacking() -> Q:
    """Who of the roster lacks at least one certificate that a role asks for."""
    found = Q(pk__in=[])
    for role, kinds in in_force(EvidencePolicy).by_role.items():
        found |= Q(duty_roles__contains=[role]) & ~Q(held_kinds__contains=list(kinds))
    return found


def holding(rows: QuerySet[Employee], role: str) -> QuerySet[Employee]:
    """Those of the roster who hold this role today."""
    return rows.filter(Q(duty_roles__contains=[role]))


def role_names() -> Mapping[str, str]:
    """The roles that ask for certificates, by code; one read."""
    rows = Role.objects.filter(code__in=list(in_force(EvidencePolicy).by_role)).order_by("code")
    return {row.code: by_language(row.name, row.name_en) for row in rows}


def duty_line(row: Employee, names: Mapping[str, str]) -> DutyLine:
    """A row of :func:`roster` in words; ``names`` as :func:`role_names` tells them."""
    asked, rules = in_force(EvidencePolicy).by_role, in_force(QualificationPolicy)
    roles: list[str] = row.duty_roles  # type: ignore[attr-defined]
    needed = list(dict.fromkeys(kind for role in roles for kind in asked.get(role, ())))
    missing = [kind for kind in needed if kind not in row.held_kinds]  # type: ignore[attr-defined]
    return DutyLine(
        [names.get(role, role) for role in roles],
        [rules.kind_label(kind) for kind in needed],
        [rules.kind_label(kind) for kind in missing],
    )
