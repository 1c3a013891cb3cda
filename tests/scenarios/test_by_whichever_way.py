"""Mrs Chen asks the same thing by telephone, on the portal, at the counter, by mail, short message and in WeCom."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.fields import decrypt_rows
from kexin.core.models import WorkItem
from kexin.engagement.queries import timeline_events
from kexin.party.data import ContactData
from kexin.party.operations import record_contact
from kexin.portal.tests.conftest import Phone, invited, phone  # noqa: F401  fixtures
from kexin.service.conversations import answering, joining
from kexin.service.conversations.incoming import take_in_words
from kexin.service.conversations.loading import load_reviews
from kexin.service.conversations.replies import replies_for
from kexin.service.models import Conversation, Mailbox, PhoneCall, ServiceRequest
from kexin.service.requests.opening import open_request
from kexin.service.telephony.extensions import assign_extension
from kexin.service.telephony.noting import note_call
from kexin.service.telephony.queries import calls_now
from kexin.service.telephony.taking import take_in_call
from kexin.service.tests.test_mail import HER, mail, take
from kexin.service.wecom.settling import assign_wecom_account
from kexin.service.wecom.sidecar import Archived
from kexin.service.wecom.taking import take_in_wecom
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
HERS, ASKED = "13800005678", "银行卡不能取款"
KIND = {"kind": "consultation", "category": "card"}
EXCHANGE = system("exchange")
REQUIREMENTS = {
    "F-05": (
        "telephone, portal, mail, short message, WeCom and third-party review in one inbox with one clock",
        "a voice robot answers no calls",
    ),
    "F-10": (
        "when it rings, the caller's file, open requests and complaints are on the screen before the call is taken",
        "material prepared for a visit belongs to advice",
    ),
    "F-11": "reviewed texts begin an answer; what is never promised is not sent",
    "F-13": "calls, mails, short messages, portal and reviews are kept with content, result and reaction",
    "F-15": (
        "reviewed texts begin an answer, what is never promised is not sent, the same words by every way",
        "agreement of free words with product descriptions is judged by people",
    ),
    "F-14": (
        "answered where the customer wrote, not at night; the preferred channel stands beside the words",
        "the way is not chosen by itself",
    ),
    "F-20": (
        "by telephone note, portal, counter, mail, short message and WeCom the same clock, words and fields",
        "the preference survey is no part of the process yet",
    ),
}
SCREENS = {"F-05": "/conversations/", "F-10": "/phone-calls/now/", "F-13": "/phone-calls/<id>/"}


def call(reference: str, *facts: str) -> PhoneCall:
    """Facts of one call on Lin's telephone, now."""
    row = None
    for fact in facts:
        row = take_in_call(actor=EXCHANGE, reference=reference, fact=fact, number=HERS, extension="8001")
    assert row is not None
    return row


def from_talk(channel: str, lin: Any) -> ServiceRequest:
    row = Conversation.objects.filter(channel=channel).latest("pk")
    return joining.turn_into_request(row, actor=lin, subject=ASKED, **KIND)


def from_wecom(bank: Bank, chen: Any) -> ServiceRequest:
    record_contact(chen, actor=bank.actor("lin"), data=ContactData(kind="wecom", value="wmChen"))
    assign_wecom_account(actor=bank.actor("gao"), member="LinXiaowen", post_id=bank.posts["lin"].pk)
    box = Mailbox.objects.create(name="wecom")
    for seq, kind, text in ((1, "agree", ""), (2, "text", ASKED)):
        said = Archived(seq, f"m{seq}", kind, "wmChen", "LinXiaowen", MONDAY, text)
        take_in_wecom(said, actor=EXCHANGE, box_id=box.pk)
    return from_talk("wecom", bank.actor("lin"))


