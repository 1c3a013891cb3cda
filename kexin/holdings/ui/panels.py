"""Panels of holdings on the customer page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _t

from kexin.core.calendar import business_date
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_account
from kexin.core.ui.request import actor_of
from kexin.holdings.choices import AccountRole, AccountStatus
from kexin.holdings.models import Account
from kexin.holdings.queries import AccountLine, BalanceLine, Portfolio, balances, obligations, portfolio

SHOWN = 12  # lines on the overview; the rest stands on the tab
MONTHS = (12, 24)
AHEAD_DAYS = 366
STATUS_LEVEL = {"open": "good", "dormant": "warn", "frozen": "bad", "closed": ""}
Shown = tuple[str, dict[str, Any]]


def months_asked(request: HttpRequest) -> int:
    """12 or 24, from the address."""
    asked = request.GET.get("months", "")
    return int(asked) if asked.isdigit() and int(asked) in MONTHS else MONTHS[0]


def line_chart(line: BalanceLine) -> dict[str, Any]:
    """A balance line as the chart takes it."""
    return {
        "type": "area",
        "step": False,
        "unit": line.currency,
        "x": [day.isoformat() for day in line.days],
        "series": [{"name": _t("Balance"), "data": line.values}],
    }


def ring_chart(found: Portfolio, currency: str) -> dict[str, Any]:
    """Assets of one currency by class as a ring."""
    parts = [{"name": str(one.label), "value": value} for one, value in found.parts(currency) if value > 0]
    return {"type": "donut", "unit": currency, "parts": parts}


def assets_panel(request: HttpRequest, pk: int) -> Shown:
    """Overview: assets by class, their course, and what they consist of. Six reads at most."""
    actor, months = actor_of(request), months_asked(request)
    found = portfolio(actor, pk)
    own = _owned(found)
    asked = request.GET.get("account", "")
    chosen = [each for each in own if str(each.pk) == asked] or own
    lines = []
    if actor.may("holdings.view_balances"):
        lines = balances(actor, pk, chosen, months)
    order = list(found.totals)
    lines.sort(key=lambda each: order.index(each.currency) if each.currency in order else len(order))
    decrypt_rows(Account, own, ("number",))
    positions = sorted(found.positions, key=lambda each: (order.index(each.currency), -each.value))
    return "holdings/panel_assets.html", {
        "panel_url": request.path,
        "today": business_date(),
        "totals": found.totals.items(),
        "charts": _charts(found, lines, order),
        "positions": positions[:SHOWN],
        "more": max(0, len(positions) - SHOWN),
        "accounts": [(each.pk, f"{each.get_kind_display()} {mask_account(each.number)}") for each in own],
        "chosen": chosen[0].pk if len(chosen) == 1 and asked else None,
        "months": months,
        "choices": MONTHS,
        "several": len(order) > 1,
    }


def _charts(
    found: Portfolio, lines: list[BalanceLine], order: list[str]
) -> list[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """Ring and line per currency: the leading one always, another where it has several classes.

    A single account that was asked for puts its line beside the leading ring, in its own currency.
    """
    by_currency = {each.currency: line_chart(each) for each in lines if any(each.values)}
    charts = []
    for number, code in enumerate(order):
        line = by_currency.get(code)
        if number == 0 and line is None and len(by_currency) == 1:
            line = next(iter(by_currency.values()))
        if found.parts(code) and (number == 0 or len(found.parts(code)) > 1):
            charts.append((code, ring_chart(found, code), line))
    return charts


def _owned(found: Portfolio) -> list[Account]:
    """The accounts behind the positions, each once."""
    return list({each.account.pk: each.account for each in found.positions}.values())


def accounts_panel(request: HttpRequest, pk: int) -> Shown:
    """Tab: every account in every role. Five reads at most."""
    found = portfolio(actor_of(request), pk)
    decrypt_rows(Account, [line.account for line in found.accounts], ("number",))
    return "holdings/panel_accounts.html", {
        "groups": _groups(found.accounts),
        "may_reveal": actor_of(request).may("holdings.reveal_account_number"),
        "closed_state": AccountStatus.CLOSED,
        "owner": AccountRole.OWNER,
    }


def _groups(lines: list[AccountLine]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Open accounts first, then those closed, so that the living are not lost among them."""
    shown: list[dict[str, Any]] = [
        {
            "account": each.account,
            "role": each.role,
            "role_label": each.role_label,
            "is_liability": each.is_liability,
            "masked": mask_account(each.account.number),
            "level": STATUS_LEVEL[each.account.status],
        }
        for each in lines
    ]
    live = [each for each in shown if each["account"].status != AccountStatus.CLOSED]
    gone = [each for each in shown if each["account"].status == AccountStatus.CLOSED]
    return [(title, rows) for title, rows in ((_t("In use"), live), (_t("Closed accounts"), gone)) if rows]


def maturities_panel(request: HttpRequest, pk: int) -> Shown:
    """Tab: what matures within a year, and what has matured and was not yet moved."""
    today = business_date()
    found = portfolio(actor_of(request), pk)
    due = found.maturities(today - dt.timedelta(days=30), today + dt.timedelta(days=AHEAD_DAYS))
    lines = [
        {"position": each, "days": (each.matures_on - today).days}  # type: ignore[operator]
        for each in due
    ]
    return "holdings/panel_maturities.html", {"lines": lines, "today": today}


def obligations_panel(request: HttpRequest, pk: int) -> Shown:
    """Tab: loans, cards and standing orders."""
    actor = actor_of(request)
    found = obligations(actor, pk)
    return "holdings/panel_obligations.html", {
        "loans": [(loan, _paid_share(loan.principal, loan.account.balance)) for loan in found.loans],
        "cards": [(card, mask_account(card.number)) for card in found.cards],
        "orders": found.orders,
        "may_reveal": actor.may("holdings.reveal_account_number"),
        "today": business_date(),
    }


def _paid_share(principal: Decimal, owed: Decimal) -> int | None:
    """How much of a loan is paid off, in percent, where the loan has an account of its own; else None."""
    if principal <= 0 or not 0 <= owed <= principal:
        return None
    return int((principal - owed) * 100 / principal)
