"""Alerts on net values for other systems."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Day, Id, Moment, Page, Paging, Reason, Shown, Taken, Version, one_of, page_of
from kexin.products.alerts.choices import AlertKind, AlertOutcome
from kexin.products.alerts.queries import VIEW_ALERTS, AlertFilter, alert, alerts
from kexin.products.alerts.settling import SETTLE, settle_alert
from kexin.products.models import NetValueAlert

router = Endpoints("product alerts", _("Alerts on net values"))


class AlertsWanted(Taken):
    """Which alerts: ``today``, ``open`` or ``settled``; of a kind, of a product."""

    which: Annotated[str, Field(pattern="^(|today|open|settled)$", examples=["today"])] = ""
    kind: one_of(AlertKind) | None = None  # type: ignore[valid-type]
    product_id: Id | None = None


class NetValueAlertShown(Shown):
    """What a net value, or the lack of one, gave cause to look at."""

    id: Id
    product_id: Id
    kind: str = Field(examples=["drawdown"])
    day: Day
    facts: dict[str, str] = Field(examples=[{"percent": "3.40", "since": "2026-10-09"}])
    state: str = Field(examples=["open"])
    found_at: Moment
    due_at: Moment
    outcome: str = Field(examples=[""])
    reason: str = Field(examples=[""])
    settled_at: Moment | None
    settled_by: str = Field(examples=[""])
    version: Version


class AlertSettledTaken(Taken):
    """What was done, and why."""

    outcome: one_of(AlertOutcome) = Field(examples=["nothing"])  # type: ignore[valid-type]
    reason: Reason
    version: Version | None = None


def _shown(row: NetValueAlert) -> NetValueAlertShown:
    names = (
        "kind", "day", "facts", "state", "found_at", "due_at", "outcome", "reason", "settled_at", "settled_by",
        "version",
    )  # fmt: skip
    return NetValueAlertShown(id=row.pk, product_id=row.product.pk, **{name: getattr(row, name) for name in names})


@router.read("/product-alerts", VIEW_ALERTS)
def list_product_alerts(
    request: ApiRequest, paging: Query[Paging], wanted: Query[AlertsWanted]
) -> Page[NetValueAlertShown]:
    """Alerts, newest first."""
    rows = alerts(request.actor, AlertFilter(wanted.which, wanted.kind or "", wanted.product_id))
    items, following = page_of(request, rows, paging, [("found_at", "desc"), ("pk", "desc")], _shown)
    return Page[NetValueAlertShown](items=items, next=following)


@router.read("/product-alerts/{alert_id}", VIEW_ALERTS, _("See an alert on a net value"))
def read_product_alert(request: ApiRequest, alert_id: Id) -> NetValueAlertShown:
    """One alert."""
    return _shown(alert(request.actor, alert_id))


@router.write("POST", "/product-alerts/{alert_id}/outcome", SETTLE)
def outcome_of_alert(request: ApiRequest, alert_id: Id, data: AlertSettledTaken) -> NetValueAlertShown:
    """Settle an alert: what was done, and why."""
    settle_alert(alert_id, actor=request.actor, outcome=data.outcome, reason=data.reason, version=data.version)
    return _shown(alert(request.actor, alert_id))
