"""Asking customers: by hand, after a service or complaint, in a sample; each occasion once, nobody too often.

An invitation lies in the portal from the first moment. That it lies there is told by message where the customer agreed
to the channel, outside quiet hours and within the contact budget; else nobody is disturbed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.party.choices import CustomerStatus
from kexin.party.consents.queries import agreed_channels
from kexin.party.models import Customer
from kexin.service.care.budget import full, not_before, reachable, way
from kexin.service.care.policies import ContactBudgetPolicy
from kexin.service.models import Survey, SurveyInvitation, SurveyVersion
from kexin.service.surveys.choices import InvitationState, SurveyTrigger
from kexin.service.surveys.events import SurveyInvited
from kexin.service.surveys.policies import SurveyPolicy, parse_ways

CLOCK = "clock.surveys"
AT_ONCE = 200
CLOSED = (CustomerStatus.CLOSED, CustomerStatus.MERGED)
Prompt = Callable[[Customer, Actor, str, str], None]  # customer, who acts, number of the invitation, channel

_prompt: Prompt | None = None


def register_prompt(prompt: Prompt) -> None:
    """The portal tells how a customer is told; it raises RuleViolation where that customer cannot be."""
    global _prompt
    _prompt = prompt


@operation("service.invite_to_survey", label=_("Send a survey to a customer"))
def invite_to_survey(customer: Customer | int, *, actor: Actor, survey: Survey | int) -> SurveyInvitation:
    """By hand. RuleViolation: the file is closed, nothing is in force, one is open, or asked lately."""
    row = Customer.objects.lock(customer, actor)
    asked = survey if isinstance(survey, Survey) else Survey.objects.filter(pk=survey).first()
    version = None if asked is None else SurveyVersion.objects.in_force(asked, business_date())
    if row.status in CLOSED:
        raise RuleViolation(_("The file is closed and can only be read."))
    if asked is None or version is None or asked.stopped_at is not None:
        raise RuleViolation(fields={"survey": _("No approved version of this survey is in force.")})
    rules = in_force(SurveyPolicy)
    if SurveyInvitation.objects.filter(customer=row, state=InvitationState.OPEN).exists():
        raise RuleViolation(_("A survey waits for this customer already."))
    if row.pk in tired([row.pk], rules):
        raise RuleViolation(_("This customer was asked within the last %(days)s days.") % {"days": rules.fatigue_days})
    key = f"hand:{version.pk}:{row.pk}:{timezone.now():%Y%m%d%H%M%S}"
    return invite(
        row, version, rules, key=key, trigger=SurveyTrigger.HAND, unit_id=row.unit_id, post_id=row.lead_post_id
    )


@operation("service.trigger_survey", label=_("Ask a customer after a service"), plain=("trigger", "subject_no"))
def trigger_survey(
    customer_id: int, *, actor: Actor, trigger: str, subject_no: str, unit_id: int | None = None,
    post_id: int | None = None,
) -> SurveyInvitation | None:  # fmt: skip
    """After a service or complaint of that number: once. None where no survey is asked then, or the customer rests."""
    if not actor.everything:
        raise NotPermitted
    key = f"{trigger}:{subject_no}"[:80]
    known = SurveyInvitation.objects.filter(key=key).first()
    asked = Survey.objects.filter(trigger=trigger, stopped_at=None).first()
    row = Customer.objects.select_for_update(of=("self",)).filter(pk=customer_id).first()
    if known is not None or asked is None or row is None or row.status in CLOSED:
        return known
    version, rules = SurveyVersion.objects.in_force(asked, business_date()), in_force(SurveyPolicy)
    exempt = trigger == SurveyTrigger.COMPLAINT and rules.complaint_exempt
    if version is None or (not exempt and row.pk in tired([row.pk], rules)):
        return None
    return invite(
        row, version, rules, key=key, trigger=SurveyTrigger(trigger), unit_id=unit_id or row.unit_id,
        post_id=post_id or row.lead_post_id, subject_no=subject_no,
    )  # fmt: skip


def tired(customers: Sequence[int], rules: SurveyPolicy) -> set[int]:
    """Customers who were asked within the policy's days, whatever the survey."""
    since = timezone.now() - dt.timedelta(days=rules.fatigue_days)
    rows = SurveyInvitation.objects.filter(customer__in=list(customers), invited_at__gt=since)
    return set(rows.values_list("customer_id", flat=True))


