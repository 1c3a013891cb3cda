"""Lin calls about a product: only to whom it may be offered, only as long as that is so, only if she may speak of it.

Mrs Chen agreed to calls and stands on the list; who is restricted, or never agreed, stands on it closed with a reason
that says no more than Lin may know. When Mrs Chen takes her word back in the meantime, the call is left out as it is
opened. A script is read only while it is reviewed (J-06).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import zone
from kexin.core.errors import RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.core.policy import in_force
from kexin.engagement.calls.lists import Made, Wish, make_call_list
from kexin.engagement.calls.products import barred_products, script_for
from kexin.engagement.calls.queries import call_brief, not_called, queue
from kexin.engagement.calls.working import dial_call, take_call
from kexin.engagement.models import CallEntry, CallList
from kexin.party.consents.operations import place_restriction, record_consent
from kexin.party.data import ContactData, DocumentData, PartyData
from kexin.party.models import ContactPoint, Customer, IdentityDocument
from kexin.party.operations import create_customer
from kexin.people import operations as people
from kexin.products.models import Product
from kexin.products.texts.operations import draft_text, review_text, submit_text, withdraw_text
from kexin.products.texts.policies import TextReviewPolicy
from kexin.suitability.assessments.operations import answer_question, open_session, submit_assessment
from kexin.suitability.models import SuitabilityDecision
from kexin.suitability.tests.conftest import as_customer

REQUIREMENTS = {
    "J-06": (
        "a call about a product is made only by who is certified and authorised, only to customers for whom an opinion "
        "allows it, asked for the whole list and again at each call; consent, restriction, reviewed script",
        "messages are shown elsewhere",
    ),
    "E-16": "a script passes only if its reviewer says yes to each: need and gain before features, empathy and trust "
    "without pressure, professional and clear; only the reviewed one is read in a call",
    "D-13": ("an opinion with three checks before a call is made", "the sale's own opinion is shown elsewhere"),
}
SCREENS = {"J-06": "电访", "D-13": "电访", "E-16": "/text-versions/<id>/review/、电访"}
pytestmark = pytest.mark.django_db
TODAY, DAY = dt.date(2026, 11, 20), dt.timedelta(days=1)
GOOD = "理财产品不是存款，投资有风险。\n\n净值会波动，可能亏损；业绩比较基准不代表预期收益率。"


@pytest.fixture(autouse=True)
def morning(time_machine: Any) -> Any:
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(10), zone()), tick=False)
    return time_machine


@pytest.fixture
def wealth(db: None) -> Product:
    return Product.objects.create(
        code="W2", name="江岚稳健", product_class="wealth", regime="investment", state="admitted", own_grade=2,
        issuer_grade=2, minimum_amount=Decimal(10_000),
    )  # fmt: skip


def certify(bank: Any, name: str) -> None:
    zhou = bank.actor("zhou")
    people.record_qualification(
        bank.employees[name], actor=zhou, kind="bank_wealth", number=f"W-{name}", issuer="协会",
        issued_on=TODAY - 30 * DAY, valid_until=TODAY + 200 * DAY, evidence="官网查询",
    )  # fmt: skip
    approval = people.propose_authorisation(
        bank.employees[name], actor=zhou, classes=["wealth"], highest_grade=5, starts_on=TODAY,
        ends_on=TODAY + 90 * DAY, reason="通过考核",
    )  # fmt: skip
    decide_approval(approval, actor=bank.actor("wu"), approve=True)


def ready(bank: Any, customer: Customer, *, agrees: bool = True) -> Customer:
    """An active customer of 45 with an assessment, papers in order, and a word about calls."""
    Customer.objects.filter(pk=customer.pk).update(
        born_year=1981, birthday=301, status="active", assets=Decimal(400_000)
    )
    if not IdentityDocument.objects.filter(party=customer.pk).update(long_term=True, expires_on=None):
        raise AssertionError("no document")
    customer = Customer.objects.get(pk=customer.pk)
    actor = as_customer(customer)
    begun = open_session(actor=actor, channel="link", device="phone")
    assert begun.questionnaire is not None
    for each in begun.questionnaire.parsed.questions():
        answer_question(begun, actor=actor, question=each.code, value="c")
    submit_assessment(begun, actor=actor)
    if agrees:
        record_consent(
            customer, actor=bank.actor("lin"), channel="phone", granted=True, source="counter", evidence="签名同意书"
        )
    return customer


def somebody(bank: Any, number: int, *, agrees: bool = True) -> Customer:
    data = PartyData(
        kind="individual", name=f"客户{number}",
        contacts=(ContactData(kind="mobile", value=f"139000011{number:02}", preferred=True),),
        documents=(DocumentData(type="passport", number=f"E1234567{number}", long_term=True),),
    )  # fmt: skip
    made = create_customer(actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
    return ready(bank, made, agrees=agrees)


def a_list(bank: Any, wealth: Product, *customers: Customer, by: str = "lin") -> Made:
    return make_call_list(
        actor=bank.actor(by), title="稳健产品", why="到期承接", wishes=[Wish(each.pk) for each in customers],
        ends_on=TODAY + 9 * DAY, product_id=wealth.pk,
    )  # fmt: skip


def test_the_list_holds_whom_it_may_be_offered(bank: Any, chen: Any, wealth: Product, client_of: Any) -> None:
    certify(bank, "lin")
    chen, silent, court = ready(bank, chen), somebody(bank, 1, agrees=False), somebody(bank, 2)
    place_restriction(court, actor=bank.actor("wu"), code="court", reason="法院冻结通知 88 号")
    made = a_list(bank, wealth, chen, silent, court)
    lin = bank.actor("lin")
    assert made.count == 1
    states = dict(CallEntry.objects.values_list("customer_id", "state"))
    assert states == {chen.pk: "open", silent.pk: "refused", court.pk: "refused"}
    opinions = {row.customer_id: row for row in SuitabilityDecision.objects.filter(purpose="call_task")}
    assert {pk: row.outcome for pk, row in opinions.items()} == {
        chen.pk: "allow", silent.pk: "refuse", court.pk: "refuse",
    }  # fmt: skip
    assert CallEntry.objects.get(customer=chen.pk).opinion == opinions[chen.pk].pk
    assert Event.objects.get(name="suitability.CallOpinionsGiven").payload["refused"] == 2
    assert AuditEntry.objects.filter(operation="engagement.make_call_list", outcome="done").exists()
    told = {each.entry.customer_id: " ".join(each.reasons) for each in not_called(lin, made.call_list.pk)}
    assert "未同意" in told[silent.pk]
    assert told[court.pk] == "暂不能办理。"  # what a court wants is not told to who sells
    page = client_of("lin").get(reverse("engagement:call_list", args=[made.call_list.pk])).content.decode()
    assert "江岚稳健" in page
    assert "法院" not in page
    assert "暂不能办理" in page


def test_a_word_taken_back_stops_the_call_when_opened(bank: Any, chen: Any, wealth: Product, client_of: Any) -> None:
    certify(bank, "lin")
    chen, second = ready(bank, chen), somebody(bank, 1)
    a_list(bank, wealth, chen, second)
    lin, browser = bank.actor("lin"), client_of("lin")
    entry = take_call(actor=lin)
    assert entry is not None
    assert entry.customer_id == chen.pk
    assert {row.purpose for row in SuitabilityDecision.objects.filter(customer=chen.pk, seller__isnull=False)} == {
        "call_task", "script",
    }  # fmt: skip
    record_consent(chen, actor=lin, channel="phone", granted=False, source="call")
    page = browser.get(reverse("engagement:calls")).content.decode()
    assert "暂不可向该客户介绍" in page
    assert reverse("engagement:dial_call", args=[entry.pk]) not in page  # no number, no result
    point = ContactPoint.objects.filter(party=chen.pk, kind="mobile").first()
    with pytest.raises(RuleViolation):
        dial_call(entry, actor=lin, contact_id=point.pk)  # type: ignore[union-attr]
    page = browser.post(reverse("engagement:take_call", args=[entry.pk]), follow=True).content.decode()
    assert "已略过" in page
    entry.refresh_from_db()
    assert (entry.state, entry.held_by) == ("refused", "")
    stopped = Event.objects.get(name="engagement.CallStopped")
    assert (stopped.customer_id, stopped.payload["opinion"]) == (chen.pk, entry.opinion)
    assert "未同意" in page  # the margin says why, for the day
    following = take_call(actor=lin)
    assert following is not None
    assert following.customer_id == second.pk
    record_consent(second, actor=lin, channel="phone", granted=False, source="call")
    assert take_call(actor=lin) is None  # passed over and closed
    assert CallEntry.objects.get(customer=second.pk).state == "refused"


def test_who_may_not_speak_of_it_neither_lists_nor_calls(
    bank: Any, chen: Any, wealth: Product, client_of: Any, morning: Any
) -> None:
    chen = ready(bank, chen)
    with pytest.raises(RuleViolation) as refused:
        a_list(bank, wealth, chen)
    assert list(refused.value.fields) == ["product_id"]
    assert not CallList.objects.exists()
    certify(bank, "lin")
    a_list(bank, wealth, chen)
    morning.move_to(dt.datetime.combine(TODAY + 91 * DAY, dt.time(10), zone()), tick=False)
    CallList.objects.update(ends_on=TODAY + 99 * DAY)
    lin = bank.actor("lin")
    assert list(barred_products(lin)) == [wealth.pk]
    waiting = queue(lin)
    assert (waiting.lines, waiting.barred[0][0]) == ([], "江岚稳健")
    assert take_call(actor=lin) is None
    entry = CallEntry.objects.get()
    with pytest.raises(RuleViolation):
        take_call(actor=lin, entry=entry.pk)
    assert CallEntry.objects.get().state == "open"  # it waits for who may
    assert "江岚稳健" in client_of("lin").get(reverse("engagement:calls")).content.decode()


def test_only_a_reviewed_script_is_read(bank: Any, chen: Any, wealth: Product, client_of: Any, morning: Any) -> None:
    certify(bank, "lin")
    chen = ready(bank, chen)
    a_list(bank, wealth, chen)
    entry = take_call(actor=bank.actor("lin"))
    assert entry is not None
    assert "没有已审查的话术" in str(call_brief(bank.actor("lin"), entry.pk).script.missing)  # type: ignore[union-attr]
    text = draft_text(
        actor=system("set-up"), kind="sales_script", language="zh", title="理财话术", product_class="wealth", body=GOOD
    )
    assert script_for(wealth, "zh").version is None
    submit_text(text.pk, actor=system("set-up"))
    answers = {each.code: True for each in in_force(TextReviewPolicy).points("sales_script")}
    for code in ("value", "empathy", "professional"):
        assert code not in {each.code for each in in_force(TextReviewPolicy).points("risk_disclosure")}
        with pytest.raises(RuleViolation) as stopped:
            review_text(text.pk, actor=bank.actor("wu"), approve=True, answers=answers | {code: False})
        assert list(stopped.value.fields) == [f"check_{code}"]
    asked = client_of("wu").get(reverse("product_texts:review", args=[text.pk])).content.decode()
    assert "不是罗列产品特点" in asked
    assert script_for(wealth, "zh").version is None
    review_text(text.pk, actor=bank.actor("wu"), approve=True, answers=answers)
    page = client_of("lin").get(reverse("engagement:calls")).content.decode()
    assert "净值会波动" in page
    morning.move_to(dt.datetime.combine(TODAY + 366 * DAY, dt.time(10), zone()), tick=False)
    assert "365" in str(script_for(wealth, "zh").missing)
    morning.move_to(dt.datetime.combine(TODAY, dt.time(11), zone()), tick=False)
    withdraw_text(text.pk, actor=bank.actor("wu"), reason="条款变更")
    assert script_for(wealth, "en").version is None


def test_a_long_list_costs_no_more_reads(bank: Any, chen: Any, wealth: Product) -> None:
    certify(bank, "lin")
    chen, more = ready(bank, chen), [somebody(bank, number) for number in range(1, 5)]
    counts = []
    for customers in ([chen], [chen, *more]):
        with CaptureQueriesContext(connection) as caught:
            assert a_list(bank, wealth, *customers).count == len(customers)
        counts.append(len(caught))
    assert counts[1] <= counts[0], counts
    assert counts[1] <= 60, counts
