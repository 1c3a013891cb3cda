"""Trading terms and the benchmark: written into a draft at once, changed on an admitted product by two persons."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.approval import Approvable, propose, register_approvable
from kexin.core.decision import Decision, Reason
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.models import Approval
from kexin.core.operation import declare_right, operation
from kexin.core.policy import in_force
from kexin.products.choices import DayCalendar, DividendChoice, ProductAct, ProductState, TradeKind
from kexin.products.data import BenchmarkData, TermsData
from kexin.products.events import BenchmarkChanged, ProductChanged, TradingTermsChanged
from kexin.products.models import Benchmark, Product, TradingTerms
from kexin.products.operations.rows import changed, locked, need_reason, record, unit_of
from kexin.products.policies import TradingPolicy

APPROVE_CHANGE = "products.approve_change"
_AMOUNTS = ("add_least", "add_step", "fast_limit", "quota", "quota_per_customer", "raise_least")
declare_right(APPROVE_CHANGE, _("Approve changes of an admitted product"))


@operation("products.set_terms", label=_("Set the trading terms of a product"), plain=("reason",))
def set_terms(
    product_id: int, *, actor: Actor, data: TermsData, reason: str = "", version: int | None = None
) -> TradingTerms | Approval:
    """Write the terms of a draft, or propose other terms for a product that is or was on sale.

    Raises RuleViolation for terms that contradict each other, and for a product in review.
    """
    product = locked(product_id, actor, version)
    may_be_terms(data, in_force(TradingPolicy)).enforce()
    if product.state == ProductState.DRAFT:
        product.drafter_user_id, product.drafted_by = actor.user_id, actor.name
        changed(product, "drafter_user_id", "drafted_by")
        terms = _write_terms(product, data)
        record(product, ProductAct.CHANGED, actor, details={"fields": ["terms"]})
        emit(ProductChanged(subject=product.code, product_id=product.pk, what="terms"))
        return terms
    return _propose("products.set_terms", product, actor, {"data": _plain(data)}, reason, _("Trading terms"))


@operation("products.change_benchmark", label=_("Set the benchmark of a product"), plain=("reason",))
def change_benchmark(
    product_id: int, *, actor: Actor, data: BenchmarkData, version: int | None = None
) -> Benchmark | Approval:
    """Write the benchmark of a draft, or propose another one, with its reason, for an admitted product.

    Raises RuleViolation without a basis, for a wrong range, and for a day that is not after the last benchmark's.
    """
    product = locked(product_id, actor, version)
    latest = product.benchmarks.first()
    may_be_benchmark(data, latest.from_on if latest else None, product.state).enforce()
    if product.state == ProductState.DRAFT:
        row = _write_benchmark(product, data, actor.name)
        record(product, ProductAct.BENCHMARK, actor, data.reason, details={"after": row.words})
        emit(ProductChanged(subject=product.code, product_id=product.pk, what="benchmark"))
        return row
    arguments = {"data": _plain(data), "by": actor.name}
    return _propose("products.change_benchmark", product, actor, arguments, data.reason, _("Benchmark of performance"))


def may_be_terms(data: TermsData, bounds: TradingPolicy) -> Decision:
    """Do the terms fit together? One reason per field that does not."""
    reasons: list[Reason] = []

    def unless(fits: bool, field: str, text: Any) -> None:
        if not fits:
            reasons.append(Reason(field, text, field))

    unless(bool(data.trades) and set(data.trades) <= set(TradeKind.values), "trades", _("Choose of the list."))
    unless(data.dividends in DividendChoice.values, "dividends", _("Choose one of the list."))
    unless(data.calendar in DayCalendar.values, "calendar", _("Choose one of the list."))
    unless(0 <= data.confirm_days <= 60, "confirm_days", _("From 0 to 60 days."))
    unless(
        data.confirm_days <= data.payout_days <= 90, "payout_days", _("Not before the confirmation, at most 90 days.")
    )
    unless(0 <= data.least_hold_days <= 36_500, "least_hold_days", _("A number of days, not below nought."))
    for earlier, later, text in (
        ("offer_from", "offer_until", _("The offering ends after it begins.")),
        ("offer_until", "established_on", _("A product is established after its offering.")),
        ("established_on", "value_on", _("The return counts from the establishment at the earliest.")),
        ("value_on", "matures_on", _("A product matures after its return began to count.")),
        ("matures_on", "paid_on", _("Money is paid out at maturity at the earliest.")),
    ):
        first, second = getattr(data, earlier), getattr(data, later)
        unless(first is None or second is None or first <= second, later, text)
    periods = (data.open_every_days, data.open_length_days)
    unless((periods[0] is None) == (periods[1] is None), "open_length_days", _("Give both, or neither."))
    if periods[0] is not None and periods[1] is not None:
        unless(1 <= periods[1] < periods[0], "open_length_days", _("Shorter than the time between two openings."))
        unless(data.established_on is not None, "established_on", _("Openings are counted from the establishment."))
    unless(
        TradeKind.OFFER not in data.trades or data.offer_until is not None,
        "offer_until",
        _("Say until when it is offered."),
    )
    for name in _AMOUNTS:
        amount = getattr(data, name)
        fits = amount is None or (amount.is_finite() and 0 < amount < 10**16 and amount == amount.quantize(_CENT))
        unless(fits, name, _("An amount above nought, in whole cents."))
    most = bounds.fast_redemption_most
    unless(
        data.fast_limit is None or data.fast_limit <= most,
        "fast_limit",
        _("At most %(most)s a day and customer.") % {"most": most},
    )
    share = data.large_share
    unless(share is None or (share.is_finite() and 0 < share <= 100), "large_share", _("A percentage above nought."))
    return Decision(tuple(reasons))


_CENT = Decimal("0.01")


def may_be_benchmark(data: BenchmarkData, latest: dt.date | None, state: str) -> Decision:
    """May this benchmark follow the latest one? One reason per field."""
    reasons: list[Reason] = []
    if data.low is None and not data.formula.strip():
        reasons.append(Reason("low", _("Give a percentage, or say the benchmark in words."), "low"))
    for name in ("low", "high"):
        rate = getattr(data, name)
        if rate is not None and not (rate.is_finite() and -100 < rate <= 100):
            reasons.append(Reason(name, _("A percentage."), name))
    if data.high is not None and (data.low is None or data.high < data.low):
        reasons.append(Reason("high", _("The upper end is not below the lower one."), "high"))
    if not data.basis.strip():
        reasons.append(Reason("basis", _("Say how the benchmark was reckoned."), "basis"))
    if latest is not None and data.from_on <= latest:
        reasons.append(Reason("from_on", _("After %(day)s, when the latest one began.") % {"day": latest}, "from_on"))
    if state not in (ProductState.DRAFT, ProductState.IN_REVIEW) and not data.reason.strip():
        reasons.append(Reason("reason", _("Say why the benchmark changes."), "reason"))
    return Decision(tuple(reasons))


def _propose(name: str, product: Product, actor: Actor, arguments: dict[str, Any], reason: str, what: Any) -> Approval:
    if product.state == ProductState.IN_REVIEW:
        raise RuleViolation(_("The product is in review: what is reviewed does not change meanwhile."))
    need_reason(reason)
    return propose(
        name,
        actor=actor,
        arguments={"product": product.pk, **arguments},
        summary={"product": f"{product.code} {product.name}", "what": str(what), **_summary(arguments["data"])},
        unit_id=unit_of(actor),
        reason=reason,
        subject_kind="products.Product",
        subject_id=product.pk,
    )


def _summary(data: dict[str, Any]) -> dict[str, Any]:
    """The values that say something, for the person who decides."""
    return {name: value for name, value in data.items() if value not in (None, "", [], 0) and name != "reason"}


def _plain(data: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(data), default=str))
    return found


def _terms_from(stored: dict[str, Any]) -> TermsData:
    values = dict(stored)
    for name in ("offer_from", "offer_until", "established_on", "value_on", "matures_on", "paid_on"):
        values[name] = dt.date.fromisoformat(values[name]) if values[name] else None
    for name in (*_AMOUNTS, "large_share"):
        values[name] = Decimal(values[name]) if values[name] is not None else None
    values["cut_off"] = dt.time.fromisoformat(values["cut_off"])
    values["trades"] = tuple(values["trades"])
    return TermsData(**values)


def _benchmark_from(stored: dict[str, Any]) -> BenchmarkData:
    rates = {name: Decimal(stored[name]) if stored[name] is not None else None for name in ("low", "high")}
    return BenchmarkData(**{**stored, **rates, "from_on": dt.date.fromisoformat(stored["from_on"])})


def _write_terms(product: Product, data: TermsData) -> TradingTerms:
    values = {each.name: getattr(data, each.name) for each in dataclasses.fields(data)} | {"trades": list(data.trades)}
    terms, new = TradingTerms.objects.update_or_create(product=product, defaults=values)
    if not new:
        terms.version += 1
        terms.save(update_fields=["version"])
    return terms


def _write_benchmark(product: Product, data: BenchmarkData, by: str) -> Benchmark:
    return Benchmark.objects.create(
        product=product,
        from_on=data.from_on,
        low=data.low,
        high=data.high,
        formula=data.formula.strip(),
        basis=data.basis.strip(),
        reason=data.reason.strip(),
        set_by=by,
    )


def _apply_terms(actor: Actor, arguments: dict[str, Any]) -> TradingTerms:
    product = Product.objects.select_for_update().get(pk=arguments["product"])
    data = _terms_from(arguments["data"])
    may_be_terms(data, in_force(TradingPolicy)).enforce()
    terms = _write_terms(product, data)
    record(product, ProductAct.TERMS, actor)
    emit(TradingTermsChanged(subject=product.code, product_id=product.pk))
    return terms


def _apply_benchmark(actor: Actor, arguments: dict[str, Any]) -> Benchmark:
    product = Product.objects.select_for_update().get(pk=arguments["product"])
    latest = product.benchmarks.first()
    data = _benchmark_from(arguments["data"])
    may_be_benchmark(data, latest.from_on if latest else None, product.state).enforce()
    row = _write_benchmark(product, data, arguments["by"])
    before = latest.words if latest else ""
    record(product, ProductAct.BENCHMARK, actor, data.reason, details={"before": before, "after": row.words})
    emit(
        BenchmarkChanged(
            subject=product.code,
            product_id=product.pk,
            before=before,
            after=row.words,
            from_on=row.from_on.isoformat(),
        )
    )
    return row


def product_address(approval: Approval) -> str:
    """Where the product of a proposal can be looked at."""
    return reverse("products:product", args=[approval.subject_id])


register_approvable(
    Approvable(
        "products.set_terms", APPROVE_CHANGE, _("Change the trading terms of a product"), _apply_terms,
        url=product_address,
    )
)  # fmt: skip
register_approvable(
    Approvable(
        "products.change_benchmark", APPROVE_CHANGE, _("Change the benchmark of a product"), _apply_benchmark,
        url=product_address,
    )
)  # fmt: skip
