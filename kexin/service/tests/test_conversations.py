"""Conversations through their doors: written on the portal, answered, taken over, put off, closed, joined."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.actor import customer as customer_actor
from kexin.core.calendar import zone
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.engagement.models import OutboundMessage
from kexin.engagement.tests.conftest import files, store  # noqa: F401  fixtures
from kexin.service.conversations import answering, asking, joining, presence
from kexin.service.conversations.files import download_conversation_file, download_own_conversation_file
from kexin.service.conversations.queries import conversation_thread, conversations, inbox_count, last_words, own_thread
from kexin.service.conversations.replies import replies_for
from kexin.service.conversations.wiring import sweep
from kexin.service.models import Conversation, ConversationFile, ConversationMessage, ServiceRequest

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def monday(time_machine: Any) -> Any:
    time_machine.move_to(MONDAY, tick=False)
    return time_machine


def phone_of(row: Any) -> Actor:
    may = {"service.view_own_conversations", "service.write_own_words", "service.download_own_conversation_file"}
    return customer_actor(row.pk, row.customer_no, may, session="phone", address="10.0.0.7")


def put(row: Any, name: str, content: bytes, media: str) -> vault.StoredFile:
    writer = vault.Writer(row.party.key_id)
    writer.write(content)
    return writer.finish(media_type=media, file_name=name)


def owed(row: Conversation) -> list[Any]:
    items = WorkItem.objects.open().filter(kind="service.answer", subject_id=row.pk)
    return [(each.owner_post_id, each.due_at) for each in items]


def test_what_the_customer_writes_is_owed_an_answer_and_the_answer_settles_it(
    bank: Any, chen: Any, monday: Any
) -> None:
    phone, lin = phone_of(chen), bank.actor("lin")
    asking.write_own_words(actor=phone, text="  我的存单到期了怎么办？\x07 ")
    row = Conversation.objects.get()
    assert (row.state, row.owner_post, row.first_post, row.channel) == ("open", *(bank.posts["lin"],) * 2, "chat")
    assert owed(row) == [(bank.posts["lin"].pk, MONDAY + 24 * HOUR)]
    monday.move_to(MONDAY + HOUR)
    asking.write_own_words(actor=phone, text="请尽快")
    assert (Conversation.objects.count(), owed(row)) == (1, [(bank.posts["lin"].pk, MONDAY + 24 * HOUR)])
    assert [each.row.text for each in conversation_thread(lin, row.pk).said] == ["我的存单到期了怎么办？", "请尽快"]
    answering.answer_conversation(row, actor=lin, text="可以自动转存，我下午给您回电。")
    row.refresh_from_db()
    assert (row.state, owed(row)) == ("waiting", [])
    told = own_thread(phone)
    assert told is not None
    assert [(each.row.side, each.row.text) for each in told.said][-1] == ("out", "可以自动转存，我下午给您回电。")
    assert [each.name for each in Event.objects.filter(subject=row.conversation_no).order_by("id")] == [
        "service.ConversationOpened", "service.WordsReceived", "service.WordsReceived", "service.WordsSent",
    ]  # fmt: skip
    entry = AuditEntry.objects.get(operation="service.answer_conversation")
    assert "回电" not in str(entry.arguments)
    with transaction.atomic(), pytest.raises(DatabaseError):
        ConversationMessage.objects.update(side="in")


def test_nobody_else_reads_it(bank: Any, chen: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="只给你们看")
    row = Conversation.objects.get()
    assert conversation_thread(bank.actor("sun"), row.pk).row == row  # serves her unit
    for other in ("mei",):
        with pytest.raises(NotFound):
            conversation_thread(bank.actor(other), row.pk)
        with pytest.raises(NotFound):
            answering.answer_conversation(row, actor=bank.actor(other), text="我来看看")


def test_two_colleagues_do_not_answer_at_once(bank: Any, chen: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="在吗")
    row, lin, sun = Conversation.objects.get(), bank.actor("lin"), bank.actor("sun")
    seen = conversation_thread(sun, row.pk).last
    presence.is_here(row.pk, lin)
    assert presence.others_here(row.pk, sun) == ["1001"]
    answering.answer_conversation(row, actor=lin, text="在的，请讲", seen=seen)
    with pytest.raises(Conflict):
        answering.answer_conversation(row, actor=sun, text="您好，请问有什么可以帮您", seen=seen)
    asking.write_own_words(actor=phone_of(chen), text="想问利率")
    answering.answer_conversation(row, actor=lin, text="请稍等", seen=seen)  # one's own words are no surprise


def test_the_first_asked_stays_until_somebody_takes_it_over(bank: Any, chen: Any, monday: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="在吗")
    row, sun = Conversation.objects.get(), bank.actor("sun")
    answering.answer_conversation(row, actor=sun, text="林经理在会上，我先帮您看")
    assert Conversation.objects.get().owner_post == bank.posts["lin"]
    asking.write_own_words(actor=phone_of(chen), text="好的")
    answering.take_conversation(row, actor=sun)
    row.refresh_from_db()
    assert (row.owner_post, row.first_post) == (bank.posts["sun"], bank.posts["lin"])
    assert owed(row) == [(bank.posts["sun"].pk, MONDAY + 24 * HOUR)]


def test_put_off_it_comes_back_when_its_time_comes_or_the_customer_writes(bank: Any, chen: Any, monday: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="在吗")
    row, lin = Conversation.objects.get(), bank.actor("lin")
    for until in (MONDAY - HOUR, MONDAY + 31 * DAY):
        with pytest.raises(RuleViolation) as refusal:
            answering.put_off_conversation(row, actor=lin, until=until)
        assert set(refusal.value.fields) == {"until"}
    answering.put_off_conversation(row, actor=lin, until=MONDAY + 2 * HOUR)
    assert [conversations(lin, view=view).count() for view in ("mine", "open", "later")] == [0, 0, 1]
    assert len(owed(row)) == 1  # the limit stays
    monday.move_to(MONDAY + 3 * HOUR)
    assert conversations(lin, view="mine").count() == 1
    answering.put_off_conversation(row, actor=lin, until=MONDAY + 9 * HOUR)
    asking.write_own_words(actor=phone_of(chen), text="还在吗")
    assert inbox_count(lin).mine == 1


def test_it_is_closed_with_what_came_of_it_and_a_later_word_begins_a_new_one(bank: Any, chen: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="在吗")
    row, lin = Conversation.objects.get(), bank.actor("lin")
    for wrong, field in (({"result": " "}, "result"), ({"purpose": "x"}, "purpose"), ({"reaction": "x"}, "reaction")):
        whole = {"purpose": "question", "result": "已解答", "reaction": "content"} | wrong
        with pytest.raises(RuleViolation) as refusal:
            answering.close_conversation(row, actor=lin, **whole)
        assert set(refusal.value.fields) == {field}
    answering.close_conversation(row, actor=lin, purpose="question", result="已解答", reaction="content")
    row.refresh_from_db()
    assert (row.state, row.result_text, row.reaction, owed(row)) == ("closed", "已解答", "content", [])
    answering.reopen_conversation(row, actor=lin)
    assert len(owed(row)) == 1
    answering.close_conversation(row, actor=lin, purpose="question", result="已解答")
    asking.write_own_words(actor=phone_of(chen), text="又有一个问题")
    assert Conversation.objects.count() == 2


def test_silence_closes_an_answered_one(bank: Any, chen: Any, monday: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="在吗")
    row = Conversation.objects.get()
    monday.move_to(MONDAY + 30 * DAY)
    assert sweep() == 0  # we owe the answer: silence is ours
    answering.answer_conversation(row, actor=bank.actor("lin"), text="在")
    monday.move_to(MONDAY + 36 * DAY)
    assert sweep() == 0
    monday.move_to(MONDAY + 38 * DAY)
    assert (sweep(), sweep()) == (1, 0)
    assert Event.objects.get(name="service.ConversationClosed").payload["silent"] is True


def test_what_must_not_be_promised_is_not_sent(bank: Any, chen: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="这个产品安全吗")
    row = Conversation.objects.get()
    with pytest.raises(RuleViolation) as refusal:
        answering.answer_conversation(row, actor=bank.actor("lin"), text="放心，保 本保 收益")
    assert set(refusal.value.fields) == {"text"}
    assert row.messages.count() == 1


def test_a_short_message_waits_for_the_morning(bank: Any, chen: Any, time_machine: Any) -> None:
    time_machine.move_to(MONDAY.replace(hour=22), tick=False)
    row = answering.start_conversation(chen, actor=bank.actor("lin"), channel="sms", text="您的卡已到网点")
    sent = OutboundMessage.objects.get(purpose="service.answer")
    assert sent.next_at == (MONDAY + DAY).replace(hour=8)
    assert (row.state, row.messages.get().outbound) == ("waiting", sent)
    with pytest.raises(RuleViolation):  # no mail address on file
        answering.start_conversation(chen, actor=bank.actor("lin"), channel="email", text="您好", subject="存单")
    assert Conversation.objects.count() == 1


def test_files_are_kept_under_the_customers_key_and_handed_to_both_sides(bank: Any, chen: Any) -> None:
    phone, lin = phone_of(chen), bank.actor("lin")
    asking.write_own_words(
        actor=phone, text="", file=put(chen, "身份证.png", b"\x89PNG\r\n\x1a\n" + b"x" * 40, "image/png")
    )
    row, file = Conversation.objects.get(), ConversationFile.objects.get()
    _found, content = download_conversation_file(file.pk, actor=lin)
    assert b"".join(content).startswith(b"\x89PNG")
    _found, content = download_own_conversation_file(actor=phone, file_id=file.pk)
    assert b"".join(content).endswith(b"x")
    with pytest.raises(NotFound):
        download_conversation_file(file.pk, actor=bank.actor("mei"))
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    macros = put(chen, "表.docx", b"PK\x03\x04[Content_Types].xml word/document.xml word/vbaProject.bin", word)
    with pytest.raises(RuleViolation) as refusal:
        answering.answer_conversation(row, actor=lin, text="见附件", file=macros)
    assert set(refusal.value.fields) == {"file"}
    foreign = vault.StoredFile("aa/x", lin_key(bank), 3, "", "image/png", "x.png")
    with pytest.raises(RuleViolation):
        asking.write_own_words(actor=phone, text="", file=foreign)
    assert ConversationFile.objects.count() == 1


def lin_key(bank: Any) -> Any:
    from kexin.core.keystore import customer_keys

    return customer_keys().create()[0]


def test_it_becomes_a_request_whose_clock_began_with_the_first_word(bank: Any, chen: Any, monday: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="银行卡不能取款")
    row, lin = Conversation.objects.get(), bank.actor("lin")
    monday.move_to(MONDAY + 3 * HOUR)
    made = joining.turn_into_request(row, actor=lin, kind="consultation", category="card", subject="")
    assert (made.subject, made.text, made.channel, made.received_at) == (
        "银行卡不能取款",
        "银行卡不能取款",
        "chat",
        MONDAY,
    )
    assert made.clocks.get(code="response").due_at == MONDAY + 24 * HOUR
    assert Conversation.objects.get().request == made
    with pytest.raises(RuleViolation):
        joining.turn_into_request(row, actor=lin, kind="consultation", category="card", subject="再来")
    assert ServiceRequest.objects.count() == 1
    second = answering.start_conversation(chen, actor=lin, channel="chat", text="关于您的卡")
    with pytest.raises(RuleViolation) as refusal:
        joining.link_conversation(second, actor=lin, request_no="Q202699999999")
    assert set(refusal.value.fields) == {"request_no"}
    assert joining.link_conversation(second, actor=lin, request_no=made.request_no.lower()).request == made


def test_reviewed_texts_are_filled_in_the_customers_language(bank: Any, chen: Any) -> None:
    asking.write_own_words(actor=phone_of(chen), text="在吗")
    row = Conversation.objects.select_related("customer__party", "unit", "request").get()
    texts = {code: text for code, _label, text in replies_for(row, bank.actor("lin"))}
    assert texts["received"].startswith("您好，陈秀兰")
    assert row.conversation_no in texts["received"]
    row.customer.party.language = "en"
    texts = {code: text for code, _label, text in replies_for(row, bank.actor("lin"))}
    assert texts["received"].startswith("Hello 陈秀兰")
    assert "$" not in "".join(texts.values())


def test_the_list_shows_the_last_words_and_no_names_to_whoever_may_not_read_them(
    bank: Any, chen: Any, client_of: Any, django_assert_num_queries: Any
) -> None:
    asking.write_own_words(actor=phone_of(chen), text="第一句")
    asking.write_own_words(actor=phone_of(chen), text="我是陈秀兰，\n电话 13800005678，" + "请尽快答复我" * 20)
    row, lin, wu = Conversation.objects.select_related("customer__party").get(), bank.actor("lin"), bank.actor("wu")
    with django_assert_num_queries(1):
        (said,) = last_words(lin, [row]).values()
    assert said.text.startswith("我是陈秀兰， 电话 13800005678，")
    assert (said.ours, len(said.text), said.text.endswith("…")) == (False, 81, True)
    (hidden,) = last_words(wu, [row]).values()
    assert ("陈秀兰" in hidden.text, "13800005678" in hidden.text, "请尽快" in hidden.text) == (False, False, True)
    assert last_words(lin, []) == {}
    page = client_of("lin").get("/conversations/").content.decode()
    assert ("请尽快答复我" in page, "第一句" in page) == (True, False)
    answering.answer_conversation(row, actor=lin, text="下午给您回电。")
    (ours,) = last_words(lin, [row]).values()
    assert (ours.text, ours.ours) == ("下午给您回电。", True)
