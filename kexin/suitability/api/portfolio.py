"""Value at risk of a customer's holdings."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Shown
from kexin.suitability.portfolio.queries import VIEW_PORTFOLIO_RISK, portfolio_risk

router = Endpoints("portfolio_risk", _("Value at risk of the holdings"))


class PortfolioLossShown(Shown):
    """One method: what is lost at most at the confidence, and on average if it is more."""

    method: str = Field(examples=["historical"])
    percent: Decimal = Field(examples=["3.20"])
    amount: Amount
    beyond_percent: Decimal = Field(examples=["4.10"])
    beyond_amount: Amount


class PortfolioRiskShown(Shown):
    """Value at risk of the holdings that have net values; the others by their ids. No losses: nothing can be said."""

    value: Amount
    left_out_value: Amount
    products: list[Id]
    left_out: list[Id]
    observations: int = Field(examples=[250])
    first: Day | None
    last: Day | None
    confidence_percent: Decimal = Field(examples=["99"])
    horizon_days: int = Field(examples=[10])
    losses: list[PortfolioLossShown]


@router.read("/customers/{customer_id}/portfolio-risk", VIEW_PORTFOLIO_RISK)
def read_portfolio_risk(request: ApiRequest, customer_id: Id) -> PortfolioRiskShown:
    """What the holdings of a customer may lose together."""
    found = portfolio_risk(request.actor, customer_id)
    return PortfolioRiskShown(
        value=found.value,
        left_out_value=found.left_out_value,
        products=[each.pk for each in found.used],
        left_out=[each.pk for each in found.left_out],
        observations=found.observations,
        first=found.first,
        last=found.last,
        confidence_percent=found.confidence,
        horizon_days=found.horizon_days,
        losses=[
            PortfolioLossShown(
                method=each.method,
                percent=each.percent,
                amount=each.amount,
                beyond_percent=each.beyond_percent,
                beyond_amount=each.beyond_amount,
            )
            for each in found.losses
        ],
    )
