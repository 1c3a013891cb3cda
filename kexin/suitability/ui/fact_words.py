"""How the stored facts of an opinion read on the page: names and values in the language of the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Choices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import money
from kexin.party.choices import ConsentChannel, EnterpriseScale, RestrictionCode
from kexin.products.choices import ProductClass, ProductState, Regime, ReturnForm
from kexin.suitability.assessments.choices import Capacity, Standing
from kexin.suitability.matching.choices import Purpose, SaleChannel
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.questionnaires.choices import Objective

PARTS: dict[str, Promise] = {
    "ask": pgettext_lazy("fact of an opinion", "What was asked"),
    "customer": pgettext_lazy("fact of an opinion", "The customer"),
    "product": pgettext_lazy("fact of an opinion", "The product"),
    "seller": pgettext_lazy("fact of an opinion", "The seller"),
}
NAMES: dict[str, Promise] = {
    "ask.purpose": pgettext_lazy("fact of an opinion", "Asked for"),
    "ask.channel": pgettext_lazy("fact of an opinion", "Channel"),
    "ask.on": pgettext_lazy("fact of an opinion", "Day"),
    "ask.amount": pgettext_lazy("fact of an opinion", "Amount"),
    "ask.insists": pgettext_lazy("fact of an opinion", "The customer wants it after the warning"),
    "ask.payment_years": pgettext_lazy("fact of an opinion", "Years of payment"),
    "customer.customer_id": pgettext_lazy("fact of an opinion", "Key of the file"),
    "customer.individual": pgettext_lazy("fact of an opinion", "A person"),
    "customer.active": pgettext_lazy("fact of an opinion", "Active"),
    "customer.standing": pgettext_lazy("fact of an opinion", "Assessment"),
    "customer.tolerance": pgettext_lazy("fact of an opinion", "Risk tolerance"),
    "customer.lowest": pgettext_lazy("fact of an opinion", "Lowest class"),
    "customer.exempt": pgettext_lazy("fact of an opinion", "Exempt as a professional investor"),
    "customer.elder": pgettext_lazy("fact of an opinion", "Owed the care for the elderly"),
    "customer.age": pgettext_lazy("fact of an opinion", "Age"),
    "customer.capacity": pgettext_lazy("fact of an opinion", "Civil capacity"),
    "customer.guardian_consents": pgettext_lazy("fact of an opinion", "The guardian consents"),
    "customer.assessment_id": pgettext_lazy("fact of an opinion", "Number of the assessment"),
    "customer.valid_until": pgettext_lazy("fact of an opinion", "Assessment in force until"),
    "customer.horizon": pgettext_lazy("fact of an opinion", "Horizon, as answered"),
    "customer.assets": pgettext_lazy("fact of an opinion", "Financial assets"),
    "customer.held_by_grade": pgettext_lazy("fact of an opinion", "Held, by grade"),
    "customer.income": pgettext_lazy("fact of an opinion", "Yearly income"),
    "customer.budget": pgettext_lazy("fact of an opinion", "Budget for premiums"),
    "customer.needs_known": pgettext_lazy("fact of an opinion", "Needs analysed"),
    "customer.qualified_until": pgettext_lazy("fact of an opinion", "Qualified investor until"),
    "customer.document_until": pgettext_lazy("fact of an opinion", "Identity document valid until"),
    "customer.document_long_term": pgettext_lazy("fact of an opinion", "Identity document without an end"),
    "customer.restrictions": pgettext_lazy("fact of an opinion", "Restrictions"),
    "customer.consents": pgettext_lazy("fact of an opinion", "Agreed to offers by"),
    "customer.experience": pgettext_lazy("fact of an opinion", "Riskiest grade known"),
    "customer.objective": pgettext_lazy("fact of an opinion", "Objective"),
    "customer.held_since": pgettext_lazy("fact of an opinion", "Held since"),
    "customer.scale": pgettext_lazy("fact of an opinion", "Size of the enterprise"),
    "product.product_id": pgettext_lazy("fact of an opinion", "Key of the product"),
    "product.code": pgettext_lazy("fact of an opinion", "Code"),
    "product.product_class": pgettext_lazy("fact of an opinion", "Class"),
    "product.regime": pgettext_lazy("fact of an opinion", "Rules that apply"),
    "product.private": pgettext_lazy("fact of an opinion", "Private offering"),
    "product.grade": pgettext_lazy("fact of an opinion", "Grade of risk"),
    "product.state": pgettext_lazy("fact of an opinion", "State"),
    "product.on_sale": pgettext_lazy("fact of an opinion", "On sale that day"),
    "product.term_days": pgettext_lazy("fact of an opinion", "Term in days"),
    "product.minimum": pgettext_lazy("fact of an opinion", "Least amount"),
    "product.quota_left": pgettext_lazy("fact of an opinion", "Quota left"),
    "product.rate": pgettext_lazy("fact of an opinion", "Worth of one unit of its currency"),
    "product.insurance_kind": pgettext_lazy("fact of an opinion", "Kind of insurance"),
    "product.cooling_hours": pgettext_lazy("fact of an opinion", "Right to withdraw, hours"),
    "product.return_form": pgettext_lazy("fact of an opinion", "What the return comes from"),
    "seller.employee_id": pgettext_lazy("fact of an opinion", "Key of the seller"),
    "seller.needed": pgettext_lazy("fact of an opinion", "A certified seller is needed"),
    "seller.reasons": pgettext_lazy("fact of an opinion", "Against the seller"),
    "seller.warnings": pgettext_lazy("fact of an opinion", "To be watched of the seller"),
}
UNLIMITED = pgettext_lazy("fact of an opinion", "without limit")
UNKNOWN = pgettext_lazy("fact of an opinion", "not known")
_CHOICES: dict[str, type[Choices]] = {
    "ask.purpose": Purpose,
    "ask.channel": SaleChannel,
    "customer.standing": Standing,
    "customer.capacity": Capacity,
    "customer.objective": Objective,
    "customer.scale": EnterpriseScale,
    "customer.restrictions": RestrictionCode,
    "customer.consents": ConsentChannel,
    "product.product_class": ProductClass,
    "product.regime": Regime,
    "product.state": ProductState,
    "product.return_form": ReturnForm,
}
_SUMS = {"ask.amount", "customer.assets", "customer.income", "customer.budget", "product.minimum", "product.quota_left"}
_GRADES = {"product.grade": "R", "customer.tolerance": "C", "customer.experience": "R"}


def facts_told(facts: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every stored fact, part by part, as a name and a value to read; what has no name yet keeps its code."""
    order = [*PARTS, *(part for part in facts if part not in PARTS)]
    return [
        (
            str(PARTS.get(part, part)),
            [
                (str(NAMES.get(f"{part}.{name}", name)), _value(f"{part}.{name}", facts[part][name]))
                for name in sorted(facts[part], key=_place(part))
            ],
        )
        for part in order
        if part in facts
    ]


