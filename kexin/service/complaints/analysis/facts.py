"""What is counted of a case, read for many cases in one set. The lists behind the numbers use the same conditions.

- *joined*: goes on in another case, and is counted with it;
- *repeated*: another was joined into it, or the same person had brought an earlier one within the policy's days;
- *escalated*: it, or one joined into it, came from a regulator, a government hotline, a court or a mediation body; or
  a statutory review, a mediation or a lawsuit followed;
- *at first contact*: the first words to the complainant were the result, and neither new facts nor a disagreement came;
- *late*: a limit of ours, or of the law, was met too late or runs past its day at the moment of counting.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case as SqlCase
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from kexin.people.choices import UnitKind
from kexin.people.models import OrgUnit
from kexin.sales.models import Sale
from kexin.service.choices import ClockState
from kexin.service.complaints.analysis.asking import COUNTED_UNIT
from kexin.service.complaints.choices import FORWARDED, ComplaintWord, LinkKind, SubjectKind
from kexin.service.models import (
    Clock,
    Complaint,
    ComplaintGroupMember,
    ComplaintLink,
    ComplaintNote,
    StatutoryReview,
)
from kexin.service.policies import ANSWERED, RESULT

REPEATED, ESCALATED, AT_ONCE, LATE_OURS, LATE_LEGAL = "repeated", "escalated", "at_once", "late_ours", "late_legal"
FLAGS = (REPEATED, ESCALATED, AT_ONCE, LATE_OURS, LATE_LEGAL)
COUNTED, JOINED = "counted", "joined"
OUTSIDE = ("course-mediation", "course-court")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is counted of one case."""

    pk: int
    number: str
    version: int
    joined: bool
    told: bool
    business: str
    causes: tuple[str, ...]
    place: str
    unit_id: int
    channel: str
    source: str
    major: str
    product: str
    seller: str
    flags: frozenset[str]
    group: str = ""


def flag(name: str, at: dt.datetime) -> Any:
    """The condition of a flag, for a queryset of complaints."""
    clocks = Clock.objects.filter(complaint=OuterRef("pk"))
    match name:
        case "repeated":
            earlier = ComplaintLink.objects.filter(complaint=OuterRef("pk"), kind=LinkKind.REPEATED)
            return Exists(earlier) | Exists(Complaint.objects.filter(joined_into=OuterRef("pk")))
        case "escalated":
            forwarded = [each.value for each in FORWARDED]
            return (
                Q(source__in=forwarded)
                | Exists(Complaint.objects.filter(joined_into=OuterRef("pk"), source__in=forwarded))
                | Exists(StatutoryReview.objects.filter(complaint=OuterRef("pk")))
                | Exists(ComplaintNote.objects.filter(complaint=OuterRef("pk"), step__in=OUTSIDE))
            )
        case "at_once":
            first = Clock.objects.filter(
                complaint=OuterRef("complaint"), round=1, met_by=ANSWERED, met_at=OuterRef("met_at")
            )
            told = Exists(clocks.filter(Exists(first), round=1, met_by=RESULT))
            return Q(told) & Q(round=1) & ~Q(word=ComplaintWord.DISPUTED)
        case _:
            late = Q(met_at__gt=F("due_at")) | Q(state=ClockState.RUNNING, due_at__lt=at)
            return Exists(clocks.filter(late, legal=name == LATE_LEGAL))


def product_of() -> Any:
    """The product complained about: named itself, or that of the sale."""
    sold = Sale.objects.filter(sale_no=OuterRef("subject_no")).values("product__code")[:1]
    return Coalesce(
        SqlCase(
            When(subject_kind=SubjectKind.PRODUCT, then=F("subject_no")),
            When(subject_kind=SubjectKind.SALE, then=Subquery(sold)),
            output_field=CharField(),
        ),
        Value(""),
        output_field=CharField(),
    )


def seller_of() -> Any:
    """The staff number of who sold what is complained about; empty where no sale is."""
    sold = Sale.objects.filter(sale_no=OuterRef("subject_no")).values("seller__staff_no")[:1]
    return Coalesce(
        SqlCase(When(subject_kind=SubjectKind.SALE, then=Subquery(sold)), output_field=CharField()),
        Value(""),
        output_field=CharField(),
    )


_PLAIN = ("pk", "complaint_no", "version", "joined_into", "told_at", "business", "causes", "place")
_MORE = ("counted_unit", "channel", "source", "regulatory_major", "product_code", "seller_no", "group_no")


def group_of() -> Any:
    """The number of the group complaint in which the case stands; empty where it stands in none."""
    inside = ComplaintGroupMember.objects.filter(complaint=OuterRef("pk"), left_at=None)
    return Coalesce(Subquery(inside.values("group__group_no")[:1]), Value(""), output_field=CharField())


def facts_of(rows: QuerySet[Complaint], at: dt.datetime) -> list[CaseFacts]:
    """Every case of the set with what is counted of it, in the order of their numbers. One read."""
    named = {f"is_{name}": SqlCase(When(flag(name, at), then=True), default=False) for name in FLAGS}
    marked = rows.annotate(
        counted_unit=COUNTED_UNIT, product_code=product_of(), seller_no=seller_of(), group_no=group_of(), **named
    )
    found = []
    for line in marked.order_by("pk").values_list(*_PLAIN, *_MORE, *named):
        pk, number, version, joined, told, business, causes, place = line[:8]
        unit, channel, source, major, product, seller, group = line[8:15]
        flags = frozenset(name for name, true in zip(FLAGS, line[15:], strict=True) if true)
        found.append(
            CaseFacts(
                pk, number, version, joined is not None, told is not None, business, tuple(causes), place, unit,
                channel, source, major, product, seller, flags, group,
            )
        )  # fmt: skip
    return found


def regions() -> dict[int, int]:
    """Which region each unit counts for: the branch above it, else the institution itself."""
    branches: dict[str, int] = {}
    found: dict[int, int] = {}
    root = 0
    for pk, path, kind in OrgUnit.objects.order_by("path").values_list("pk", "path", "kind"):
        root = root or pk
        if kind == UnitKind.BRANCH:
            branches[path] = pk
        above = [branch for head, branch in branches.items() if path.startswith(head)]
        found[pk] = above[0] if above else root
    return found


def units_of_region(region_id: int) -> list[int]:
    """All units that count for a region, closed ones too."""
    return [unit for unit, region in regions().items() if region == region_id]


def narrowed(rows: QuerySet[Complaint], dimension: str, key: str) -> QuerySet[Complaint]:
    """The cases that count under one value of a dimension; an empty value means those that have none."""
    match dimension:
        case "business" | "place" | "channel" | "source":
            return rows.filter(**{dimension: key})
        case "cause":
            return rows.filter(causes__contains=[key]) if key else rows.filter(causes=[])
        case "region" | "unit":
            number = int(key) if key.isdigit() else 0
            units = [number] if dimension == "unit" else units_of_region(number)
            return rows.alias(counted_unit=COUNTED_UNIT).filter(counted_unit__in=units)
        case "product":
            return rows.alias(product_code=product_of()).filter(product_code=key)
        case "seller":
            return rows.alias(seller_no=seller_of()).filter(seller_no=key)
        case _:
            return rows
