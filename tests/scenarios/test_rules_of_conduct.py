"""What no seller does: the rules stand before everybody, each version is acknowledged by who sells, and a colleague
who sees it broken at a sale says so. Consumer protection looks into it; Lin does not learn who told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.policy import in_force
from kexin.core.policy_operations import propose_policy
from kexin.core.rekeying import places_of
from kexin.core.workflow import work_kinds
from kexin.party.models import Customer
from kexin.people.models import ProductAuthorisation
from kexin.sales.conduct.acknowledging import acknowledge_conduct_rules, ask_for_acknowledgements
from kexin.sales.conduct.policies import ConductRulesPolicy, parse_rules
from kexin.sales.conduct.queries import acknowledgement_counts, conduct_rules, owing_sellers
from kexin.sales.conduct.reporting import report_conduct
from kexin.sales.models import ConductAcknowledgement, ConductReport, InspectionItem, Sale
from kexin.sales.oversight.compliance import asked_for, oversight
from kexin.sales.oversight.queries import inspection_item, inspection_items
from kexin.sales.oversight.rules import may_settle
from kexin.sales.oversight.settling import reported_by, settle_inspection_item
from kexin.sales.oversight.verdicts import Fault
from kexin.sales.oversight.words import facts_told
from kexin.sales.tests.test_return_calls import executed
from tests.personas import Bank
from tests.product_people import hire

REQUIREMENTS = {
    "H-23": "seven rules with what the system does against each, acknowledged by who sells; a breach is reported by a "
    "colleague and looked into by consumer protection",
}
SCREENS = {"H-23": "/conduct-rules/"}
pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CLOCK = system("clock.conduct")
SEEN = "对陈阿姨说这个和定期一样，亏不了"


@pytest.fixture
def sale(bank: Bank, chen: Any) -> Sale:
    """Lin sold to Mrs Chen three days ago."""
    return executed(bank, chen)


def authorise(bank: Bank, name: str, days: int = 90) -> ProductAuthorisation:
    """Somebody who may sell wealth products from today on."""
    today = business_date()
    return ProductAuthorisation.objects.create(
        employee=bank.employees[name], classes=["wealth"], highest_grade=5, starts_on=today,
        ends_on=today + days * DAY, proposed_by="1004", granted_by="1005",
    )  # fmt: skip


def version() -> int:
    return in_force(ConductRulesPolicy).policy_version


def test_the_rules_name_what_is_forbidden_and_what_is_done_against_it(client_of: Any) -> None:
    rules = in_force(ConductRulesPolicy).parsed
    assert [each.code for each in rules] == [
        "insider_trading", "false_publicity", "misleading_statement", "benefit_transfer", "concealment",
        "accepting_benefits", "private_gain",
    ]  # fmt: skip
    page = client_of("sun").get(reverse("oversight:conduct")).content.decode()
    assert all(each.name["zh"] in page and each.control["zh"] in page for each in rules)
    with translation.override("en"):
        assert rules[0].label == "No insider trading"
    for wrong in ([], [{"code": "x", "name": {"zh": "甲"}, "control": {"zh": "乙", "en": "b"}}]):
        with pytest.raises((ValueError, KeyError)):
            parse_rules(wrong)


def test_who_sells_acknowledges_each_version(bank: Bank, client_of: Any) -> None:
    authorise(bank, "lin")
    wu, lin = bank.actor("wu"), bank.actor("lin")
    with pytest.raises(NotPermitted):
        ask_for_acknowledgements(actor=wu)
    assert ask_for_acknowledgements(actor=CLOCK) == 1  # Mei holds no authorisation
    assert ask_for_acknowledgements(actor=CLOCK) == 0
    work = WorkItem.objects.get(kind="sales.conduct_rules")
    assert (work.owner_post_id, work.subject_id) == (bank.posts["lin"].pk, bank.employees["lin"].pk)  # type: ignore[attr-defined]
    kind = work_kinds["sales.conduct_rules"]
    assert "行为准则" in str(kind.sentence(work))
    assert kind.url(work) == reverse("oversight:conduct")
    assert (acknowledgement_counts(wu).acknowledged, acknowledgement_counts(wu).owed) == (0, 1)
    with pytest.raises(RuleViolation):
        acknowledge_conduct_rules(actor=lin, version=version() + 1)  # not the one that is in force
    with pytest.raises(RuleViolation):
        acknowledge_conduct_rules(actor=CLOCK, version=version())
    browser = client_of("lin")
    assert "我已阅读" in browser.get(reverse("oversight:conduct")).content.decode()
    browser.post(reverse("oversight:acknowledge"), {"version": str(version())})
    acknowledge_conduct_rules(actor=lin, version=version())  # again: it stands once
    said = ConductAcknowledgement.objects.get()
    assert (said.employee_id, said.policy_id) == (bank.employees["lin"].pk, version())  # type: ignore[attr-defined]
    work.refresh_from_db()
    assert (work.status, work.outcome) == ("done", "acknowledged")
    assert Event.objects.filter(name="sales.ConductRulesAcknowledged", subject="1001").count() == 1
    assert AuditEntry.objects.filter(operation="sales.acknowledge_conduct_rules", outcome="done").count() == 2
    assert (acknowledgement_counts(wu).acknowledged, acknowledgement_counts(wu).owed) == (1, 0)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sales_conductacknowledgement SET policy_id = policy_id + 1")


def test_a_new_version_is_acknowledged_anew_and_the_list_says_by_whom_not(
    bank: Bank, client_of: Any, time_machine: Any
) -> None:
    authorise(bank, "lin", 200)
    authorise(bank, "mei")
    acknowledge_conduct_rules(actor=bank.actor("lin"), version=version())
    wu, today, old = bank.actor("wu"), business_date(), version()
    assert [row.staff_no for row in owing_sellers(wu)] == ["1002"]
    rules = in_force(ConductRulesPolicy)
    more = {"code": "gifts", "name": {"zh": "不收礼", "en": "No gifts"}, "control": {"zh": "同事反映", "en": "Reports"}}
    approval = propose_policy(
        actor=bank.actor("gao"), code="sales.conduct_rules",
        values={"rules": [*rules.rules, more], "acknowledge_days": 5},
        in_force_from=today + DAY, legal_basis="本机构制度", reason="新增一条",
    )  # fmt: skip
    decide_approval(approval, actor=wu, approve=True)
    time_machine.move_to(dt.datetime.combine(today + DAY, dt.time(9), zone()), tick=False)
    assert version() != old
    assert conduct_rules(bank.actor("lin")).mine is None
    assert ask_for_acknowledgements(actor=CLOCK) == 2
    east, west = bank.units["east"].pk, bank.units["west"].pk  # type: ignore[attr-defined]
    assert [row.staff_no for row in owing_sellers(wu, west)] == ["1002"]
    assert acknowledgement_counts(wu, east).owed == 1
    with pytest.raises(NotFound):
        owing_sellers(wu, 999_999)
    page = client_of("wu").get(reverse("oversight:page")).content.decode()
    assert f'<a href="{reverse("oversight:owing")}">2</a>' in page
    listed = client_of("wu").get(reverse("oversight:owing") + f"?unit={east}").content.decode()
    assert "林晓雯" in listed
    assert "梅雪" not in listed
    assert client_of("wu").get(reverse("oversight:owing") + "?unit=x").status_code == 404
    figures = client_of("tang").get(reverse("oversight:conduct")).content.decode()
    assert reverse("oversight:owing") not in figures  # figures, not persons
    assert client_of("tang").get(reverse("oversight:owing")).status_code == 403
    time_machine.move_to(dt.datetime.combine(today + 91 * DAY, dt.time(9), zone()), tick=False)
    assert ask_for_acknowledgements(actor=CLOCK) == 0  # Mei's authorisation has ended
    mine = WorkItem.objects.get(kind="sales.conduct_rules", subject_id=bank.employees["mei"].pk)  # type: ignore[attr-defined]
    assert (mine.status, mine.outcome) == ("cancelled", "lapsed")


def test_a_colleague_reports_and_consumer_protection_looks(
    bank: Bank, sale: Sale, chen: Customer, client_of: Any
) -> None:
    hire(bank)
    sun, ning, wu, lin = (bank.actor(each) for each in ("sun", "ning", "wu", "lin"))
    for rule, words in (("misleading_statement", " "), ("nonsense", SEEN)):
        with pytest.raises(RuleViolation):
            report_conduct(sale, actor=sun, rule=rule, words=words)
    with pytest.raises(RuleViolation):
        report_conduct(sale, actor=lin, rule="misleading_statement", words=SEEN)
    with pytest.raises(NotFound):
        report_conduct(sale, actor=bank.actor("mei"), rule="misleading_statement", words=SEEN)  # another branch
    browser = client_of("sun")
    assert (
        reverse("sales:report_conduct", args=[sale.pk])
        in browser.get(reverse("sales:sale", args=[sale.pk])).content.decode()
    )
    address = reverse("sales:report_conduct", args=[sale.pk])
    assert browser.post(address, {"rule": "misleading_statement", "words": ""}).status_code == 422
    assert browser.post(address, {"rule": "misleading_statement", "words": SEEN}).status_code == 302
    with pytest.raises(RuleViolation) as twice:
        report_conduct(sale, actor=sun, rule="misleading_statement", words="又看到一次")
    assert list(twice.value.fields) == ["rule"]
    report_conduct(sale, actor=bank.actor("zhou"), rule="misleading_statement", words="我也听见了")
    item = InspectionItem.objects.order_by("pk")[0]
    assert (item.source, item.facts, item.state) == ("conduct", {"rule": "misleading_statement"}, "open")
    work = WorkItem.objects.get(kind="sales.inspection_item", subject_id=item.pk)
    assert work.owner_post_id == bank.posts["ning"].pk  # type: ignore[attr-defined]
    told = dict(facts_told(item))
    assert (told["行为准则条目"], told["所见所闻"], told["反映人"]) == ("不作误导性陈述", SEEN, "孙悦")
    page = client_of("ning").get(reverse("oversight:item", args=[item.pk])).content.decode()
    assert SEEN in page
    assert "孙悦" in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM sales_conductreport")
        assert all(SEEN.encode() not in bytes(each) for (each,) in cursor.fetchall())  # under the customer's key
    assert "sales_conductreport" in {each.name for each in places_of("customers")}  # and changed with it
    entry = AuditEntry.objects.filter(operation="sales.report_conduct", outcome="done").order_by("pk")[0]
    assert entry.arguments["rule"] == "misleading_statement"
    assert SEEN not in str(entry.arguments)
    event = Event.objects.filter(name="sales.InspectionItemRaised", customer_id=chen.pk)
    assert [each.payload["source"] for each in event] == ["conduct", "conduct"]
    rate = oversight(wu, asked_for(business_date() - 10 * DAY, business_date()))
    assert (Fault.ITEM_OPEN, 1) in rate.faults
    assert [(source.value, count) for source, count, _sure in rate.items] == [("conduct", 2)]
    assert may_settle("open", "confirmed", "录音证实", by_seller=False)
    assert not may_settle("open", "confirmed", "录音证实", by_seller=False, by_reporter=True)
    assert (reported_by(item, sun), reported_by(item, ning)) == (True, False)
    settle_inspection_item(item, actor=ning, outcome="confirmed", reason="录音证实")
    assert ConductReport.objects.count() == 2


def test_the_seller_does_not_learn_who_told(bank: Bank, sale: Sale, client_of: Any) -> None:
    report_conduct(sale, actor=bank.actor("sun"), rule="accepting_benefits", words="收了两条烟")
    lin = client_of("lin")
    page = lin.get(reverse("sales:sale", args=[sale.pk])).content.decode()
    assert reverse("sales:report_conduct", args=[sale.pk]) not in page
    assert "反映" not in page
    item = InspectionItem.objects.get()
    assert lin.get(reverse("oversight:item", args=[item.pk])).status_code in (403, 404)
    Sale.objects.filter(pk=sale.pk).update(seller=bank.employees["wu"])
    InspectionItem.objects.update(seller=bank.employees["wu"])  # even where the seller may see other items
    wu = bank.actor("wu")
    assert not inspection_items(wu).exists()
    with pytest.raises(NotFound):
        inspection_item(wu, item.pk)
    assert inspection_items(bank.actor("qian")).count() == 1


def test_other_systems_do_the_same(bank: Bank, sale: Sale, client_of: Any) -> None:
    authorise(bank, "lin")
    lin, sun, wu, base = client_of("lin"), client_of("sun"), client_of("wu"), "/api/v1"
    rules = lin.get(base + "/conduct-rules").json()
    assert (len(rules["rules"]), rules["acknowledged_at"], rules["acknowledge_days"]) == (7, None, 10)
    (owing,) = wu.get(base + "/conduct-rules/owing").json()["items"]
    assert owing["staff_no"] == "1001"
    body = {"version": rules["version"]}
    said = lin.post(base + "/conduct-rules/acknowledgement", body, content_type="application/json").json()
    assert said["acknowledged_at"]
    assert wu.get(base + "/conduct-rules/acknowledgements").json() == {"acknowledged": 1, "owed": 0}
    assert sun.get(base + "/conduct-rules/owing").status_code == 403
    report = {"rule": "concealment", "words": "没说封闭期"}
    address = f"{base}/sales/{sale.pk}/conduct-reports"
    made = sun.post(address, report, content_type="application/json")
    assert (made.status_code, made.json()["rule"]) == (201, "concealment")
    assert sun.post(address, report, content_type="application/json").status_code == 422
    assert lin.post(address, report, content_type="application/json").status_code == 422
