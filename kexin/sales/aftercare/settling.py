"""Ending a matter after a sale: told, visited, or nothing needed."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.masking import plain
from kexin.core.operation import operation
from kexin.core.workflow import close_work
from kexin.sales.aftercare.choices import CareMatter, CareOutcome, CareState
from kexin.sales.aftercare.events import AftercareSettled
from kexin.sales.aftercare.owing import LABEL, WORK
from kexin.sales.aftercare.rules import may_settle_care
from kexin.sales.models import AftercareItem

SETTLE = "sales.settle_aftercare"


@operation(SETTLE, label=_("Settle a matter after a sale"), plain=("outcome",))
def settle_aftercare(
    item: AftercareItem | int, *, actor: Actor, outcome: str, reason: str = "", version: int | None = None
) -> AftercareItem:
    """Say what was done. RuleViolation: settled already, or nothing needed and no reason; Conflict: changed since."""
    row = AftercareItem.objects.lock(item, actor, version=version)
    may_settle_care(row.state, outcome, reason).enforce()
    return _settle(row, CareOutcome(outcome), plain(reason.strip()), actor)


@operation("sales.note_visit_after_sale", label=_("Note that a customer was visited after a sale"))
def visited(customer_id: int, *, actor: Actor) -> int:
    """A meeting was kept: visits that were asked for are made; how many. Repeated, it finds nothing more."""
    if not actor.everything:
        raise NotPermitted
    rows = AftercareItem.objects.filter(customer=customer_id, matter=CareMatter.VISIT, state=CareState.OPEN)
    return len([_settle(row, CareOutcome.VISITED, "", actor) for row in rows.select_for_update()])


def _settle(row: AftercareItem, outcome: CareOutcome, reason: str, actor: Actor) -> AftercareItem:
    row.state, row.outcome, row.reason = CareState.SETTLED, outcome, reason
    row.settled_at, row.settled_by = timezone.now(), actor.name
    row.version += 1
    row.save(update_fields=["state", "outcome", "reason", "settled_at", "settled_by", "version"])
    close_work(WORK, LABEL, row.pk, outcome=outcome, by=actor.name)
    number, product = row.customer.customer_no, row.product.name
    emit(AftercareSettled(row.customer_id, number, row.pk, row.matter, product, outcome))
    return row
