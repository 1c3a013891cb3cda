"""The work that calls give: one that nobody took is returned, one that was had is written down."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.calendar import add
from kexin.core.models import WorkItem
from kexin.core.values import Duration, Unit
from kexin.core.workflow import WorkKind, close_work, open_work, register_work_kind
from kexin.service.models import PhoneCall
from kexin.service.telephony.choices import CallBack
from kexin.service.telephony.policies import TelephonyPolicy

BACK, NOTE, SUBJECT = "service.call_back", "service.note_call", "service.PhoneCall"


def owe_call_back(row: PhoneCall, rules: TelephonyPolicy, since: dt.datetime) -> None:
    """Whose telephone rang, else who is asked first, calls back."""
    _owe(BACK, row, add(since, Duration(rules.back_hours, Unit.WORKING_HOURS)), rules)


def owe_note(row: PhoneCall, rules: TelephonyPolicy, since: dt.datetime) -> None:
    """Who took the call writes down what it was about (F-13)."""
    _owe(NOTE, row, add(since, Duration(rules.note_hours, Unit.WORKING_HOURS)), rules)


def _owe(kind: str, row: PhoneCall, due: object, rules: TelephonyPolicy) -> None:
    assert row.post is not None
    open_work(
        kind,
        unit_id=row.post.unit_id,
        owner_post_id=row.post.pk,
        due_at=due,  # type: ignore[arg-type]
        customer_id=row.customer_id,
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"number": row.call_no},
        policy_id=rules.policy_version,
    )


def settle_call_back(row: PhoneCall, *, by: str, outcome: str, taken: bool = False) -> None:
    """``taken``: it was not missed after all."""
    close_work(BACK, SUBJECT, row.pk, outcome=outcome, by=by, cancelled=taken)


def settle_note(row: PhoneCall, *, by: str) -> None:
    close_work(NOTE, SUBJECT, row.pk, outcome="noted", by=by)


def follow_customer(row: PhoneCall) -> None:
    """The work stands with the customer whom the caller turned out to be."""
    items = WorkItem.objects.open().filter(kind__in=(BACK, NOTE), subject_kind=SUBJECT, subject_id=row.pk)
    for item in items.select_for_update(of=("self",)):
        item.customer_id = row.customer_id
        item.version += 1
        item.save(update_fields=["customer_id", "version"])


def register() -> None:
    """Declare the kinds, when the floor starts."""
    register_work_kind(
        WorkKind(
            BACK,
            _("Call back"),
            lambda item: _t("Nobody took call %(number)s.") % item.details,
            lambda item: reverse("service:phone_call", args=[item.subject_id]),
            icon="phone-incoming",
            outcomes=dict(CallBack.choices),
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            NOTE,
            _("Write a call down"),
            lambda item: _t("What was said in call %(number)s?") % item.details,
            lambda item: reverse("service:phone_call", args=[item.subject_id]),
            icon="phone-check",
            outcomes={"noted": pgettext_lazy("phone call", "Written down")},
            closable=False,
        )
    )
