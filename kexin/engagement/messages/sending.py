"""Writing a message to a customer, and handing it to its carrier: one door before the carrier, one after it.

The carrier is asked outside any transaction. A worker that dies between the two leaves a waiting message that was
perhaps taken already: it is tried again with the same reference, by which the carrier knows it.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.messages import adapters
from kexin.engagement.messages.adapters import Enclosure, Letter, NotNow, Refused
from kexin.engagement.messages.choices import MessageChannel, MessageStatus
from kexin.engagement.messages.events import MessageFailed, MessageSent
from kexin.engagement.messages.policies import MessagePolicy
from kexin.engagement.messages.rules import may_send, pause_after
from kexin.engagement.models import OutboundMessage
from kexin.party.choices import ContactKind
from kexin.party.models import ContactPoint, Customer

log = logging.getLogger(__name__)
CARRIER = "clock.messages"
PERSONAL = {"service.answer"}  # purposes of what a person wrote; the rest is written by the house
HOLD_SECONDS = 120  # nobody else tries a message that somebody tries right now
_KINDS = {MessageChannel.SMS: ContactKind.MOBILE, MessageChannel.EMAIL: ContactKind.EMAIL}


Enclose = Callable[[OutboundMessage], tuple[Enclosure, ...]]
_enclosed: dict[str, Enclose] = {}


def register_enclosures(purpose: str, enclose: Enclose) -> None:
    """A floor above tells which files go with messages of a purpose; LookupError: they are no longer kept."""
    _enclosed[purpose] = enclose


def reachable_at(customer: Customer, channel: str) -> ContactPoint | None:
    """The customer's number or address for a channel: the preferred one, else the one verified last; None if none."""
    rows = ContactPoint.objects.filter(
        party_id=customer.pk, kind=_KINDS[MessageChannel(channel)], do_not_use=False
    ).order_by("-preferred", "-verified_at", "-pk")
    return rows.first()


@operation("engagement.write_message", label=_("Send a message to a customer"), plain=("channel", "purpose"))
def write_message(
    customer: Customer | None,
    *,
    actor: Actor,
    channel: str,
    purpose: str,
    body: str,
    subject_line: str = "",
    secret: bool = False,
    expires_at: dt.datetime | None = None,
    not_before: dt.datetime | None = None,
    address: str = "",
    key_id: UUID | None = None,
    thread: str = "",
) -> OutboundMessage:
    """Keep a message for sending and wake the job; ``not_before`` keeps it back until nobody is disturbed.

    ``address`` answers where somebody wrote from, else it goes to what is on file; somebody who is not known yet needs
    it, and a ``key_id``. ``thread`` are the Message-IDs of the mails that it answers.

    RuleViolation: no number on file, or a text that may not go.
    """
    rules = in_force(MessagePolicy)
    may_send(channel, body, link_in_sms=rules.link_in_sms).enforce()
    key = key_id if customer is None else customer.party.key_id
    point = reachable_at(customer, channel) if customer is not None and not address else None
    to = address or (str(point.value) if point is not None and point.value else "")
    if not to or key is None:
        raise RuleViolation(
            _("No mobile number is on file.") if channel == MessageChannel.SMS else _("No e-mail address is on file.")
        )
    now = max(timezone.now(), not_before or timezone.now())
    row = OutboundMessage(
        customer=customer,
        key_id=key,
        channel=channel,
        purpose=purpose,
        secret=secret,
        reference=uuid.uuid4(),
        next_at=now,
        expires_at=expires_at or now + dt.timedelta(hours=rules.valid_hours),
        made_by=actor.name,
    )
    row.address, row.subject_line, row.body, row.thread = to, subject_line or None, body, thread or None
    row.save()
    _wake(row.pk)
    return row


def _wake(message_id: int) -> None:
    """Let a worker send it now; the clock finds it within a minute in any case."""
    from kexin.engagement.tasks import send_message

    send_message.defer(message_id=message_id)


