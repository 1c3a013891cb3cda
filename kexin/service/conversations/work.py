"""The work that a conversation gives: somebody owes an answer."""

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
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.models import Conversation

ANSWER, SUBJECT = "service.answer", "service.Conversation"


def owe_answer(row: Conversation, rules: ConversationPolicy, since: dt.datetime) -> None:
    """The owner owes an answer from the first word that nobody answered; one at a time."""
    open_work(
        ANSWER,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        due_at=add(since, Duration(rules.answer_hours, Unit.CLOCK_HOURS)),
        customer_id=row.customer_id,
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"number": row.conversation_no, "channel": row.channel},
        policy_id=rules.policy_version,
    )


def settle_answer(row: Conversation, *, outcome: str, by: str) -> None:
    close_work(ANSWER, SUBJECT, row.pk, outcome=outcome, by=by)


def move_answer(row: Conversation) -> None:
    """The new owner owes it."""
    items = WorkItem.objects.open().filter(kind=ANSWER, subject_kind=SUBJECT, subject_id=row.pk)
    for item in items.select_for_update(of=("self",)):
        item.owner_post_id, item.unit_id, item.customer_id = row.owner_post_id, row.unit_id, row.customer_id
        item.version += 1
        item.save(update_fields=["owner_post_id", "unit_id", "customer_id", "version"])


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            ANSWER,
            _("Answer a customer"),
            lambda item: _t("Conversation %(number)s awaits an answer.") % item.details,
            lambda item: reverse("service:conversation", args=[item.subject_id]),
            icon="messages",
            outcomes={
                "answered": pgettext_lazy("conversation", "Answered"),
                "closed": pgettext_lazy("conversation", "Closed"),
            },
            closable=False,
        )
    )
