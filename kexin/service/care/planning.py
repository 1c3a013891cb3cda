"""Making a care plan: one drafts it with its words, somebody else lets it run; anybody may stop it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.engagement.messages.rules import has_link
from kexin.party.tiers import tier_choices
from kexin.people.queries import units_in_reach
from kexin.service.care.choices import CareAct, CareState, Festival, Occasion
from kexin.service.models import CarePlan
from kexin.service.rules import clean

DRAFT, PROPOSE, APPROVE = "service.draft_care_plan", "service.propose_care_plan", "service.approve_care_plan"
SUBJECT = "service.CarePlan"
FARTHEST = 60  # days before an occasion

declare_right(APPROVE, _("Approve care plans"))


@operation(DRAFT, label=_("Draft a care plan"), plain=("occasion", "act"))
def draft_care_plan(
    *,
    actor: Actor,
    name: str,
    name_en: str,
    unit_id: int,
    occasion: str,
    act: str,
    text: str,
    text_en: str,
    tiers: Sequence[str] = (),
    festivals: Sequence[str] = (),
    every_months: int = 0,
    ahead_days: int = 0,
) -> CarePlan:
    """A plan below a unit within reach. Every fault is told at its field."""
    if not units_in_reach(actor, DRAFT).filter(pk=unit_id).exists():
        raise NotFound
    known = {code for code, _label in tier_choices()}
    wrong: dict[str, Any] = {}
    for field, words in (("name", name), ("name_en", name_en)):
        if not 0 < len(clean(words)) <= 60:
            wrong[field] = _("A name of at most 60 characters is needed.")
    for field, words in (("text", text), ("text_en", text_en)):
        if not 0 < len(clean(words)) <= 300:
            wrong[field] = _("Words of at most 300 characters are needed, in both languages.")
        elif has_link(words):
            wrong[field] = _("Care carries no link.")
    if occasion not in Occasion.values:
        wrong["occasion"] = _("Choose one of the list.")
    if act not in CareAct.values:
        wrong["act"] = _("Choose one of the list.")
    if occasion == Occasion.FESTIVAL and not festivals:
        wrong["festivals"] = _("Choose at least one festival.")
    if set(festivals) - set(Festival.values):
        wrong["festivals"] = _("Choose one of the list.")
    if occasion == Occasion.VISIT and not 1 <= every_months <= 60:
        wrong["every_months"] = _("Say after how many months, 1 to 60.")
    if not 0 <= ahead_days <= FARTHEST:
        wrong["ahead_days"] = _("Between 0 and %(most)s days.") % {"most": FARTHEST}
    if set(tiers) - known:
        wrong["tiers"] = _("Choose one of the list.")
    if wrong:
        raise RuleViolation(fields=wrong)
    return CarePlan.objects.create(
        name=clean(name),
        name_en=clean(name_en),
        unit_id=unit_id,
        occasion=occasion,
        act=act,
        text=clean(text),
        text_en=clean(text_en),
        tiers=list(tiers),
        festivals=list(festivals) if occasion == Occasion.FESTIVAL else [],
        every_months=every_months if occasion == Occasion.VISIT else 0,
        ahead_days=0 if occasion == Occasion.VISIT else ahead_days,
        made_by=actor.name,
    )


@operation(PROPOSE, label=_("Propose a care plan"))
def propose_care_plan(plan: CarePlan | int, *, actor: Actor, reason: str) -> Approval:
    """Its words and whom it reaches are looked at by somebody else."""
    row = CarePlan.objects.lock(plan, actor)
    if row.state != CareState.DRAFT:
        raise RuleViolation(_("This is not possible in the present state."))
    row.state, row.made_by = CareState.PROPOSED, actor.name
    row.version += 1
    row.save(update_fields=["state", "made_by", "version"])
    return propose(
        PROPOSE,
        actor=actor,
        arguments={"plan": row.pk},
        summary={"plan": row.name, "occasion": str(row.get_occasion_display()), "text": row.text},
        unit_id=row.unit_id,
        reason=reason,
        subject_kind=SUBJECT,
        subject_id=row.pk,
    )


@operation("service.stop_care_plan", label=_("Stop a care plan"))
def stop_care_plan(plan: CarePlan | int, *, actor: Actor) -> CarePlan:
    """Nobody is touched by it any more. Stopped already, nothing happens."""
    row = CarePlan.objects.lock(plan, actor)
    if row.state == CareState.PROPOSED:
        raise RuleViolation(_("A version awaits approval; it is decided or withdrawn first."))
    row.state = CareState.STOPPED
    row.version += 1
    row.save(update_fields=["state", "version"])
    return row


def _apply(actor: Actor, arguments: dict[str, Any]) -> CarePlan:
    row = CarePlan.objects.select_for_update(of=("self",)).get(pk=arguments["plan"])
    row.state, row.approved_by = CareState.RUNNING, actor.name
    row.version += 1
    row.save(update_fields=["state", "approved_by", "version"])
    return row


def _drop(actor: Actor, arguments: dict[str, Any]) -> None:
    """Rejected or withdrawn: a draft again."""
    CarePlan.objects.filter(pk=arguments["plan"], state=CareState.PROPOSED).update(state=CareState.DRAFT)


def _page(approval: Approval) -> str:
    return reverse("service:care_plan", args=[approval.subject_id])


register_approvable(Approvable(PROPOSE, APPROVE, _("Care plan"), _apply, _drop, _page))
