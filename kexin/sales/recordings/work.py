"""The work of recordings: inspecting them, and mending what an inspection found."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import add
from kexin.core.models import WorkItem
from kexin.core.values import Duration, Unit
from kexin.core.workflow import WorkKind, duty_holder, open_work, register_work_kind
from kexin.sales.models import SalesRecording
from kexin.sales.recordings.choices import InspectionResult
from kexin.sales.recordings.policies import RecordingPolicy

INSPECT = "sales.inspect_recording"
CORRECT = "sales.correct_recording"
LABEL = "sales.SalesRecording"


def owe_inspection(row: SalesRecording, rules: RecordingPolicy) -> WorkItem | None:
    """Owed by the nearest who may inspect and did not sell. None where nobody may today: the night asks again."""
    sale = row.sale
    owner = duty_holder(INSPECT, sale.unit_id, sale.seller.user_id)
    if owner is None:
        return None
    return _owe(INSPECT, row, owner, rules.inspect_days, rules, {"sale_no": sale.sale_no})


def owe_correction(row: SalesRecording, rules: RecordingPolicy, *, second: Decimal, reason: str) -> WorkItem:
    """Owed by the seller's post within the days of the rules (保监发〔2017〕54号 Art. 10)."""
    told = {"sale_no": row.sale.sale_no, "second": str(second), "reason": reason}
    return _owe(CORRECT, row, row.sale.seller_post_id, rules.correct_days, rules, told)


def _owe(
    kind: str, row: SalesRecording, owner: int, days: int, rules: RecordingPolicy, details: dict[str, str]
) -> WorkItem:
    return open_work(
        kind,
        unit_id=row.sale.unit_id,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(days, Unit.WORKING_DAYS)),
        customer_id=row.customer_id,
        subject_kind=LABEL,
        subject_id=row.pk,
        details=details,
        policy_id=rules.policy_version,
    )


def _inspect(item: WorkItem) -> str:
    return _t("Recording of sale %(sale)s: inspect it.") % {"sale": item.details["sale_no"]}


def _correct(item: WorkItem) -> str:
    values = {"sale": item.details["sale_no"], "second": item.details["second"], "reason": item.details["reason"]}
    return _t("Recording of sale %(sale)s, second %(second)s: %(reason)s. Put it right with the customer.") % values


def _url(item: WorkItem) -> str:
    return reverse("recordings:one", args=[item.subject_id])


def register() -> None:
    """Declare the kinds, when the floor starts."""
    outcomes = dict(InspectionResult.choices)
    register_work_kind(
        WorkKind(INSPECT, _("Inspection of a recording"), _inspect, _url, "video", outcomes, closable=False)
    )
    register_work_kind(
        WorkKind(CORRECT, _("Correction after an inspection"), _correct, _url, "tool", {"done": _("Put right")})
    )
