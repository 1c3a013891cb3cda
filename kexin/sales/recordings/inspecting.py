"""Inspecting a recording: by somebody who did not sell, citing the second of a fault, which becomes work."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work
from kexin.sales.models import RecordingInspection, SalesRecording
from kexin.sales.recordings.choices import InspectionResult
from kexin.sales.recordings.events import RecordingInspected
from kexin.sales.recordings.policies import RecordingPolicy
from kexin.sales.recordings.rules import may_find, may_inspect
from kexin.sales.recordings.work import INSPECT, LABEL, owe_correction

LONGEST_REASON = 300


@operation(INSPECT, label=_("Inspect a recording"), plain=("result",))
def inspect_recording(
    recording: SalesRecording | int,
    *,
    actor: Actor,
    result: str,
    second: Decimal | None = None,
    reason: str = "",
) -> RecordingInspection:
    """Pass it, or note a fault at a second: then the seller's post owes its correction. RuleViolation: an own sale."""
    row = SalesRecording.objects.lock(recording, actor)
    if actor.user_id is None:
        raise NotPermitted
    if result not in InspectionResult.values:
        raise RuleViolation(fields={"result": _("Say whether it passed.")})
    if len(reason) > LONGEST_REASON:
        raise RuleViolation(fields={"reason": _("At most %(n)s characters.") % {"n": LONGEST_REASON}})
    sale = row.sale
    seller = sale.seller.user_id
    inspected = RecordingInspection.objects.filter(recording=row).exists()
    may_inspect(row.state, by_seller=seller == actor.user_id, is_inspected=inspected).enforce()
    is_fault = result == InspectionResult.FAULTY
    may_find(is_fault, second, reason, row.seconds or Decimal(0)).enforce()
    found = RecordingInspection.objects.create(
        recording=row,
        result=result,
        second=second if is_fault else None,
        reason=reason.strip() if is_fault else "",
        by=actor.name,
        inspector_user_id=actor.user_id,
        seller_user_id=seller,
    )
    close_work(INSPECT, LABEL, row.pk, outcome=result, by=actor.name)
    if is_fault:
        assert second is not None
        owe_correction(row, in_force(RecordingPolicy), second=second, reason=found.reason)
    emit(RecordingInspected(row.customer_id, sale.sale_no, row.pk, result))
    return found
