"""Who writes: the customers at an address, and whether a machine does."""

from __future__ import annotations

import datetime as dt

from kexin.party.choices import ContactKind, CustomerStatus
from kexin.party.models import ContactPoint, Customer
from kexin.party.tokens import contact_candidates
from kexin.service.conversations.choices import ConversationChannel, Side
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.rekeying import address_candidates
from kexin.service.models import Conversation, ConversationMessage

_KINDS = {
    ConversationChannel.EMAIL: (ContactKind.EMAIL,),
    ConversationChannel.SMS: (ContactKind.MOBILE,),
    ConversationChannel.WECOM: (ContactKind.WECOM,),
    ConversationChannel.PHONE: (ContactKind.MOBILE, ContactKind.PHONE),
}


def customers_at(channel: ConversationChannel, address: str) -> set[int]:
    """Customers who have this address or number on file, in use."""
    found: set[int] = set()
    for kind in _KINDS.get(channel, ()) if address else ():
        points = ContactPoint.objects.filter(kind=kind, token__in=contact_candidates(kind.value, address))
        found |= set(points.filter(do_not_use=False).values_list("party_id", flat=True)[:5])
    return found


def the_customer_at(channel: ConversationChannel, address: str) -> Customer | None:
    """The one customer there; None where there is none, or several share it. Merged and closed files do not count."""
    rows = Customer.objects.select_related("party").filter(pk__in=customers_at(channel, address))
    found = list(rows.exclude(status__in=(CustomerStatus.MERGED, CustomerStatus.CLOSED))[:2])
    return found[0] if len(found) == 1 else None


def too_many(channel: ConversationChannel, address: str, rules: ConversationPolicy, now: dt.datetime) -> bool:
    """More messages of one sender within an hour than a person writes: two machines answer each other."""
    if not address:
        return False
    rows = Conversation.objects.filter(address_token__in=address_candidates(channel, address))
    heard = ConversationMessage.objects.filter(conversation__in=rows, side=Side.IN, at__gt=now - dt.timedelta(hours=1))
    return heard.count() >= rules.most_per_hour
