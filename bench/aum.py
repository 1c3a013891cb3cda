"""Figures: rebuild of all months, one booking followed, reading a board, reports. Writes into the measured bank."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from bench.fill import heard


@dataclass(frozen=True, slots=True)
class Measured:
    """What was done, over how many customers, in how many seconds, and the aim."""

    what: str
    customers: int
    seconds: float
    aim: str


def measure() -> list[Measured]:
    """``MONTHS_BACK`` (24): how many months the rebuild covers."""
    from django.db import connection

    from kexin.core.actor import system
    from kexin.core.calendar import business_date
    from kexin.holdings.aum.eras import month_of, months_before
    from kexin.holdings.aum.follow import follow
    from kexin.holdings.aum.queries import figures_of, latest_figures_day
    from kexin.holdings.aum.rebuild import rebuild
    from kexin.holdings.models import FiguresRun
    from kexin.party.models import Customer

    def shown(run: FiguresRun) -> None:
        heard("figures", run.done, run.total)

    today = business_date()
    first = months_before(month_of(today), int(os.environ.get("MONTHS_BACK") or 24) - 1)
    customers = Customer.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE holdings_assetsundermanagement, holdings_dailyfigures, holdings_figuresdelta")
        cursor.execute("TRUNCATE holdings_customertier")
        cursor.execute("UPDATE party_customer SET tier = '', average = 0 WHERE tier <> '' OR average <> 0")
    found = []
    began = time.perf_counter()
    rebuild(first, today, reason="bench", progress=shown)
    took = time.perf_counter() - began
    found.append(
        Measured("24 months of all customers: AUM, tiers, daily figures", customers, took, "300 s at 1,000,000")
    )
    began = time.perf_counter()
    rebuild(first, today, reason="bench again", progress=shown)
    found.append(
        Measured(
            "the same again, compared and left as it is", customers, time.perf_counter() - began, "300 s at 1,000,000"
        )
    )
    one = Customer.objects.order_by("pk")[customers // 2].pk
    began = time.perf_counter()
    follow([one])
    found.append(Measured("one changed booking followed", 1, time.perf_counter() - began, "1 s"))
    actor = system("bench")
    last = latest_figures_day(actor) or today
    days = [last, months_before(month_of(last), 0), last.replace(month=1, day=1)]
    figures_of(actor, days)
    began = time.perf_counter()
    figures_of(actor, days)
    found.append(Measured("board of the whole bank, three evenings", customers, time.perf_counter() - began, "0.1 s"))
    return found + reports_measured(customers)


def reports_measured(customers: int) -> list[Measured]:
    """Reports over the whole bank, as their pages compute them; each once before it is measured."""
    from kexin.core.actor import system
    from kexin.core.reports.asked import ReportAsked
    from kexin.core.reports.pivot import Limits, computed

    asked = {
        "report over all customers: unit by tier, count, total, average": ReportAsked(
            "party.customers", ("unit",), "tier", ("count", "sum:assets", "average:assets")
        ),
        "report over all customers: unit and manager, count and share": ReportAsked(
            "party.customers", ("unit", "post"), measures=("count", "share:assets")
        ),
        "report of AUM by month over 12 months": ReportAsked(
            "holdings.aum", ("month",), measures=("count", "sum:closing"), period="last_12_months"
        ),
    }
    limits, actor, found = Limits(120, 100_000, 200), system("bench"), []
    for what, each in asked.items():
        computed(actor, each, limits)
        began = time.perf_counter()
        computed(actor, each, limits)
        found.append(Measured(what, customers, time.perf_counter() - began, "2 s at 1,000,000"))
    return found
