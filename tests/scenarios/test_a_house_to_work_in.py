"""One house for everybody's day: the pages of each role, found by what one types, safe against slips, kept running.

Fits a desk and a phone (tests/browser looks at every main page at 390 px); how a bank comes back is told elsewhere.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.engagement.operations import write_note
from kexin.engagement.queries import timeline_events
from kexin.engagement.said_times import read_time
from kexin.engagement.timeline import rendering_of
from kexin.party import rules
from kexin.party.data import DocumentData, PartyData
from kexin.party.models import Customer, IdentityDocument
from kexin.party.operations import admit_customer, change_customer, create_customer, propose_exit, tick_check
from kexin.service.feedback.taking import report_feedback
from kexin.service.requests.handling import record_contact
from kexin.service.requests.opening import open_request
from kexin.suitability.assessments.queries import risk_standing
from kexin.suitability.value.deciding import settle_all
from kexin.suitability.value.queries import value_file
from tests.holders import assessed
from tests.personas import Bank
from tests.product_people import STAFF, hire

REQUIREMENTS = {
    "A-04": "type, assets, tolerance, experience and preferred channel of one customer, each where it is worked with",
    "A-20": (
        "changes, service records, feedback, disclosures of a sale, ratings and documents of one customer in one file,"
        " in order of time"
    ),
    "L-13": (
        "one palette finds customers, pages and acts by words, pinyin and numbers; times are read as they are said;"
        " Chinese and English, desk and phone"
    ),
    "L-14": (
        "checklists that must be ticked, a second person, values checked at their field, the second editor told what"
        " changed: a slip is refused and nothing is half-written"
    ),
    "L-15": "customers, sales, service and analysis in one house: every entry of everybody's menu opens",
}
SCREENS = {
    "A-04": "客户页·档案、风险承受能力、客户价值",
    "A-20": "客户页·时间线",
    "L-13": "快捷面板（Ctrl-K）、备注与提醒",
    "L-14": "客户页·准入与退出、编辑",
    "L-15": "侧栏",
}
CORE = {"customers": "/customers/", "sales": "/sales/", "service": "/requests/", "analysis": "/reports/"}


@pytest.mark.parametrize("who", ["lin", "sun", "zhou", "wu", "he", "qian", "gao", "tang", *STAFF])
def test_every_entry_of_everybodys_menu_opens(bank: Bank, chen: Customer, client_of: Any, who: str) -> None:
    if who in STAFF:
        hire(bank)
    client = client_of(who)
    first = client.get("/", follow=True)
    assert first.status_code == 200
    side = first.content.decode().partition("<nav")[2].partition("</nav>")[0]
    entries = set(re.findall(r'href="(/[^"#?]*)"', side))
    assert len(entries) >= 4
    for address in sorted(entries):
        assert client.get(address, follow=True).status_code == 200, address
    if who in ("lin", "zhou"):
        assert set(CORE.values()) <= entries


def test_found_and_understood_as_people_type(bank: Bank, chen: Customer, client_of: Any) -> None:
    client = client_of("lin")
    for typed in ("陈秀兰", "cxl", "chenxiulan", "9964", "13800005678"):
        assert f"/customers/{chen.pk}/" in client.get("/palette/", {"q": typed}).content.decode(), typed
    for typed, address in (("报表", "/reports/"), ("新建客户", "/customers/new/")):
        assert address in client.get("/palette/", {"q": typed}).content.decode(), typed
    said = read_time("周五 10:00 送存单", dt.datetime(2026, 11, 19, 10, 20, tzinfo=zone()))
    assert said is not None
    page = client.get(f"/customers/{chen.pk}/").content.decode()
    assert 'name="viewport" content="width=device-width' in page
    assert '<html lang="zh' in page
    english = client.get(f"/customers/{chen.pk}/", headers={"accept-language": "en"})
    assert english.status_code == 200


def test_slips_are_refused_and_nothing_is_half_written(bank: Bank, chen: Customer, client_of: Any) -> None:
    lin = bank.actor("lin")
    number = DocumentData(type="CN-RIC", number="31010119590412996X")
    wrong = PartyData(kind="individual", name="李静", documents=(number,))
    with pytest.raises(RuleViolation) as told:
        create_customer(actor=lin, data=wrong, unit=bank.units["east"], lead_post=bank.posts["lin"])
    assert list(told.value.fields) == ["documents-0-number"]
    assert Customer.objects.count() == 1
    for item in rules.ADMISSION_CHECKS[:-1]:
        tick_check(chen, actor=lin, process="admission", item=item)
    with pytest.raises(RuleViolation):  # the step that was forgotten is named
        admit_customer(chen, actor=lin)
    tick_check(chen, actor=lin, process="admission", item=rules.ADMISSION_CHECKS[-1])
    admit_customer(chen, actor=lin)
    chen.refresh_from_db()
    seen = chen.version
    change_customer(chen, actor=lin, version=seen, changes={"occupation": "退休教师"})
    with pytest.raises(Conflict):  # Zhou still looks at what was there before
        change_customer(chen, actor=bank.actor("zhou"), version=seen, changes={"occupation": "退休"})
    for item in rules.EXIT_CHECKS:
        tick_check(chen, actor=lin, process="exit", item=item)
    propose_exit(chen, actor=lin, reason="移居国外")
    chen.refresh_from_db()
    assert chen.status == "active"  # until a second person has agreed
    assert WorkItem.objects.open().filter(kind="core.approval", customer_id=chen.pk).count() == 1
    with pytest.raises(NotPermitted):
        create_customer(actor=bank.actor("gao"), data=wrong, unit=bank.units["east"], lead_post=bank.posts["lin"])
    assert AuditEntry.objects.filter(outcome="refused").exists()


def test_who_she_is_as_an_investor_stands_in_her_file(bank: Bank, chen: Customer, client_of: Any) -> None:
    lin = bank.actor("lin")
    change_customer(chen, actor=lin, version=chen.version, changes={"preferred_channel": "phone"})
    Customer.objects.filter(pk=chen.pk).update(born_year=1981, birthday=301, status="active", assets=Decimal(400_000))
    IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
    chen = Customer.objects.get(pk=chen.pk)
    assessed(chen, 3)
    settle_all(business_date(), actor=system("clock.value"))
    assert risk_standing(lin, chen).grade == 3
    value = value_file(lin, chen.pk)
    assert value is not None
    assert {each.part for each in value.parts} == {"assets", "experience", "tolerance"}
    page = client_of("lin").get(f"/customers/{chen.pk}/").content.decode()
    for words in ("个人", "C3", "客户价值"):
        assert words in page, words


def test_what_was_done_for_her_stands_in_one_file_in_order(bank: Bank, chen: Customer, client_of: Any) -> None:
    sun, lin = bank.actor("sun"), bank.actor("lin")
    asked = {"kind": "consultation", "category": "card", "channel": "phone"}
    request = open_request(chen, actor=sun, subject="网银登录不上", **asked)
    record_contact(request, actor=sun, channel="phone", text="已指导重置密码")
    write_note(chen, actor=lin, text="周五带女儿来")
    report_feedback(chen, actor=sun, source="phone", aspect="efficiency", text="等候太久", grade="general")
    done = ["service.RequestOpened", "engagement.NoteWritten", "service.FeedbackReceived"]
    rows = timeline_events(lin, chen.pk).order_by("at", "id").values_list("name", flat=True)
    assert [name for name in rows if name in done] == done
    # what else belongs to the file is told there, too; its own scenarios bring each about
    for name in ("sales.GatePassed", "suitability.AssessmentSubmitted", "service.SurveyAnswered"):
        assert rendering_of(name) is not None, name
    panel = client_of("lin").get(reverse("core:panel", args=["customer", chen.pk, "timeline"])).content.decode()
    assert "周五带女儿来" in panel
    assert request.request_no in panel
