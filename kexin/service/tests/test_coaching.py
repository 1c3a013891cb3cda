"""Phrases by situation where the talk is had; a head's review of a contact, the person's word, figures for heads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.models import WorkItem
from kexin.service.coaching.phrases import phrases, set_phrase_situations
from kexin.service.coaching.queries import coaching_figures, coaching_review, coaching_reviews
from kexin.service.coaching.reviewing import answer_coaching, may_mark, people_of, review_contact
from kexin.service.models import ArticleCategory, CoachingReview, ServiceRequest
from kexin.service.requests.handling import record_contact
from kexin.service.requests.opening import open_request
from kexin.service.tests.test_articles import cards, house, publish  # noqa: F401  fixtures

MARKS = {"listening": 5, "empathy": 3}
database = pytest.mark.django_db


@pytest.fixture
def talked(bank: Any, chen: Any) -> ServiceRequest:
    said = {"kind": "consultation", "category": "card", "channel": "phone", "subject": "卡被吞了"}
    row = open_request(chen, actor=bank.actor("sun"), **said)
    record_contact(row, actor=bank.actor("sun"), channel="phone", text="我马上为您查。", outward=True)
    return row


@pytest.mark.parametrize(
    ("marks", "allowed"),
    [({"listening": 5}, True), ({}, False), ({"listening": 6}, False), ({"listening": 0}, False), ({"x": 3}, False)],
)
def test_marks_of_known_criteria_within_the_scale(marks: dict[str, int], allowed: bool) -> None:
    assert may_mark(marks, ["listening", "empathy"], 5).allowed is allowed


@database
def test_reviewed_phrases_stand_where_the_talk_is_had(house: Any, cards: ArticleCategory) -> None:  # noqa: F811
    script = publish(
        house, cards, kind="script", audience="staff", title="先听完，再复述",
        body="我理解您着急，让我先把您说的复述一遍。", asked=["客户很生气"],
    )  # fmt: skip
    answer = publish(house, cards)
    zhou, lin = house.actor("zhou"), house.actor("lin")
    set_phrase_situations(script.article_id, actor=zhou, situations=["angry", "apology"])
    for article, wrong in ((answer.article_id, ["angry"]), (script.article_id, ["nothing"])):
        with pytest.raises(RuleViolation):
            set_phrase_situations(article, actor=zhou, situations=wrong)
    with pytest.raises(NotPermitted):
        set_phrase_situations(script.article_id, actor=lin, situations=[])
    shown = {each.situation.code: [row.pk for row in each.versions] for each in phrases(lin, place="complaint")}
    assert shown == {"angry": [script.pk], "apology": [script.pk]}
    assert {each.situation.code for each in phrases(lin, place="request")} == {"angry"}
    english = phrases(lin, place="request", language="en")
    assert english[0].versions[0].language == "zh"  # better than nothing
    said = {"place": "complaint", "said": "着急 复述"}
    assert [each.situation.code for each in phrases(lin, **said)] == ["angry", "apology"]
    assert [each.situation.code for each in phrases(lin, **said, situation="angry")] == ["angry"]
    assert phrases(lin, place="complaint", said="着急 没有") == phrases(lin, said="没有") == []
    set_phrase_situations(script.article_id, actor=zhou, situations=["angry"])
    assert [each.situation.code for each in phrases(lin, place="complaint")] == ["angry"]


@database
def test_a_head_reviews_and_the_person_answers(bank: Any, talked: ServiceRequest, settings: Any) -> None:
    zhou, sun, lin = bank.actor("zhou"), bank.actor("sun"), bank.actor("lin")
    assert people_of(None, talked) == ["1003"]
    for said in ({"person": "1001"}, {"person": "1004"}, {"marks": {"listening": 9}}):
        with pytest.raises(RuleViolation):
            review_contact(actor=zhou, **{"request_id": talked.pk, "person": "1003", "marks": MARKS} | said)
    row = review_contact(
        actor=zhou, request_id=talked.pk, person="1003", marks=MARKS, good="先安抚客户", better="陈女士说完再解释"
    )
    assert (row.person_post, row.key_id) == (bank.posts["sun"], talked.key_id)
    assert WorkItem.objects.open().get(kind="service.coaching").owner_post_id == bank.posts["sun"].pk
    kept = CoachingReview.objects.get()
    decrypt_rows(CoachingReview, [kept], ("good_text",))
    assert str(kept.good_text) == "先安抚客户"
    assert coaching_review(sun, row.pk).better_text == "陈女士说完再解释"
    with pytest.raises(NotFound):
        coaching_review(lin, row.pk)
    with pytest.raises(NotFound):
        answer_coaching(row, actor=lin, word="不是我")
    with pytest.raises(RuleViolation):
        answer_coaching(row, actor=zhou, word="代答")
    answer_coaching(row, actor=sun, word="下次先复述")
    assert not WorkItem.objects.open().filter(kind="service.coaching").exists()
    assert list(coaching_reviews(sun, mine=True)) == [row]
    assert coaching_figures(zhou) == []  # too few to say anything
    for _turn in range(2):
        review_contact(actor=zhou, request_id=talked.pk, person="1003", marks={"listening": 4})
    (figures,) = coaching_figures(zhou)
    assert (figures.person, figures.count, figures.answered) == ("1003", 3, 1)
    assert figures.shares == {"empathy": pytest.approx(0.6), "listening": pytest.approx(13 / 15)}
    with pytest.raises(NotPermitted):
        coaching_figures(sun)


@database
def test_its_pages(
    bank: Any, talked: ServiceRequest, client_of: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    zhou, sun = client_of("zhou"), client_of("sun")
    url = reverse("service:coach_request", args=[talked.pk])
    assert zhou.get(url).status_code == 200
    assert zhou.post(url, {"person": "1003"}).status_code == 422
    assert zhou.post(url, {"person": "1003", "mark_listening": "4", "good": "耐心"}).status_code == 302
    row = CoachingReview.objects.get()
    with django_assert_max_num_queries(30):
        assert zhou.get(reverse("service:coaching")).status_code == 200
    page = reverse("service:coaching_review", args=[row.pk])
    assert "耐心" in sun.get(page).content.decode()
    assert sun.post(page, {"word": "谢谢"}).status_code == 302
    assert CoachingReview.objects.get().state == "answered"
    assert sun.get(url).status_code == 403
    assert client_of("lin").get(page).status_code == 404
    assert sun.get(reverse("service:phrases")).status_code == 200
    assert sun.get(reverse("service:phrases_beside", args=["complaint"])).status_code == 200
    assert sun.get(reverse("service:phrases_beside", args=["elsewhere"])).status_code == 404
    odd = sun.get(
        reverse("service:phrases_beside", args=["call"]), {"said": "没有", "situation": "?", "language": "xx"}
    )
    assert (odd.status_code, "没有话术包含" in odd.content.decode()) == (200, True)
