"""Telling the result, the customer's word on it, and every other end of a request."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.service.choices import Channel, Confirmation, EntryKind, RequestState
from kexin.service.events import (
    RequestClosed,
    RequestReopened,
    RequestsJoined,
    RequestWithdrawn,
    ResultGiven,
)
from kexin.service.models import ServiceRequest
from kexin.service.policies import RESULT, RequestPolicy
from kexin.service.requests.handling import kind_of, owned
from kexin.service.requests.opening import note as keep_note
from kexin.service.requests.opening import record
from kexin.service.requests.running import begin_clocks, end_clocks, meet, now
from kexin.service.rules import LONGEST_TEXT, TABLE, clean, may_join, may_reopen, text_fits
from kexin.service.work import settle_offer


@operation("service.tell_result", label=_("Tell a customer the result"), plain=("solved", "channel"))
def tell_result(
    request: ServiceRequest | int,
    *,
    actor: Actor,
    result: str,
    solved: bool,
    channel: str,
    version: int | None = None,
) -> ServiceRequest:
    """Written or spoken, the notice is recorded (CF-20); the request waits for the customer's word then."""
    row, said, at = owned(request, actor, version), clean(result), now()
    state = TABLE.after(row.state, "tell")
    if not said:
        raise RuleViolation(fields={"result": _("Write what the customer was told.")})
    text_fits(said, LONGEST_TEXT, "result").enforce()
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    _end_offer(row, actor)
    row.state, row.stage = state, kind_of(row).stages[-1].code
    row.result_text, row.solved, row.told_at, row.told_by_channel = said, solved, at, channel
    row.confirmation = ""
    row.version += 1
    row.save()
    record(row, EntryKind.TOLD, said, actor, at=at, channel=channel)
    meet(row, RESULT, at, actor.name)
    emit(ResultGiven(row.customer_id, row.request_no, row.pk, solved, channel))
    return row


@operation("service.confirm_request", label=_("Record the customer's word on a result"), plain=("agreed", "channel"))
def confirm_request(
    request: ServiceRequest | int, *, actor: Actor, agreed: bool, channel: str, note: str = ""
) -> ServiceRequest:
    """What the customer said of the result: agreed, it is closed; not agreed, it is open again with new clocks."""
    row = owned(request, actor)
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    return _answered(row, actor, agreed, channel, note)


@operation("service.confirm_own_request", label=_("Say whether one's request is settled"), plain=("agreed",))
def confirm_own_request(*, actor: Actor, request_id: int, agreed: bool, note: str = "") -> ServiceRequest:
    """The customer's own word, on the portal."""
    row = ServiceRequest.objects.lock(request_id, actor)
    return _answered(row, actor, agreed, Channel.PORTAL, note)


def _answered(row: ServiceRequest, actor: Actor, agreed: bool, channel: str, note: str) -> ServiceRequest:
    state, said = TABLE.after(row.state, "confirm" if agreed else "dispute"), clean(note)
    if not agreed and not said:
        raise RuleViolation(fields={"note": _("Write down what is still missing.")})
    text_fits(said, LONGEST_TEXT, "note").enforce()
    if said:
        record(row, EntryKind.ASKED, said, actor, channel=channel)
    if agreed:
        return _close(row, state, Confirmation.CONFIRMED)
    row.confirmation = Confirmation.DISPUTED
    return _again(row, disputed=True)


def _close(row: ServiceRequest, state: str, confirmation: Confirmation) -> ServiceRequest:
    row.state, row.confirmation, row.closed_at = state, confirmation, now()
    row.version += 1
    row.save()
    emit(RequestClosed(row.customer_id, row.request_no, row.pk, confirmation.value))
    return row


def _again(row: ServiceRequest, *, disputed: bool) -> ServiceRequest:
    """Open once more: stages from the beginning, new clocks by the same promise."""
    kind = kind_of(row)
    row.state, row.closed_at, row.round = RequestState.OPEN, None, row.round + 1
    row.stage = kind.stages[0].code
    row.snoozed_until = None
    row.version += 1
    row.save()
    begin_clocks(row, kind.milestones, now())
    emit(RequestReopened(row.customer_id, row.request_no, row.pk, disputed))
    return row


