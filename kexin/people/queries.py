"""Reads of people: who an account acts as, the tree, posts, and who holds a duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import FilteredRelation, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, Grant, StandIn
from kexin.core.calendar import business_date
from kexin.core.choices import ActorKind, Reach
from kexin.core.errors import NotFound
from kexin.core.models import Role, RoleOperation
from kexin.core.policies import SessionPolicy
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.scope import scope_filters
from kexin.people.choices import EmployeeStatus
from kexin.people.models import Employee, OrgUnit, Post, PostHolder, PostRole, User, by_language
from kexin.people.policies import DelegationPolicy
from kexin.people.standing import Absence, standings

# Floors without customer data, and what touches them there all the same: loads of whole banks. Every floor that is
# built later is withheld until the second factor (B-03) unless it is named here.
_WITHOUT_CUSTOMERS = (
    "core.",
    "people.",
    "products.",
    "desk.",
    "suitability.view_questionnaires",
    "suitability.view_scoring",
    "suitability.draft_questionnaire",
    "suitability.propose_questionnaire",
    "service.view_extensions",
    "service.assign_extension",
    "service.free_extension",
    "service.view_wecom_accounts",
    "service.assign_wecom_account",
)
_WITH_CUSTOMERS = frozenset({"core.start_import", "core.view_imports"})


def actor_for(user: User, *, session: str = "", address: str = "", methods: Iterable[str] = ()) -> Actor:
    """The actor that a signed-in account is today: the roles of the posts its employee holds today."""
    return signed_in(user, session=session, address=address, methods=methods)[0]


def signed_in(user: User, *, session: str = "", address: str = "", methods: Iterable[str] = ()) -> tuple[Actor, str]:
    """The actor and the name of its unit; what waits for a second factor is not granted but ``withheld``."""
    held = standings(user.pk, business_date())
    if not held:
        return Actor(kind=ActorKind.PERSON, name=user.username, user_id=user.pk, label=user.username), ""
    first = held[0]
    grants, withheld = tuple(grant for each in held for grant in each.grants), frozenset[str]()
    known = frozenset(methods)
    if "mfa" not in known and in_force(SessionPolicy).mfa_for_customers:
        withheld = frozenset(name for grant in grants for name in grant.operations if touches_customers(name))
        grants = tuple(replace(grant, operations=grant.operations - withheld) for grant in grants)
    actor = Actor(
        kind=ActorKind.PERSON,
        name=first.staff_no,
        label=by_language(first.name, first.name_en),
        user_id=user.pk,
        post_id=first.post_id,
        post_ids=tuple(each.post_id for each in held if each.post_id is not None),
        unit_id=first.unit_id,
        grants=grants,
        session=session,
        address=address,
        methods=known,
        withheld=withheld,
        stand_ins=_stand_ins([absence for each in held for absence in each.absences]),
    )
    return actor, by_language(first.unit_name, first.unit_name_en)


def _stand_ins(absences: list[Absence]) -> tuple[StandIn, ...]:
    opens = tuple(in_force(DelegationPolicy).opens) if absences else ()
    return tuple(
        StandIn(each.post_id, each.staff_no, by_language(each.name, each.name_en), each.kinds, opens)
        for each in absences
    )


def touches_customers(operation: str) -> bool:
    """Whether an operation shows or changes customer data, so that it waits for the second factor."""
    return operation in _WITH_CUSTOMERS or not operation.startswith(_WITHOUT_CUSTOMERS)


def held_on(day: dt.date) -> QuerySet[PostHolder]:
    """The appointments that run on a day."""
    return PostHolder.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


def grants_of(posts: Iterable[Post], day: dt.date) -> tuple[Grant, ...]:
    """The grants of these posts on a day; the units of a sub-tree are resolved here, once."""
    held = PostRole.objects.filter(post__in=list(posts)).filter(Q(ends_on=None) | Q(ends_on__gte=day))
    names = RoleOperation.objects.filter(role=OuterRef("role")).values("operation")
    rows = held.select_related("post__unit", "unit", "role").annotate(operations=ArraySubquery(names))
    return tuple(
        Grant(
            role=row.role.code,
            operations=frozenset(row.operations),
            reach=Reach(row.reach),
            post_id=row.post_id,
            unit_ids=_units(row.reach, row.unit or row.post.unit),
        )
        for row in rows
    )


def _units(reach: str, unit: OrgUnit) -> tuple[int, ...]:
    if reach == Reach.UNIT:
        return (unit.pk,)
    if reach == Reach.SUBTREE:
        return tuple(OrgUnit.objects.filter(path__startswith=unit.path).values_list("pk", flat=True))
    return ()


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit in the tree with its depth and how many work there."""

    unit: OrgUnit
    depth: int
    staff: int


