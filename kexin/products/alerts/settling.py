"""Ending an alert: what was done, and why."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, NotFound
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.workflow import close_work
from kexin.products.alerts.choices import AlertOutcome, AlertState
from kexin.products.alerts.events import NetValueAlertSettled
from kexin.products.alerts.examining import LABEL, WORK
from kexin.products.alerts.rules import may_settle_alert
from kexin.products.models import NetValueAlert, RiskRating

SETTLE = "products.settle_alert"


@operation(SETTLE, label=_("Settle an alert on a net value"), plain=("outcome", "reason"))
def settle_alert(
    alert: NetValueAlert | int, *, actor: Actor, outcome: str, reason: str, version: int | None = None
) -> NetValueAlert:
    """Say what was done. RuleViolation: twice, without a reason, or a re-rating that nobody began."""
    pk = alert.pk if isinstance(alert, NetValueAlert) else alert
    row = NetValueAlert.objects.select_for_update(of=("self",)).select_related("product").filter(pk=pk).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Conflict(current={"version": row.version})
    rerated = RiskRating.objects.filter(product=row.product, assessed_at__gte=row.found_at).exists()
    may_settle_alert(row.state, outcome, reason, kind=row.kind, rerated=rerated).enforce()
    row.state, row.outcome, row.reason = AlertState.SETTLED, AlertOutcome(outcome), reason.strip()
    row.settled_at, row.settled_by = timezone.now(), actor.name
    row.version += 1
    row.save(update_fields=["state", "outcome", "reason", "settled_at", "settled_by", "version"])
    close_work(WORK, LABEL, row.pk, outcome=outcome, by=actor.name)
    emit(NetValueAlertSettled(row.product.code, row.product.pk, row.pk, row.kind, outcome))
    return row
