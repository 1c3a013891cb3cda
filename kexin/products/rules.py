"""Rules of products: grades, admission by several persons, life cycle. Pure: facts in, decisions out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.core.workflow import Transitions
from kexin.products.choices import AdmissionStep, LifeStage, ProductState, RatingFactor, Regime, RiskBand, RiskKind
from kexin.products.policies import Floor

STEPS: tuple[AdmissionStep, ...] = tuple(AdmissionStep)
TRANSITIONS = Transitions(
    {
        ProductState.DRAFT: {"submit": ProductState.IN_REVIEW},
        ProductState.IN_REVIEW: {"return": ProductState.DRAFT, "admit": ProductState.ADMITTED},
        ProductState.ADMITTED: {"suspend": ProductState.SUSPENDED, "withdraw": ProductState.WITHDRAWN},
        ProductState.SUSPENDED: {
            "resume": ProductState.ADMITTED,
            "withdraw": ProductState.WITHDRAWN,
            "redraft": ProductState.DRAFT,
        },
        ProductState.WITHDRAWN: {"redraft": ProductState.DRAFT},
    }
)
GRADED = (Regime.INVESTMENT, Regime.SECURITIES)


@dataclass(frozen=True, slots=True)
class Grading:
    """A grade with the weighted score it came from, and the floors that raised it above its band."""

    score: Decimal
    grade: int
    raised_by: tuple[Floor, ...] = ()


def grade_of(
    scores: Mapping[str, int], weights: Mapping[str, Decimal], limits: Sequence[Decimal], floors: Sequence[Floor]
) -> Grading:
    """The institution's own grade: weighted mean of the scores (1 to 5), its band, never below a floor.

    ``weights`` are percentages making 100; ``limits`` the highest score of grades one to four. The mean is rounded
    half up to two places. Raises KeyError where a factor has no score (``may_score`` tells that beforehand).
    """
    total = sum((weights[factor] * scores[factor] for factor in weights), Decimal(0)) / 100
    score = total.quantize(Decimal("0.01"), ROUND_HALF_UP)
    band = next((number for number, limit in enumerate(limits, 1) if score <= limit), len(limits) + 1)
    raising = tuple(each for each in floors if scores[each.factor] >= each.score and each.grade > band)
    return Grading(score, max([band, *(each.grade for each in raising)]), raising)


def may_score(scores: Mapping[str, int]) -> Decision:
    """Is every factor of Art. 23 scored, from one to five? One reason per factor that is not."""
    return Decision(
        tuple(
            Reason("score", _("Score this factor from 1 to 5."), str(factor))
            for factor in RatingFactor
            if scores.get(factor) not in (1, 2, 3, 4, 5)
        )
    )


def ruling_grade(own: int | None, issuer: int | None) -> int | None:
    """The higher of the institution's own grade and the issuer's rules (NFRA Order 2025-7 Art. 22)."""
    return max((each for each in (own, issuer) if each), default=None)


def band_of(grade: int | None) -> RiskBand | None:
    """Low, medium or high risk and return (D-03): R1–R2, R3, R4–R5."""
    if grade is None:
        return None
    return RiskBand.LOW if grade <= 2 else RiskBand.MEDIUM if grade == 3 else RiskBand.HIGH


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a draft has, as far as its submission depends on it."""

    regime: str
    registration_code: str
    issuer: str
    manager: str
    distributor: str
    risks: Collection[str]
    terms: bool
    benchmark: bool
    net_value: bool


def may_submit(draft: Readiness) -> Decision:
    """Is a draft complete enough to be reviewed? One reason for each thing that is missing."""
    missing: list[Reason] = []
    if not draft.issuer:
        missing.append(Reason("issuer", _("Name the issuer.")))
    if draft.regime == Regime.NONE:
        return Decision(tuple(missing))
    if not draft.manager or not draft.distributor:
        missing.append(Reason("parties", _("Name the manager and the distributor.")))
    if not draft.registration_code:
        missing.append(Reason("registration", _("Enter the registration code.")))
    if any(kind not in draft.risks for kind in RiskKind.values):
        missing.append(Reason("risks", _("Describe all six risks and the control for each.")))
    if not draft.terms:
        missing.append(Reason("terms", _("Enter the trading terms.")))
    if draft.net_value and not draft.benchmark:
        missing.append(Reason("benchmark", _("Enter the benchmark of performance, or say in words why there is none.")))
    return Decision(tuple(missing))


@dataclass(frozen=True, slots=True)
class Persons:
    """Who has done what in an admission, by user; None while nobody has."""

    drafter: int | None
    compliance: int | None = None
    risk: int | None = None
    protection: int | None = None


def may_do_step(step: str, user: int | None, persons: Persons) -> Decision:
    """Maker–checker: no reviewer drafted the product; consumer protection stands apart from compliance and risk; who
    approves has done nothing of it before. The database holds the same (models/admission.py)."""
    if user is None:
        return refused("person", _("Only a person decides this."))
    if user == persons.drafter:
        return refused("drafter", _("Whoever drafted a product does not review or approve it."))
    if step == AdmissionStep.PROTECTION and user in (persons.compliance, persons.risk):
        return refused("apart", _("Consumer protection is reviewed by somebody who has not reviewed before."))
    if step == AdmissionStep.APPROVAL and user in (persons.compliance, persons.risk, persons.protection):
        return refused("apart", _("Whoever reviewed a product does not approve it."))
    return ALLOWED


def may_pass(ticked: Collection[str], wanted: Collection[str]) -> Decision:
    """Is every line of the reviewer's list ticked?"""
    if set(wanted) - set(ticked):
        return refused("checks", _("Tick every line, or return the product with reasons."), "checks")
    return ALLOWED


def step_after(step: str) -> AdmissionStep | None:
    """The step that follows, None after the approval."""
    place = STEPS.index(AdmissionStep(step)) + 1
    return STEPS[place] if place < len(STEPS) else None


def may_be_admitted(regime: str, own_grade: int | None) -> Decision:
    """Products under rules of suitability need a grade of the institution's own (Art. 22)."""
    if regime in GRADED and own_grade is None:
        return refused("grade", _("A product under rules of suitability needs a risk grade."))
    return ALLOWED


@dataclass(frozen=True, slots=True)
class LifeDates:
    """The days that divide the life of a product; all may be missing (a deposit, an open-ended product)."""

    established_on: dt.date | None = None
    matures_on: dt.date | None = None
    paid_on: dt.date | None = None


def stage_on(dates: LifeDates, day: dt.date) -> LifeStage:
    """Where a product stands on a day: issue until it is established, then existence, from the maturity on maturity,
    from the payout on redemption."""
    if dates.paid_on is not None and day >= dates.paid_on:
        return LifeStage.REDEMPTION
    if dates.matures_on is not None and day >= dates.matures_on:
        return LifeStage.MATURITY
    if dates.established_on is not None and day < dates.established_on:
        return LifeStage.ISSUE
    return LifeStage.EXISTENCE
