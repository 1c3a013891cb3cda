"""The conversation on the phone and at the desk: two browsers, one thread, files, refusals, within a budget."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kexin.portal.tests.conftest import Phone
from kexin.service.models import Conversation, ConversationFile, ServiceRequest

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 200


def url(name: str, *args: object) -> str:
    return reverse(f"service:{name}", args=args)


def version(page: Any) -> str:
    found = re.search(r'data-live="[^"]*(?:/\d+/live/|/talk/live/)"[^>]*data-version="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


def test_written_on_the_phone_answered_at_the_desk_without_a_reload(
    bank: Any, chen: Any, phone: Phone, invited: str, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    phone.enter(invited)
    assert "/talk/" in phone.get("/home/").content.decode()
    empty = phone.get("/talk/")
    assert version(empty) == ""
    assert phone.get("/talk/live/?version=").status_code == 204
    wrong = phone.post("/talk/write/", {"text": "  "})
    assert (wrong.status_code, Conversation.objects.count()) == (422, 0)
    assert phone.post("/talk/write/", {"text": "My card <b>fails</b>"}).status_code == 302
    page = phone.get("/talk/")
    assert "My card &lt;b&gt;fails" in page.content.decode()
    mine = version(page)

    row, lin = Conversation.objects.get(), client_of("lin")
    with django_assert_max_num_queries(32):
        inbox = lin.get(url("conversation", row.pk))
    text = inbox.content.decode()
    assert "My card &lt;b&gt;fails" in text
    assert "陈秀兰" in text
    seen = version(inbox)
    with django_assert_max_num_queries(12):
        assert lin.get(url("conversation_live", row.pk), {"version": seen}).status_code == 204
    assert lin.post(url("conversation_answer", row.pk), {"text": "我马上查", "seen": "1"}).status_code == 302
    told = lin.get(url("conversation_live", row.pk), {"version": seen})
    assert (told.status_code, "我马上查" in told.content.decode()) == (200, True)
    assert told.headers["X-Version"] != seen
    answer = phone.get(f"/talk/live/?version={mine}")
    assert "我马上查" in answer.content.decode()
    assert phone.get(f"/talk/live/?version={answer.headers['X-Version']}").status_code == 204
    listed = lin.get(url("conversations_live"), {"view": "waiting", "version": "0.0.0"})
    assert row.conversation_no in listed.content.decode()
    assert (
        lin.get(url("conversations_live"), {"view": "waiting", "version": listed.headers["X-Version"]}).status_code
        == 204
    )


def test_files_go_both_ways_and_what_does_not_fit_is_refused_calmly(
    bank: Any, chen: Any, phone: Phone, invited: str, client_of: ClientOf
) -> None:
    phone.enter(invited)
    for name, content, words in (
        ("run.png", b"MZ" + b"x" * 200, "Only these kinds of files"),
        ("card.jpg", PICTURE, "does not fit"),
    ):
        wrong = phone.post("/talk/write/", {"text": "see", "file": SimpleUploadedFile(name, content)})
        assert (wrong.status_code, words in wrong.content.decode()) == (422, True), name
        assert "see</textarea>" in wrong.content.decode()
    large = phone.post("/talk/write/", {"text": "see"}, CONTENT_LENGTH="104857600")
    assert (large.status_code, "larger than" in large.content.decode()) == (422, True)
    assert not Conversation.objects.exists()
    assert phone.post("/talk/write/", {"text": "", "file": SimpleUploadedFile("card.png", PICTURE)}).status_code == 302
    file, row, lin = ConversationFile.objects.get(), Conversation.objects.get(), client_of("lin")
    got = lin.post(url("conversation_file", file.pk))
    assert b"".join(got.streaming_content) == PICTURE
    assert "attachment" in got.headers["Content-Disposition"]
    sent = SimpleUploadedFile("form.pdf", b"%PDF-1.7 " + b"y" * 99)
    assert lin.post(url("conversation_answer", row.pk), {"text": "", "file": sent}).status_code == 302
    own = ConversationFile.objects.latest("pk")
    assert b"".join(phone.post(f"/talk/files/{own.pk}/").streaming_content).startswith(b"%PDF")
    assert client_of("mei").post(url("conversation_file", own.pk)).status_code == 404


def test_every_act_of_the_desk(bank: Any, chen: Any, phone: Phone, invited: str, client_of: ClientOf) -> None:
    phone.enter(invited)
    phone.post("/talk/write/", {"text": "I want to change my card"})
    row, lin, sun = Conversation.objects.get(), client_of("lin"), client_of("sun")
    conflict = sun.post(url("conversation_answer", row.pk), {"text": "保本保收益", "seen": "1"})
    assert (conflict.status_code, "对客禁用语" in conflict.content.decode()) == (422, True)
    assert "保本保收益</textarea>" in conflict.content.decode()
    lin.get(url("conversation", row.pk))
    assert "林晓雯 也正打开此会话" in sun.get(url("conversation", row.pk)).content.decode()
    sun.post(url("conversation_take", row.pk))
    assert Conversation.objects.get().owner_post == bank.posts["sun"]
    assert sun.post(url("conversation_later", row.pk), {"until": "2000-01-01T10:00"}).status_code == 422
    assert sun.post(url("conversation_later", row.pk), {"until": "2199-01-01T10:00"}).status_code == 422
    assert sun.get(url("conversation_later", row.pk)).status_code == 200
    sun.post(url("conversation_back", row.pk))
    made = sun.post(
        url("conversation_request", row.pk),
        {"kind": "consultation", "category": "card", "urgency": "general", "subject": "换卡"},
    )
    assert made.headers["Location"] == url("request", ServiceRequest.objects.get().pk)
    assert ServiceRequest.objects.get().request_no in sun.get(url("conversation", row.pk)).content.decode()
    assert sun.post(url("conversation_close", row.pk), {"purpose": "question", "result": ""}).status_code == 422
    assert sun.post(url("conversation_close", row.pk), {"purpose": "question", "result": "已转工单"}).status_code == 302
    assert "已转工单" in sun.get(url("conversation", row.pk) + "?view=closed").content.decode()
    sun.post(url("conversation_reopen", row.pk))
    assert Conversation.objects.get().state == "open"
    panel = lin.get(f"/panel/customer/{chen.pk}/conversations/").content.decode()
    assert row.conversation_no in panel
    started = lin.post(url("conversation_new", chen.pk), {"channel": "chat", "text": "您的新卡到了"})
    second = Conversation.objects.latest("pk")
    assert started.headers["Location"] == url("conversation", second.pk)
    number = ServiceRequest.objects.get().request_no
    assert lin.post(url("conversation_link", second.pk), {"request_no": number}).status_code == 302
    assert Conversation.objects.get(pk=second.pk).request_id is not None
    assert lin.get(url("conversations")).status_code == 200
    assert client_of("gao").get(url("conversations")).status_code == 403
