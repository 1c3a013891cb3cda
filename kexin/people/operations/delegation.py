"""Delegation 代理: somebody does the work of an absent colleague for a time; nothing is moved and it ends by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import ActorKind
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import work_kinds
from kexin.people.delegations import candidates
from kexin.people.duties import may_hold
from kexin.people.models import Delegation, Employee, Post
from kexin.people.operations.organisation import within_reach
from kexin.people.policies import DelegationPolicy, DutiesPolicy
from kexin.people.queries import grants_of, held_on


@operation(
    "people.delegate_work", label=_("Name a delegate for one's own work"), plain=("reason", "kinds"), open_to_all=True
)
def delegate_work(
    post: Post,
    *,
    actor: Actor,
    delegate_post: Post,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    kinds: Sequence[str] = (),
) -> Delegation:
    """Let a colleague do one's work items at a post from a day to a day, of all kinds or of some.

    It gives no rights: the delegate does what the delegate's own roles allow. Raises RuleViolation for a period that
    makes no sense, a colleague who cannot do work items, is absent too, or may not hold both duties in one hand.
    """
    if actor.kind != ActorKind.PERSON or post.pk not in actor.post_ids:
        raise NotFound
    return _name(post, actor, delegate_post, starts_on, ends_on, reason, kinds)


@operation("people.delegate_for", label=_("Name a delegate for somebody absent"), plain=("reason", "kinds"))
def delegate_for(
    post: Post,
    *,
    actor: Actor,
    delegate_post: Post,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    kinds: Sequence[str] = (),
) -> Delegation:
    """The same for somebody of one's units who cannot do it: the head's part when somebody falls ill."""
    row = Post.objects.filter(pk=post.pk).first()
    if row is None:
        raise NotFound
    within_reach(row.unit_id, actor)
    return _name(row, actor, delegate_post, starts_on, ends_on, reason, kinds)


@operation("people.end_delegation", label=_("End a delegation"), open_to_all=True)
def end_delegation(delegation: Delegation, *, actor: Actor) -> Delegation:
    """End it at once: by the absent one, by the delegate, or by whoever could have named one."""
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("absent", "delegate")
    found = rows.filter(pk=delegation.pk).first()
    if found is None:
        raise NotFound
    over = Delegation.objects.visible_to(actor, "people.delegate_for").filter(pk=found.pk)
    if actor.name not in (found.absent.staff_no, found.delegate.staff_no) and not over.exists():
        raise NotFound
    if found.ended_at is not None or found.ends_on < business_date():
        raise RuleViolation(_("This delegation has ended already."))
    found.ended_at, found.ended_by = timezone.now(), actor.name
    found.save(update_fields=["ended_at", "ended_by"])
    return found


def _name(
    post: Post,
    actor: Actor,
    delegate_post: Post,
    starts_on: dt.date,
    ends_on: dt.date,
    reason: str,
    kinds: Iterable[str],
) -> Delegation:
    wanted = sorted(set(kinds))
    held = held_on(business_date()).filter(post=post.pk, post__closed_on=None)
    holder = held.select_related("post__unit__parent").first()
    if holder is None:
        raise RuleViolation(fields={"post": _("Nobody holds this post today.")})
    _check_words(starts_on, ends_on, reason, wanted)
    chosen = next((each for each in candidates(holder.post) if each.post_id == delegate_post.pk), None)
    if chosen is None:
        raise RuleViolation(fields={"delegate_post": _("Choose a colleague who may do work items.")})
    # One after the other for the same two people: two delegations at once must not overlap unseen.
    both = Employee.objects.select_for_update().filter(pk__in=[holder.employee_id, chosen.employee_id]).order_by("pk")
    locked = {row.pk: row for row in both}
    absent, delegate = locked[holder.employee_id], locked[chosen.employee_id]
    _check_others(holder.post, absent, delegate, starts_on, ends_on, wanted)
    _check_duties(absent, delegate)
    return Delegation.objects.create(
        post=holder.post,
        absent=absent,
        delegate_post=chosen.post,
        delegate=delegate,
        starts_on=starts_on,
        ends_on=ends_on,
        kinds=wanted,
        reason=reason.strip(),
        made_by=actor.name,
    )


def _check_words(starts_on: dt.date, ends_on: dt.date, reason: str, kinds: list[str]) -> None:
    longest = in_force(DelegationPolicy).longest_days
    if starts_on < business_date():
        raise RuleViolation(fields={"starts_on": _("A delegation cannot begin in the past.")})
    if ends_on < starts_on:
        raise RuleViolation(fields={"ends_on": _("The end lies before the beginning.")})
    if (ends_on - starts_on).days >= longest:
        raise RuleViolation(fields={"ends_on": _("At most %(days)s days.") % {"days": longest}})
    if not reason.strip() or len(reason.strip()) > 200:
        raise RuleViolation(fields={"reason": _("Say why, in at most 200 characters.")})
    if any(kind not in work_kinds for kind in kinds):
        raise RuleViolation(fields={"kinds": _("There is no such kind of work.")})


def _check_others(
    post: Post, absent: Employee, delegate: Employee, starts_on: dt.date, ends_on: dt.date, kinds: list[str]
) -> None:
    """One delegate per kind and day; nobody stands in who is absent too; nothing is passed on."""
    coming = Delegation.objects.filter(ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
    for other in coming.filter(post=post, absent=absent):
        if not kinds or not other.kinds or set(kinds) & set(other.kinds):
            raise RuleViolation(_("Somebody is named for this work in that period already; end that first."))
    if coming.filter(absent=delegate).exists():
        raise RuleViolation(fields={"delegate_post": _("This colleague is absent in that period, too.")})
    if coming.filter(delegate=absent).exists():
        raise RuleViolation(_("The absent one stands in for somebody in that period; end that first."))


def _check_duties(absent: Employee, delegate: Employee) -> None:
    """The work of both comes into one hand: what one person may not hold together is refused (H-18).

    Only pairs that the delegation would join count; what one of them holds alone is another matter.
    """
    today = business_date()
    theirs, own = _operations(absent, today), _operations(delegate, today)
    pairs = [
        pair
        for pair in in_force(DutiesPolicy).pairs
        if not {pair[0], pair[1]} <= theirs and not {pair[0], pair[1]} <= own
    ]
    may_hold(theirs | own, pairs).enforce()


def _operations(employee: Employee, day: dt.date) -> set[str]:
    held = held_on(day).filter(employee=employee).select_related("post__unit")
    return {name for grant in grants_of([each.post for each in held], day) for name in grant.operations}
