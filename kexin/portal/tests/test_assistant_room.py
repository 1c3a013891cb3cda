"""The assistant's room on the phone: a question, its answer with the source, an article, a person."""

from __future__ import annotations

from typing import Any

import pytest

from kexin.core.actor import system
from kexin.portal.tests.conftest import Phone
from kexin.service.assistant.learning import learn_assistant
from kexin.service.models import ArticleCategory, ArticleVote, Complaint, Conversation
from kexin.service.tests.test_articles import cards, house, publish  # noqa: F401  fixtures
from tests.complaint_people import hire_officers

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers(bank: Any) -> Any:
    return hire_officers(bank)


def test_asked_on_the_phone_answered_with_its_source_and_handed_over(
    phone: Phone,
    invited: str,
    house: Any,  # noqa: F811
    cards: ArticleCategory,  # noqa: F811
    django_assert_max_num_queries: Any,
) -> None:
    row = publish(house, cards)
    publish(house, cards, title="转账限额怎么调整", body="在手机银行的设置中调整转账限额。", asked=["转账限额太低"])
    learn_assistant(actor=system("clock.service"))
    phone.enter(invited)
    assert "Ask the assistant" in phone.get("/home/").content.decode()
    with django_assert_max_num_queries(16):
        empty = phone.get("/assistant/").content.decode()
    assert "What would you like to know" in empty
    assert "I would rather have a person" not in empty
    assert phone.post("/assistant/", {"text": " "}).status_code == 422
    assert phone.post("/assistant/", {"text": "卡不见了怎么办"}).status_code == 302
    with django_assert_max_num_queries(20):
        page = phone.get("/assistant/").content.decode()
    assert f'href="/help/{row.article_id}/"' in page
    assert "拨打客服电话" in page
    article = phone.get(f"/help/{row.article_id}/").content.decode()
    assert "<strong>挂失后</strong>" in article
    assert phone.post(f"/help/{row.article_id}/", {"useful": "1"}).status_code == 302
    assert ArticleVote.objects.get().useful
    phone.post("/assistant/", {"text": "黄金会涨到多少"})
    assert "Let a colleague answer" in phone.get("/assistant/").content.decode()
    assert phone.post("/assistant/person/").status_code == 302
    assert 'href="/talk/"' in phone.get("/assistant/").content.decode()
    assert Conversation.objects.get().state == "open"
    assert "黄金会涨到多少" in phone.get("/talk/").content.decode()
    staff = publish(house, cards, audience="staff", title="内部话术", body="只给员工看的话，不给客户。", asked=[])
    assert phone.get(f"/help/{staff.article_id}/").status_code == 404


def test_without_an_open_session_there_is_no_room(phone: Phone, bank: Any) -> None:
    assert phone.get("/assistant/").status_code == 302
    assert phone.get("/help/1/").status_code == 302


def test_a_complaint_in_conversation_and_where_it_stands(
    phone: Phone,
    invited: str,
    officers: Any,
    django_assert_max_num_queries: Any,
) -> None:
    phone.enter(invited)
    page = phone.get("/assistant/").content.decode()
    assert 'value="complain"' in page
    assert phone.post("/assistant/", {"pick": "complain"}).status_code == 302
    assert "What happened?" in phone.get("/assistant/").content.decode()
    assert phone.post("/assistant/", {"pick": "send"}).status_code == 404
    assert phone.post("/assistant/", {"text": "x" * 2001}).status_code == 422
    phone.post("/assistant/", {"text": "The machine kept my card. Nobody came."})
    phone.post("/assistant/", {"pick": "skip"})
    page = phone.get("/assistant/").content.decode()
    assert "Send the complaint" in page
    assert 'value="complain"' not in page  # no second one is begun inside
    phone.post("/assistant/", {"pick": "send"})
    row = Complaint.objects.get()
    with django_assert_max_num_queries(20):
        page = phone.get("/assistant/").content.decode()
    assert f'href="/complaints/{row.pk}/"' in page
    phone.post("/assistant/", {"pick": "status"})
    assert row.complaint_no in phone.get("/assistant/").content.decode()
    assert phone.get(f"/complaints/{row.pk}/").status_code == 200


def test_whoever_is_not_signed_in_is_led_to_where_anybody_complains(phone: Phone, bank: Any) -> None:
    answer = phone.get("/assistant/")
    assert 'href="/complain/"' in phone.get(answer.url).content.decode()