def test_the_same_question_by_six_ways_is_the_same_request(
    bank: Bank,
    chen: Any,
    time_machine: Any,
    invited: str,  # noqa: F811
    phone: Phone,  # noqa: F811
) -> None:
    time_machine.move_to(MONDAY, tick=False)
    lin = bank.actor("lin")
    record_contact(chen, actor=lin, data=ContactData(kind="email", value=HER))
    assign_extension(actor=bank.actor("zhou"), extension="8001", post_id=bank.posts["lin"].pk)

    spoken = call("a", "ringing", "answered", "ended")
    note_call(spoken, actor=lin, purpose="question", text=ASKED, result="已开工单", reaction="neutral")
    made = {"phone": from_talk("phone", lin)}
    made["branch"] = open_request(chen, actor=lin, channel="branch", subject=ASKED, text=ASKED, **KIND)
    phone.enter(invited)
    assert phone.post("/requests/new/", {**KIND, "subject": ASKED, "text": ASKED}).status_code == 302
    made["portal"] = ServiceRequest.objects.latest("pk")
    take(mail(ASKED, Subject=ASKED, Date="Mon, 09 Mar 2026 10:00:00 +0800"))
    made["email"] = from_talk("email", lin)
    take_in_words(actor=EXCHANGE, channel="sms", address=HERS, text=ASKED, reference="1", said_at=MONDAY)
    made["sms"] = from_talk("sms", lin)
    made["chat"] = from_wecom(bank, chen)

    rows = list(ServiceRequest.objects.filter(pk__in=[each.pk for each in made.values()]))
    decrypt_rows(ServiceRequest, rows, ("subject", "text"))
    alike = ("customer_id", "kind", "category", "urgency", "state", "stage", "owner_post_id", "unit_id", "round",
             "received_at", "due_at", "policy_id")  # fmt: skip
    assert {name: len({getattr(row, name) for row in rows}) for name in alike} == dict.fromkeys(alike, 1)
    assert {(str(row.subject), str(row.text)) for row in rows} == {(ASKED, ASKED)}
    clocks = {
        tuple(row.clocks.order_by("code").values_list("code", "amount", "unit", "started_at", "due_at", "met_by"))
        for row in rows
    }
    assert len(clocks) == 1
    assert {row.due_at for row in rows} == {MONDAY + dt.timedelta(hours=24)}
    assert {row.channel for row in rows} == set(made)
    owed = WorkItem.objects.open().filter(kind="service.clock", customer_id=chen.pk)
    assert len(owed) == 2 * len(rows)


def test_she_calls_is_known_is_answered_and_everything_stands_on_one_timeline(
    bank: Bank, chen: Any, time_machine: Any
) -> None:
    time_machine.move_to(MONDAY, tick=False)
    lin, sun = bank.actor("lin"), bank.actor("sun")
    assign_extension(actor=bank.actor("zhou"), extension="8001", post_id=bank.posts["lin"].pk)
    open_request(chen, actor=lin, channel="branch", subject="换卡", **KIND)

    call("a", "ringing")
    (pop,) = calls_now(lin)
    assert pop.known is not None
    assert ([str(each.subject) for each in pop.known.requests], pop.known.customer) == (["换卡"], chen)
    call("a", "ended")  # nobody took it
    assert WorkItem.objects.open().get(kind="service.call_back").owner_post_id == bank.posts["lin"].pk
    spoken = call("b", "ringing", "answered", "ended")
    assert not WorkItem.objects.open().filter(kind="service.call_back").exists()
    note_call(spoken, actor=lin, purpose="progress", text="问卡好了没有", result="明天来取", reaction="content")

    take_in_words(actor=EXCHANGE, channel="sms", address=HERS, text="明天几点开门", reference="1")
    row = Conversation.objects.get(channel="sms")
    prepared = {code: text for code, _label, text in replies_for(row, lin)}
    assert row.conversation_no in prepared["received"]
    answering.answer_conversation(row, actor=lin, text="九点")
    review = "平台,昵称,内容\n地图,江边走走,态度很好\n".encode()
    assert load_reviews(actor=sun, content=review, name="x.csv").taken == 1

    told = timeline_events(lin, chen.pk).values_list("name", flat=True)
    assert {
        "service.PhoneCallMissed", "service.PhoneCallReturned", "service.PhoneCallNoted", "service.WordsReceived",
        "service.WordsSent", "service.RequestOpened",
    } <= set(told)  # fmt: skip
    note = Conversation.objects.get(channel="phone")
    assert (note.purpose, note.reaction, str(note.result_text)) == ("progress", "content", "明天来取")
