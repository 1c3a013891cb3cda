"""Every reason a matching decision can give: a permanent code, plain words, and which of the three checks it is.

``neutral`` reasons read only “this cannot be done at present” to whoever may not know more; the legal basis of each
code stands in the policy ``suitability.matching``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from kexin.core.errors import type_text
from kexin.party.choices import EnterpriseScale
from kexin.suitability.matching.choices import Check

NEUTRAL = _("This cannot be done at present.")


@dataclass(frozen=True, slots=True)
class Words:
    """The sentence of a code; ``values`` of the finding fill it."""

    text: type_text
    check: Check
    neutral: bool = False


REASONS: dict[str, Words] = {
    "customer_state": Words(_("The customer's file is not active."), Check.IDENTITY),
    "identity_missing": Words(_("No identity document is recorded."), Check.IDENTITY),
    "identity_expired": Words(_("The identity document expired on %(day)s."), Check.IDENTITY),
    "restricted": Words(NEUTRAL, Check.IDENTITY, neutral=True),
    "age_unknown": Words(_("The customer's age is not known."), Check.IDENTITY),
    "no_capacity": Words(_("The customer has no civil capacity: nothing may be sold."), Check.IDENTITY),
    "limited_capacity": Words(
        _("With limited civil capacity only products up to R%(top)s may be sold."), Check.IDENTITY
    ),
    "guardian_needed": Words(_("The guardian has to agree."), Check.IDENTITY),
    "consent_missing": Words(_("The customer has not agreed to be addressed for this purpose."), Check.IDENTITY),
    "assessment_missing": Words(_("The customer has no risk assessment."), Check.TOLERANCE),
    "assessment_expired": Words(_("The risk assessment expired on %(day)s."), Check.TOLERANCE),
    "assessment_unconfirmed": Words(
        _("The customer has not confirmed the changed result of the risk assessment."), Check.TOLERANCE
    ),
    "grade_missing": Words(_("The product has no risk grade."), Check.PRODUCT),
    "pair_undefined": Words(
        _("No rule says whether C%(tolerance)s and R%(grade)s go together: it counts as unsuitable."), Check.PRODUCT
    ),
    "grade_above": Words(
        _("The product's grade R%(grade)s is above what the customer can bear (C%(tolerance)s)."), Check.PRODUCT
    ),
    "lowest_class": Words(_("Customers of the lowest class may only buy R1."), Check.PRODUCT),
    "insist_stricter": Words(
        _("The institution sells nothing above the customer's grade, even if the customer insists."), Check.PRODUCT
    ),
    "insist_forbidden": Words(_("For these products the customer cannot insist on a higher grade."), Check.PRODUCT),
    "insist_warning": Words(
        _("The customer insists: the special written warning has to be given and confirmed."), Check.PRODUCT
    ),
    "insist_confirmation": Words(
        _("The customer insists on unsuitable insurance: explain the risk and have it confirmed in writing."),
        Check.PRODUCT,
    ),
    "little_experience": Words(
        _("Little experience with products as risky as R%(grade)s: explain once more in plain words what may be lost."),
        Check.PRODUCT,
    ),
    "experience_approval": Words(
        _("Little experience with products as risky as R%(grade)s: explain once more; a second person has to approve."),
        Check.PRODUCT,
    ),
    "experience_lacking": Words(
        _("The customer has too little experience for products as risky as R%(grade)s."), Check.PRODUCT
    ),
    "objective_unknown": Words(
        _("What the customer invests for is not known: ask before the product is chosen."), Check.PRODUCT
    ),
    "objective_contrary": Words(
        _("Contrary to what the customer invests for (%(words)s): sold only at the customer's own wish."),
        Check.PRODUCT,
    ),
    "objective_own_wish": Words(
        _("Contrary to what the customer invests for (%(words)s), wanted all the same: have it confirmed."),
        Check.PRODUCT,
    ),
    "assets_unknown": Words(_("The customer's assets are not known."), Check.PRODUCT),
    "concentration": Words(
        _("Products from R%(grade)s on would be %(share)s%% of the customer's assets, at most %(most)s%%."),
        Check.PRODUCT,
    ),
    "concentration_near": Words(
        _("Products from R%(grade)s on would be %(share)s%% of the customer's assets: point this out."), Check.PRODUCT
    ),
    "scale_concentration": Words(
        _(
            "Size of enterprise %(size)s: products from R%(grade)s on may be at most %(most)s%% of the assets, and"
            " would be %(share)s%%."
        ),
        Check.PRODUCT,
    ),
    "scale_approval": Words(
        _("Size of enterprise %(size)s: purchases from %(amount)s on need an approval."), Check.PRODUCT
    ),
    "scale_senior": Words(
        _("Size of enterprise %(size)s: purchases from %(amount)s on need the approval of a senior."), Check.PRODUCT
    ),
    "horizon_unknown": Words(_("When the customer needs the money is not known."), Check.PRODUCT),
    "term_over_horizon": Words(
        _("The term of %(days)s days is longer than the customer can do without the money."), Check.PRODUCT
    ),
    "age_at_end": Words(_("The customer would be %(age)s at the end of the term: special care."), Check.PRODUCT),
    "elder_care": Words(_("From the age of 65 with a product of higher risk: special duty of care."), Check.PRODUCT),
    "not_qualified": Words(_("Private product: the customer is not verified as a qualified investor."), Check.PRODUCT),
    "private_promotion": Words(_("Private products may not be promoted by messages or scripts."), Check.PRODUCT),
    "product_state": Words(_("The product is not on sale."), Check.PRODUCT),
    "quota": Words(_("The quota left does not suffice."), Check.PRODUCT),
    "below_minimum": Words(_("The amount is below the minimum of %(minimum)s."), Check.PRODUCT),
    "amount": Words(_("The amount is not one that can be paid."), Check.PRODUCT),
    "channel": Words(_("This product may not be sold through this channel."), Check.PRODUCT),
    "needs_missing": Words(_("Insurance needs and ability to pay have not been stated."), Check.TOLERANCE),
    "payment_years_unknown": Words(_("Over how many years the premium is paid is not known."), Check.TOLERANCE),
    "rate_missing": Words(_("There is no exchange rate for the currency of the product."), Check.PRODUCT),
    "insurance_declaration": Words(
        _("The premium is high for income, budget or age: the customer signs a declaration first."), Check.PRODUCT
    ),
    "cooling_off": Words("%(words)s", Check.PRODUCT),
    "regime_unknown": Words(_("Which rules of sale apply to the product is not known."), Check.PRODUCT),
    "seller_unknown": Words(_("Who sells is not known."), Check.SELLER),
    "seller": Words("%(words)s", Check.SELLER),
}


def cooling_words(hours: int, begins_with_policy: bool) -> type_text:
    """For how long a purchase may be taken back, as its right is called; days where they are whole. In any language."""
    days = hours % 24 == 0 and hours > 24
    period = format_lazy(_("{n} days"), n=hours // 24) if days else format_lazy(_("{n} hours"), n=hours)
    if begins_with_policy:
        return format_lazy(_("Hesitation period: {period} from the policy on it may be surrendered."), period=period)
    return format_lazy(_("Cooling-off: for {period} after signing it may be taken back."), period=period)


def size_words(scale: str) -> type_text:
    """A size of enterprises in words; in any language."""
    return EnterpriseScale(scale).label if scale in EnterpriseScale.values else _("not known")


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason found: its code, and what fills its sentence."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in the language of the screen."""
        return str(REASONS[self.code].text) % self.values if self.values else str(REASONS[self.code].text)

    @property
    def check(self) -> Check:
        return REASONS[self.code].check


def told(finding: Finding, basis: str) -> dict[str, Any]:
    """The finding as it is stored: code, values, words in both languages as they were, legal basis."""
    words = {}
    for language, code in (("zh", "zh-hans"), ("en", "en")):
        with override(code):
            words[language] = finding.text
    values = {key: str(value) for key, value in finding.values.items()}
    return {"code": finding.code, "check": finding.check.value, "values": values, "words": words, "basis": basis}
