"""Who may be addressed unasked today: contacts of all senders, quiet hours, agreed channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Count
from django.utils import timezone

from kexin.core.calendar import zone
from kexin.engagement.calls.rules import after_quiet
from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.models import Contact, OutboundMessage
from kexin.party.choices import ContactKind
from kexin.party.models import ContactPoint
from kexin.service.care.policies import ContactBudgetPolicy, parse_time

ASKED_FOR = ("portal.code",)  # purposes of messages that the customer asked for
_KINDS = {ContactKind.MOBILE.value: MessageChannel.SMS.value, ContactKind.EMAIL.value: MessageChannel.EMAIL.value}


def contacts_of(customers: Collection[int], rules: ContactBudgetPolicy) -> dict[int, int]:
    """How often each customer was addressed within the period that ends now; who was not is left out."""
    since = timezone.now() - dt.timedelta(days=rules.period_days)
    sent = OutboundMessage.objects.filter(customer__in=list(customers), made_at__gt=since)
    sent = sent.exclude(purpose__in=ASKED_FOR)
    found: dict[int, int] = dict(sent.order_by().values_list("customer").annotate(n=Count("pk")))
    if rules.count_calls:
        called = Contact.objects.filter(customer__in=list(customers), at__gt=since, reached=True, undone_at=None)
        for pk, number in called.order_by().values_list("customer").annotate(n=Count("pk")):
            found[pk] = found.get(pk, 0) + number
    return found


def full(customers: Collection[int], rules: ContactBudgetPolicy) -> set[int]:
    """Customers whose budget of the period is used up."""
    return {pk for pk, number in contacts_of(customers, rules).items() if number >= rules.most}


def not_before(moment: dt.datetime, rules: ContactBudgetPolicy) -> dt.datetime:
    """``moment``, or the end of the quiet hours that it lies in."""
    return after_quiet(moment.astimezone(zone()), parse_time(rules.quiet_from), parse_time(rules.quiet_until))


def reachable(customers: Collection[int]) -> dict[int, set[str]]:
    """By which channels of messages each customer can be reached."""
    points = ContactPoint.objects.filter(party__in=list(customers), kind__in=list(_KINDS), do_not_use=False)
    found: dict[int, set[str]] = {}
    for party, kind in points.values_list("party_id", "kind"):
        found.setdefault(party, set()).add(_KINDS[kind])
    return found


def way(preferred: str, order: Collection[str], open_ways: Collection[str], agreed: Collection[str] | None) -> str:
    """The channel of one message: the preferred one first; empty where there is none.

    ``agreed``: channels the customer agreed to; None where no agreement is needed.
    """
    ways = [each for each in order if each in open_ways and (agreed is None or each in agreed)]
    return preferred if preferred in ways else next(iter(ways), "")
