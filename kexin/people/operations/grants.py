"""Powers: roles of posts and operations of roles, changed by two persons."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.choices import Reach
from kexin.core.errors import RuleViolation
from kexin.core.models import Approval, Role, RoleOperation
from kexin.core.operation import declare_right, doors, operation
from kexin.core.policy import in_force
from kexin.people.duties import may_hold
from kexin.people.models import OrgUnit, Post, PostHolder, PostRole
from kexin.people.operations.organisation import within_reach
from kexin.people.policies import DutiesPolicy


def _operations_with(post: Post, extra: set[str], without_role: int | None = None) -> list[set[str]]:
    """What each present or coming holder of ``post`` would hold, over all posts, with ``extra`` added."""
    today = business_date()
    running = PostHolder.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    people = running.filter(post=post).values_list("employee_id", flat=True)
    sets = []
    for employee in people or [None]:
        posts = {post.pk}
        if employee is not None:
            posts |= set(running.filter(employee=employee).values_list("post_id", flat=True))
        rows = RoleOperation.objects.filter(role__posts__post__in=posts)
        if without_role is not None:
            rows = rows.exclude(role=without_role)
        sets.append(set(rows.values_list("operation", flat=True)) | extra)
    return sets


def _check_duties(post: Post, extra: set[str], without_role: int | None = None) -> None:
    pairs = in_force(DutiesPolicy).pairs
    for held in _operations_with(post, extra, without_role):
        may_hold(held, pairs).enforce()


@operation("people.propose_grant", label=_("Propose to grant a role to a post"), plain=("reason", "reach"))
def propose_grant(
    post: Post,
    *,
    actor: Actor,
    role: Role,
    reach: str,
    reason: str,
    unit: OrgUnit | None = None,
    ends_on: dt.date | None = None,
) -> Approval:
    """Propose that a post gets a role. Incompatible duties are refused now and again at the approval."""
    within_reach(post.unit_id, actor)
    if reach not in Reach.values:
        raise RuleViolation(fields={"reach": _("Choose how far the role reaches.")})
    if PostHolder.objects.filter(post=post, employee__user_id=actor.user_id or 0).exists():
        raise RuleViolation(_("Nobody proposes a role for a post of their own."))
    _check_duties(post, set(role.grants.values_list("operation", flat=True)))
    return propose(
        "people.propose_grant",
        actor=actor,
        arguments={
            "post": post.pk,
            "role": role.pk,
            "reach": reach,
            "unit": unit.pk if unit else None,
            "ends_on": ends_on.isoformat() if ends_on else None,
        },
        summary={"post": str(post), "unit": post.unit.name, "role": role.name, "reach": reach},
        unit_id=post.unit_id,
        reason=reason,
        subject_kind="people.Post",
        subject_id=post.pk,
    )


def _apply_grant(actor: Actor, arguments: dict[str, Any]) -> PostRole:
    post = Post.objects.select_for_update().get(pk=arguments["post"])
    role = Role.objects.get(pk=arguments["role"])
    if PostHolder.objects.filter(post=post, employee__user_id=actor.user_id or 0).exists():
        raise RuleViolation(_("Nobody approves a role for a post of their own."))
    return apply_grant(
        post,
        actor=actor,
        role=role,
        reach=arguments["reach"],
        unit=OrgUnit.objects.get(pk=arguments["unit"]) if arguments["unit"] else None,
        ends_on=dt.date.fromisoformat(arguments["ends_on"]) if arguments["ends_on"] else None,
    )


@operation("people.apply_grant", label=_("Grant a role at the installation"), plain=("reach",))
def apply_grant(
    post: Post,
    *,
    actor: Actor,
    role: Role,
    reach: str,
    unit: OrgUnit | None = None,
    ends_on: dt.date | None = None,
) -> PostRole:
    """Grant at once: after an approval, or by the system when an institution is set up. No role grants this."""
    _check_duties(post, set(role.grants.values_list("operation", flat=True)))
    granted, _new = PostRole.objects.update_or_create(
        post=post, role=role, defaults={"reach": reach, "unit": unit, "ends_on": ends_on}
    )
    return granted


@operation("people.revoke_grant", label=_("Revoke a role from a post"), plain=("reason",))
def revoke_grant(post_role: PostRole, *, actor: Actor, reason: str) -> Post:
    """Take a role from a post at once: taking power away needs no second person."""
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say why.")})
    post = post_role.post
    within_reach(post.unit_id, actor)
    post_role.delete()
    return post


@operation("people.propose_role_change", label=_("Propose to change a role"), plain=("reason", "operations"))
def propose_role_change(role: Role, *, actor: Actor, operations: list[str], reason: str) -> Approval:
    """Propose another set of operations for a role; holders who would get incompatible duties are named."""
    unknown = [name for name in operations if name not in doors]
    if unknown:
        raise RuleViolation(fields={"operations": _("Unknown operations: %(names)s") % {"names": ", ".join(unknown)}})
    _check_role(role, set(operations))
    before = set(role.grants.values_list("operation", flat=True))
    return propose(
        "people.propose_role_change",
        actor=actor,
        arguments={"role": role.pk, "operations": sorted(operations)},
        summary={
            "role": role.name,
            "added": sorted(set(operations) - before),
            "removed": sorted(before - set(operations)),
        },
        unit_id=actor.unit_id or OrgUnit.objects.get(parent=None).pk,
        reason=reason,
        subject_kind="core.Role",
        subject_id=role.pk,
    )


def _check_role(role: Role, operations: set[str]) -> None:
    for granted in PostRole.objects.filter(role=role).select_related("post"):
        _check_duties(granted.post, operations, without_role=role.pk)
    may_hold(operations, in_force(DutiesPolicy).pairs).enforce()


def _apply_role_change(actor: Actor, arguments: dict[str, Any]) -> Role:
    role = Role.objects.select_for_update().get(pk=arguments["role"])
    wanted = set(arguments["operations"])
    _check_role(role, wanted)
    RoleOperation.objects.filter(role=role).exclude(operation__in=wanted).delete()
    have = set(RoleOperation.objects.filter(role=role).values_list("operation", flat=True))
    RoleOperation.objects.bulk_create([RoleOperation(role=role, operation=name) for name in sorted(wanted - have)])
    return role


declare_right("people.approve_grant", _("Approve the grant of a role"))
declare_right("people.approve_role_change", _("Approve the change of a role"))
register_approvable(
    Approvable(
        "people.propose_grant",
        "people.approve_grant",
        _("Grant a role to a post"),
        _apply_grant,
        url=lambda approval: reverse("people_post", args=[approval.subject_id]),
    )
)
register_approvable(
    Approvable(
        "people.propose_role_change",
        "people.approve_role_change",
        _("Change a role"),
        _apply_role_change,
        url=lambda approval: reverse("people_roles"),
    )
)
