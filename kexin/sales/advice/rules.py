"""Rules of visits, needs and plans: pure functions.

Source: requirements D-16 (visit, needs analysis, recommendation, plan), D-17 (the plan states content, term, fees and
risk) and D-25 (a plan of services goes with a sale).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.sales.advice.choices import Cover, Goal, Horizon, Liquidity, PlanState, VisitPurpose, YearlyRange

LONGEST = {"place": 200, "people": 200, "facts": 4000, "next_step": 500, "title": 80, "why": 300, "text": 4000}
MOST_LINES = 8
TEXTS = ("content", "term", "fees", "risk")
MISSING = {
    "content": _("The plan does not state its content yet."),
    "term": _("The plan does not state its term yet."),
    "fees": _("The plan does not state its fees yet."),
    "risk": _("The plan does not state its risk yet."),
}
LARGEST = Decimal("1e15")


def clean(text: str) -> str:
    """A text without blanks at its ends and without control characters, line breaks kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each == "\n" or each.isprintable()).strip()


def short_enough(said: Mapping[str, str], longest: Mapping[str, int] | None = None) -> Decision:
    """Is each text within its length?"""
    decision = ALLOWED
    for name, text in said.items():
        most = (longest or LONGEST).get(name, LONGEST["text"])
        if len(text) > most:
            decision &= refused("long", _("At most %(most)s characters.") % {"most": most}, name)
    return decision


def may_record_visit(
    *, purpose: str, way: str, ways: Collection[str], on: dt.date, today: dt.date, facts: str, next_on: dt.date | None,
    next_step: str,
) -> Decision:  # fmt: skip
    """May a visit be written down: of today or before, with what was learned; a day only for a step."""
    decision = ALLOWED
    if purpose not in VisitPurpose.values:
        decision &= refused("purpose", _("Choose one of the list."), "purpose")
    if way not in ways:
        decision &= refused("way", _("Choose one of the list."), "way")
    if on > today:
        decision &= refused("future", _("A visit is written down once it has been made."), "visited_on")
    if not facts:
        decision &= refused("facts", _("Write down what you learned."), "facts")
    if next_on is not None and not next_step:
        decision &= refused("step", _("Say what is to be done."), "next_step")
    if next_on is not None and next_on < today:
        decision &= refused("past", _("This day is over."), "next_on")
    return decision


def may_analyse(
    *, goals: Collection[str], horizon: str, liquidity: str, income: str, outgoings: str, cover: Collection[str],
    texts: Collection[str],
) -> Decision:  # fmt: skip
    """Is an analysis whole: a goal at least, known answers, and one need in words at least?"""
    decision = ALLOWED
    if not goals or set(goals) - set(Goal.values):
        decision &= refused("goals", _("Choose one goal at least."), "goals")
    for name, value, known in (
        ("horizon", horizon, Horizon.values),
        ("liquidity", liquidity, Liquidity.values),
        ("income", income, YearlyRange.values),
        ("outgoings", outgoings, YearlyRange.values),
    ):
        if value not in known:
            decision &= refused(name, _("Choose one of the list."), name)
    if set(cover) - set(Cover.values):
        decision &= refused("cover", _("Choose one of the list."), "cover")
    if not any(texts):
        decision &= refused("needs", _("Write down one need at least."), "product_needs")
    return decision


@dataclass(frozen=True, slots=True)
class Line:
    """What a plan proposes: a product, an amount, and why."""

    product_id: int
    amount: Decimal
    why: str


def may_keep_plan(
    *, title: str, starts_on: dt.date | None, ends_on: dt.date | None, lines: Sequence[Line], fitting: Collection[int]
) -> Decision:
    """May a draft be kept? It may have gaps, but nothing in it may be wrong: only products that fit the customer."""
    decision = ALLOWED
    if not title:
        decision &= refused("title", _("Give the plan a name."), "title")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        decision &= refused("span", _("It ends before it begins."), "ends_on")
    if len(lines) > MOST_LINES:
        decision &= refused("many", _("At most %(most)s products.") % {"most": MOST_LINES}, "lines")
    if len({each.product_id for each in lines}) < len(lines):
        decision &= refused("twice", _("Name each product once."), "lines")
    if any(each.product_id not in fitting for each in lines):
        decision &= refused("unfit", _("Only products that may be sold to this customer stand in a plan."), "lines")
    if any(not 0 < each.amount < LARGEST or each.amount != round(each.amount, 2) for each in lines):
        decision &= refused("amount", _("An amount above zero with at most two decimals."), "lines")
    if any(not each.why for each in lines):
        decision &= refused("why", _("Say why each product is proposed."), "lines")
    return decision


def may_send(state: str, said: Mapping[str, str], starts_on: dt.date | None, ends_on: dt.date | None) -> Decision:
    """May this version go to the customer? It states content, term, fees and risk (D-17)."""
    if state != PlanState.DRAFT:
        return refused("state", _("Only a draft is sent."))
    decision = ALLOWED
    for name in TEXTS:
        if not said.get(name):
            decision &= refused(name, MISSING[name], name)
    if starts_on is None or ends_on is None:
        decision &= refused("span", _("Say from when until when the plan runs."), "starts_on")
    return decision


def may_answer(state: str, *, sent_at: dt.datetime | None, now: dt.datetime, days: int) -> Decision:
    """May the customer still accept or decline this version?"""
    if state == PlanState.REPLACED:
        return refused("replaced", _("A newer version of this plan has been sent. Please read that one."))
    if state != PlanState.SENT or sent_at is None:
        return refused("state", _("This plan awaits no answer any more."))
    if now - sent_at > dt.timedelta(days=days):
        return refused("late", _("This plan has waited too long. Please ask your manager for a new one."))
    return ALLOWED


def fingerprint(said: Mapping[str, Any]) -> str:
    """SHA-256 of what the customer read, the same for the same words in any order of keys."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
