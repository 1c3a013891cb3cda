"""Transfers stick for many: Sun asks the systems desk, Zhou fixes, it comes back; a hard talk is looked at."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kexin.core.calendar import zone
from kexin.core.models import WorkItem
from kexin.service.coaching.phrases import phrases, set_phrase_situations
from kexin.service.coaching.reviewing import answer_coaching, review_contact
from kexin.service.feedback.improving import review_feedback_mechanism
from kexin.service.models import ArticleCategory, KnownProblem, SupportQuestion
from kexin.service.problems.linking import link_problem
from kexin.service.problems.queries import problem_file, problems_beside
from kexin.service.problems.recording import fix_problem, record_problem
from kexin.service.requests.closing import tell_result
from kexin.service.requests.handling import record_contact
from kexin.service.requests.opening import open_request
from kexin.service.support.asking import answer_support, article_from_support, ask_support, settle_support
from kexin.service.tests.test_articles import publish
from tests.complaint_people import hire_officers
from tests.personas import Bank

pytestmark = pytest.mark.django_db
REQUIREMENTS = {
    "F-24": "a support desk answers staff from the record, with a clock, without seeing the customer",
    "F-25": "reviewed phrases by situation where the talk is had; a coaching review of a recorded contact, answered",
    "G-06": "a cause with owner and fix, whether it came back counted, in the figures of the channel's review",
    "K-26": "a common problem identified, handled, prevented, watched, and open again when it comes back",
}
SCREENS = {"F-24": "/support/", "F-25": "/coaching/", "K-26": "/problems/", "G-06": "/feedback/plans/"}
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
DAY = dt.timedelta(days=1)
TOLD = {"kind": "consultation", "category": "electronic", "channel": "phone", "subject": "手机银行转账一直转圈"}


def test_one_problem_of_many_from_the_first_call_to_its_return(bank: Bank, chen: Any, time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)
    hire_officers(bank)
    sun, zhou, gao, ning = (bank.actor(name) for name in ("sun", "zhou", "gao", "ning"))
    first = open_request(chen, actor=sun, **TOLD)
    asked = ask_support(
        actor=sun, desk="systems", subject="转账转圈", request_id=first.pk, question="陈秀兰（13800138000）转账一直转圈"
    )
    assert "秀兰" not in SupportQuestion.objects.get().question
    assert (asked.due_at - MONDAY) == dt.timedelta(hours=2)
    answer_support(asked, actor=gao, answer="清除缓存后重新登录；网页版正常。")
    settle_support(asked, actor=sun, helped=True)
    category = ArticleCategory.objects.create(name="电子渠道", name_en="Electronic channels", path="")
    draft = article_from_support(asked, actor=gao, category_id=category.pk)
    assert draft.state == "draft"

    problem = record_problem(
        actor=sun, owner_post_id=bank.posts["zhou"].pk, title="手机银行转账页面转圈",  # type: ignore[attr-defined]
        symptoms="点转账以后一直转圈，转不出去", workaround="清除缓存后重新登录",
    )  # fmt: skip
    link_problem(problem, actor=sun, number=first.request_no)
    record_contact(first, actor=sun, channel="phone", text="我理解您着急，请您清除缓存后重新登录。", outward=True)
    tell_result(first, actor=sun, result="重新登录后正常", solved=True, channel="phone")
    time_machine.move_to(MONDAY + DAY, tick=False)
    fix_problem(problem, actor=zhou, fix="修正证书缓存", prevention="发布前增加弱网测试")
    time_machine.move_to(MONDAY + 2 * DAY, tick=False)
    again = open_request(chen, actor=sun, **TOLD)
    assert [each.row for each in problems_beside(sun, again.pk)] == [problem]
    link_problem(problem, actor=sun, number=again.request_no)
    assert (KnownProblem.objects.get().state, problem_file(sun, problem.pk).returns) == ("open", 1)
    assert WorkItem.objects.open().get(kind="service.problem_fix").owner_post_id == problem.owner_post_id
    figures = review_feedback_mechanism(actor=ning, findings="同一问题复发一次").figures
    assert (figures["problems"], figures["returned"]) == (1, 1)

    script = publish(
        bank, category, kind="script", audience="staff", title="先听完，再复述", body="我理解您着急，让我先复述一遍。",
        asked=["客户很生气"], in_use_from=dt.date(2026, 3, 11),
    )  # fmt: skip
    set_phrase_situations(script.article_id, actor=zhou, situations=["angry"])
    assert phrases(sun, place="request")[0].versions[0].title == "先听完，再复述"
    review = review_contact(
        actor=zhou, request_id=first.pk, person="1003", marks={"empathy": 5, "clarity": 4}, good="先体谅客户"
    )
    answer_coaching(review, actor=sun, word="谢谢，下次先复述")
    assert not WorkItem.objects.open().filter(kind="service.coaching").exists()
