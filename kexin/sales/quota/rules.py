"""What of a quota is left, and whether an amount fits into it. Pure; amounts in the product's currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import Decision, Reason
from kexin.core.ui.numbers import exact


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """A quota (None: unlimited), what is placed of it at cost, and what is kept aside for other sales."""

    quota: Decimal | None
    placed: Decimal = Decimal(0)
    reserved: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal | None:
        """Never below nought; None where there is no limit."""
        return None if self.quota is None else max(self.quota - self.placed - self.reserved, Decimal(0))


def may_reserve(amount: Decimal, whole: QuotaUse, customer: QuotaUse) -> Decision:
    """Does the amount fit into what is left of the institution's quota, and of the customer's own?"""
    reasons: list[Reason] = []
    if whole.left is not None and amount > whole.left:
        words = (
            _("The quota is used up: others were a moment faster. Nothing was opened or changed.")
            if not whole.left
            else _("Only %(amount)s of the quota is left: others were a moment faster. Nothing was opened or changed.")
            % {"amount": exact(whole.left)}
        )
        reasons.append(Reason("quota", words, "amount"))
    if customer.left is not None and amount > customer.left:
        words = _("This customer may buy %(amount)s more.") % {"amount": exact(customer.left)}
        reasons.append(Reason("customer_quota", words, "amount"))
    return Decision(tuple(reasons))
