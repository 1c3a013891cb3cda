"""Large movements since some days, and customers who have done nothing for long."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.core.ui.columns import Column
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table, View
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.models import Transaction
from kexin.holdings.movements.queries import dormant_customers, large_movements
from kexin.holdings.policies import TierPolicy
from kexin.holdings.ui.tables import counterparty, signed_amount
from kexin.party.models import Customer
from kexin.party.naming import shown_name
from kexin.party.queries import open_names
from kexin.people.queries import post_labels

DAYS = (1, 7, 30)
MOST = 500  # lines; who sees more of them asks for fewer days


def share(row: Any) -> str:
    """Of the AUM before the movement, in percent; empty where nothing was there."""
    customer = row.account.customer
    before = customer.assets + (row.value if row.direction == "out" else Decimal(0))
    return f"{min(row.value * 100 / before, Decimal(999)):.0f}%" if before > 0 else ""


class MovementTable(Table):
    """大额异动: newest first."""

    name = "holdings.movements"
    caption = _("Large movements")
    empty_title = _("No large movement in these days")
    empty_icon = "arrows-exchange"
    views = (
        View("week", _("7 days"), ""),
        View("day", _("Since yesterday"), "days=1"),
        View("month", _("30 days"), "days=30"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        pool = _t("Pool")
        self.columns = (
            Column("name", _("Name"), value=lambda row: shown_name(actor, row.account.customer), phone="title"),
            Column("day", _("Day"), value=lambda row: row.booked_on.isoformat(), phone="sub"),
            Column("amount", _("Amount"), value=signed_amount, align="end", phone="meta"),
            Column("currency", _("Currency"), value="account.currency", hidden=True),
            Column("share", _("Share of AUM"), value=share, align="end", phone="meta"),
            Column("kind", _("Kind"), value=lambda row: row.get_kind_display(), phone="meta"),
            Column("counterparty", _("Counterparty"), value=counterparty, phone="meta"),
            Column("account", _("Account"), value=lambda row: row.account.get_kind_display(), phone="meta"),
            Column(
                "lead", _("Lead manager"), value=lambda row: self.leads.get(row.account.customer.lead_post_id, pool)
            ),
        )

    @cached_property
    def leads(self) -> dict[int, str]:
        return post_labels([row.account.customer.lead_post_id for row in self.page.rows])

    def row_url(self, row: Transaction) -> str:
        return reverse("party:customer", args=[row.account.customer_id])

    def peek_url(self, row: Transaction) -> str:
        return reverse("party:peek", args=[row.account.customer_id])


def movement_list(request: HttpRequest) -> HttpResponse:
    """GET /movements/: within reach, of the last 1, 7 or 30 days."""
    actor = actor_of(request)
    asked = request.GET.get("days", "")
    back = int(asked) if asked.isdigit() and int(asked) in DAYS else 7
    rows = large_movements(actor, business_date() - dt.timedelta(days=back), MOST)
    table = MovementTable(request, rows)
    open_names([row.account.customer for row in table.page.rows])
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    sub = _t("The %(most)s newest; ask for fewer days to see them all.") % {"most": MOST} if len(rows) == MOST else ""
    return render(request, "core/page_list.html", {"title": _t("Large movements"), "sub": sub, "table": table})


class DormantTable(Table):
    """睡眠客户: the largest first."""

    name = "holdings.dormant"
    caption = _("Dormant customers")
    default_sort = "-assets"
    empty_title = _("Nobody is dormant")
    empty_text = _("Everybody within your reach has done something lately.")
    empty_icon = "zzz"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        rungs = in_force(TierPolicy).rungs()
        pool = _t("Pool")
        self.columns = (
            Column("name", _("Name"), value=lambda row: shown_name(actor, row), phone="title", always=True),
            Column("number", _("Customer number"), value="customer_no", sort="customer_no", phone="sub"),
            Column(
                "assets",
                _("AUM now"),
                value=lambda row: numbers.exact(row.assets),
                sort="assets",
                first="desc",
                align="end",
                phone="meta",
            ),
            Column("tier", _("Tier"), value=lambda row: tier_name(rungs, row.tier), phone="meta"),
            Column(
                "last",
                _("Last booking of one's own"),
                value=lambda row: row.last_on.isoformat() if row.last_on else _t("never"),
                phone="meta",
            ),
            Column("lead", _("Lead manager"), value=lambda row: self.leads.get(row.lead_post_id, pool)),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
        )

    @cached_property
    def leads(self) -> dict[int, str]:
        return post_labels([row.lead_post_id for row in self.page.rows])

    def row_url(self, row: Customer) -> str:
        return reverse("party:customer", args=[row.pk])

    def peek_url(self, row: Customer) -> str:
        return reverse("party:peek", args=[row.pk])


def dormant_list(request: HttpRequest) -> HttpResponse:
    """GET /dormant/: within reach, by assets."""
    rows = dormant_customers(actor_of(request)).select_related("party", "unit")
    table = DormantTable(request, rows)
    open_names(table.page.rows)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    return render(request, "core/page_list.html", {"title": _t("Dormant customers"), "table": table})
