"""Rules of complaints: pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.errors import type_text
from kexin.core.identifiers import check
from kexin.core.workflow import Transitions
from kexin.service.choices import Channel
from kexin.service.complaints.choices import (
    FORWARDED,
    ComplaintState,
    Grade,
    RegulatoryMajor,
    Remedy,
    Source,
    SubjectKind,
    Triage,
)
from kexin.service.complaints.policies import GradingRule
from kexin.service.rules import LONGEST_SUBJECT, LONGEST_TEXT, text_fits

LONGEST_DEMAND = 1000
ELDERLY = 60  # years, the age from which the law protects the elderly (老年人权益保障法)
ORDER = (Grade.ORDINARY, Grade.URGENT, Grade.MAJOR)
S = ComplaintState
_ENDS = {"withdraw": S.WITHDRAWN, "join": S.MERGED}
_AGAIN = {"reopen": S.ACCEPTED, "change": S.HANDLING}  # new facts; a decision changed by the upper unit
TABLE = Transitions(
    {
        S.ACCEPTED: {"assign": S.INVESTIGATING, **_ENDS},
        S.INVESTIGATING: {"assign": S.INVESTIGATING, "find": S.HANDLING, **_ENDS},
        S.HANDLING: {"assign": S.INVESTIGATING, "submit": S.REVIEW, **_ENDS},
        S.REVIEW: {"approve": S.FEEDBACK, "return": S.HANDLING, **_ENDS},
        S.FEEDBACK: {"deliver": S.CONFIRMING, "withdraw": S.WITHDRAWN},
        S.CONFIRMING: {"confirm": S.CLOSED, "silence": S.CLOSED, "dispute": S.CLOSED, **_AGAIN},
        S.CLOSED: {"archive": S.ARCHIVED, **_AGAIN},
        S.ARCHIVED: _AGAIN,
    }
)


@dataclass(frozen=True, slots=True)
class Weight:
    """What the rules of grading look at. ``repeated``: cases of the same person so far; ``age`` in years."""

    persons: int
    amount: Decimal | None
    words: str
    source: str
    repeated: int
    age: int | None


def suggested_grade(weight: Weight, rules: Sequence[GradingRule]) -> tuple[Grade, tuple[str, ...]]:
    """The heaviest grade that a rule gives, and the codes of all rules that spoke; none: ordinary."""
    spoken = [rule for rule in rules if _speaks(rule, weight)]
    grade = max((rule.grade for rule in spoken), key=ORDER.index, default=Grade.ORDINARY)
    return grade, tuple(rule.code for rule in spoken)


def _speaks(rule: GradingRule, weight: Weight) -> bool:
    match rule.sign:
        case "group":
            return weight.persons >= rule.least
        case "amount":
            return weight.amount is not None and weight.amount >= rule.least
        case "words":
            return any(word in weight.words for word in rule.words)
        case "sources":
            return weight.source in rule.words
        case "repeated":
            return weight.repeated >= rule.least
        case _:
            old = weight.age is not None and weight.age >= ELDERLY
            return old and (weight.amount or Decimal(0)) >= rule.least


def regulatory_major(*, persons: int, face_to_face: bool, least: int) -> RegulatoryMajor:
    """A group that came in person is reported as a major consumer complaint; the other reasons a person enters."""
    return RegulatoryMajor.GROUP if face_to_face and persons >= least else RegulatoryMajor.NO


def may_receive(
    *,
    triage: str,
    source: str,
    channel: str,
    subject_kind: str,
    subject: str,
    text: str,
    demand: str,
    amount: Decimal | None,
    persons: int,
    on_file: bool,
    name: str,
    phone: str,
    email: str,
    representative: str,
    regulator_no: str,
    forwarded_on: dt.date | None,
    regulator_due_at: dt.datetime | None,
    received_at: dt.datetime,
    now: dt.datetime,
) -> Decision:
    """Is a case whole? One reason for each field that is not."""
    decision = ALLOWED
    for field, value, known in (
        ("triage", triage, Triage),
        ("source", source, Source),
        ("channel", channel, Channel),
        ("subject_kind", subject_kind, SubjectKind),
    ):
        if value not in known.values:
            decision &= refused(field, _("Choose one of the list."), field)
    if not subject:
        decision &= refused("subject", _("Say in a few words what it is about."), "subject")
    if not text:
        decision &= refused("text", _("Write down what was said."), "text")
    decision &= text_fits(subject, LONGEST_SUBJECT, "subject") & text_fits(text, LONGEST_TEXT, "text")
    decision &= text_fits(demand, LONGEST_DEMAND, "demand")
    if amount is not None and (amount < 0 or amount >= Decimal(10) ** 16):
        decision &= refused("amount", _("This is not an amount."), "amount")
    if persons < 1:
        decision &= refused("persons", _("At least one person complains."), "persons")
    if not on_file and not name:
        decision &= refused("name", _("Say who complains."), "complainant_name")
    if not on_file and not phone and not email and not representative:
        needed = _("A telephone number or an e-mail address is needed for the answer.")
        decision &= refused("phone", needed, "complainant_phone")
    if email and not check("email", email).ok:
        decision &= refused("email", _("This is not an e-mail address."), "complainant_email")
    if not on_file and triage in (Triage.CONSULTATION, Triage.SUGGESTION):
        decision &= refused("request", _("Requests are opened for customers on file."), "triage")
    forwarded = source in FORWARDED
    if forwarded and not regulator_no:
        decision &= refused("regulator_no", _("Enter the number under which it was forwarded."), "regulator_no")
    if not forwarded and (regulator_no or regulator_due_at or forwarded_on):
        decision &= refused("source", _("Only forwarded cases have a regulator's number and dates."), "source")
    if forwarded_on is not None and forwarded_on > now.date() + dt.timedelta(days=1):
        decision &= refused("forwarded", _("This lies in the future."), "forwarded_on")
    if regulator_due_at is not None and regulator_due_at <= received_at:
        decision &= refused("due", _("The limit lies before the receipt."), "regulator_due_at")
    if received_at > now:
        decision &= refused("future", _("This lies in the future."), "received_at")
    elif received_at < now - dt.timedelta(days=30):
        decision &= refused("past", _("More than 30 days ago: open it with the day you learned of it."), "received_at")
    return decision


@dataclass(frozen=True, slots=True)
class Near:
    """What ties somebody to a case: staff number, unit, the staff number of the own head."""

    staff_no: str
    unit_id: int
    head: str


def without_interest(
    person: Near, *, accused: Collection[str], sellers: Collection[str], concerned_unit_id: int | None
) -> Decision:
    """May this person investigate or handle? (Order 2020-3, Art. 17.) Every tie is told."""
    decision = ALLOWED
    if person.staff_no in accused:
        decision &= refused("accused", _("The complaint is about this person."), "post_id")
    elif person.staff_no in sellers:
        decision &= refused("seller", _("This person took part in the sale."), "post_id")
    if concerned_unit_id is not None and person.unit_id == concerned_unit_id:
        decision &= refused("unit", _("This person belongs to the unit complained about."), "post_id")
    if person.head and person.head in accused:
        decision &= refused("head", _("The complaint is about this person's own manager."), "post_id")
    return decision


DEMANDED = ("facts", "basis", "reasons", "decision")
MISSING: dict[str, type_text] = {
    "facts": _("The verified facts are missing."),
    "basis": _("The basis is missing: rule, contract or policy."),
    "reasons": _("The reasons are missing."),
    "decision": _("What was decided is missing."),
    "outcome": _("Say whether the claim is justified."),
}


def letter_whole(*, parts: Mapping[str, str], outcome: str, remedies: Collection[str]) -> Decision:
    """Does a reply say all that the rule demands (Order 2020-3, Art. 19)? Each missing part is named."""
    decision = ALLOWED
    for name in DEMANDED:
        if not parts.get(name):
            decision &= refused(name, MISSING[name], name)
    if not outcome:
        decision &= refused("outcome", MISSING["outcome"], "outcome")
    absent = [str(each.label) for each in Remedy if each not in remedies]
    if absent:
        words = _("The remedies do not name: %(absent)s.") % {"absent": " · ".join(absent)}
        decision &= refused("remedies", words, "remedies")
    return decision


def may_extend(*, days: int | None, due_at: dt.datetime, now: dt.datetime, asked: bool) -> Decision:
    """Another step must exist, and it is asked for and decided before the day it needs."""
    if days is None:
        return refused("steps", _("The legal limit cannot be put off any further."))
    if now > due_at:
        return refused("late", _("It is late already: an extension must be approved before the day it needs."))
    if asked:
        return refused("asked", _("An extension is asked for already."))
    return ALLOWED


def may_ask_review(
    *, told_at: dt.datetime | None, now: dt.datetime, days: int, by_branch: bool, open_now: bool
) -> Decision:
    """A statutory review is asked for within the days after a branch's decision, one at a time."""
    if told_at is None:
        return refused("told", _("There is no decision yet."))
    if not by_branch:
        return refused("branch", _("Only decisions of branches are reviewed by the upper unit."))
    if now.date() > (told_at + dt.timedelta(days=days)).date():
        return refused("late", _("More than %(days)s days passed since the decision.") % {"days": days})
    if open_now:
        return refused("open", _("A review is under way."))
    return ALLOWED
