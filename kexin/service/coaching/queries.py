"""Reads of coaching: reviews within reach, and figures by person, which heads alone see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.coaching.choices import CoachingState
from kexin.service.coaching.policies import CoachingPolicy
from kexin.service.models import CoachingReview

VIEW, FIGURES = "service.view_coaching", "service.view_coaching_figures"
TEXTS = ("good_text", "better_text", "word_text")
MOST = 5000


@query(VIEW, label=_("See coaching reviews"), record="list", plain=("state",))
def coaching_reviews(actor: Actor, *, state: str = "", mine: bool = False) -> QuerySet[CoachingReview]:
    """Within reach; ``mine``: those about oneself."""
    rows = CoachingReview.objects.visible_to(actor, VIEW).select_related("conversation", "request", "call", "unit")
    if mine:
        rows = rows.filter(person=actor.name)
    return rows.filter(state=state) if state in CoachingState.values else rows


@query(VIEW, label=_("See coaching reviews"), record="open")
def coaching_review(actor: Actor, pk: int) -> CoachingReview:
    """One of them with its words. NotFound."""
    rows = CoachingReview.objects.visible_to(actor, VIEW).select_related("conversation", "request", "call", "unit")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return next(iter(decrypt_rows(CoachingReview, [row], TEXTS)))


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """What the reviews of one person say: mean share of the highest mark by criterion (0 to 1)."""

    person: str
    count: int
    answered: int
    shares: dict[str, float]

    @property
    def whole(self) -> float:
        """Over all criteria."""
        return sum(self.shares.values()) / len(self.shares) if self.shares else 0.0


@query(FIGURES, label=_("See coaching figures by person"))
def coaching_figures(actor: Actor) -> list[PersonFigures]:
    """People of units within reach with enough reviews; a portfolio alone reaches nobody."""
    grants = actor.grants_for(FIGURES)
    rows = CoachingReview.objects.all()
    if not any(each.reach == Reach.ALL for each in grants):
        rows = rows.filter(unit__in={unit for each in grants for unit in each.unit_ids})
    least = in_force(CoachingPolicy).least
    found: dict[str, list[CoachingReview]] = {}
    for row in rows.order_by("-given_at")[:MOST]:
        found.setdefault(row.person, []).append(row)
    told = [_figures(person, each) for person, each in found.items() if len(each) >= least]
    return sorted(told, key=lambda each: each.person)


def _figures(person: str, rows: list[CoachingReview]) -> PersonFigures:
    given: dict[str, list[float]] = {}
    for row in rows:
        for code, mark in row.marks.items():
            given.setdefault(code, []).append(mark / row.highest)
    shares = {code: sum(marks) / len(marks) for code, marks in sorted(given.items())}
    return PersonFigures(person, len(rows), sum(row.state == CoachingState.ANSWERED for row in rows), shares)
