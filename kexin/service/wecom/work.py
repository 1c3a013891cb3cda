"""Compliance looks into forbidden words; who wrote them does not see the item."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.calendar import add
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import WorkKind, close_work, duty_holder, open_work, register_work_kind
from kexin.service.models import Conversation, FlaggedWords
from kexin.service.wecom.policies import WecomPolicy

FLAG, SUBJECT, SETTLES = "service.flagged_words", "service.FlaggedWords", "service.settle_flagged_words"
OUTCOMES = {
    "warned": pgettext_lazy("forbidden words", "Spoken to whoever wrote it"),
    "corrected": pgettext_lazy("forbidden words", "Put right with the customer"),
    "harmless": pgettext_lazy("forbidden words", "Harmless in its context"),
    "escalated": pgettext_lazy("forbidden words", "Handed to discipline"),
}


def owe_look(flag: FlaggedWords, row: Conversation, by: str) -> None:
    """The nearest who settles such words owes a look; nobody: it stands in the list all the same."""
    owner, rules = duty_holder(SETTLES, flag.unit_id), in_force(WecomPolicy)
    if owner is None:
        return
    open_work(
        FLAG,
        unit_id=flag.unit_id,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(rules.look_hours, Unit.WORKING_HOURS)),
        customer_id=row.customer_id,
        subject_kind=SUBJECT,
        subject_id=flag.pk,
        details={"number": row.conversation_no},
        priority=3,
        policy_id=rules.policy_version,
        kept_from=[by],
    )


def settle_look(flag: FlaggedWords, *, outcome: str, by: str) -> None:
    close_work(FLAG, SUBJECT, flag.pk, outcome=outcome, by=by)


def register() -> None:
    """Declare the kind, when the floor starts."""
    register_work_kind(
        WorkKind(
            FLAG,
            _("Look into forbidden words"),
            lambda item: _t("In conversation %(number)s a customer was written what nobody may write.") % item.details,
            lambda item: reverse("service:flagged", args=[item.subject_id]),
            icon="message-report",
            outcomes=OUTCOMES,
            closable=False,
        )
    )
