"""Making queues: one proposes what a queue takes, another lets it into use; its people are the head's matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.core.policy import in_force
from kexin.party.tiers import tier_choices
from kexin.people.models import Post
from kexin.people.queries import post_labels, units_in_reach
from kexin.service.choices import Channel
from kexin.service.models import PostSkill, QueueMember, RequestQueue, ServiceRequest
from kexin.service.policies import RequestPolicy, parse_kinds
from kexin.service.queues.policies import HIGHEST, LOWEST, QueuePolicy, parse_skills
from kexin.service.queues.queries import may_keep
from kexin.service.requests.responsibility import all_takers
from kexin.service.rules import clean

PROPOSES, APPROVES = "service.propose_queue", "service.approve_queue"
RETIRES, KEEPS = "service.retire_queue", "service.keep_queue_members"
SKILLS = "service.set_post_skills"
SUBJECT = "service.RequestQueue"
MOST_MEMBERS, MOST_CAPACITY, LONGEST_AWAY = 200, 200, 92
LANGUAGES = ("zh", "en")

declare_right(APPROVES, _("Approve queues"))


@operation(PROPOSES, label=_("Propose a queue of requests"), plain=("name", "name_en"))
def propose_queue(
    *,
    actor: Actor,
    unit_id: int,
    name: str,
    name_en: str,
    reason: str,
    queue_id: int | None = None,
    rank: int = 10,
    kinds: Sequence[str] = (),
    categories: Sequence[str] = (),
    channels: Sequence[str] = (),
    tiers: Sequence[str] = (),
    languages: Sequence[str] = (),
    conversations: bool = False,
    needs: Mapping[str, int] | None = None,
) -> Approval:
    """A new one for a unit within reach, or what another takes from now on. Every fault is told at its field."""
    unit = units_in_reach(actor, PROPOSES).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound
    known = RequestQueue.objects.lock(queue_id, actor) if queue_id is not None else None
    if known is not None and (known.retired_at is not None or known.unit_id != unit_id):
        raise RuleViolation(_("It is out of use, or another unit's."))
    values: dict[str, Any] = {
        "name": clean(name),
        "name_en": clean(name_en),
        "rank": rank,
        "kinds": list(kinds),
        "categories": list(categories),
        "channels": list(channels),
        "tiers": list(tiers),
        "languages": list(languages),
        "conversations": conversations,
        "needs": dict(needs or {}),
    }
    wrong = faults(values)
    if not wrong and _named(unit_id, values["name"]).exclude(pk=queue_id).exists():
        wrong["name"] = _("There is one of this name already.")
    if wrong:
        raise RuleViolation(fields=wrong)
    return propose(
        PROPOSES,
        actor=actor,
        arguments={"queue": queue_id, "unit": unit_id, "values": values, "by": actor.name},
        summary={str(_("Queue")): values["name"], str(_("Unit")): unit.name, **told(values)},
        unit_id=unit_id,
        reason=reason,
        subject_kind=SUBJECT if queue_id is not None else "",
        subject_id=queue_id,
    )


def faults(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong with a definition, at its fields."""
    every = parse_kinds(in_force(RequestPolicy).kinds)
    skills = {each.code for each in parse_skills(in_force(QueuePolicy).skills)}
    lists = {
        "kinds": {each.code for each in every},
        "categories": {each.code for kind in every for each in kind.categories},
        "channels": set(Channel.values),
        "tiers": {code for code, _label in tier_choices()},
        "languages": set(LANGUAGES),
    }
    wrong: dict[str, Any] = {}
    for field in ("name", "name_en"):
        if not 0 < len(values[field]) <= 40:
            wrong[field] = _("A name of at most 40 characters is needed.")
    for field, allowed in lists.items():
        if set(values[field]) - allowed:
            wrong[field] = _("Choose one of the list.")
    if not 1 <= values["rank"] <= 999:
        wrong["rank"] = _("Between 1 and 999.")
    if set(values["needs"]) - skills or any(not LOWEST <= each <= HIGHEST for each in values["needs"].values()):
        wrong["needs"] = _("Choose one of the list.")
    return wrong


def told(values: Mapping[str, Any]) -> dict[str, str]:
    """A definition in words, for who decides: what is not named is everything."""
    every = parse_kinds(in_force(RequestPolicy).kinds)
    labels: dict[str, dict[str, str]] = {
        "kinds": {each.code: each.label for each in every},
        "categories": {each.code: each.label for kind in every for each in kind.categories},
        "channels": {code: str(label) for code, label in Channel.choices},
        "tiers": dict(tier_choices()),
        "languages": {},
    }
    heads = {
        "kinds": pgettext_lazy("request", "Kinds"),
        "categories": _("Categories"),
        "channels": _("By which way"),
        "tiers": _("Tiers"),
        "languages": _("Languages"),
    }
    said = {
        str(heads[field]): ", ".join(labels[field].get(each, each) for each in values[field])
        for field in heads
        if values[field]
    }
    skills = {each.code: each.label for each in parse_skills(in_force(QueuePolicy).skills)}
    if values["needs"]:
        said[str(_("Skills needed"))] = ", ".join(
            f"{skills.get(code, code)} {level}" for code, level in sorted(values["needs"].items())
        )
    if values["conversations"]:
        said[str(_("Conversations too"))] = "✓"
    return said


def _named(unit_id: int, name: str) -> Any:
    return RequestQueue.objects.filter(unit=unit_id, name=name, retired_at=None)