def _place(part: str) -> Callable[[str], int]:
    """Stored objects come sorted by the length of their keys: the page reads in the order of the names above."""
    known = list(NAMES)
    return lambda name: known.index(f"{part}.{name}") if f"{part}.{name}" in NAMES else len(known)


def _value(path: str, value: Any) -> str:
    if value is None:
        return str(UNLIMITED if path == "product.quota_left" else UNKNOWN)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if path in _SUMS:
        return money(Decimal(str(value)))
    if path in _GRADES:
        return f"{_GRADES[path]}{value}" if value else "–"
    if path == "customer.horizon" and (days := in_force(MatchingPolicy).horizon_days.get(value)):
        return _("answer %(answer)s: terms up to %(days)s days") % {"answer": value, "days": f"{days:,}"}
    if path == "customer.held_by_grade":
        return " · ".join(f"R{grade} {money(Decimal(str(each)))}" for grade, each in sorted(value.items())) or "–"
    if path == "customer.held_since":
        return (
            " · ".join(
                f"{_word(ProductClass, kind)} R{grade} {since}"
                for kind, grades in sorted(value.items())
                for grade, since in sorted(grades.items())
            )
            or "–"
        )
    if path.startswith("seller.") and isinstance(value, list):
        return " · ".join(str(each[-1]) for each in value) or "–"
    if isinstance(value, list):
        return " · ".join(_word(_CHOICES.get(path), each) for each in value) or "–"
    return _word(_CHOICES.get(path), value) if value != "" else "–"


def _word(choices: type[Choices] | None, code: Any) -> str:
    """The label of a code; the code itself where the vocabulary does not have it."""
    if choices is None or code not in choices.values:
        return str(code)
    return str(dict(choices.choices)[code])
