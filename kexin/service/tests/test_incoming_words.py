"""Short messages and reviews from outside: once each, to the right conversation, by a gateway alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from kexin.core.actor import Actor, Grant, system
from kexin.core.choices import ActorKind, Reach
from kexin.core.errors import NotPermitted, RuleViolation
from kexin.engagement.models import OutboundMessage
from kexin.service.conversations import answering
from kexin.service.conversations.incoming import TAKES_IN, take_in_words
from kexin.service.conversations.queries import conversation_thread
from kexin.service.models import Conversation

pytestmark = pytest.mark.django_db
GATEWAY = Actor(ActorKind.SERVICE, "sms", grants=(Grant("", frozenset({TAKES_IN}), Reach.ALL),))
HERS = "138 0000 5678"


def came(text: str, reference: str, **more: Any) -> Any:
    return take_in_words(
        **({"channel": "sms", "address": HERS, "actor": GATEWAY} | more), text=text, reference=reference
    )


def test_a_short_message_goes_to_whose_number_it_is_and_the_answer_goes_back(bank: Any, chen: Any) -> None:
    first = came("我的卡到了吗", "1")
    assert came("我的卡到了吗", "1") == first
    row = Conversation.objects.get()
    assert (row.customer_id, row.owner_post, row.state, row.messages.count()) == (chen.pk, bank.posts["lin"], "open", 1)
    came("急", "2", said_at=timezone.now() + dt.timedelta(days=1))  # a gateway's clock is wrong
    assert row.messages.last().at <= timezone.now()
    answering.answer_conversation(row, actor=bank.actor("lin"), text="已到网点")
    assert OutboundMessage.objects.get(purpose="service.answer").channel == "sms"
    began = answering.start_conversation(chen, actor=bank.actor("lin"), channel="sms", text="记得带身份证")
    came("好", "3")
    assert Conversation.objects.count() == 2
    assert [each.row.text for each in conversation_thread(bank.actor("lin"), began.pk).said] == ["记得带身份证", "好"]


def test_our_message_first_her_answer_lands_there(bank: Any, chen: Any) -> None:
    row = answering.start_conversation(chen, actor=bank.actor("lin"), channel="sms", text="您的卡到了")
    came("收到", "1")
    row.refresh_from_db()
    assert (row.state, row.messages.count()) == ("open", 2)


def test_strangers_and_reviews_belong_to_nobody_yet(bank: Any, chen: Any) -> None:
    came("你好", "1", address="13911112222")
    came("排队太久", "9", channel="third", address="点评:小王", name="小王")
    rows = Conversation.objects.order_by("pk")
    assert [(row.customer_id, row.owner_post) for row in rows] == [(None, bank.posts["sun"])] * 2
    assert rows[1].sender_name == "小王"
    with pytest.raises(RuleViolation):
        answering.answer_conversation(rows[1], actor=bank.actor("sun"), text="抱歉")
    answering.answer_conversation(rows[0], actor=bank.actor("sun"), text="您好，请问您是哪位")
    assert str(OutboundMessage.objects.get().address) == "13911112222"


def test_only_a_gateway_and_only_whole_words(bank: Any, chen: Any) -> None:
    for actor in (bank.actor("lin"), replace(GATEWAY, grants=(replace(GATEWAY.grants[0], reach=Reach.SUBTREE),))):
        with pytest.raises(NotPermitted):
            came("x", "1", actor=actor)
    for wrong, field in (
        ({"channel": "chat"}, "channel"),
        ({"address": " "}, "address"),
        ({"channel": "x"}, "channel"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            came("x", "1", **wrong)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(RuleViolation):
        came(" ", "1")
    assert not Conversation.objects.exists()
    assert came("x", "1", actor=system("clock.test")).pk