def invite(
    customer: Customer,
    version: SurveyVersion,
    rules: SurveyPolicy,
    *,
    key: str,
    trigger: SurveyTrigger,
    unit_id: int,
    post_id: int | None,
    subject_no: str = "",
) -> SurveyInvitation:
    """Keep one invitation and tell the fact. Inside an operation."""
    now = timezone.now()
    row = SurveyInvitation.objects.create(
        key=key,
        customer=customer,
        key_id=customer.party.key_id,
        survey_version=version,
        trigger=trigger,
        subject_no=subject_no,
        unit_id=unit_id,
        post_id=post_id,
        tier=customer.tier,
        invited_at=now,
        expires_at=now + dt.timedelta(days=rules.answer_days),
        next_prompt_at=now,
        policy_id=rules.policy_version,
    )
    emit(SurveyInvited(customer.pk, subject_no, row.pk, trigger.value, version.survey.name))
    return row


@operation("service.prompt_surveys", label=_("Tell customers that a survey waits"))
def prompt_surveys(*, actor: Actor) -> int:
    """The next customers to be told or reminded; how many were looked at, at most 200."""
    if not actor.everything:
        raise NotPermitted
    rules, budget, now = in_force(SurveyPolicy), in_force(ContactBudgetPolicy), timezone.now()
    due = SurveyInvitation.objects.filter(state=InvitationState.OPEN, next_prompt_at__lte=now, expires_at__gt=now)
    rows = list(
        due.select_for_update(of=("self",), skip_locked=True).select_related("customer__party")
        .order_by("next_prompt_at", "pk")[:AT_ONCE]
    )  # fmt: skip
    if not rows:
        return 0
    morning = not_before(now, budget)
    if morning > now:  # nobody is told anything now; all wait for the morning
        due.filter(pk__in=[row.pk for row in rows]).update(next_prompt_at=morning)
        return len(rows)
    ids = [row.customer_id for row in rows]
    enough, ways = full(ids, budget), reachable(ids)
    agreed = agreed_channels(ids) if rules.consent_needed else None
    for row in rows:
        mine = None if agreed is None else agreed.get(row.customer_id, ())
        preferred = row.customer.party.preferred_channel
        channel = way(preferred, parse_ways(rules.channels), ways.get(row.customer_id, ()), mine)
        if row.customer_id in enough:
            row.next_prompt_at = now + dt.timedelta(days=1)
        elif not channel or not _told(row, actor, channel):
            row.next_prompt_at = None
        else:
            row.prompts, row.channel = row.prompts + 1, channel
            again = row.prompts <= rules.reminders
            row.next_prompt_at = now + dt.timedelta(days=rules.reminder_days) if again else None
        row.save(update_fields=["prompts", "channel", "next_prompt_at"])
    return len(rows)


def _told(row: SurveyInvitation, actor: Actor, channel: str) -> bool:
    if _prompt is None or row.customer.status in CLOSED:
        return False
    try:
        _prompt(row.customer, actor, str(row.pk), channel)
    except RuleViolation:
        return False
    return True


@operation("service.expire_surveys", label=_("End surveys that nobody answered"))
def expire_surveys(*, actor: Actor) -> int:
    """Invitations whose time is over; how many."""
    if not actor.everything:
        raise NotPermitted
    rows = SurveyInvitation.objects.filter(state=InvitationState.OPEN, expires_at__lte=timezone.now())
    return rows.update(state=InvitationState.EXPIRED, next_prompt_at=None)