@operation("service.reopen_request", label=_("Open a closed request again"))
def reopen_request(request: ServiceRequest | int, *, actor: Actor, reason: str) -> ServiceRequest:
    """It was not solved after all (G-09): the same request goes on, within the policy's days."""
    row, why = ServiceRequest.objects.lock(request, actor), clean(reason)
    TABLE.may(row.state, "reopen").enforce()
    may_reopen(closed_at=row.closed_at, now=now(), days=in_force(RequestPolicy).reopen_days).enforce()
    if not why:
        raise RuleViolation(fields={"reason": _("Say why.")})
    keep_note(row, why, actor)
    return _again(row, disputed=False)


@operation("service.withdraw_request", label=_("Record that a customer withdraws a request"), plain=("channel",))
def withdraw_request(request: ServiceRequest | int, *, actor: Actor, channel: str, note: str) -> ServiceRequest:
    """The customer wants nothing any more: said how, in which words."""
    row, said, at = owned(request, actor), clean(note), now()
    state = TABLE.after(row.state, "withdraw")
    if channel not in Channel.values:
        raise RuleViolation(fields={"channel": _("Choose one of the list.")})
    if not said:
        raise RuleViolation(fields={"note": _("Write down what was said.")})
    _end_offer(row, actor)
    record(row, EntryKind.ASKED, said, actor, channel=channel)
    end_clocks(row, at, actor.name)
    row.state, row.closed_at = state, at
    row.version += 1
    row.save()
    emit(RequestWithdrawn(row.customer_id, row.request_no, row.pk))
    return row


@operation("service.join_requests", label=_("Join a request with another"), plain=("into_no",))
def join_requests(request: ServiceRequest | int, *, actor: Actor, into_no: str) -> ServiceRequest:
    """The same matter asked twice: this one ends, the other goes on and shows this one's words."""
    row = owned(request, actor)
    visible = ServiceRequest.objects.visible_to(actor, "service.join_requests")
    into = visible.filter(request_no=into_no.strip().upper()).first()
    if into is None:
        raise RuleViolation(fields={"into_no": _("No such request within your reach.")})
    may_join(same=into.pk == row.pk, customers_equal=_same_person(row, into), into_state=into.state).enforce()
    state, at = TABLE.after(row.state, "join"), now()
    _end_offer(row, actor)
    end_clocks(row, at, actor.name)
    row.state, row.closed_at, row.joined_into = state, at, into
    row.version += 1
    row.save()
    emit(RequestsJoined(row.customer_id, row.request_no, row.pk, into.pk, into.request_no))
    return row


def _same_person(row: ServiceRequest, into: ServiceRequest) -> bool:
    """One customer; of callers who are not on file, one telephone number or one address."""
    if row.customer_id is not None or into.customer_id is not None:
        return row.customer_id == into.customer_id
    return (row.phone_token is not None and row.phone_token == into.phone_token) or (
        row.email_token is not None and row.email_token == into.email_token
    )


def _end_offer(row: ServiceRequest, actor: Actor) -> None:
    row.queued_at = None
    if row.offered_post_id is not None:
        settle_offer(row, outcome="withdrawn", by=actor.name, cancelled=True)
        row.offered_post, row.offered_by = None, ""


@operation("service.close_silent_request", label=_("Close a request whose result nobody answered"))
def close_silent_request(request_id: int, *, actor: Actor) -> ServiceRequest | None:
    """The clock's duty: after the policy's days without a word it closes as not confirmed; None where it is settled."""
    rules = in_force(RequestPolicy)
    before = now() - dt.timedelta(days=rules.confirm_days)
    rows = ServiceRequest.objects.select_for_update(of=("self",))
    row = rows.filter(pk=request_id, state=RequestState.TOLD, told_at__lte=before).first()
    if row is None:
        return None
    return _close(row, TABLE.after(row.state, "silence"), Confirmation.NOT_CONFIRMED)
