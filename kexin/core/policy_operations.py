"""Changing numbers: one drafts and proposes a version, another approves it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.choices import PolicyStatus
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import Approval, PolicyVersion
from kexin.core.operation import declare_right, operation
from kexin.core.policy import check_values, forget_cache, policy_types


@operation(
    "core.propose_policy", label=_("Draft and propose a policy version"), plain=("code", "reason", "legal_basis")
)
def propose_policy(
    *,
    actor: Actor,
    code: str,
    values: Mapping[str, Any],
    in_force_from: dt.date,
    legal_basis: str,
    reason: str,
    verified: bool = False,
) -> Approval:
    """Propose the next version of a policy. It may not begin in the past: what was decided then stays decided."""
    if code not in policy_types:
        raise NotFound
    check_values(code, values).enforce()
    if in_force_from < business_date():
        raise RuleViolation(fields={"in_force_from": _("A version cannot begin in the past.")})
    if PolicyVersion.objects.filter(code=code, status=PolicyStatus.PROPOSED).exists():
        raise RuleViolation(_("The same has been proposed already and awaits approval."))
    number = (PolicyVersion.objects.filter(code=code).aggregate(last=Max("number"))["last"] or 0) + 1
    version = PolicyVersion.objects.create(
        code=code,
        number=number,
        values=dict(values),
        in_force_from=in_force_from,
        legal_basis=legal_basis.strip(),
        verified=verified,
        note=reason.strip(),
        status=PolicyStatus.PROPOSED,
        drafted_by=actor.name,
    )
    return propose(
        "core.propose_policy",
        actor=actor,
        arguments={"version": version.pk},
        summary={"policy": str(policy_types[code].label), "version": number, "in_force_from": str(in_force_from)},
        unit_id=actor.unit_id or 0,
        reason=reason,
        subject_kind="core.PolicyVersion",
        subject_id=version.pk,
    )


def _apply(actor: Actor, arguments: dict[str, Any]) -> PolicyVersion:
    version = PolicyVersion.objects.select_for_update().get(pk=arguments["version"])
    version.status = PolicyStatus.APPROVED
    version.approved_by = actor.name
    version.decided_at = timezone.now()
    version.save(update_fields=["status", "approved_by", "decided_at"])
    forget_cache()
    return version


def _drop(actor: Actor, arguments: dict[str, Any]) -> None:
    PolicyVersion.objects.filter(pk=arguments["version"]).update(
        status=PolicyStatus.REJECTED, decided_at=timezone.now()
    )


def _url(approval: Approval) -> str:
    version = PolicyVersion.objects.get(pk=approval.subject_id or 0)
    return reverse("core:policy_diff", args=[version.code]) + f"?b={version.number}"


declare_right("core.approve_policy", _("Approve a policy version"))
register_approvable(
    Approvable("core.propose_policy", "core.approve_policy", _("A policy version"), _apply, _drop, _url)
)