@query("people.view_organisation", label=_("See the organisation"))
def organisation(actor: Actor) -> list[UnitRow]:
    """The whole tree in order, open units only, with the number of employees in service."""
    from django.db.models import Count

    units = OrgUnit.objects.filter(closed_on=None).annotate(
        staff=Count("employees", filter=Q(employees__status=EmployeeStatus.ACTIVE))
    )
    return [UnitRow(unit, unit.path.count("/") - 2, unit.staff) for unit in units.order_by("path")]


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post of a unit with today's holder and its roles."""

    post: Post
    holder: PostHolder | None
    roles: list[str]


@query("people.view_organisation", label=_("See the organisation"))
def unit_file(actor: Actor, pk: int) -> tuple[OrgUnit, list[OrgUnit], list[PostLine]]:
    """A unit, the line of units above it, and its open posts."""
    unit = OrgUnit.objects.select_related("parent", "merged_into").filter(pk=pk).first()
    if unit is None:
        raise NotFound
    above = [int(each) for each in unit.path.strip("/").split("/")][:-1]
    line = list(OrgUnit.objects.filter(pk__in=above).order_by("path"))
    return unit, line, post_lines(Post.objects.filter(unit=unit, closed_on=None))


@query("people.view_organisation", label=_("See the organisation"))
def post_file(actor: Actor, pk: int) -> tuple[Post, list[PostHolder], list[PostRole]]:
    """A post with everybody who ever held it, newest first, and its roles."""
    post = Post.objects.select_related("unit").filter(pk=pk).first()
    if post is None:
        raise NotFound
    holders = PostHolder.objects.filter(post=post).select_related("employee").order_by("-starts_on")
    granted = PostRole.objects.filter(post=post).select_related("role", "unit").order_by("pk")
    return post, list(holders), list(granted)


def post_lines(posts: QuerySet[Post]) -> list[PostLine]:
    """Posts with today's holders and role names, three queries however many."""
    rows = list(posts.select_related("unit").order_by("pk"))
    holders = {h.post_id: h for h in held_on(business_date()).filter(post__in=rows).select_related("employee")}
    roles: dict[int, list[str]] = {}
    for granted in PostRole.objects.filter(post__in=rows).select_related("role").order_by("pk"):
        roles.setdefault(granted.post_id, []).append(by_language(granted.role.name, granted.role.name_en))
    return [PostLine(post, holders.get(post.pk), roles.get(post.pk, [])) for post in rows]


@query("people.view_employees", label=_("See employees"))
def employees(actor: Actor) -> QuerySet[Employee]:
    """Employees within reach."""
    return Employee.objects.visible_to(actor, "people.view_employees").select_related("unit")


@query("people.view_roles", label=_("See roles"))
def roles(actor: Actor) -> list[Role]:
    """All roles with their operations."""
    return list(Role.objects.prefetch_related("grants").order_by("pk"))


def post_labels(post_ids: Iterable[int]) -> dict[int, str]:
    """Who stands at a post today, for lists: ``{post id: "林晓雯 · 理财经理"}``."""
    wanted = {each for each in post_ids if each}
    if not wanted:
        return {}
    today = business_date()
    runs = Q(holders__ends_on=None) | Q(holders__ends_on__gte=today)
    holder = FilteredRelation("holders", condition=Q(holders__starts_on__lte=today) & runs)
    rows = (
        Post.objects.filter(pk__in=wanted)
        .annotate(held=holder)
        .values_list("pk", "title", "title_en", "held__employee__name", "held__employee__name_en")
    )
    found = {}
    for pk, title, title_en, name, name_en in rows:
        found[pk] = by_language(title, title_en)
        if name:
            found[pk] = f"{by_language(name, name_en)} · {found[pk]}"
    return found


