"""Return calls as pure rules: the sheet, what contradicts, when the unreached are called again.

Source: 《保险销售行为管理办法》(NFRA Order 2023-2) on return calls after a sale; requirement D-24, F-16. The figures
are policy (:mod:`kexin.sales.followup.policies`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.sales.followup.choices import CallState

LONGEST_NOTE = 500
FARTHEST = dt.timedelta(days=60)
MOST_DAYS = 40


@dataclass(frozen=True, slots=True)
class Option:
    """One answer; ``contradicts``: who answers so was sold the product wrongly, as far as it is true."""

    code: str
    text: Mapping[str, str]
    contradicts: bool


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """One question of a sheet in both languages (``zh``, ``en``), with two options at least."""

    code: str
    text: Mapping[str, str]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """回访问卷: what is asked after a sale of certain classes; no classes: of every class no other sheet names."""

    code: str
    classes: frozenset[str]
    questions: tuple[SheetQuestion, ...]


def sheet_for(sheets: Sequence[Sheet], product_class: str) -> Sheet:
    """The sheet that names the class, else the one for all others. Raises LookupError where there is neither."""
    for each in sheets:
        if product_class in each.classes:
            return each
    for each in sheets:
        if not each.classes:
            return each
    raise LookupError(product_class)


def contradicted(sheet: Sheet, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The questions whose answer contradicts the sale, in the order of the sheet."""
    return tuple(
        question.code
        for question in sheet.questions
        if any(option.contradicts and answers.get(question.code) == option.code for option in question.options)
    )


def may_answer(state: str, sheet: Sheet, answers: Mapping[str, str], note: str, *, by_seller: bool) -> Decision:
    """May these answers be written down: by somebody else than the seller, once, every question answered?"""
    decision = may_call(state, by_seller=by_seller)
    missing = [
        Reason("unanswered", _("Choose the customer's answer."), question.code)
        for question in sheet.questions
        if answers.get(question.code) not in {option.code for option in question.options}
    ]
    decision &= Decision(tuple(missing))
    known = {question.code for question in sheet.questions}
    if set(answers) - known:
        decision &= refused("unknown", _("The sheet has changed. Please open the page again."))
    if contradicted(sheet, answers) and not note.strip():
        decision &= refused("note", _("Write down what the customer said."), "note")
    return decision & _short(note)


def may_call(state: str, *, by_seller: bool) -> Decision:
    """May this person make the call now?"""
    decision = ALLOWED
    if by_seller:
        decision &= refused("seller", _("The seller does not make the return call of the own sale."))
    if state != CallState.DUE:
        decision &= refused("state", _("This return call is finished."))
    return decision


def may_put_off(note: str, at: dt.datetime, next_at: dt.datetime | None) -> Decision:
    """Is the moment that the customer asked for ahead, and not too far?"""
    decision = _short(note)
    if next_at is not None and not at < next_at <= at + FARTHEST:
        decision &= refused("next", _("Choose a moment within the next 60 days."), "next_at")
    return decision


def _short(note: str) -> Decision:
    if len(note) > LONGEST_NOTE:
        return refused("long", _("At most %(most)s characters.") % {"most": LONGEST_NOTE}, "note")
    return ALLOWED


def next_attempt(
    at: dt.datetime,
    attempts: int,
    *,
    most: int,
    pause: dt.timedelta,
    slots: Sequence[dt.time],
    is_working: Callable[[dt.date], bool],
) -> dt.datetime | None:
    """The first slot of a working day after the pause; None when ``attempts`` (this one included) are enough.

    ``at`` is local. Each attempt lies in another slot than the one before, for who is away in the morning may be
    there in the evening.
    """
    if attempts >= most:
        return None
    earliest = at + pause
    for days in range(MOST_DAYS):
        day = at.date() + dt.timedelta(days=days)
        if not is_working(day):
            continue
        for slot in slots:
            moment = dt.datetime.combine(day, slot, at.tzinfo)
            if moment >= earliest:
                return moment
    return earliest


def is_calling_time(at: dt.datetime, first: dt.time, last: dt.time) -> bool:
    """Is it a time of day at which customers are called?"""
    return first <= at.time() < last
