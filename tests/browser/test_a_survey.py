"""A survey on the phone; a low score becomes work; the officer sees the figures; feedback and care beside it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from kexin.core.actor import system
from kexin.party.data import PartyData
from kexin.party.models import Customer
from kexin.party.operations import create_customer
from kexin.portal.operations import invite_customer
from kexin.portal.tests.conftest import last_code
from kexin.service.care.planning import draft_care_plan
from kexin.service.feedback.taking import report_feedback
from kexin.service.models import Survey, SurveyInvitation
from kexin.service.surveys.answering import record_interview
from kexin.service.surveys.events import SurveyAnswered
from kexin.service.surveys.handlers import look_into_low_score
from kexin.service.surveys.inviting import invite_to_survey
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import PortalSite, phone, portal, shot

__all__ = ["portal"]


def test_answered_on_the_phone_looked_into_and_seen_in_figures(
    visit: Visit,
    chromium: Browser,
    portal: PortalSite,
    bank: Any,
    chen: Any,
) -> None:
    Customer.objects.filter(pk=chen.pk).update(status="active")
    clock, quarterly = system("clock.surveys"), Survey.objects.get(trigger="quarterly")
    for n in range(14):
        row = create_customer(
            actor=clock, data=PartyData(kind="individual", name=f"客户{n}"), unit=bank.units["east"],
            lead_post=bank.posts["lin"],
        )  # fmt: skip
        rated = {each: [str(5 + n % 6)] for each in ("whole", "attitude", "expertise", "speed", "risk", "ease")}
        more = {"recommend": ["10" if n % 2 else "6"], "words": ["网点排队时间太长了" if n % 3 == 0 else "很满意"]}
        record_interview(invite_to_survey(row, actor=clock, survey=quarterly), actor=clock, answers=rated | more)

    manager = visit("lin", f"/customers/{chen.pk}/surveys/send/")
    manager.locator("[name=survey]").select_option(label="服务后回访问卷")
    manager.locator("[data-submit]").click()
    settle(manager)
    mine = phone(chromium, portal.base)
    mine.goto(invite_customer(chen, actor=bank.actor("lin"), purpose="survey", delivery="qr").address)
    mine.get_by_label("验证码").fill(last_code())
    mine.locator("button.portal-do").click()
    settle(mine)
    shot(mine, "survey-list-390")
    mine.get_by_role("link", name="服务后回访问卷").click()
    shot(mine, "survey-scale-390")
    assert_accessible(mine)
    mine.locator("input[value='2']").check()
    mine.locator("button.portal-do").click()
    mine.get_by_text("没有解决").click()
    shot(mine, "survey-choice-390")
    mine.locator("button.portal-do").click()
    for _n in range(3):
        mine.wait_for_load_state()
        mine.locator("input[value='7']").check()
        with mine.expect_navigation():
            mine.locator("button.portal-do").click()
    mine.locator("textarea").fill("问题还在")
    shot(mine, "survey-text-390")
    for _n in range(3):
        with mine.expect_navigation():
            mine.locator("button.portal-do").click()
    settle(mine)
    shot(mine, "survey-check-390")
    assert_accessible(mine)
    mine.get_by_role("button", name="提交答案").or_(mine.locator("form button.portal-do")).first.click()
    settle(mine)
    shot(mine, "survey-thanks-390")
    row = SurveyInvitation.objects.get(customer=chen)
    assert (row.state, row.low) == ("answered", True)
    look_into_low_score(SurveyAnswered(chen.pk, "", row.pk, "hand", "x", True))

    head = visit("zhou", f"/survey-answers/{row.pk}/")
    expect(head.get_by_text("问题还在")).to_be_visible()
    shot(head, "survey-answer")
    assert_accessible(head)
    report_feedback(chen, actor=bank.actor("lin"), source="phone", aspect="efficiency", text="排队太久")
    words = {"text": "祝您生日快乐！", "text_en": "Happy birthday!"}
    plan = draft_care_plan(
        actor=bank.actor("zhou"), unit_id=bank.units["east"].pk, name="生日祝福", name_en="Birthday",
        occasion="birthday", act="message", **words,
    )  # fmt: skip
    pages = (
        ("satisfaction", "/satisfaction/"), ("survey-texts", "/satisfaction/texts/"),
        ("survey-answers", "/survey-answers/?state=answered"), ("feedback", "/feedback/"),
        ("feedback-plans", "/feedback/plans/"), ("care", "/care/"), ("care-plan", f"/care/{plan.pk}/"),
        ("surveys", "/surveys/"), ("survey", f"/surveys/{quarterly.pk}/"),
    )  # fmt: skip
    for width, language, theme in (("1440", "zh", "light"), ("390", "zh", "light"), ("1440", "en", "dark")):
        for name, address in pages:
            seen = visit("zhou", address, width=width, language=language, theme=theme)
            shot(seen, f"{name}-{width}-{language}-{theme}")
            if width == "390" or language == "en":
                assert_accessible(seen)
    build = visit("sun", f"/surveys/{quarterly.pk}/build/")
    shot(build, "survey-build")
    assert_accessible(build)
    panel = visit("zhou", f"/customers/{chen.pk}/?tab=service")
    shot(panel, "survey-panel")
    mine.goto(portal.base + "/surveys/")
    shot(mine, "survey-none-390")
