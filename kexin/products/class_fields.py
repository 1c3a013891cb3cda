"""Fields that only some classes have (D-05), and the check of what is written into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.decision import Decision, Reason
from kexin.core.errors import type_text
from kexin.products.choices import ProductClass

LONGEST = 300


@dataclass(frozen=True, slots=True)
class ClassField:
    """One field: a text, a number within bounds, or one of a list (``options`` maps codes to words)."""

    name: str
    label: type_text
    kind: str = "text"  # text, number, choice
    unit: type_text = ""
    least: Decimal | None = None
    most: Decimal | None = None
    options: Sequence[tuple[str, type_text]] = ()
    required: bool = False


def _percent(name: str, label: type_text, *, required: bool = False) -> ClassField:
    return ClassField(name, label, "number", "%", Decimal(-10), Decimal(100), required=required)


FUND_TYPES = (
    ("money", _("Money-market fund")),
    ("bond", _("Bond fund")),
    ("mixed", _("Mixed fund")),
    ("equity", _("Equity fund")),
    ("index", _("Index fund")),
    ("fof", _("Fund of funds")),
    ("private", _("Private fund")),
)
INSURANCE_TYPES = (
    ("ordinary", _("Ordinary")),
    ("participating", _("Participating")),
    ("universal", _("Universal")),
    ("unit_linked", _("Unit-linked")),
    ("health", _("Health")),
    ("accident", _("Accident")),
    ("property", _("Property insurance")),
)
WEALTH_TYPES = (
    ("cash", _("Cash management")),
    ("closed", _("Closed-end")),
    ("open", _("Open-end")),
    ("least_hold", _("Open-end with a least holding")),
)
EARLY = (
    ("current", _("At the rate of current deposits")),
    ("none", _("No early withdrawal")),
    ("transfer", _("By transfer to somebody else")),
)
COOLING = ClassField("cooling_hours", _("Investment cooling-off"), "number", _("hours"), Decimal(24), Decimal(720))
CLASS_FIELDS: Mapping[str, tuple[ClassField, ...]] = {
    ProductClass.TIME_DEPOSIT: (ClassField("early", _("Early withdrawal"), "choice", options=EARLY),),
    ProductClass.CERTIFICATE: (
        ClassField("early", _("Early withdrawal"), "choice", options=EARLY),
        ClassField("issue_no", _("Issue number")),
    ),
    ProductClass.STRUCTURED: (
        ClassField("linked_to", _("Linked to"), required=True),
        _percent("floor", _("Lowest return a year"), required=True),
        _percent("cap", _("Highest return a year"), required=True),
        COOLING,
    ),
    ProductClass.WEALTH: (
        ClassField("wealth_type", _("Way of running"), "choice", options=WEALTH_TYPES, required=True),
        ClassField("strategy", _("Investment strategy")),
        ClassField("proportions", _("Share of kinds of assets")),
        COOLING,
    ),
    ProductClass.FUND: (
        ClassField("fund_type", _("Kind of fund"), "choice", options=FUND_TYPES, required=True),
        ClassField("valuation", _("How the net value is reckoned"), required=True),
        ClassField("strategy", _("Investment strategy"), required=True),
        ClassField("custodian", _("Custodian")),
        COOLING,
    ),
    ProductClass.INSURANCE: (
        ClassField("insurance_type", _("Kind of insurance"), "choice", options=INSURANCE_TYPES, required=True),
        ClassField(
            "pay_years", _("Years of payment"), "number", pgettext_lazy("duration", "years"), Decimal(0), Decimal(60)
        ),
        ClassField("cover", _("Period of cover"), required=True),
        ClassField("hesitation_days", _("Cooling-off of insurance"), "number", _("days"), Decimal(0), Decimal(60)),
    ),
    ProductClass.BOND: (
        _percent("coupon", _("Coupon rate"), required=True),
        _percent("yield_to_maturity", _("Yield to maturity")),
        ClassField("credit", _("Credit standing of the issuer"), required=True),
    ),
    ProductClass.TRUST: (
        ClassField("use_of_funds", _("Use of the money"), required=True),
        ClassField("security", _("Collateral")),
        COOLING,
    ),
    ProductClass.GOLD: (ClassField("unit", _("Unit of trading")), ClassField("delivery", _("Delivery"))),
    ProductClass.CARD: (ClassField("annual_fee", _("Yearly fee"), "number", _("CNY"), Decimal(0), Decimal(100_000)),),
    ProductClass.LOAN: (
        ClassField("most", _("Highest amount"), "number", _("CNY"), Decimal(0), Decimal(10**12)),
        ClassField("security", _("Collateral")),
    ),
}


def fields_of(product_class: str) -> tuple[ClassField, ...]:
    """The fields of a class; none for a class that has none."""
    return CLASS_FIELDS.get(product_class, ())


def may_keep(product_class: str, values: Mapping[str, Any]) -> Decision:
    """Do these values fit the class? One reason per field that does not; fields of other classes are refused."""
    known = {each.name: each for each in fields_of(product_class)}
    reasons = [
        Reason("foreign", _("Products of this class have no such field."), name) for name in values if name not in known
    ]
    for name, each in known.items():
        value = str(values.get(name, "") or "").strip()
        if not value:
            if each.required:
                reasons.append(Reason("needed", _("Products of this class need it."), name))
        elif each.kind == "choice" and value not in {code for code, _label in each.options}:
            reasons.append(Reason("choice", _("Choose one of the list."), name))
        elif each.kind == "number" and not _within(value, each):
            bounds = {"least": each.least, "most": each.most}
            reasons.append(Reason("number", _("A number from %(least)s to %(most)s.") % bounds, name))
        elif len(value) > LONGEST:
            reasons.append(Reason("long", _("At most %(most)s characters.") % {"most": LONGEST}, name))
    low, high = (_number(values.get(name)) for name in ("floor", "cap"))
    if low is not None and high is not None and low > high:
        reasons.append(Reason("order", _("The highest return is not below the lowest."), "cap"))
    return Decision(tuple(reasons))


def kept(product_class: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The values as they are stored: texts without blanks at their ends, nothing for empty ones."""
    texts = {each.name: str(values.get(each.name, "") or "").strip() for each in fields_of(product_class)}
    return {name: text for name, text in texts.items() if text}


def shown(product_class: str, values: Mapping[str, Any]) -> list[tuple[type_text, str]]:
    """Label and value of what is filled in, in words."""
    lines = []
    for each in fields_of(product_class):
        value = str(values.get(each.name, ""))
        if value:
            words = str(dict(each.options).get(value, value)) if each.options else value
            lines.append((each.label, f"{words}{'' if each.unit == '%' else ' '}{each.unit}".strip()))
    return lines


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _within(value: str, each: ClassField) -> bool:
    number = _number(value)
    if number is None:
        return False
    return (each.least is None or number >= each.least) and (each.most is None or number <= each.most)