@operation("engagement.begin_sending", label=_("Begin sending a message"))
def begin_sending(*, actor: Actor, message_id: int) -> OutboundMessage | None:
    """Take a due message for one attempt; None where there is nothing to do. What comes too late is given up."""
    now = timezone.now()
    row = (
        OutboundMessage.objects.select_for_update(skip_locked=True)
        .filter(pk=message_id, status=MessageStatus.WAITING, next_at__lte=now)
        .first()
    )
    if row is None:
        return None
    if row.expires_at <= now:
        _end(row, MessageStatus.EXPIRED, "expired")
        return None
    row.attempts += 1
    row.next_at = now + dt.timedelta(seconds=HOLD_SECONDS)
    row.save(update_fields=["attempts", "next_at"])
    return row


@operation("engagement.end_sending", label=_("Note what the carrier said"), plain=("problem", "carrier"))
def end_sending(
    *, actor: Actor, message_id: int, carrier: str, number: str = "", problem: str = "", final: bool = False
) -> OutboundMessage:
    """Sent (no problem), failed for good, or waiting for the next attempt. A second answer changes nothing."""
    row = OutboundMessage.objects.select_for_update(of=("self",)).get(pk=message_id)
    if row.status != MessageStatus.WAITING:
        return row
    rules = in_force(MessagePolicy)
    row.carrier, row.carrier_no = carrier, number
    if not problem:
        _end(row, MessageStatus.SENT, "")
    elif final or row.attempts >= rules.attempts:
        _end(row, MessageStatus.FAILED, problem)
    else:
        row.problem = problem[:40]
        pause = pause_after(row.attempts, rules.first_pause_seconds)
        row.next_at = timezone.now() + dt.timedelta(seconds=pause)
        row.save(update_fields=["carrier", "problem", "next_at"])
    return row


def _end(row: OutboundMessage, status: MessageStatus, problem: str) -> None:
    row.status, row.problem, row.ended_at = status, problem[:40], timezone.now()
    if row.secret and not settings.KEXIN_DEMO:  # in the demonstration somebody must be able to read the code
        row.body = None
    row.save(update_fields=["status", "problem", "ended_at", "carrier", "carrier_no", "body"])
    number = row.customer.customer_no if row.customer is not None else ""
    if status == MessageStatus.SENT:
        emit(MessageSent(row.customer_id, number, row.pk, row.channel, row.purpose))
    else:
        emit(MessageFailed(row.customer_id, number, row.pk, row.channel, row.purpose, row.problem))


def send(message_id: int) -> None:
    """One attempt for one message (called by the job). Problems are noted, never raised, never logged with the text."""
    actor = system(CARRIER)
    row = begin_sending(actor=actor, message_id=message_id)
    if row is None:
        return
    name, number, problem, final = "", "", "", False
    try:
        carrier = adapters.carrier_for(row.channel)
        name = carrier.name
        letter = Letter(
            str(row.reference),
            str(row.address),
            str(row.subject_line or ""),
            str(row.body),
            thread=str(row.thread or ""),
            personal=row.purpose in PERSONAL,
            files=_enclosed[row.purpose](row) if row.purpose in _enclosed else (),
        )
        number = carrier.send(letter).number
    except NotNow as failure:
        problem = str(failure)
    except Refused as failure:
        problem, final = str(failure), True
    except LookupError:  # without what was promised in it, it does not go
        problem, final = "file-gone", True
    except ValueError:
        problem = "set-up"
        log.error("message %s: its carrier is not set up", message_id)
    if problem:
        log.warning("message %s: attempt %s: %s", message_id, row.attempts, problem)
    end_sending(actor=actor, message_id=message_id, carrier=name, number=number, problem=problem, final=final)


def due_messages(limit: int = 200) -> list[int]:
    """Waiting messages whose time has come, the longest waiting first."""
    rows = OutboundMessage.objects.filter(status=MessageStatus.WAITING, next_at__lte=timezone.now())
    return list(rows.order_by("next_at", "pk").values_list("pk", flat=True)[:limit])
