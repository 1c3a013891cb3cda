"""Reads of messages out."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.engagement.messages.adapters import carrier_for
from kexin.engagement.messages.choices import MessageChannel, MessageStatus
from kexin.engagement.models import OutboundMessage

VIEW_MESSAGES = "engagement.view_messages"
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message with its address masked; ``body`` is empty but in the demonstration, where nothing is really sent."""

    row: OutboundMessage
    address: str
    body: str


@query(VIEW_MESSAGES, label=_("See messages to customers"), record="list", plain=("status",))
def messages(actor: Actor, status: str = "", customer_id: int | None = None) -> list[MessageLine]:
    """The newest messages to customers within reach, at most 200: to whom, by which way, what became of them."""
    rows = OutboundMessage.objects.visible_to(actor, "party.view_customer").visible_to(actor, VIEW_MESSAGES)
    if status in MessageStatus.values:
        rows = rows.filter(status=status)
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    found = list(rows.select_related("customer").order_by("-made_at", "-pk")[:MOST_MESSAGES])
    shown = readable()
    decrypt_rows(OutboundMessage, found, ("address", "subject_line", "body") if shown else ("address",))
    field = OutboundMessage._meta.get_field("address")
    return [MessageLine(row, field.masked(row.address), str(row.body or "") if shown else "") for row in found]


def readable() -> bool:
    """Whether staff may read the texts: in the demonstration, while nothing leaves the house."""
    try:
        return bool(settings.KEXIN_DEMO) and all(carrier_for(each).kept for each in MessageChannel)
    except ValueError:
        return False
