"""Reads of group complaints: the list, one added up with its cases, what is offered to be linked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.complaints.analysis.facts import product_of
from kexin.service.complaints.analysis.words import labels_of
from kexin.service.complaints.choices import ComplaintNature, ComplaintState, GroupBy, GroupState, RegulatoryMajor
from kexin.service.complaints.groups.policies import GroupPolicy
from kexin.service.complaints.groups.rules import GroupSum, suggested_major
from kexin.service.complaints.groups.weighing import sum_of
from kexin.service.complaints.policies import ComplaintPolicy
from kexin.service.complaints.queries import VIEW
from kexin.service.models import Complaint, ComplaintGroup, ComplaintGroupMember

MOST, MOST_COUNTED = 500, 5000
DIMENSION = {GroupBy.PRODUCT.value: "product", GroupBy.CAUSE.value: "cause", GroupBy.UNIT.value: "unit"}


@query(VIEW, label=_("See complaints"), record="list", plain=("state",))
def complaint_groups(actor: Actor, *, state: str = "") -> QuerySet[ComplaintGroup]:
    """Groups within reach, with ``cases``: how many stand in each."""
    rows = ComplaintGroup.objects.visible_to(actor, VIEW).select_related("unit")
    if state in GroupState.values:
        rows = rows.filter(state=state)
    return rows.annotate(cases=Count("members", filter=Q(members__left_at=None, members__complaint__joined_into=None)))


@dataclass(frozen=True, slots=True)
class GroupFile:
    """A group added up; ``members`` as far as the reader may see them, ``hidden`` lie beyond.

    ``suggested``: as what it would be reported; ``fitting``: cases of the same matter in no group.
    """

    row: ComplaintGroup
    shares: str
    total: GroupSum
    members: list[ComplaintGroupMember]
    left: list[ComplaintGroupMember]
    hidden: int
    suggested: RegulatoryMajor
    fitting: list[Complaint]


@query(VIEW, label=_("See complaints"), record="open")
def complaint_group(actor: Actor, pk: int) -> GroupFile:
    """One group within reach. NotFound."""
    row = ComplaintGroup.objects.visible_to(actor, VIEW).select_related("unit").filter(pk=pk).first()
    if row is None:
        raise NotFound
    every = row.members.select_related("complaint__customer__party", "complaint__concerned_unit").order_by("pk")
    seen = set(Complaint.objects.visible_to(actor, VIEW).filter(memberships__group=row).values_list("pk", flat=True))
    near = [each for each in every[:MOST] if each.complaint_id in seen]
    decrypt_rows(Complaint, [each.complaint for each in near], ("subject", "complainant_name"))
    inside = [each for each in near if each.left_at is None]
    total = sum_of(row)
    return GroupFile(
        row,
        shared(row.by, row.key),
        total,
        inside,
        [each for each in near if each.left_at is not None],
        row.members.filter(left_at=None).count() - len(inside),
        suggested_major(total, persons=in_force(ComplaintPolicy).group_persons),
        _fitting(actor, row.by, row.key) if row.state == GroupState.OPEN else [],
    )


def shared(by: str, key: str) -> str:
    """What the cases of a group share, in words."""
    label = str(GroupBy(by).label)
    if by not in DIMENSION or not key or (by == GroupBy.UNIT and not key.isdigit()):
        return label
    place = (DIMENSION[by], key)
    return f"{label}: {labels_of([place])[place]}"


@dataclass(frozen=True, slots=True)
class Offered:
    """So many cases in no group share this within the policy's days: enough for a group."""

    by: str
    key: str
    label: str
    cases: int


@query(VIEW, label=_("See complaints"))
def offered_groups(actor: Actor) -> list[Offered]:
    """What reaches the policy's numbers among the cases within reach, the most cases first."""
    rules, found = in_force(GroupPolicy), {}  # type: ignore[var-annotated]
    rows = _free(actor).annotate(product_code=product_of()).order_by("-pk")
    for product, causes, unit in rows.values_list("product_code", "causes", "concerned_unit")[:MOST_COUNTED]:
        keys = [(GroupBy.PRODUCT, product), *((GroupBy.CAUSE, each) for each in causes), (GroupBy.UNIT, unit or "")]
        for by, key in keys:
            if key:
                found[by.value, str(key)] = found.get((by.value, str(key)), 0) + 1
    large = {place: n for place, n in found.items() if n >= rules.least(place[0])}
    names: Mapping[tuple[str, str], str] = labels_of((DIMENSION[by], key) for by, key in large)
    made = [Offered(by, key, names[DIMENSION[by], key], n) for (by, key), n in large.items()]
    return sorted(made, key=lambda each: (-each.cases, each.by, each.key))


@query(VIEW, label=_("See complaints"), record="list", plain=("by", "key"))
def cases_offered(actor: Actor, by: str, key: str) -> list[Complaint]:
    """The cases in no group that share this, the newest first."""
    return _fitting(actor, by, key)


def _free(actor: Actor) -> QuerySet[Complaint]:
    """Consumer complaints of the policy's days within reach that stand for themselves and in no group."""
    since = timezone.now() - dt.timedelta(days=in_force(GroupPolicy).days)
    inside = ComplaintGroupMember.objects.filter(complaint=OuterRef("pk"), left_at=None)
    rows = Complaint.objects.visible_to(actor, VIEW).filter(nature=ComplaintNature.COMPLAINT, opened_at__gte=since)
    return rows.exclude(state__in=(ComplaintState.MERGED, ComplaintState.WITHDRAWN)).filter(~Exists(inside))


def _fitting(actor: Actor, by: str, key: str) -> list[Complaint]:
    rows = _free(actor)
    if not key:
        return []
    match by:
        case GroupBy.PRODUCT:
            rows = rows.annotate(product_code=product_of()).filter(product_code=key)
        case GroupBy.CAUSE:
            rows = rows.filter(causes__contains=[key])
        case GroupBy.UNIT if key.isdigit() and len(key) < 18:
            rows = rows.filter(concerned_unit=int(key))
        case _:
            return []
    found = list(rows.select_related("customer__party", "concerned_unit").order_by("-opened_at", "-pk")[:MOST])
    return list(decrypt_rows(Complaint, found, ("subject", "complainant_name")))
