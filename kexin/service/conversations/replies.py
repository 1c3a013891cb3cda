"""Reviewed texts with their places filled for one conversation and one writer (F-11)."""

from __future__ import annotations

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.service.conversations.policies import ReplyPolicy, parse_replies
from kexin.service.models import Conversation


def speaks_english(row: Conversation) -> bool:
    """The customer's language on file; without one Chinese."""
    return row.customer is not None and row.customer.party.language.lower().startswith("en")


def replies_for(row: Conversation, actor: Actor) -> list[tuple[str, str, str]]:
    """Code, name and text of each, in the customer's language."""
    english = speaks_english(row)
    name = row.customer.party.name if row.customer is not None else row.sender_name
    request = row.request.request_no if row.request is not None else ""
    values = {
        "name": str(name or ("Sir or Madam" if english else "客户")),
        "staff": actor.label,
        "unit": (row.unit.name_en if english else row.unit.name) or row.unit.name,
        "number": row.conversation_no,
        "request": request or row.conversation_no,
        "today": business_date().isoformat(),
    }
    found = parse_replies(in_force(ReplyPolicy).replies)
    return [(each.code, each.label, each.said(values, english=english)) for each in found]
