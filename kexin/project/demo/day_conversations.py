"""Conversations and calls of the day of loading, through the doors: what awaits an answer, what was answered, one call
missed and one not written down; and care plans that run.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from kexin.core.actor import Actor, system
from kexin.core.actor import customer as customer_actor
from kexin.core.approval import decide_approval
from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.messages.sending import reachable_at
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.project.demo.casting import FIRST_UNIT, HEAD, LOBBY, WEALTH_MANAGER, cast, colleagues
from kexin.project.demo.said_conversations import UNDER_WAY
from kexin.service.care.planning import draft_care_plan, propose_care_plan
from kexin.service.conversations.answering import answer_conversation
from kexin.service.conversations.asking import WRITE_OWN, write_own_words
from kexin.service.conversations.incoming import take_in_words
from kexin.service.models import Conversation
from kexin.service.telephony.extensions import assign_extension
from kexin.service.telephony.taking import take_in_call

GATEWAY, EXCHANGE = "gateway.sms", "gateway.telephone"
FIRST_EXTENSION = 8001
STRANGER: Final = "02100000000"
PLANS: Final = (
    ("生日问候", "Birthday", "birthday", "message", (), 0,
     "祝您生日快乐，身体健康！您的客户经理随时为您服务。",
     "Happy birthday, and good health! Your manager is there for you."),
    ("中秋与春节问候", "Mid-Autumn and Spring Festival", "festival", "message", ("L08-15", "L01-01"), 0,
     "佳节将至，祝您和家人团圆安康！", "Our best wishes to you and your family for the festival!"),
    ("到期前提醒", "Before a maturity", "maturity", "work", (), 5,
     "存款或理财即将到期，请与客户确认安排。",
     "A deposit or product matures soon: ask the customer what is to be done."),
)  # fmt: skip


def tell_of_conversations() -> None:
    """Of Lin's customers; the telephones of the first sub-branch ring at their posts."""
    _extensions()
    lin, now = cast("lin"), dt.datetime.now(dt.UTC)
    rows = Customer.objects.filter(lead_post=lin.post_id, status="active", kind="individual").select_related("party")
    mine = [(row, number) for row in rows.order_by("customer_no")[:60] if (number := _mobile(row))]
    for (channel, _about, words, hours, answer), (row, number) in zip(UNDER_WAY, mine[8:], strict=False):
        if channel == "chat":
            made = write_own_words(actor=_she(row), text=words)
        else:
            made = take_in_words(
                actor=system(GATEWAY), channel=channel, address=number, text=words, reference=f"demo-{row.customer_no}",
                said_at=now - dt.timedelta(hours=hours),
            )  # fmt: skip
        if answer:
            answer_conversation(Conversation.objects.get(pk=made.conversation_id), actor=lin, text=answer)
    for place, (row, number) in enumerate(mine[20:23]):
        _call(f"demo-{row.customer_no}", number, now - dt.timedelta(minutes=25 * (place + 1)), talked=place == 0)
    _call("demo-stranger", STRANGER, now - dt.timedelta(minutes=90), talked=False)


def tell_of_care() -> None:
    """The head of the first sub-branch drafts, somebody who may approve lets them run."""
    zhou, unit = cast("zhou"), OrgUnit.objects.get(code=FIRST_UNIT)
    ning = cast("ning")  # consumer protection
    for name, name_en, occasion, act, festivals, ahead, text, text_en in PLANS:
        plan = draft_care_plan(
            actor=zhou, name=name, name_en=name_en, unit_id=unit.pk, occasion=occasion, act=act, text=text,
            text_en=text_en, festivals=festivals, ahead_days=ahead,
        )  # fmt: skip
        asked = propose_care_plan(plan, actor=zhou, reason="全年关怀安排")
        if occasion != "festival":  # which waits for its decision
            decide_approval(asked, actor=ning, approve=True)


def _extensions() -> None:
    zhou = cast("zhou")
    people = [each for title in (WEALTH_MANAGER, LOBBY, HEAD) for each in colleagues(title, FIRST_UNIT)]
    for place, each in enumerate(people):
        if each.post_id is not None:
            assign_extension(actor=zhou, extension=str(FIRST_EXTENSION + place), post_id=each.post_id)


def _call(reference: str, number: str, at: dt.datetime, *, talked: bool) -> None:
    said = {"reference": reference, "number": number, "extension": str(FIRST_EXTENSION)}
    exchange = system(EXCHANGE)
    take_in_call(actor=exchange, fact="ringing", at=at, **said)
    if talked:
        take_in_call(actor=exchange, fact="answered", at=at + dt.timedelta(seconds=12), **said)
    take_in_call(actor=exchange, fact="ended", at=at + dt.timedelta(minutes=4 if talked else 1), **said)


def _she(row: Customer) -> Actor:
    return customer_actor(row.pk, row.customer_no, {WRITE_OWN}, session="demo", address="127.0.0.1")


def _mobile(row: Customer) -> str:
    point = reachable_at(row, MessageChannel.SMS)
    return str(point.value) if point is not None and point.value else ""
