"""Facts about alerts on net values. ``subject`` is the product's code."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.core.events import event


@event
@dataclass(frozen=True, slots=True)
class NetValueAlerted:
    """Something must be looked at; ``kind`` of :class:`~kexin.products.alerts.choices.AlertKind`, ``day`` ISO."""

    subject: str
    product_id: int
    alert_id: int
    kind: str
    day: str


@event
@dataclass(frozen=True, slots=True)
class NetValueAlertSettled:
    """What was done; ``outcome`` of :class:`~kexin.products.alerts.choices.AlertOutcome`."""

    subject: str
    product_id: int
    alert_id: int
    kind: str
    outcome: str
