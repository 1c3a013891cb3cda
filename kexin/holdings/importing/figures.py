"""Exchange rates and targets from files: a few hundred rows, one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.imports.importable import Batch, Field, Importable, Load, Outcome, register
from kexin.core.imports.sources import LINE
from kexin.core.policy import in_force
from kexin.holdings.aum.eras import month_of
from kexin.holdings.aum.steps import base_currency
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.models import ExchangeRate, Target
from kexin.holdings.operations.rates import rate_changed
from kexin.holdings.policies import AumPolicy
from kexin.people.models import PostHolder


def load_rates(batch: Batch) -> Outcome:
    """Rates of the base currency: a day's rate that is there already is replaced."""
    outcome = Outcome()
    base = base_currency(in_force(AumPolicy))
    changed: dict[str, dt.date] = batch.load.scratch.setdefault("rates", {})
    for row in batch.table.to_pylist():
        currency = str(row["currency"]).strip().upper()
        if currency == base or not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            outcome.refuse(row[LINE], "currency", currency[:80], "choice")
            continue
        if not 0 < row["rate"] < 10**10 or row["day"] > batch.load.business_date:
            outcome.refuse(row[LINE], "rate" if row["rate"] <= 0 else "day", str(row["rate"])[:80], "range")
            continue
        values = {"rate": row["rate"], "source": row.get("source") or batch.load.source}
        found, new = ExchangeRate.objects.get_or_create(
            base=base, currency=currency, day=row["day"], defaults={**values, "entered_by": batch.load.actor.name}
        )
        if new:
            outcome.created += 1
        elif found.rate == row["rate"]:
            outcome.unchanged += 1
            continue
        else:
            found.rate, found.source, found.entered_by = row["rate"], values["source"], batch.load.actor.name
            found.save(update_fields=["rate", "source", "entered_by"])
            outcome.updated += 1
        changed[currency] = min(changed.get(currency, row["day"]), row["day"])
    return outcome


def follow_rates(load: Load, mark: dict[str, Any]) -> dict[str, Any]:
    """Figures in the currencies that got rates follow."""
    for currency, first in load.scratch.pop("rates", {}).items():
        rate_changed(currency, first)
    return {}


def load_targets(batch: Batch) -> Outcome:
    """Targets by the staff number of whoever holds the post in that month."""
    outcome = Outcome()
    for row in batch.table.to_pylist():
        month = month_of(row["month"])
        held = PostHolder.objects.filter(employee__staff_no=row["staff_no"], starts_on__lt=_next(month))
        held = held.exclude(ends_on__lt=month).filter(post__closed_on=None).order_by("-starts_on", "-pk")
        post = held.values_list("post_id", flat=True).first()
        if post is None:
            outcome.refuse(row[LINE], "staff_no", str(row["staff_no"])[:80], "reference")
            continue
        target, new = Target.objects.get_or_create(
            post_id=post,
            month=month,
            measure=row["measure"],
            defaults={"amount": row["amount"], "set_by": batch.load.actor.name},
        )
        if new:
            outcome.created += 1
        elif target.amount == row["amount"]:
            outcome.unchanged += 1
        else:
            target.amount, target.set_by, target.version = row["amount"], batch.load.actor.name, target.version + 1
            target.save(update_fields=["amount", "set_by", "set_at", "version"])
            outcome.updated += 1
    return outcome


def _next(month: dt.date) -> dt.date:
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


register(
    Importable(
        code="holdings.rate",
        label=_("Exchange rates"),
        key=("currency", "day"),
        load=load_rates,
        after_file=follow_rates,
        fields=(
            Field(name="currency", label=_("currency"), required=True, max_length=3, aliases=("币种", "货币")),
            Field(name="day", label=_("day"), kind="date", required=True, aliases=("date", "日期", "牌价日期")),
            Field(name="rate", label=_("rate"), kind="decimal", decimals=8, required=True, aliases=("汇率", "中间价")),
            Field(name="source", label=_("source"), max_length=40, aliases=("来源",)),
        ),
    ),
    Importable(
        code="holdings.target",
        label=_("Targets"),
        key=("staff_no", "month", "measure"),
        load=load_targets,
        fields=(
            Field(name="staff_no", label=_("staff number"), required=True, max_length=20, aliases=("工号", "员工号")),
            Field(name="month", label=_("month"), kind="date", required=True, aliases=("月份",)),
            Field(
                name="measure",
                label=_("measure"),
                kind="choice",
                required=True,
                choices=tuple(TargetMeasure.values),
                aliases=("指标",),
            ),
            Field(name="amount", label=_("amount"), kind="decimal", required=True, minimum=0, aliases=("目标", "金额")),
        ),
    ),
)
