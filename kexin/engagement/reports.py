"""What was done as datasets of reports: work items, contacts, appointments."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.choices import WorkStatus
from kexin.core.models import WorkItem
from kexin.core.policy import in_force
from kexin.core.reports.asked import Period
from kexin.core.reports.fields import Choices, Dataset, by_choice, by_flag, by_month, register_dataset
from kexin.core.workflow import work_kinds
from kexin.engagement.calls.policies import CallPolicy, parse_results
from kexin.engagement.calls.queries import VIEW_CALLS
from kexin.engagement.choices import AppointmentPurpose, AppointmentState
from kexin.engagement.colleagues import VIEW as VIEW_APPOINTMENTS
from kexin.engagement.models import Appointment
from kexin.engagement.models.calls import Contact
from kexin.people.reports import by_post, by_unit

VIEW_WORK = "core.view_work"


def _kinds() -> Choices:
    return [(kind.code, kind.label) for kind in work_kinds.values()]


def _results() -> Choices:
    return [(each.code, each.label) for each in parse_results(in_force(CallPolicy).results)]


def _late() -> Any:
    """Closed after its time, or open past it."""
    late = Q(due_at__lt=Coalesce(F("closed_at"), Value(timezone.now())))
    return Case(When(late, then=Value(True)), default=Value(False), output_field=BooleanField())


def _work_url(params: dict[str, str], first: dt.date | None, last: dt.date | None) -> str:
    """The list of work shows what is open, by kind, whenever it was opened."""
    if params.pop("status", "") != WorkStatus.OPEN or first or last:
        return ""
    return f"{reverse('core:work')}?{urlencode(params | {'who': 'all'})}"


def register() -> None:
    """Called once, when the floor is ready."""
    for order, dataset in enumerate((_work(), _contacts(), _appointments())):
        register_dataset(dataset, 30 + order)


def _work() -> Dataset:
    return Dataset(
        code="engagement.work",
        label=_("Work items"),
        counted=_("Work items"),
        right=VIEW_WORK,
        rows=lambda actor, right: WorkItem.objects.visible_to(actor, right),
        dimensions=(
            by_choice("kind", _("Kind"), "kind", _kinds, param="kind"),
            by_choice("status", _("State"), "status", lambda: WorkStatus.choices, param="status"),
            by_flag("late", _("Late?"), _late, _("Late"), _("In time")),
            by_month("opened", _("Month opened"), "opened_at", moment=True),
            by_month("due", _("Month due"), "due_at", moment=True),
            by_unit(VIEW_WORK, "unit"),
            by_post(VIEW_WORK, "owner_post", label=_("Owner")),
        ),
        period="opened_at",
        period_label=_("Opened"),
        moments=True,
        usual=Period.THIS_YEAR,
        list_url=_work_url,
    )


def _contacts() -> Dataset:
    return Dataset(
        code="engagement.contacts",
        label=pgettext_lazy("conversation", "Contacts"),
        counted=pgettext_lazy("conversation", "Contacts"),
        right=VIEW_CALLS,
        rows=lambda actor, right: Contact.objects.visible_to(actor, right).filter(undone_at=None),
        dimensions=(
            by_month("month", _("Month"), "on"),
            by_choice("result", _("Result"), "result", _results),
            by_flag("reached", _("Reached?"), lambda: F("reached"), pgettext_lazy("call", "Reached"), _("Not reached")),
            by_unit(VIEW_CALLS, "customer__unit"),
            by_post(VIEW_CALLS, "post", label=_("By whom")),
        ),
        period="on",
        period_label=_("Day"),
        usual=Period.LAST_12,
    )


def _appointments() -> Dataset:
    return Dataset(
        code="engagement.appointments",
        label=_("Appointments"),
        counted=_("Appointments"),
        right=VIEW_APPOINTMENTS,
        rows=lambda actor, right: Appointment.objects.visible_to(actor, right),
        dimensions=(
            by_month("month", _("Month"), "starts_at", moment=True),
            by_choice("purpose", _("Purpose"), "purpose", lambda: AppointmentPurpose.choices),
            by_choice("state", _("State"), "state", lambda: AppointmentState.choices),
            by_unit(VIEW_APPOINTMENTS, "unit"),
            by_post(VIEW_APPOINTMENTS, "post", label=_("Held by")),
        ),
        period="starts_at",
        period_label=_("Day"),
        moments=True,
        usual=Period.THIS_YEAR,
    )
