"""Exchange rates entered by hand; a load of rates goes by the import."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation, type_text
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.holdings.aum.eras import month_of
from kexin.holdings.aum.follow import AT_ONCE, after_load
from kexin.holdings.aum.steps import base_currency
from kexin.holdings.models import Account, ExchangeRate
from kexin.holdings.policies import AumPolicy


@operation("holdings.enter_rate", label=_("Enter an exchange rate"), plain=("currency", "source"))
def enter_rate(*, actor: Actor, currency: str, day: dt.date, rate: Decimal, source: str = "") -> ExchangeRate:
    """What one unit of ``currency`` is worth in the base currency from ``day`` on; a rate of that day is replaced.

    AUM from that day on follows: at once where few customers hold the currency, else by a rebuild.
    """
    base = base_currency(in_force(AumPolicy))
    currency = currency.strip().upper()
    wrong: dict[str, type_text] = {}
    if not re.fullmatch("[A-Z]{3}", currency):
        wrong["currency"] = _("A currency has three letters, for example USD.")
    elif currency == base:
        wrong["currency"] = _("The base currency needs no rate.")
    if day > business_date():
        wrong["day"] = _("A rate is known on its day at the earliest.")
    if not 0 < rate < 10**10:
        wrong["rate"] = _("A rate is above nought.")
    if wrong:
        raise RuleViolation(fields=wrong)
    row, _new = ExchangeRate.objects.update_or_create(
        base=base,
        currency=currency,
        day=day,
        defaults={"rate": rate, "source": source.strip()[:40], "entered_by": actor.name},
    )
    rate_changed(currency, day)
    return row


def rate_changed(currency: str, first: dt.date) -> None:
    """Bring what depends on a currency's rates from a day on into line."""
    holders = Account.objects.filter(currency=currency).order_by().values_list("customer_id", flat=True).distinct()
    ids = list(holders[: AT_ONCE + 1])
    if ids:
        after_load(ids if len(ids) <= AT_ONCE else None, month_of(first))
