"""The work that referrals give: an answer owed, an outcome owed, news for the giver."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.models import WorkItem
from kexin.core.workflow import WorkKind, close_work, open_work, register_work_kind
from kexin.sales.models import Referral
from kexin.sales.referrals.choices import ReferralState
from kexin.sales.referrals.policies import ReferralPolicy

ANSWER = "sales.referral"
OUTCOME = "sales.referral_outcome"
NEWS = "sales.referral_news"
REFERRAL = "sales.Referral"


def owe_answer(row: Referral, owner: int, due: object, rules: ReferralPolicy) -> WorkItem:
    """The receiver answers; late, the ladder of work carries it upwards. ``due`` is the deadline itself."""
    return _owe(ANSWER, row, row.unit_id, owner, due, rules)


def owe_outcome(row: Referral, owner: int, rules: ReferralPolicy) -> WorkItem:
    """Whoever accepted tells what became of it."""
    due = timezone.now() + dt.timedelta(days=rules.outcome_days)
    return _owe(OUTCOME, row, row.unit_id, owner, due, rules)


def owe_news(row: Referral, rules: ReferralPolicy) -> WorkItem:
    """The giver reads what became of it."""
    due = timezone.now() + dt.timedelta(days=rules.outcome_days)
    return _owe(NEWS, row, row.giver_unit_id, row.giver_post_id, due, rules)


def _owe(kind: str, row: Referral, unit: int, owner: int, due: object, rules: ReferralPolicy) -> WorkItem:
    return open_work(
        kind,
        unit_id=unit,
        owner_post_id=owner,
        due_at=due,  # type: ignore[arg-type]
        customer_id=row.customer_id,
        subject_kind=REFERRAL,
        subject_id=row.pk,
        details={"referral_no": row.referral_no, "to_line": row.to_line, "state": row.state},
        policy_id=rules.policy_version,
    )


def settle(kind: str, row: Referral, *, outcome: str, by: str, cancelled: bool = False) -> None:
    """The matter of the work is done."""
    close_work(kind, REFERRAL, row.pk, outcome=outcome, by=by, cancelled=cancelled)


def _news(item: WorkItem) -> str:
    if item.details.get("state") == ReferralState.DECLINED:
        return _t("Your referral %(referral_no)s was declined: read why.") % item.details
    return _t("Your referral %(referral_no)s has an outcome.") % item.details


def _page(item: WorkItem) -> str:
    return reverse("referrals:referral", args=[item.subject_id])


def register() -> None:
    """Declare the kinds, when the floor starts."""
    register_work_kind(
        WorkKind(
            ANSWER,
            _("Referral to answer"),
            lambda item: _t("Referral %(referral_no)s waits for an answer.") % item.details,
            _page,
            icon="arrows-exchange",
            outcomes={
                "accepted": pgettext_lazy("referral", "Accepted"),
                "declined": pgettext_lazy("referral", "Declined"),
                "withdrawn": pgettext_lazy("referral", "Withdrawn"),
            },
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            OUTCOME,
            _("Outcome of a referral"),
            lambda item: _t("Tell what became of referral %(referral_no)s.") % item.details,
            _page,
            icon="arrows-exchange",
            outcomes={"closed": pgettext_lazy("referral", "Closed with an outcome")},
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            NEWS,
            _("News of a referral"),
            _news,
            _page,
            icon="message-reply",
            outcomes={"done": pgettext_lazy("note", "Read")},
        )
    )
