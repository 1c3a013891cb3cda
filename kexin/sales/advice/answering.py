"""The customer reads a plan and accepts or declines it. Nobody does it on the customer's behalf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.models import PolicyVersion
from kexin.core.operation import operation
from kexin.core.policy import numbers_of
from kexin.core.query import query
from kexin.sales.advice.choices import PlanState
from kexin.sales.advice.events import PlanAnswered
from kexin.sales.advice.planning import as_read
from kexin.sales.advice.policies import AdvicePolicy
from kexin.sales.advice.queries import MOST, PLAN_TEXTS
from kexin.sales.advice.rules import clean, fingerprint, may_answer
from kexin.sales.advice.work import owe_taking_up
from kexin.sales.models import Plan, PlanLine, PlanVersion

VIEW_OWN = "sales.view_own_plans"
ACCEPT = "sales.accept_plan"
DECLINE = "sales.decline_plan"
SHOWN = (PlanState.SENT, PlanState.ACCEPTED, PlanState.DECLINED)


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """A version as its customer reads it; ``open`` says whether an answer is still taken, ``why_not`` why not."""

    plan: Plan
    version: PlanVersion
    lines: list[PlanLine]
    open: bool
    why_not: str


@query(VIEW_OWN, label=_("See one's own plans"), record="list")
def own_plans(actor: Actor) -> list[OwnPlan]:
    """The plans that were sent to the customer who acts, the newest first; of each the version that stands."""
    rows = PlanVersion.objects.filter(plan__in=_own(actor), state__in=SHOWN)
    newest: dict[int, PlanVersion] = {}
    for each in rows.select_related("plan").order_by("number"):
        newest[each.plan_id] = each
    found = sorted(newest.values(), key=lambda each: each.pk, reverse=True)[:MOST]
    decrypt_rows(PlanVersion, found, ("title",))
    return [_read(each.plan, each, []) for each in found]


@query(VIEW_OWN, label=_("See one's own plans"), record="open")
def own_plan(actor: Actor, pk: int) -> OwnPlan:
    """One plan of one's own as it stands. NotFound for any other, and for one that was never sent."""
    rows = PlanVersion.objects.filter(plan__in=_own(actor), plan=pk, state__in=SHOWN)
    version = rows.select_related("plan").order_by("-number").first()
    if version is None:
        raise NotFound
    decrypt_rows(PlanVersion, [version], PLAN_TEXTS)
    return _read(version.plan, version, _lines(version))


def _own(actor: Actor) -> Any:
    return Plan.objects.visible_to(actor, VIEW_OWN).order_by().values("pk")


def _lines(version: PlanVersion) -> list[PlanLine]:
    lines = list(PlanLine.objects.filter(plan_version=version).select_related("product").order_by("place"))
    return decrypt_rows(PlanLine, lines, ("why",))


def _read(plan: Plan, version: PlanVersion, lines: list[PlanLine]) -> OwnPlan:
    answer = may_answer(version.state, sent_at=version.sent_at, now=timezone.now(), days=_days(version))
    late = version.state == PlanState.SENT and not answer
    return OwnPlan(plan, version, lines, bool(answer), str(answer.reasons[0].text) if late else "")


def _days(version: PlanVersion) -> int:
    """For how long it could be answered by the numbers in force when it was sent."""
    row = PolicyVersion.objects.get(pk=version.policies["sales.advice"])
    return numbers_of(AdvicePolicy, row).answer_days


@operation(ACCEPT, label=_("Accept a plan"))
def accept_plan(plan: Plan | int, *, actor: Actor, number: int, agreed: bool, device: str = "") -> Plan:
    """The customer agrees to content, term, fees and risk of version ``number`` (D-17). It orders nothing yet.

    Raises RuleViolation where another version stands by now, where it waited too long, or where nothing was ticked.
    """
    if not agreed:
        raise RuleViolation(fields={"agreed": _("Please confirm this too.")})
    return _answer(plan, actor, number, PlanState.ACCEPTED, device, "")


@operation(DECLINE, label=_("Decline a plan"))
def decline_plan(plan: Plan | int, *, actor: Actor, number: int, reason: str = "", device: str = "") -> Plan:
    """The customer does not want it, with or without a word why."""
    return _answer(plan, actor, number, PlanState.DECLINED, device, reason)


def _answer(plan: Plan | int, actor: Actor, number: int, state: PlanState, device: str, reason: str) -> Plan:
    if actor.kind != ActorKind.CUSTOMER:
        raise NotPermitted(_("Only the customer can take this step, never staff on the customer's behalf."))
    row = Plan.objects.lock(plan, actor)
    version = PlanVersion.objects.select_for_update().filter(plan=row, number=number).first()
    if version is None:
        raise NotFound
    now = timezone.now()
    days = _days(version) if version.policies else 0
    may_answer(version.state, sent_at=version.sent_at, now=now, days=days).enforce()
    decrypt_rows(PlanVersion, [version], PLAN_TEXTS)
    if fingerprint(as_read(version, _lines(version))) != version.sha256:
        raise RuleViolation(_("This plan is not what was sent to you. Please ask your manager for a new one."))
    version.state, version.answered_at = state, now
    version.reason = clean(reason)[:300] or None
    version.evidence = {
        "sha256": version.sha256,
        "session": actor.session[:12],
        "address": actor.address,
        "device": device[:200],
        "at": now.isoformat(timespec="seconds"),
    }
    version.save(update_fields=["state", "answered_at", "reason", "evidence"])
    if version.number == row.number:
        row.state = state
    row.version += 1
    row.save()
    accepted = state == PlanState.ACCEPTED
    emit(PlanAnswered(row.customer_id, row.plan_no, row.pk, number, accepted))
    owe_taking_up(row, accepted)
    return row
