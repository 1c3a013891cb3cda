"""Reads of delegations: whom somebody may name, what runs, and who stands in at a post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.names import Delegate
from kexin.core.query import query
from kexin.core.workflow import work_kinds
from kexin.people.models import Delegation, Post, PostHolder, PostRole
from kexin.people.queries import held_on

NEEDED = ("core.view_work", "core.complete_work")  # without these nobody can do another's work


@dataclass(frozen=True, slots=True)
class Line:
    """A delegation as a page shows it to one reader. ``given``: the reader is the absent one."""

    row: Delegation
    kinds: list[str]
    given: bool
    running: bool
    may_end: bool


def delegates_of(post_ids: Iterable[int]) -> dict[int, list[Delegate]]:
    """Post → who stands in for its holder today, for lists of work."""
    wanted = list(post_ids)
    if not wanted:
        return {}
    rows = Delegation.objects.running(business_date()).filter(post__in=wanted).select_related("delegate")
    found: dict[int, list[Delegate]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.post_id, []).append(Delegate(row.delegate.shown_name, tuple(row.kinds)))
    return found


@query("people.view_delegations", label=_("See delegations"), open_to_all=True)
def my_delegations(actor: Actor) -> list[Line]:
    """What runs or is still to come: given by the actor, or to be done by the actor."""
    rows = _coming().filter(Q(absent__staff_no=actor.name) | Q(delegate__staff_no=actor.name))
    return _lines(actor, rows)


@query("people.view_delegations", label=_("See delegations"), open_to_all=True)
def delegations_of(actor: Actor, employee_id: int) -> list[Line]:
    """What runs or is to come for one employee, for those who may name a delegate for that person or end it."""
    reach = Delegation.objects.visible_to(actor, "people.delegate_for").values("pk")
    about = Q(absent=employee_id) | Q(delegate=employee_id)
    return _lines(actor, _coming().filter(about, pk__in=reach))


@query("people.view_delegations", label=_("See delegations"), open_to_all=True)
def delegations_in_reach(actor: Actor) -> QuerySet[Delegation]:
    """All delegations ever, of oneself and of the units for which the actor may name delegates, newest first."""
    own = Q(absent__staff_no=actor.name) | Q(delegate__staff_no=actor.name)
    reach = Delegation.objects.visible_to(actor, "people.delegate_for").order_by().values("pk")
    rows = Delegation.objects.select_related("absent", "delegate", "post", "delegate_post")
    return rows.filter(own | Q(pk__in=reach)).order_by("-pk")


def _coming() -> QuerySet[Delegation]:
    rows = Delegation.objects.filter(ended_at=None, ends_on__gte=business_date())
    return rows.select_related("absent", "delegate", "post__unit", "delegate_post__unit").order_by("starts_on", "pk")


def _lines(actor: Actor, rows: QuerySet[Delegation]) -> list[Line]:
    found = list(rows)
    if not found:
        return []
    these = {row.pk for row in found}
    running = set(Delegation.objects.running(business_date()).filter(pk__in=these).values_list("pk", flat=True))
    reach = Delegation.objects.visible_to(actor, "people.delegate_for")
    over = set(reach.filter(pk__in=these).values_list("pk", flat=True))
    return [
        Line(
            row,
            [str(work_kinds[kind].label) if kind in work_kinds else kind for kind in row.kinds],
            given=row.absent.staff_no == actor.name,
            running=row.pk in running,
            may_end=actor.name in (row.absent.staff_no, row.delegate.staff_no) or row.pk in over,
        )
        for row in found
    ]


def candidates(post: Post) -> list[PostHolder]:
    """Who could do the work of a post: held posts with rights over work items, in the unit above it and below.

    One line per post; the absent one's own posts are not among them.
    """
    today = business_date()
    unit = post.unit
    above = unit.parent.path if unit.parent is not None else unit.path
    able = PostRole.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), post__closed_on=None)
    names = able.filter(role__grants__operation__in=NEEDED).values_list("post_id", "role__grants__operation")
    posts = {pk for pk, each in groupby(sorted(names), lambda pair: pair[0]) if {n for _pk, n in each} >= set(NEEDED)}
    absent = held_on(today).filter(post=post).values("employee")
    held = held_on(today).filter(post__in=posts, post__unit__path__startswith=above).exclude(employee__in=absent)
    return list(held.select_related("employee", "post__unit").order_by("post__unit__path", "post"))
