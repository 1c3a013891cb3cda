"""What the value at risk of holdings enters into the customer page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.panels import register_panel
from kexin.core.ui.request import actor_of
from kexin.products.values.queries import past_words
from kexin.suitability.portfolio.queries import VIEW_PORTFOLIO_RISK, portfolio_risk

METHODS = {
    "historical": _("Historical"),
    "parametric": _("Parametric (normal)"),
    "cornish_fisher": _("Cornish–Fisher"),
}


def risk_panel(request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Panel: what the holdings may lose together, and which of them are not in the figure."""
    found = portfolio_risk(actor_of(request), pk)
    return "suitability/panel_portfolio_risk.html", {
        "found": found,
        "losses": [(METHODS[each.method], each) for each in found.losses],
        "words": past_words(),
    }


def register() -> None:
    """Called once, when the floor is ready."""
    register_panel(
        "customer", "assets", "side", 70, "portfolio_risk", _("Value at risk of the holdings"), VIEW_PORTFOLIO_RISK,
        risk_panel,
    )  # fmt: skip
