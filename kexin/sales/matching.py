"""The matching opinion as a sale reads it from the suitability floor."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from kexin.core.errors import NotFound
from kexin.sales.choices import SaleChannel
from kexin.sales.opinion import Opinion
from kexin.suitability.matching.choices import MatchOutcome, Purpose
from kexin.suitability.matching.choices import SaleChannel as AskedChannel
from kexin.suitability.models import SuitabilityDecision

ASKED = {
    SaleChannel.PREMISES: AskedChannel.BRANCH,
    SaleChannel.REMOTE: AskedChannel.PHONE,
    SaleChannel.SELF: AskedChannel.ONLINE,
}


def opinion_of(no: int) -> Opinion:
    """The stored opinion of that number, as it was given for a sale. Raises NotFound."""
    row = SuitabilityDecision.objects.filter(pk=no, purpose=Purpose.SALE).first()
    if row is None:
        raise NotFound
    customer, product = row.facts["customer"], row.facts["product"]
    return Opinion(
        no=row.pk,
        customer_id=row.customer_id,
        product_id=row.product_id,
        amount=row.amount,
        allowed=row.outcome != MatchOutcome.REFUSE,
        conditions=frozenset(each["code"] for each in row.conditions),
        channel=row.channel,
        at=row.decided_at,
        grade=customer.get("tolerance"),
        product_grade=product.get("grade"),
        assessed_until=_day(customer.get("valid_until")),
        cooling_hours=_cooling(row.conditions),
        insists=bool(row.facts["ask"].get("insists")),
        payment_years=row.facts["ask"].get("payment_years"),
        age=customer.get("age"),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A condition of an opinion in the language of the screen, and the rule behind it."""

    words: str
    basis: str


def conditions_of(no: int) -> list[Told]:
    """On what conditions that opinion allows the sale, in the words it was given with. Empty without one."""
    row = SuitabilityDecision.objects.filter(pk=no, purpose=Purpose.SALE).only("conditions").first()
    language = "zh" if (get_language() or "").startswith("zh") else "en"
    return [Told(each["words"][language], each["basis"]) for each in row.conditions] if row else []


def _day(said: Any) -> dt.date | None:
    return dt.date.fromisoformat(said) if said else None


def _cooling(conditions: list[dict[str, Any]]) -> int:
    """The hours of the right to withdraw that was told, nought where there is none."""
    for each in conditions:
        if each["code"] == "cooling_off":
            values = each["values"]
            number, _blank, unit = str(values.get("period", "0 h")).partition(" ")
            return int(values.get("hours") or int(number) * (24 if unit == "d" else 1))
    return 0