def units_counted(unit: OrgUnit) -> dict[int, OrgUnit]:
    """Units whose figures are this unit's: itself and all below it, with whatever was merged into one of them.

    ``{unit: the unit of the sub-tree that it counts for}``; closed units included. What was merged into a unit
    elsewhere counts there and no longer here. Two reads, one more for each merger of mergers.
    """
    known = {each.pk: each for each in OrgUnit.objects.filter(path__startswith=unit.path).order_by("path")}
    found = dict(known)
    while found:
        found = {each.pk: each for each in OrgUnit.objects.filter(merged_into__in=found).exclude(pk__in=known)}
        known |= found
    return {pk: last for pk, each in known.items() if (last := _successor(each, known)) is not None}


def _successor(unit: OrgUnit, known: dict[int, OrgUnit]) -> OrgUnit | None:
    """Where a unit ended after mergers; None where that is none of the units known."""
    while unit.merged_into_id is not None:
        if unit.merged_into_id not in known:
            return None
        unit = known[unit.merged_into_id]
    return unit


def units_below(pk: int) -> list[int]:
    """The unit and all below it with whatever was merged into them, by number; empty for a unit that does not exist."""
    unit = OrgUnit.objects.filter(pk=pk).first()
    return sorted(units_counted(unit)) if unit is not None else []


def unit_choices() -> list[tuple[int, str]]:
    """The first 500 open units with their names, in the order of the tree."""
    return [(each.pk, each.shown_name) for each in OrgUnit.objects.filter(closed_on=None).order_by("path")[:500]]


def units_in_reach(actor: Actor, operation: str) -> QuerySet[OrgUnit]:
    """Open units in which the actor's grants for an operation reach, for pickers."""
    units = OrgUnit.objects.filter(closed_on=None).order_by("path")
    grants = actor.grants_for(operation)
    if any(grant.reach == Reach.ALL for grant in grants):
        return units
    wanted = {pk for grant in grants for pk in grant.unit_ids}
    own = {grant.post_id for grant in grants if grant.reach == Reach.PORTFOLIO}
    return units.filter(Q(pk__in=wanted) | Q(posts__in=own)).distinct()


def posts_in_reach(actor: Actor, operation: str) -> QuerySet[Post]:
    """Open posts that lead customers in which the actor's grants for an operation reach, for pickers."""
    posts = Post.objects.filter(closed_on=None, roles__role__grants__operation="party.create_customer").distinct()
    grants = actor.grants_for(operation)
    if not any(grant.reach == Reach.ALL for grant in grants):
        wanted = {pk for grant in grants for pk in grant.unit_ids}
        own = {grant.post_id for grant in grants if grant.reach == Reach.PORTFOLIO}
        posts = posts.filter(Q(unit__in=wanted) | Q(pk__in=own))
    return posts.select_related("unit").order_by("unit__path", "pk")


def names_of(staff_numbers: Iterable[str]) -> dict[str, str]:
    """Staff number → name, for lists of the core (proposals, audit)."""
    rows = Employee.objects.filter(staff_no__in=list(staff_numbers)).only("staff_no", "name", "name_en")
    return {row.staff_no: row.shown_name for row in rows}


def posts_to_hand_to(actor: Actor, operation: str) -> list[tuple[int, str]]:
    """Held posts within reach for ``operation``, with their holders, by unit."""
    filters = scope_filters(actor, operation, unit="post__unit_id", post="post_id")
    held = held_on(business_date()).filter(post__closed_on=None).select_related("post__unit", "employee")
    if filters is not None:
        kept = Q(pk__in=[])
        for each in filters:
            kept |= Q(**each)
        held = held.filter(kept)
    return [
        (row.post_id, f"{row.employee.shown_name} · {row.post.shown_name} · {row.post.unit.shown_name}")
        for row in held.order_by("post__unit__path", "post_id")
    ]


def posts_of_units(unit_ids: Iterable[int]) -> list[int]:
    """All posts of these units, closed ones too."""
    return list(Post.objects.filter(unit__in=list(unit_ids)).values_list("pk", flat=True))
