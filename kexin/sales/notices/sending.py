"""Notices going out: into each holder's portal, with a prompt, in portions; a failed prompt goes again.

A portion writes its receipts and its prompts in one transaction: killed between two portions, the next goes on where
it stood, and nobody is told twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.messages.sending import write_message
from kexin.holdings.models import Holding
from kexin.party.choices import ContactKind
from kexin.party.consents.queries import agreed_channels
from kexin.party.models import ContactPoint, Customer
from kexin.sales.aftercare.choices import CareMatter
from kexin.sales.aftercare.choosing import Found
from kexin.sales.aftercare.owing import owe_aftercare
from kexin.sales.models import CustomerNotice, Notice
from kexin.sales.notices.choices import NoticeMatter, NoticeState, TellingState
from kexin.sales.notices.events import CustomerNoticed
from kexin.sales.notices.policies import NoticePolicy, parse_channels
from kexin.sales.notices.rules import filled, way

CLOCK = "clock.notices"
PURPOSE = "sales.notice"
AT_ONCE = 200
_KINDS = {ContactKind.MOBILE.value: MessageChannel.SMS.value, ContactKind.EMAIL.value: MessageChannel.EMAIL.value}


@operation("sales.send_notice_portion", label=_("Send a portion of a notice"))
def send_portion(notice_id: int, *, actor: Actor) -> int:
    """The next holders who have not been told; how many. Nought ends the notice."""
    if not actor.everything:
        raise NotPermitted
    row = Notice.objects.select_for_update(of=("self",)).select_related("product").get(pk=notice_id)
    if row.state != NoticeState.SENDING:
        return 0
    customers = _untold(row)
    if not customers:
        row.state, row.sent_at = NoticeState.SENT, timezone.now()
        row.save(update_fields=["state", "sent_at"])
        return 0
    now = timezone.now()
    rows = [
        CustomerNotice(notice=row, customer=each, state=TellingState.WRITTEN, told_at=now)
        for each in customers
    ]  # fmt: skip
    CustomerNotice.objects.bulk_create(rows)
    prompt(row, rows, actor)
    for each in rows:
        emit(
            CustomerNoticed(
                each.customer_id, each.customer.customer_no, row.pk, row.matter, row.product.name, each.channel
            )
        )
    return len(rows)


def _untold(row: Notice) -> list[Customer]:
    """The next holders, by key: behind the last who was told, at the end whoever was passed over before."""
    held = Holding.objects.filter(customer=OuterRef("pk"), product=row.product, units__gt=0)
    told = CustomerNotice.objects.filter(notice=row)
    last = told.aggregate(last=Max("customer"))["last"] or 0
    rows = Customer.objects.filter(Exists(held)).order_by("pk").values_list("pk", flat=True)
    ids = list(rows.filter(pk__gt=last)[:AT_ONCE]) or list(
        rows.filter(~Exists(told.filter(customer=OuterRef("pk"))))[:AT_ONCE]
    )
    return list(Customer.objects.filter(pk__in=ids).select_related("party").order_by("pk"))


def prompt(notice: Notice, rows: Sequence[CustomerNotice], actor: Actor) -> None:
    """Prompt each customer by the best way; whoever has none is left to the manager."""
    rules = in_force(NoticePolicy)
    ids = [each.customer_id for each in rows]
    reachable = _reachable(ids)
    asks = rules.consent_needed or notice.matter == NoticeMatter.OFFER  # nobody is prompted to buy against the will
    agreed = agreed_channels(ids) if asks else None
    left: list[CustomerNotice] = []
    for each in rows:
        party = each.customer.party
        mine = None if agreed is None else agreed.get(each.customer_id, ())
        ways = reachable.get(each.customer_id, ())
        channel = way(party.preferred_channel, parse_channels(rules.channels), ways, mine, each.tried)
        try:
            if not channel:
                raise RuleViolation
            english = party.language.startswith("en")
            name = notice.product.name_en if english and notice.product.name_en else notice.product.name
            words = filled(rules.prompt_en if english else rules.prompt, {"product": name})
            title = notice.title_en if english else notice.title
            message = write_message(
                each.customer, actor=actor, channel=channel, purpose=PURPOSE, body=words, subject_line=title
            )
        except RuleViolation:  # no way at all, or the number on file cannot be used
            each.state, each.next_at = TellingState.UNTOLD, None
            left.append(each)
        else:
            each.state, each.channel, each.message_id, each.next_at = TellingState.WRITTEN, channel, message.pk, None
            each.tried = [*each.tried, channel]
        each.save(update_fields=["state", "channel", "message_id", "tried", "next_at"])
    _leave_to_managers(notice, left, actor)


def _reachable(customers: Sequence[int]) -> dict[int, set[str]]:
    points = ContactPoint.objects.filter(party__in=list(customers), kind__in=list(_KINDS), do_not_use=False)
    found: dict[int, set[str]] = {}
    for party, kind in points.values_list("party_id", "kind"):
        found.setdefault(party, set()).add(_KINDS[kind])
    return found


def _leave_to_managers(notice: Notice, rows: Sequence[CustomerNotice], actor: Actor) -> None:
    """The notice lies in the portal; that nobody could be prompted becomes a matter for the lead manager.

    An offer does not: whoever sent it sees that there was no way.
    """
    if notice.matter == NoticeMatter.OFFER:
        return
    found = [
        Found(
            f"untold:{notice.pk}:{each.customer_id}", each.customer_id, notice.product.pk, None,
            {"reason": notice.title},
        )
        for each in rows
    ]  # fmt: skip
    if found:
        owe_aftercare(CareMatter.UNTOLD.value, found, actor=actor)


@operation("sales.note_prompt", label=_("Note what became of a prompt"), plain=("problem",))
def note_prompt(message_id: int, *, actor: Actor, problem: str = "") -> CustomerNotice | None:
    """The carrier took it, or it failed: tried again by policy, then left to the manager. Repeated, nothing changes."""
    if not actor.everything:
        raise NotPermitted
    rows = CustomerNotice.objects.select_for_update(of=("self",)).select_related("customer", "notice__product")
    row = rows.filter(message_id=message_id, state=TellingState.WRITTEN).first()
    if row is None:
        return None
    rules, row.problem = in_force(NoticePolicy), problem[:40]
    if not problem:
        row.state = TellingState.PROMPTED
    elif len(row.tried) < rules.tries:
        row.state, row.next_at = TellingState.FAILED, timezone.now() + dt.timedelta(hours=rules.retry_hours)
    else:
        row.state = TellingState.UNTOLD
        _leave_to_managers(row.notice, [row], actor)
    row.save(update_fields=["state", "problem", "next_at"])
    return row


@operation("sales.retry_prompts", label=_("Try failed prompts again"))
def retry_prompts(*, actor: Actor) -> int:
    """Failed prompts whose time has come, another way where there is one; how many."""
    if not actor.everything:
        raise NotPermitted
    due = CustomerNotice.objects.filter(state=TellingState.FAILED, next_at__lte=timezone.now())
    rows = list(
        due.select_for_update(of=("self",), skip_locked=True)
        .select_related("customer__party", "notice__product")
        .order_by("next_at", "pk")[:AT_ONCE]
    )
    by_notice: dict[int, list[CustomerNotice]] = {}
    for row in rows:
        by_notice.setdefault(row.notice_id, []).append(row)
    for group in by_notice.values():
        prompt(group[0].notice, group, actor)
    return len(rows)


def send_notices() -> int:
    """Everything that is to go out now (called by the job); how many customers were told."""
    from kexin.sales.notices.making import word_notices

    clock, told = system(CLOCK), 0
    if Notice.objects.filter(state=NoticeState.WAITING).exists():
        word_notices(actor=clock)
    for pk in Notice.objects.filter(state=NoticeState.SENDING).order_by("pk").values_list("pk", flat=True):
        while number := send_portion(pk, actor=clock):
            told += number
    while CustomerNotice.objects.filter(state=TellingState.FAILED, next_at__lte=timezone.now()).exists():
        if not retry_prompts(actor=clock):
            break
    return told
