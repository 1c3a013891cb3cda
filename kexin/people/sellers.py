"""May somebody recommend and sell a product on a day? Pure rules: no database, no clock.

The people floor knows classes, regimes and grades of products as codes only; the floor above registers their words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, Reason, refused
from kexin.core.errors import type_text
from kexin.core.listing import listed
from kexin.people.qualification_policies import KindRule, QualificationPolicy


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as the rule sees it; ``ended_on`` is the first day without it."""

    kind: str
    issued_on: dt.date
    valid_until: dt.date | None = None
    ended_on: dt.date | None = None

    def runs(self, on: dt.date) -> bool:
        ended = self.ended_on is not None and self.ended_on <= on
        return self.issued_on <= on and not ended and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A product authorisation as the rule sees it; ``withdrawn_on`` is the first day without it."""

    classes: tuple[str, ...]
    regimes: tuple[str, ...]
    highest_grade: int
    own_grade: int | None
    private: bool
    starts_on: dt.date
    ends_on: dt.date
    withdrawn_on: dt.date | None = None

    def runs(self, on: dt.date) -> bool:
        withdrawn = self.withdrawn_on is not None and self.withdrawn_on <= on
        return self.starts_on <= on <= self.ends_on and not withdrawn


@dataclass(frozen=True, slots=True)
class Learned:
    """Hours of one training that count for a kind of certificate."""

    kind: str
    held_on: dt.date
    hours: Decimal
    ethics: Decimal


@dataclass(frozen=True, slots=True)
class Seller:
    """All that the rule needs of an employee."""

    in_service: bool
    certificates: tuple[Certificate, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()
    trainings: tuple[Learned, ...] = ()


NOBODY = Seller(in_service=False)


@dataclass(frozen=True, slots=True)
class Sellable:
    """What is to be sold: class and regime by code, the risk grade that rules (None: not graded), public or private.

    ``needs_grade`` is false for what may be sold without a grade (insurance with certain benefits): class and regime
    of the authorisation rule then; a grade that it has all the same counts.
    """

    product_class: str
    regime: str
    grade: int | None
    private: bool = False
    needs_grade: bool = True


def seller_standing(seller: Seller, product: Sellable, rules: QualificationPolicy, on: dt.date) -> Decision:
    """May this seller recommend and sell this product on this day? Every reason against it, warnings for hours."""
    if not seller.in_service:
        return refused("seller_left", _("The seller is not in service."))
    if product.product_class in rules.free:
        return ALLOWED
    return (
        _certified(seller, product, rules, on)
        & _authorised(seller, product, rules, on)
        & _trained(seller, product, rules, on)
    )


def _certified(seller: Seller, product: Sellable, rules: QualificationPolicy, on: dt.date) -> Decision:
    """Is a certificate of one of the kinds needed in force? Certified on duty 持证上岗 (J-02)."""
    if product.product_class not in rules.needed:
        return refused("certificate_undefined", _("No rule says which certificate this class of product needs."))
    needed = rules.needed[product.product_class]
    held = [each for each in seller.certificates if each.kind in needed]
    if not needed or any(each.runs(on) for each in held):
        return ALLOWED

    def labels() -> str:
        return listed(rules.kind_label(kind) for kind in needed)

    ended = [end for each in held if (end := _end_of(each, on)) is not None]
    if ended:
        words = _("The seller's certificate (%(kinds)s) has not been valid since %(day)s.")
        return refused("certificate_expired", _filled(lambda: words % {"kinds": labels(), "day": max(ended)}))
    missing = _("The seller holds no certificate: %(kinds)s.")
    return refused("certificate_missing", _filled(lambda: missing % {"kinds": labels()}))


def _end_of(certificate: Certificate, on: dt.date) -> dt.date | None:
    """The first day without the certificate, if that is past."""
    days = [certificate.ended_on] if certificate.ended_on is not None else []
    if certificate.valid_until is not None:
        days.append(certificate.valid_until + dt.timedelta(days=1))
    first = min(days, default=None)
    return first if first is not None and first <= on else None


def _authorised(seller: Seller, product: Sellable, rules: QualificationPolicy, on: dt.date) -> Decision:
    """Does an authorisation in force cover class, regime, grade and offering? The nearest one gives the reasons."""
    fitting = [
        each
        for each in seller.authorisations
        if product.product_class in each.classes and (not each.regimes or product.regime in each.regimes)
    ]
    running = [each for each in fitting if each.runs(on)]
    if running:
        found = [_covers(each, product, rules) for each in running]
        return min(found, key=lambda each: len(each.reasons))
    past = [each for each in fitting if each.starts_on <= on]
    if past:
        last = max(min(each.ends_on, (each.withdrawn_on or dt.date.max) - dt.timedelta(days=1)) for each in past)
        words = _("The seller's authorisation for this class of product ended on %(day)s.")
        return refused("authorisation_expired", _filled(lambda: words % {"day": last}))
    return refused("authorisation_missing", _("The seller is not authorised for this class of product."))


def _covers(authorisation: Authorisation, product: Sellable, rules: QualificationPolicy) -> Decision:
    reasons = []
    grade = product.grade
    ungraded = grade is None and not product.needs_grade
    if not ungraded and (grade is None or grade > authorisation.highest_grade):
        reasons.append(
            _reason(
                "authorisation_grade",
                _("The seller is authorised up to the grade R%(n)s."),
                n=authorisation.highest_grade,
            )
        )
    if product.product_class in rules.graded and not ungraded:
        top = rules.top_of(authorisation.own_grade)
        if grade is None or top is None or grade > top:
            words = _("The seller's own grade does not reach the grade of this product.")
            reasons.append(Reason("seller_grade", words))
    if product.private and not authorisation.private:
        reasons.append(Reason("authorisation_private", _("The seller is not authorised for private offerings.")))
    return Decision(tuple(reasons))


def _reason(code: str, words: type_text, **values: object) -> Reason:
    return Reason(code, _filled(lambda: words % values))


def _filled(words: Callable[[], str]) -> type_text:
    """A sentence filled when it is read, in the language it is read in: ``%`` would choose one at once."""
    return cast("type_text", lazy(words, str)())


def _trained(seller: Seller, product: Sellable, rules: QualificationPolicy, on: dt.date) -> Decision:
    """Short hours of the certificates that carry this sale: a warning, or after too many short periods a refusal."""
    needed = rules.needed.get(product.product_class, ())
    held = [each for each in seller.certificates if each.kind in needed and each.runs(on)]
    standings = [training_standing(each, seller.trainings, rules, on) for each in held]
    return min(standings, key=lambda each: (len(each.reasons), len(each.warnings)), default=ALLOWED)


def training_standing(
    certificate: Certificate, trainings: Iterable[Learned], rules: QualificationPolicy, on: dt.date
) -> Decision:
    """What the hours of past full periods say of a certificate. The year of its issue does not count."""
    rule = rules.kind(certificate.kind)
    if rule is None or not rule.hours:
        return ALLOWED
    short = short_periods(rule, certificate, tuple(trainings), on, rules.lapse_periods)
    if not short:
        return ALLOWED
    kind = rule.code
    words = _("Training hours for %(kind)s were short in %(periods)s.")
    reason = Reason(
        "training_short", _filled(lambda: words % {"kind": rules.kind_label(kind), "periods": listed(short)})
    )
    lapsed = len(short) >= rules.lapse_periods
    return Decision((reason,)) if lapsed or rules.short_hours_refuse else Decision((), (reason,))


def short_periods(
    rule: KindRule, certificate: Certificate, trainings: Sequence[Learned], on: dt.date, most: int
) -> list[str]:
    """Past full periods without the hours, newest first, without a gap: "2025", or "2024–2025" for two years."""
    found = []
    last = on.year - 1
    for _period in range(most):
        first = last - rule.years + 1
        if first <= certificate.issued_on.year:
            break
        these = [each for each in trainings if each.kind == rule.code and first <= each.held_on.year <= last]
        hours = sum((each.hours for each in these), Decimal(0))
        ethics = sum((each.ethics for each in these), Decimal(0))
        if hours >= rule.hours and ethics >= rule.ethics:
            break
        found.append(str(last) if first == last else f"{first}–{last}")
        last = first - 1
    return found
