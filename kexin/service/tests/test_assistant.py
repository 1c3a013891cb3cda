"""The assistant: it answers from what customers may read, names it, says when it does not know, hands over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from kexin.core.actor import Actor, system
from kexin.core.actor import customer as customer_actor
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.service.assistant.learning import learn_assistant
from kexin.service.assistant.matching import Example, learn, restored, stored
from kexin.service.assistant.taking import short
from kexin.service.assistant.talking import ask_assistant, choose_answer, hand_over_talk, own_talk, pick_in_talk
from kexin.service.knowledge.writing import withdraw_article
from kexin.service.models import (
    ArticleCategory,
    ArticleVersion,
    AssistantLine,
    AssistantModel,
    Complaint,
    ConversationMessage,
    SearchMade,
    ServiceRequest,
)
from kexin.service.tests.test_articles import cards, house, publish  # noqa: F401  fixtures
from tests.complaint_people import hire_officers

TALKS = {
    "service.view_help", "service.view_own_talk", "service.ask_assistant", "service.choose_answer",
    "service.hand_over_talk", "service.view_own_requests", "service.send_own_request", "service.pick_in_talk",
    "service.write_own_words", "service.send_own_complaint", "service.view_own_complaints",
}  # fmt: skip
ARTICLES = (
    ("银行卡丢失怎么挂失", "立即拨打客服电话挂失。", ["银行卡丢了怎么办", "卡不见了", "我的卡被偷了", "卡丢了要挂失"]),
    ("转账限额怎么调整", "在手机银行设置中调整。", ["转账限额太低", "每天能转多少钱", "怎么提高转账限额", "转账超限"]),
    ("信用卡什么时候还款", "每月账单日后二十天。", ["信用卡还款日是哪天", "信用卡账单什么时候还", "还款日期"]),
    ("怎么开通手机银行", "带身份证到网点开通。", ["开通手机银行", "手机银行怎么注册", "手机银行在哪下载"]),
)


def as_customer(row: Any) -> Actor:
    return customer_actor(row.pk, row.customer_no, TALKS, session="phone", address="10.0.0.7")


@pytest.fixture
def officers(bank: Any) -> Any:
    return hire_officers(bank)


@pytest.fixture
def answers(house: Any, cards: ArticleCategory) -> dict[str, ArticleVersion]:  # noqa: F811
    """Four articles for customers, and one for staff that the assistant must never say."""
    made = {title: publish(house, cards, title=title, body=body * 2, asked=asked) for title, body, asked in ARTICLES}
    publish(
        house, cards, audience="staff", title="贵宾折扣的底线", body="贵宾手续费最低可以打三折，不得告诉客户。",
        asked=["手续费能打折吗", "折扣底线是多少"],
    )  # fmt: skip
    learn_assistant(actor=system("clock.service"))
    return made


def text_of(line: AssistantLine) -> str:
    decrypt_rows(AssistantLine, [line], ("text",))
    return str(line.text)


def test_learning_is_the_same_each_time_and_survives_being_kept() -> None:
    examples = [Example(n, text) for n, (title, _body, asked) in enumerate(ARTICLES) for text in (title, *asked)]
    one, other = learn(examples), restored(stored(learn(examples)))
    for text, wanted in (("我的银行卡丢了", 0), ("想提高每天转账的限额", 1), ("还款日", 2), ("手机银行 下载", 3)):
        read = other.read(text)
        assert read.guesses[0].article_id == wanted, text
        assert abs(read.guesses[0].likely - one.read(text).guesses[0].likely) < 0.01
    assert sum(each.likely for each in one.read("还款日", 4).guesses) == pytest.approx(1, abs=1e-3)
    assert one.read("火星上有银行吗").alike < one.read("卡不见了").alike
    assert learn([]).read("卡").guesses == ()
    with pytest.raises(ValueError, match=r".+"):
        restored(b"nothing of the kind")


@pytest.mark.django_db
def test_it_answers_from_the_article_and_names_it(answers: dict[str, ArticleVersion], chen: Any) -> None:
    customer = as_customer(chen)
    line = ask_assistant(actor=customer, text="我的银行卡丢了怎么办")
    assert (line.kind, line.source_id) == ("answer", answers["银行卡丢失怎么挂失"].pk)
    assert "拨打客服电话挂失" in text_of(line)
    assert line.likely is not None
    assert line.likely > 0.7
    assert AuditEntry.objects.filter(operation="service.ask_assistant", outcome="done").exists()
    assert "银行卡丢了" not in str(
        AuditEntry.objects.filter(operation="service.ask_assistant").values_list("arguments")
    )
    with transaction.atomic(), pytest.raises(DatabaseError):
        AssistantLine.objects.filter(pk=line.pk).update(kind="unknown")
    withdraw_article(answers["银行卡丢失怎么挂失"].pk, actor=_wu(chen), reason="号码有误")
    again = ask_assistant(actor=customer, text="我的银行卡丢了怎么办")
    assert again.source_id is None


def _wu(chen: Any) -> Actor:
    from kexin.people.models import Employee
    from kexin.people.queries import actor_for

    return actor_for(Employee.objects.get(staff_no="1005").user, session="test", methods=("password", "mfa"))


@pytest.mark.django_db
def test_it_would_rather_not_guess(answers: dict[str, ArticleVersion], chen: Any) -> None:
    customer = as_customer(chen)
    line = ask_assistant(actor=customer, text="黄金会涨到多少")
    assert (line.kind, line.source_id) == ("unknown", None)
    assert SearchMade.objects.filter(text="黄金会涨到多少", found=0, side="customer").exists()
    for text in ("手续费能打折吗", "折扣底线是多少"):
        said = ask_assistant(actor=customer, text=text)
        assert "三折" not in text_of(said)
        assert said.source_id is None
    offer = ask_assistant(actor=customer, text="手机转账")
    assert offer.kind in ("offer", "answer")
    if offer.kind == "offer":
        with pytest.raises(NotFound):
            choose_answer(actor=customer, article_id=999_999)
        chosen = choose_answer(actor=customer, article_id=offer.offered[0])
        assert chosen.kind == "answer"


@pytest.mark.django_db
def test_a_person_gets_the_whole_talk_and_nobody_says_it_twice(
    answers: dict[str, ArticleVersion], chen: Any, house: Any  # noqa: F811
) -> None:  # fmt: skip
    customer = as_customer(chen)
    with pytest.raises(RuleViolation):
        hand_over_talk(actor=customer)
    ask_assistant(actor=customer, text="黄金会涨到多少")
    wish = ask_assistant(actor=customer, text="我要转人工")
    assert wish.kind == "unknown"
    row = hand_over_talk(actor=customer)
    words = ConversationMessage.objects.get()
    decrypt_rows(ConversationMessage, [words], ("text", "quoted"))
    assert (row.owner_post, row.channel, row.state) == (house.posts["lin"], "chat", "open")
    assert words.text == "黄金会涨到多少"  # the matter, not the wish for a person
    assert "客户：黄金会涨到多少" in str(words.quoted) or "Customer：黄金会涨到多少" in str(words.quoted)
    assert "我要转人工" in str(words.quoted)
    assert WorkItem.objects.open().get(subject_kind="service.Conversation").owner_post_id == row.owner_post_id
    assert Event.objects.get(name="service.TalkTransferred").payload["conversation_id"] == row.pk
    assert own_talk(customer).lines[-1].kind == "handed"
    assert own_talk(customer).row.conversation == row  # type: ignore[union-attr]
    status = ask_assistant(actor=customer, text="我的工单办理进度怎样")
    assert status.kind == "status"
    assert len(own_talk(customer).lines) == 2  # a new talk


@pytest.mark.django_db
def test_what_makes_no_sense_is_refused_and_other_customers_see_nothing(
    answers: dict[str, ArticleVersion], chen: Any, time_machine: Any
) -> None:
    customer = as_customer(chen)
    for text in ("  ", "长" * 501):
        with pytest.raises(RuleViolation) as why:
            ask_assistant(actor=customer, text=text)
        assert set(why.value.fields) == {"text"}
    ask_assistant(actor=customer, text="卡丢了")
    other = customer_actor(chen.pk + 1, "C999", TALKS, session="phone", address="10.0.0.8")
    assert own_talk(other).lines == []
    with pytest.raises(NotPermitted):
        learn_assistant(actor=customer)
    assert learn_assistant(actor=system("clock.service")) is None
    assert AssistantModel.objects.count() == 1
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=31))
    assert own_talk(customer).lines == []


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("卡被吞了。机器没有反应。", "卡被吞了"),
        ("The machine kept my card. It is 3.5 km away.", "The machine kept my card"),
        ("长" * 80, "长" * 59 + "…"),
        ("！？", ""),
    ],
)
def test_the_first_sentence_is_the_subject(text: str, subject: str) -> None:
    assert short(text) == subject


@pytest.mark.django_db
def test_a_complaint_is_taken_one_question_at_a_time(
    answers: dict[str, ArticleVersion], officers: Any, chen: Any
) -> None:
    customer = as_customer(chen)
    first = ask_assistant(actor=customer, text="我要投诉！")
    assert (first.kind, first.step) == ("take", "happened")  # she bought nothing: no purchase to choose
    second = ask_assistant(actor=customer, text="取款机把我的卡吞了。等了两个小时没有人管，我的卡丢了怎么办？")
    assert (second.kind, second.step) == ("take", "demand")  # part of the complaint, no question to an article
    with pytest.raises(NotFound):
        pick_in_talk(actor=customer, code="send")
    assert [each.code for each in own_talk(customer).picks] == ["skip", "stop"]
    third = ask_assistant(actor=customer, text="请道歉")
    assert (third.kind, third.step) == ("take", "complain")
    assert "等了两个小时" in text_of(third)
    assert "请道歉" in text_of(third)
    again = ask_assistant(actor=customer, text="好的")
    assert (again.kind, again.step) == ("take", "complain")
    assert Complaint.objects.count() == 0
    made = pick_in_talk(actor=customer, code="hidden")
    row = Complaint.objects.get()
    decrypt_rows(Complaint, [row], ("subject", "text", "demand"))
    assert (made.kind, made.complaint_id) == ("made", row.pk)
    assert (row.subject, row.demand, row.source, row.hidden_from_unit) == (
        "取款机把我的卡吞了",
        "请道歉",
        "portal",
        True,
    )
    assert row.complaint_no in text_of(made)
    assert row.complaint_no in text_of(pick_in_talk(actor=customer, code="status"))
    assert AuditEntry.objects.filter(operation="service.pick_in_talk", outcome="done").count() == 2
    assert "两个小时" not in str(AuditEntry.objects.filter(operation="service.ask_assistant").values_list("arguments"))


@pytest.mark.django_db
def test_what_was_said_of_a_complaint_stays_out_of_the_talk_that_is_handed_over(
    answers: dict[str, ArticleVersion], officers: Any, chen: Any
) -> None:
    customer = as_customer(chen)
    ask_assistant(actor=customer, text="银行卡丢失怎么挂失")
    ask_assistant(actor=customer, text="我要投诉！")
    ask_assistant(actor=customer, text="客户经理林晓雯骗我买了保险，到期才知道。")
    ask_assistant(actor=customer, text="退回本金")
    pick_in_talk(actor=customer, code="hidden")
    case = Complaint.objects.get()
    pick_in_talk(actor=customer, code="status")
    row = hand_over_talk(actor=customer)
    messages = list(ConversationMessage.objects.filter(conversation=row))
    decrypt_rows(ConversationMessage, messages, ("text", "quoted"))
    told = "\n".join(f"{each.text}\n{each.quoted or ''}" for each in messages)
    assert "怎么挂失" in told
    for kept in ("投诉", "林晓雯", "保险", "退回本金", case.complaint_no):
        assert kept not in told


@pytest.mark.django_db
def test_a_complaint_may_be_left_and_a_request_taken(answers: dict[str, ArticleVersion], chen: Any) -> None:
    customer = as_customer(chen)
    pick_in_talk(actor=customer, code="complain")
    ask_assistant(actor=customer, text="柜台态度不好")
    assert ask_assistant(actor=customer, text="算了。").kind == "left"
    assert ask_assistant(actor=customer, text="我的银行卡丢了怎么办").kind == "answer"
    assert pick_in_talk(actor=customer, code="request").step == "kind"
    assert ask_assistant(actor=customer, text="随便").step == "kind"
    assert pick_in_talk(actor=customer, code="consultation").step == "category"
    assert pick_in_talk(actor=customer, code="card").step == "wish"
    assert ask_assistant(actor=customer, text="我想把卡的每日限额调高到五万元").step == "send"
    made = pick_in_talk(actor=customer, code="send")
    row = ServiceRequest.objects.get()
    decrypt_rows(ServiceRequest, [row], ("subject", "text"))
    assert (made.kind, made.request_id, row.kind, row.category, row.channel) == (
        "made", row.pk, "consultation", "card", "portal",
    )  # fmt: skip
    assert row.text == "我想把卡的每日限额调高到五万元"
    assert row.clocks.filter(state="running").count() == 2
    assert Complaint.objects.count() == 0
    with pytest.raises(NotFound):
        pick_in_talk(actor=customer, code="send")
    no_complaints = customer_actor(
        chen.pk, chen.customer_no, TALKS - {"service.send_own_complaint"}, session="phone", address="10.0.0.7"
    )
    assert ask_assistant(actor=no_complaints, text="我要投诉").kind != "take"
    with pytest.raises(NotFound):
        pick_in_talk(actor=no_complaints, code="complain")