def _apply(actor: Actor, arguments: dict[str, Any]) -> RequestQueue:
    values = {**arguments["values"], "proposed_by": arguments["by"], "approved_by": actor.name}
    values["approved_at"] = timezone.now()
    try:
        with transaction.atomic():
            if arguments["queue"] is None:
                return RequestQueue.objects.create(unit_id=arguments["unit"], **values)
            row = RequestQueue.objects.select_for_update(of=("self",)).get(pk=arguments["queue"])
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1
            row.save()
            return row
    except IntegrityError as error:
        raise RuleViolation(_("There is one of this name already.")) from error


def _page(approval: Approval) -> str:
    if approval.subject_id is None:
        return reverse("service:queues")
    return reverse("service:queue", args=[approval.subject_id])


register_approvable(Approvable(PROPOSES, APPROVES, _("Queue of requests"), _apply, None, _page))


@operation(RETIRES, label=_("Take a queue out of use"))
def retire_queue(queue: RequestQueue | int, *, actor: Actor) -> RequestQueue:
    """Nothing arrives there any more; what waits there stays with who is responsible."""
    row = RequestQueue.objects.lock(queue, actor)
    if row.retired_at is not None:
        raise RuleViolation(_("It is out of use already."))
    row.retired_at = timezone.now()
    row.version += 1
    row.save(update_fields=["retired_at", "version"])
    ServiceRequest.objects.filter(queue=row, queued_at__isnull=False).update(queued_at=None)
    QueueMember.objects.filter(queue=row, left_at=None).update(left_at=row.retired_at)
    return row


@operation(KEEPS, label=_("Say who works in a queue"))
def keep_queue_member(
    queue: RequestQueue | int,
    *,
    actor: Actor,
    post_id: int,
    capacity: int | None = None,
    away_from: dt.date | None = None,
    away_until: dt.date | None = None,
) -> QueueMember:
    """A post that handles requests, what it carries, and days on which it gets nothing new; what it has stays."""
    row = _in_use(queue, actor)
    known = QueueMember.objects.select_for_update(of=("self",)).filter(queue=row, post=post_id, left_at=None).first()
    carries = capacity or (known.capacity if known is not None else in_force(QueuePolicy).capacity)
    wrong: dict[str, Any] = {}
    if known is None and post_id not in all_takers():
        wrong["post_id"] = _("Choose a post that somebody holds and that handles requests.")
    if not 1 <= carries <= MOST_CAPACITY:
        wrong["capacity"] = _("Between 1 and %(most)s.") % {"most": MOST_CAPACITY}
    if (away_from is None) != (away_until is None) or (away_from and away_until and away_until < away_from):
        wrong["away_until"] = _("Say both days, the first before the last.")
    elif away_until is not None and away_until > business_date() + dt.timedelta(days=LONGEST_AWAY):
        wrong["away_until"] = _("At most %(most)s days ahead.") % {"most": LONGEST_AWAY}
    if known is None and QueueMember.objects.filter(queue=row, left_at=None).count() >= MOST_MEMBERS:
        wrong["post_id"] = _("At most %(most)s members.") % {"most": MOST_MEMBERS}
    if wrong:
        raise RuleViolation(fields=wrong)
    if known is None:
        known = QueueMember(queue=row, post_id=post_id, added_by=actor.name, added_at=timezone.now())
    known.capacity, known.away_from, known.away_until = carries, away_from, away_until
    known.save()
    return known


@operation("service.remove_queue_member", label=_("Take somebody out of a queue"))
def remove_queue_member(queue: RequestQueue | int, *, actor: Actor, post_id: int) -> QueueMember:
    """Nothing new comes from it; what the post has or is offered stays there."""
    row = _in_use(queue, actor)
    known = QueueMember.objects.select_for_update(of=("self",)).filter(queue=row, post=post_id, left_at=None).first()
    if known is None:
        raise NotFound
    known.left_at = timezone.now()
    known.save(update_fields=["left_at"])
    return known


@operation(SKILLS, label=_("Say what a post can"))
def set_post_skills(post: Post | int, *, actor: Actor, skills: Mapping[str, int]) -> list[PostSkill]:
    """All skills of a post of one's units, with their level from 1 to 3; what is not named, it cannot."""
    pk = post.pk if isinstance(post, Post) else post
    row = Post.objects.filter(pk=pk, closed_on=None).select_related("unit").first()
    if row is None or not may_keep(actor, SKILLS, row.unit_id):
        raise NotFound
    codes = {each.code for each in parse_skills(in_force(QueuePolicy).skills)}
    if set(skills) - codes or any(not LOWEST <= each <= HIGHEST for each in skills.values()):
        raise RuleViolation(fields={"skills": _("Choose one of the list.")})
    PostSkill.objects.filter(post=row).exclude(code__in=list(skills)).delete()
    known = {each.code: each for each in PostSkill.objects.select_for_update().filter(post=row)}
    for code, level in skills.items():
        found = known.get(code) or PostSkill(post=row, code=code)
        if found.level != level:
            found.level, found.set_by, found.set_at = level, actor.name, timezone.now()
            found.save()
            known[code] = found
    return [known[code] for code in sorted(skills)]


def _in_use(queue: RequestQueue | int, actor: Actor) -> RequestQueue:
    row = RequestQueue.objects.lock(queue, actor)
    if row.retired_at is not None:
        raise RuleViolation(_("It is out of use already."))
    return row


def member_choices(row: RequestQueue) -> list[tuple[int, str]]:
    """Posts that may be added, with who holds them."""
    members = QueueMember.objects.filter(queue=row, left_at=None).values_list("post", flat=True)
    posts = set(all_takers()) - set(members)
    return sorted(post_labels(posts).items(), key=lambda each: each[1])
