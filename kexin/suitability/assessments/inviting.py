"""Staff invite a customer to answer; they learn that it was answered, and the grade, never what is being answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.suitability.assessments.choices import LIVE, AssessmentChannel, SessionState
from kexin.suitability.assessments.events import AssessmentInvited
from kexin.suitability.assessments.policies import AssessmentPolicy
from kexin.suitability.assessments.rules import kind_for, may_be_assessed, may_submit
from kexin.suitability.assessments.standing import counts, current_assessment, lock_standing
from kexin.suitability.models import AssessmentSession, QuestionnaireVersion
from kexin.suitability.questionnaires.choices import SCORED, QuestionnaireKind

InvitationPage = Callable[[AssessmentSession], str]
_page: InvitationPage | None = None


def register_invitation_page(page: InvitationPage) -> None:
    """The portal tells where staff see the link or QR code of an invitation: ``page(session) -> address``."""
    global _page
    _page = page


def invitation_page(session: AssessmentSession) -> str:
    """Where the link or QR code is shown; empty where no portal is installed."""
    return _page(session) if _page is not None else ""


@operation("suitability.invite_to_assess", label=_("Invite a customer to an assessment"), plain=("channel", "kind"))
def invite_to_assess(
    customer: Customer | int, *, actor: Actor, channel: str = AssessmentChannel.LINK, kind: str = ""
) -> AssessmentSession:
    """Make the invitation that the portal turns into a link or code; one that is being answered stays as it is.

    Raises RuleViolation where the customer could not submit: the customer is not sent there in vain.
    """
    row = Customer.objects.lock(customer, actor)
    kind = kind or kind_for(row.kind)
    if channel not in AssessmentChannel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the channels.")})
    if kind not in QuestionnaireKind.values or (kind in SCORED and kind != kind_for(row.kind)):
        raise RuleViolation(fields={"kind": _("This questionnaire is not for this customer.")})
    rules, today, now = in_force(AssessmentPolicy), business_date(), timezone.now()
    standing = current_assessment(row, today)
    asked = kind if kind in SCORED else kind_for(row.kind)
    may_be_assessed(kind=asked, status=row.status, age=standing.age, capacity=standing.capacity).enforce()
    if kind in SCORED:
        of_day, of_period = counts(row.pk, today)
        may_submit(today=of_day, within_period=of_period, rules=rules).enforce()
    if QuestionnaireVersion.objects.in_force(kind, today) is None:
        raise RuleViolation(_("No questionnaire of this kind is in force."))
    lock_standing(row)
    live = AssessmentSession.objects.select_for_update().filter(customer=row, kind=kind, state__in=LIVE).first()
    if live is not None and live.state == SessionState.OPEN and live.ends_at > now:
        return live
    if live is not None:
        replaced = live.state == SessionState.INVITED and live.ends_at > now
        live.state = SessionState.REPLACED if replaced else SessionState.ABANDONED
        live.closed_at = now
        live.save(update_fields=["state", "closed_at"])
    made = AssessmentSession.objects.create(
        customer=row,
        kind=kind,
        channel=channel,
        state=SessionState.INVITED,
        invited_by=actor.name,
        invited_at=now,
        ends_at=now + dt.timedelta(days=rules.invitation_days),
    )
    emit(AssessmentInvited(row.pk, row.customer_no, made.pk, kind, channel))
    return made
