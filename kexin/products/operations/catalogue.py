"""Drafting a product: its data, fees, risks with their controls, and how risk changes over its life."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.decision import Decision, Reason
from kexin.core.errors import Conflict
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.products.choices import (
    FeeKind,
    LifeStage,
    Offering,
    ProductAct,
    ProductClass,
    ProductLabel,
    Regime,
    ReturnForm,
    RiskGrade,
    RiskKind,
    Structure,
)
from kexin.products.class_fields import kept, may_keep
from kexin.products.data import FeeData, ProductData, RiskData
from kexin.products.events import ProductChanged, ProductDrafted
from kexin.products.models import Product, ProductFee, ProductRisk, StageRisk
from kexin.products.operations.rows import changed, draft, record
from kexin.products.policies import ClassificationPolicy

LANGUAGES = ("zh-hans", "en")
LONGEST_TERM = 36_500  # days
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}")
_CHOICES = {
    "product_class": ProductClass,
    "regime": Regime,
    "offering": Offering,
    "return_form": ReturnForm,
    "structure": Structure,
}
_FIELDS = tuple(each.name for each in dataclasses.fields(ProductData))


@operation("products.draft_product", label=_("Draft a product"))
def draft_product(*, actor: Actor, data: ProductData) -> Product:
    """Begin a product: nobody can sell it before it is admitted. Raises Conflict where the code is taken."""
    values = _checked(data)
    try:
        with transaction.atomic():
            product = Product.objects.create(**values, drafter_user_id=actor.user_id, drafted_by=actor.name)
    except IntegrityError as error:
        raise Conflict(fields={"code": _("Another product has this code.")}) from error
    record(product, ProductAct.DRAFTED, actor)
    emit(ProductDrafted(subject=product.code, product_id=product.pk))
    return product


@operation("products.change_product", label=_("Change the draft of a product"))
def change_product(product_id: int, *, actor: Actor, data: ProductData, version: int | None = None) -> Product:
    """Write the data of a draft anew. Whoever changes it counts as its drafter and will not review it."""
    product = draft(product_id, actor, version)
    before = {name: getattr(product, name) for name in _FIELDS}
    values = _checked(data)
    touched = [name for name in _FIELDS if values[name] != before[name]]
    if not touched:
        return product
    for name in touched:
        setattr(product, name, values[name])
    product.drafter_user_id, product.drafted_by = actor.user_id, actor.name
    try:
        with transaction.atomic():
            changed(product, *touched, "drafter_user_id", "drafted_by")
    except IntegrityError as error:
        raise Conflict(fields={"code": _("Another product has this code.")}) from error
    record(product, ProductAct.CHANGED, actor, details={"fields": touched})
    emit(ProductChanged(subject=product.code, product_id=product.pk, what="data"))
    return product


@operation("products.set_fees", label=_("Set the fees of a product"))
def set_fees(product_id: int, *, actor: Actor, fees: Sequence[FeeData], version: int | None = None) -> Product:
    """Replace the fees of a draft. Raises RuleViolation for an unknown, doubled or impossible one."""
    product = draft(product_id, actor, version)
    reasons = [
        Reason("fee", _("Per cent, from 0 to 100, with at most four places."), each.kind)
        for each in fees
        if each.kind not in FeeKind.values or not _percentage(each.rate)
    ]
    if len({each.kind for each in fees}) != len(fees):
        reasons.append(Reason("twice", _("Each fee stands once.")))
    Decision(tuple(reasons)).enforce()
    product.fees.all().delete()
    ProductFee.objects.bulk_create(
        ProductFee(product=product, kind=each.kind, rate=each.rate, note=each.note.strip()) for each in fees
    )
    return _part_changed(product, actor, "fees")


@operation("products.set_risks", label=_("Describe the risks of a product"))
def set_risks(
    product_id: int,
    *,
    actor: Actor,
    risks: Sequence[RiskData],
    stages: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Product:
    """Replace the risks of a draft and how they change at each stage. A risk without a control is refused (D-09)."""
    product = draft(product_id, actor, version)
    reasons = []
    for each in risks:
        if each.kind not in RiskKind.values:
            reasons.append(Reason("kind", _("There is no such risk."), each.kind))
        elif not each.control.strip() or not each.text.strip():
            reasons.append(Reason("control", _("Say what may happen and what is done against it."), each.kind))
        elif each.weight not in (1, 2, 3, 4, 5):
            reasons.append(Reason("weight", _("Weigh it from 1 to 5."), each.kind))
    if len({each.kind for each in risks}) != len(risks):
        reasons.append(Reason("twice", _("Each risk stands once.")))
    told = {stage: text.strip() for stage, text in (stages or {}).items() if text.strip()}
    reasons += [Reason("stage", _("There is no such stage."), stage) for stage in told if stage not in LifeStage.values]
    Decision(tuple(reasons)).enforce()
    product.risks.all().delete()
    ProductRisk.objects.bulk_create(
        ProductRisk(
            product=product, kind=each.kind, weight=each.weight, text=each.text.strip(), control=each.control.strip()
        )
        for each in risks
    )
    if stages is not None:
        product.stage_risks.all().delete()
        StageRisk.objects.bulk_create(
            StageRisk(product=product, stage=stage, text=text) for stage, text in told.items()
        )
    return _part_changed(product, actor, "risks")


def _part_changed(product: Product, actor: Actor, what: str) -> Product:
    product.drafter_user_id, product.drafted_by = actor.user_id, actor.name
    changed(product, "drafter_user_id", "drafted_by")
    record(product, ProductAct.CHANGED, actor, details={"fields": [what]})
    emit(ProductChanged(subject=product.code, product_id=product.pk, what=what))
    return product


def _longest(name: str) -> int:
    """How many characters a field of a product takes."""
    field: Any = Product._meta.get_field(name)
    return int(field.max_length)


def _percentage(rate: Decimal) -> bool:
    return rate.is_finite() and 0 <= rate <= 100 and rate == rate.quantize(Decimal("0.0001"))


def _checked(data: ProductData) -> dict[str, Any]:
    """The values as they are stored; raises RuleViolation with one sentence per field that does not fit."""
    values: dict[str, Any] = {name: getattr(data, name) for name in _FIELDS}
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = value.strip()
    reasons: list[Reason] = []

    def unless(fits: bool, name: str, text: Any) -> None:
        if not fits:
            reasons.append(Reason(name, text, name))

    unless(bool(_CODE.fullmatch(values["code"])), "code", _("Letters, digits, dots and dashes, at most 30."))
    unless(bool(values["name"]), "name", _("A name is needed."))
    for name in ("name", "name_en", "issuer", "manager", "distributor", "registration_code", "registration_place"):
        most = _longest(name)
        unless(len(values[name]) <= most, name, _("At most %(most)s characters.") % {"most": most})
    for name in ("liquidity", "return_method", "suitable_customers", "risk_features"):
        most = _longest(name)
        unless(len(values[name]) <= most, name, _("At most %(most)s characters.") % {"most": most})
    for name, known in _CHOICES.items():
        optional = name in ("return_form", "structure")
        unless(values[name] in known.values or (optional and not values[name]), name, _("Choose one of the list."))
    unless(bool(re.fullmatch(r"[A-Z]{3}", values["currency"])), "currency", _("Three capital letters, such as CNY."))
    term = values["term_days"]
    unless(term is None or 1 <= term <= LONGEST_TERM, "term_days", _("A number of days above nought."))
    rate = values["rate"]
    unless(rate is None or (rate.is_finite() and -100 < rate <= 1000), "rate", _("A percentage."))
    least = values["minimum_amount"]
    fits = least is None or (least.is_finite() and 0 <= least < 10**16 and least == least.quantize(Decimal("0.01")))
    unless(fits, "minimum_amount", _("An amount in whole cents, not below nought."))
    grade = values["issuer_grade"]
    unless(grade is None or grade in RiskGrade.values, "issuer_grade", _("Choose one of the list."))
    unless(set(values["labels"]) <= set(ProductLabel.values), "labels", _("Choose of the list."))
    unless(
        bool(values["languages"]) and set(values["languages"]) <= set(LANGUAGES), "languages", _("Choose of the list.")
    )
    values["categories"] = _placed(data, reasons)
    if data.product_class in ProductClass.values:
        reasons += may_keep(data.product_class, data.details).reasons
    Decision(tuple(reasons)).enforce()
    values["labels"], values["languages"] = sorted(set(data.labels)), sorted(set(data.languages), reverse=True)
    values["details"] = kept(data.product_class, data.details)
    return values


def _placed(data: ProductData, reasons: list[Reason]) -> dict[str, str]:
    """The place in each scheme: as said, else by class and offering."""
    schemes = in_force(ClassificationPolicy).all()
    placed: dict[str, str] = {}
    for scheme in schemes:
        wanted = data.categories.get(scheme.code, "")
        if wanted and scheme.category(wanted) is None:
            reasons.append(Reason("category", _("There is no such class in this scheme."), "categories"))
        code = wanted or scheme.default_for(data.product_class, data.offering)
        if code:
            placed[scheme.code] = code
    if set(data.categories) - {scheme.code for scheme in schemes}:
        reasons.append(Reason("scheme", _("There is no such scheme."), "categories"))
    return placed
