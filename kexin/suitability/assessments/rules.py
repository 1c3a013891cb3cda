"""Rules of assessments: who may be assessed, how often, how long a result counts. No database, no clock."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused
from kexin.suitability.assessments.choices import Capacity, Standing
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.questionnaires.choices import QuestionnaireKind
from kexin.suitability.questionnaires.scoring import LOWEST_GRADE, capped

ORGANISATIONS = ("enterprise", "institution")


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day some months later (before: negative); the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def valid_until(assessed_on: dt.date, months: int) -> dt.date:
    """The last day on which a result counts: the day before the same day that many months later."""
    return months_on(assessed_on, months) - dt.timedelta(days=1)


def window_start(today: dt.date) -> dt.date:
    """The first day of the rolling twelve months that end today."""
    return months_on(today, -12) + dt.timedelta(days=1)


def kind_for(customer_kind: str) -> str:
    """Which risk questionnaire a customer answers."""
    organisation = customer_kind in ORGANISATIONS
    return QuestionnaireKind.RISK_ENTERPRISE if organisation else QuestionnaireKind.RISK_PERSON


def age_in(born_year: int | None, birthday: int | None, today: dt.date) -> int | None:
    """Completed years from what the file keeps in plain: year, and month * 100 + day. Unknown parts give None.

    Somebody born on 29 February completes a year on 1 March of a common year.
    """
    if not born_year or not birthday:
        return None
    return today.year - born_year - ((today.month, today.day) < divmod(birthday, 100))


def capacity_of(noted: str, age: int | None, rules: AssessmentPolicy) -> str:
    """What was noted counts; without a note a minor's capacity follows from the age (Civil Code Art. 17 to 20)."""
    if noted:
        return noted
    if age is not None and age < rules.child_age:
        return Capacity.NONE
    if age is not None and age < rules.adult_age:
        return Capacity.LIMITED
    return Capacity.FULL


def may_be_assessed(*, kind: str, status: str, age: int | None, capacity: str) -> Decision:
    """Is there anything to assess? ``kind`` is the questionnaire's."""
    if status in ("closed", "merged"):
        return refused("closed", _("This customer's file is closed."))
    if kind == QuestionnaireKind.RISK_ENTERPRISE:
        return ALLOWED
    if age is None:
        return refused("age", _("The file has no date of birth: it is needed before an assessment."))
    if capacity == Capacity.NONE:
        return refused("capacity", _("Without civil capacity no assessment is made and nothing is sold."))
    return ALLOWED


def may_submit(*, today: int, within_period: int, rules: AssessmentPolicy) -> Decision:
    """``today`` and ``within_period``: assessments submitted on this day, and in the twelve months to it."""
    if today >= rules.most_per_day:
        return refused(
            "per_day",
            _("You have been assessed %(most)s times today. Please come back tomorrow.") % {"most": rules.most_per_day},
        )
    if within_period >= rules.most_per_period:
        words = _("You have been assessed %(most)s times within twelve months, which is the most allowed.")
        return refused("per_period", words % {"most": rules.most_per_period})
    return ALLOWED


def may_be_reviewed(*, elder: bool, counts: bool, above: bool, reviewed: bool, own: bool) -> Decision:
    """``above``: the answers gave more than the ceiling; ``own``: the reviewer invited the customer and would lift."""
    if reviewed:
        return refused("reviewed", _("This result has been reviewed already."))
    if not counts:
        return refused("old", _("A newer result has taken the place of this one."))
    if not (elder and above):
        return refused("no_ceiling", _("No ceiling of age stands on this result."))
    if own:
        return refused("own", _("You invited this customer; somebody else lifts the ceiling."))
    return ALLOWED


def may_be_professional(*, customer_kind: str, evidence: str, valid_until: dt.date, today: dt.date) -> Decision:
    """NFRA Order 2025-7 Art. 27 names institutions and products; no natural person qualifies."""
    if customer_kind not in ORGANISATIONS:
        return refused("person", _("Only institutions and products are professional investors, never a person."))
    if not evidence.strip():
        return refused("evidence", _("Name the licence or filing that shows it."), "evidence")
    if valid_until <= today:
        return refused("period", _("Choose a day in the future."), "valid_until")
    return ALLOWED


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a customer's assessments and person, enough to say what counts on a day.

    ``grade`` is by the answers of the result in force; ``pending`` the told grade of a changed, unconfirmed one.
    """

    grade: int | None = None
    lowest: bool = False
    lifted: bool = False
    valid_until: dt.date | None = None
    pending: int | None = None
    pending_lowest: bool = False
    pending_until: dt.date | None = None
    age: int | None = None
    capacity: str = Capacity.FULL
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """What counts: a grade (None: nothing may be matched), whether it is the lowest class, and why."""

    standing: str
    grade: int | None
    lowest: bool
    elder: bool
    elder_capped: bool


def present(kept: Kept, today: dt.date, rules: AssessmentPolicy) -> Present:
    """What the assessments of a customer are worth on a day. The strictest of everything known counts.

    An unconfirmed result gives no new grade, yet a lower one already binds beside a result still in force.
    """
    elder = kept.age is not None and kept.age >= rules.elder_age
    if kept.exempt and rules.professional_exempt:
        return Present(Standing.EXEMPT, None, False, elder, False)
    waiting = kept.pending is not None and kept.pending_until is not None and today <= kept.pending_until
    in_force = kept.valid_until is not None and today <= kept.valid_until
    if kept.grade is None or not in_force:
        if waiting:
            return Present(Standing.UNCONFIRMED, None, False, elder, False)
        standing = Standing.NONE if kept.valid_until is None and kept.pending is None else Standing.EXPIRED
        return Present(standing, None, False, elder, False)
    allowed = capped(kept.grade, elder=elder, cap=rules.elder_cap, lifted=kept.lifted)
    elder_capped = allowed < kept.grade
    lowest = kept.lowest
    if waiting and kept.pending is not None:
        allowed, lowest = min(allowed, kept.pending), lowest or kept.pending_lowest
    if kept.capacity != Capacity.FULL or lowest:
        allowed, lowest = LOWEST_GRADE, True
    return Present(Standing.UNCONFIRMED if waiting else Standing.VALID, allowed, lowest, elder, elder_capped)
