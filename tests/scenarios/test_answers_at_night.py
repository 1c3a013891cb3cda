"""Mrs Chen loses her card at night: what Sun wrote and Wu approved answers her; what nobody wrote, a person does."""

from __future__ import annotations

from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.fields import decrypt_rows
from kexin.core.models import WorkItem
from kexin.portal.tests.conftest import Phone, invited, phone  # noqa: F401  fixtures
from kexin.service.assistant.learning import learn_assistant
from kexin.service.knowledge.arranging import add_article_category, link_articles, vote_article
from kexin.service.knowledge.queries import article_file, dead_ends, search_articles
from kexin.service.knowledge.searches import settle_dead_end
from kexin.service.knowledge.sweeping import sweep_articles
from kexin.service.knowledge.writing import draft_article, review_article, submit_article
from kexin.service.models import Complaint, ConversationMessage
from tests.complaint_people import hire_officers
from tests.personas import Bank

pytestmark = pytest.mark.django_db
REQUIREMENTS = {
    "F-21": ("articles, assistant and portal in Chinese and English", "further languages"),
    "F-22": (
        "consultation, complaint and requests in conversation, day and night, within a second, with source, where they "
        "stand, and hand-over to a person",
        "recommendation",
    ),
    "F-23": "frequent questions, procedures and cases, found by words, pinyin and slips; in the palette",
    "F-25": ("prepared phrases for difficult talks, reviewed", "coaching is shown elsewhere"),
    "G-13": (
        "searches that led nowhere are looked at; articles are looked at again by a day",
        "a report of the review",
    ),
    "I-05": ("the procedure for complaints as a reviewed article of staff", "emergency grading by rule"),
}
SCREENS = {"F-22": "/assistant/", "F-23": "/knowledge/", "G-13": "/knowledge/dead-ends/", "I-05": "/knowledge/<id>/"}


def test_what_was_written_answers_and_what_was_not_reaches_a_person(
    bank: Bank,
    chen: Any,
    settings: Any,
    invited: str,  # noqa: F811
    phone: Phone,  # noqa: F811
) -> None:
    settings.KEXIN_BUSINESS_DATE = "2026-11-20"
    hire_officers(bank)
    sun, wu, lin, house = bank.actor("sun"), bank.actor("wu"), bank.actor("lin"), system("set-up")
    cards = add_article_category(actor=house, name="银行卡", name_en="Cards")

    def write(kind: str, audience: str, title: str, body: str, *asked: str) -> Any:
        row = draft_article(
            actor=sun,
            kind=kind,
            audience=audience,
            category_id=cards.pk,
            language="zh",
            title=title,
            body=body,
            asked=asked,
        )
        submit_article(row.pk, actor=sun)
        return review_article(row.pk, actor=wu, approve=True)

    lost = write(
        "answer", "customer", "银行卡丢失怎么挂失", "请立即拨打客服电话挂失，昼夜均可。", "卡丢了怎么办", "卡被偷了"
    )
    write("answer", "customer", "转账限额怎么调整", "在手机银行的设置中调整每日限额。", "转账限额太低", "想多转一些钱")
    case = write("case", "staff", "挂失晚了四十分钟", "客户等了四十分钟才接通，损失三千元。")
    steps = write("procedure", "staff", "客户投诉应急处理流程", "一级投诉立即上报，责任部门为消保部。")
    write("script", "staff", "安抚情绪的话术", "先听完，再复述，再道歉，最后说明下一步。", "客户很生气")
    link_articles(lost.article_id, actor=sun, other_no=case.article.article_no)
    assert [each.pk for each, _title in article_file(lin, lost.article_id).beside] == [case.article_id]
    for text, wanted in (("tousu liucheng", steps), ("客户发火", None), ("安抚", None), ("guashi", lost)):
        found = [version.pk for _found, version in search_articles(lin, text).hits]
        assert wanted is None or found[0] == wanted.pk, text
    vote_article(lost.article_id, actor=lin, language="zh", useful=True)

    learn_assistant(actor=system("clock.service"))
    phone.enter(invited)
    phone.post("/assistant/", {"text": "我的卡丢了怎么办"})
    assert "请立即拨打客服电话" in phone.get("/assistant/").content.decode()
    phone.post("/assistant/", {"text": "投诉应急处理流程"})
    assert "消保部" not in phone.get("/assistant/").content.decode()
    phone.post("/assistant/", {"text": "黄金积存怎么开户"})
    phone.post("/assistant/person/")
    row = ConversationMessage.objects.get()
    decrypt_rows(ConversationMessage, [row], ("quoted",))
    assert "我的卡丢了怎么办" in str(row.quoted)
    assert "黄金积存怎么开户" in str(row.quoted)
    assert WorkItem.objects.open().filter(subject_kind="service.Conversation", customer_id=chen.pk).count() == 1
    for said in ({"pick": "complain"}, {"text": "深夜挂失等了四十分钟。"}, {"pick": "skip"}, {"pick": "send"}):
        phone.post("/assistant/", said)
    case = Complaint.objects.get()
    phone.post("/assistant/", {"text": "我的投诉处理到哪了"})
    assert case.complaint_no in phone.get("/assistant/").content.decode()

    vain = {each.text for each in dead_ends(sun)}
    assert "黄金积存怎么开户" in vain
    settle_dead_end(actor=house, text="黄金积存怎么开户", side="customer", why="由产品经理撰写")
    assert "黄金积存怎么开户" not in {each.text for each in dead_ends(sun)}
    settings.KEXIN_BUSINESS_DATE = "2027-11-10"
    sweep_articles(actor=system("clock.service"))
    assert WorkItem.objects.open().filter(kind="service.article_look").count() == 5
