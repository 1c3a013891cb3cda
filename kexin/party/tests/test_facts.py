"""How old facts are: the day of the next review, one work item per customer, and what closes it."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kexin.core.actor import system
from kexin.core.calendar import business_date, zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, PolicyVersion, WorkItem
from kexin.core.policy import check_values, forget_cache
from kexin.party.choices import FactKind
from kexin.party.data import AddressData, ContactData
from kexin.party.facts import facts_of
from kexin.party.models import Customer, CustomerReview, FactConfirmation
from kexin.party.operations import (
    change_customer,
    confirm_facts,
    record_address,
    record_contact,
    record_relationship,
    review_facts,
)
from kexin.party.operations.facts import REVIEW_KIND
from kexin.party.rules import months_between

CLOCK = system("clock.facts")
START = dt.date(2026, 3, 9)
DAYS = st.dates(dt.date(1996, 1, 1), dt.date(2032, 12, 31))


@pytest.fixture(autouse=True)
def _in_march(time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(START, dt.time(9), zone()), tick=False)


def months_after(day: dt.date, months: int) -> dt.date:
    """The plainest way to say it: the same day of that month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def items() -> list[WorkItem]:
    return list(WorkItem.objects.filter(kind=REVIEW_KIND).order_by("pk"))


def go_to(time_machine: Any, day: dt.date) -> int:
    time_machine.move_to(dt.datetime.combine(day, dt.time(9), zone()), tick=False)
    forget_cache()
    return review_facts(actor=CLOCK, today=day)


@given(DAYS, st.integers(0, 240))
def test_a_month_is_complete_on_the_day_it_is_due_and_not_before(day: dt.date, months: int) -> None:
    end = months_after(day, months)
    assert months_between(day, end) == months
    if months:
        assert months_between(day, end - dt.timedelta(days=1)) == months - 1
    assert months_between(end, day) == -months


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    since=st.one_of(
        st.dates(dt.date(2010, 1, 1), dt.date(2026, 3, 9)),
        st.sampled_from([dt.date(2024, 2, 29), dt.date(2025, 8, 31)]),
    ),
    months=st.integers(1, 60),
)
def test_the_bank_counts_months_and_leap_days_as_people_do(chen: Any, since: dt.date, months: int) -> None:
    PolicyVersion.objects.filter(code="party.review").update(values=values_with(months={"contacts": months}))
    forget_cache()
    FactConfirmation.objects.update_or_create(
        customer=chen, kind="contacts", defaults={"confirmed_on": since, "source": "said", "confirmed_by": "1001"}
    )
    fact = next(each for each in facts_of(CLOCK, chen) if each.kind == FactKind.CONTACTS)
    assert fact.due_on == months_after(since, months)
    assert fact.months == months_between(since, START)
    assert fact.overdue == (fact.due_on < START)


def values_with(**other: object) -> dict[str, object]:
    rest = {"months": {"contacts": 24}, "tier_months": {}, "ahead_days": 0, "within_working_days": 15, "most_open": 20}
    return {**rest, "seen": ["identity"], **other}


def use(**other: object) -> None:
    PolicyVersion.objects.filter(code="party.review").update(values=values_with(**other))
    forget_cache()


def test_one_item_for_all_that_is_due_and_it_closes_with_the_last(bank, chen, time_machine):
    use(months={"contacts": 24, "address": 24, "identity": 36})
    assert go_to(time_machine, START) == 0
    assert CustomerReview.objects.get(customer=chen).due_on == dt.date(2028, 3, 9)
    assert go_to(time_machine, dt.date(2028, 3, 8)) == 0
    assert go_to(time_machine, dt.date(2028, 3, 9)) == 1
    assert go_to(time_machine, dt.date(2028, 3, 10)) == 0
    (item,) = items()
    assert (item.customer_id, item.owner_post_id, item.details["kinds"]) == (
        chen.pk,
        bank.posts["lin"].pk,
        ["contacts", "address"],
    )
    lin = bank.actor("lin")
    confirm_facts(chen, actor=lin, kinds=["contacts"], source="said")
    item.refresh_from_db()
    assert (item.status, item.details["kinds"]) == ("open", ["address"])
    record_address(chen, actor=lin, data=AddressData(kind="work", area="江澜市 城东区"))  # a change confirms
    item.refresh_from_db()
    assert (item.status, item.outcome, item.closed_by) == ("done", "confirmed", "1001")
    assert CustomerReview.objects.get(customer=chen).due_on == dt.date(2029, 3, 9)  # the identity card, of the opening
    assert {row.kind: row.source for row in FactConfirmation.objects.all()} == {
        "contacts": "said",
        "address": "changed",
    }
    told = Event.objects.get(name="party.FactsConfirmed")
    assert (told.customer_id, told.payload["kinds"]) == (chen.pk, ["contacts"])
    assert Event.objects.filter(name="party.FactReviewOpened", customer_id=chen.pk).count() == 1
    entry = AuditEntry.objects.get(operation="party.confirm_facts", outcome="done")
    assert entry.arguments["source"] == "said"


def test_what_a_change_confirms(bank, chen):
    lin = bank.actor("lin")
    record_contact(chen, actor=lin, data=ContactData(kind="email", value="chen@example.com"))
    chen.refresh_from_db()
    change_customer(chen, actor=lin, version=chen.version, changes={"occupation": "退休教师", "tax_residence": "CN"})
    change_customer(Customer.objects.get(pk=chen.pk), actor=lin, version=chen.version + 1, changes={"language": "zh"})
    assert set(FactConfirmation.objects.values_list("kind", flat=True)) == {"contacts", "occupation", "tax_residence"}


def test_who_speaks_for_a_firm_is_confirmed_on_the_file_of_the_firm(bank, chen):
    from kexin.party.data import PartyData
    from kexin.party.operations import create_customer

    lin = bank.actor("lin")
    firm = create_customer(
        actor=lin,
        data=PartyData(kind="enterprise", name="江澜木业有限公司"),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
    )
    record_relationship(firm, actor=lin, other=chen, kind="legal_representative")
    record_relationship(firm, actor=lin, other=chen, kind="shareholder")
    assert {fact.kind.value for fact in facts_of(lin, firm)} == {"legal_representative", "beneficial_owner"}
    assert set(FactConfirmation.objects.values_list("customer_id", "kind")) == {
        (firm.pk, "legal_representative"),
        (firm.pk, "beneficial_owner"),
    }


def test_an_identity_document_must_be_seen_and_nothing_is_half_done(bank, chen):
    lin = bank.actor("lin")
    for kinds, source, field in (
        (["contacts", "identity"], "said", "source"),
        (["contacts", "tax_residence"], "seen", "kinds"),
        (["shoe_size"], "seen", "kinds"),
        ([], "seen", "kinds"),
        (["contacts"], "changed", "source"),
    ):
        with pytest.raises(RuleViolation) as refusal:
            confirm_facts(chen, actor=lin, kinds=kinds, source=source)
        assert list(refusal.value.fields) == [field]
    assert not FactConfirmation.objects.exists()
    assert AuditEntry.objects.filter(operation="party.confirm_facts", outcome="refused").count() == 5
    confirm_facts(chen, actor=lin, kinds=["contacts", "identity"], source="seen")
    assert FactConfirmation.objects.filter(source="seen", confirmed_on=START).count() == 2
    with pytest.raises(NotFound):
        confirm_facts(chen, actor=bank.actor("mei"), kinds=["contacts"], source="said")
    with pytest.raises(NotPermitted):
        confirm_facts(chen, actor=bank.actor("qian"), kinds=["contacts"], source="said")


def test_a_tier_may_have_months_of_its_own(chen):
    use(tier_months={"private": {"contacts": 6}})
    assert review_facts(actor=CLOCK, today=START) == 0
    Customer.objects.filter(pk=chen.pk).update(tier="private")
    review_facts(actor=CLOCK, today=START)
    assert CustomerReview.objects.get(customer=chen).due_on == dt.date(2026, 9, 9)
    use(months={"contacts": 0})
    review_facts(actor=CLOCK, today=START)
    assert not CustomerReview.objects.exists()  # a kind of nought months is never reviewed


def test_a_first_night_does_not_bury_the_inbox(bank, chen):
    from kexin.party.data import PartyData
    from kexin.party.operations import create_customer

    use(most_open=2)
    for number in range(3):
        data = PartyData(
            kind="individual", name=f"周一{number}", contacts=(ContactData(kind="mobile", value=f"1380000100{number}"),)
        )
        create_customer(
            actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"], anyway=True
        )
    Customer.objects.update(admitted_on=dt.date(2020, 1, 1))
    Customer.objects.filter(pk=chen.pk).update(admitted_on=dt.date(2019, 1, 1))
    assert review_facts(actor=CLOCK, today=START) == 2
    assert chen.pk in {item.customer_id for item in items()}  # the oldest first
    assert review_facts(actor=CLOCK, today=START) == 0
    confirm_facts(chen, actor=bank.actor("lin"), kinds=["contacts"], source="said")
    assert review_facts(actor=CLOCK, today=START) == 1


def test_a_closed_file_is_nobodys_review_and_a_new_lead_gets_the_item(bank, chen):
    use()
    Customer.objects.update(admitted_on=dt.date(2020, 1, 1))
    review_facts(actor=CLOCK, today=START)
    Customer.objects.update(lead_post=bank.posts["mei"], unit=bank.units["west"])
    review_facts(actor=CLOCK, today=START)
    assert [(item.owner_post_id, item.unit_id) for item in items()] == [(bank.posts["mei"].pk, bank.units["west"].pk)]
    Customer.objects.update(status="closed", closed_on=START)
    review_facts(actor=CLOCK, today=START)
    assert [(item.status, item.outcome) for item in items()] == [("cancelled", "gone")]
    assert not CustomerReview.objects.exists()


def test_the_list_of_those_due_and_the_panel_in_words(bank, chen, client_of):
    use()
    lin = client_of("lin")
    assert chen.customer_no not in lin.get("/customers/?review=due").content.decode()
    Customer.objects.update(admitted_on=dt.date(2024, 1, 9))
    review_facts(actor=CLOCK, today=START)
    assert chen.customer_no in lin.get("/customers/?review=due").content.decode()
    page = lin.get(f"/panel/customer/{chen.pk}/facts/").content.decode()
    assert "自 2024-01-09 起未核实" in page
    assert "26 个月" in page
    assert "已超期" in page
    assert "请向客户核实" in lin.get("/work-items/").content.decode()
    answer = lin.post(f"/customers/{chen.pk}/facts/confirm/", {"kind": "contacts", "source": "said"}, follow=True)
    assert "已核实" in answer.content.decode()
    page = lin.get(f"/panel/customer/{chen.pk}/facts/").content.decode()
    assert "核实于 2026-03-09" in page
    assert "已超期" not in page
    assert client_of("mei").get(f"/panel/customer/{chen.pk}/facts/").status_code == 404
    assert client_of("mei").post(f"/customers/{chen.pk}/facts/confirm/", {"kind": "contacts"}).status_code == 404


def test_the_panel_costs_few_reads(bank, chen, client_of, django_assert_max_num_queries):
    lin = client_of("lin")
    lin.get(f"/panel/customer/{chen.pk}/facts/")
    with django_assert_max_num_queries(9):
        lin.get(f"/panel/customer/{chen.pk}/facts/")


@pytest.mark.django_db
def test_the_policy_takes_known_kinds_and_months_only() -> None:
    for wrong in (
        {"months": {"shoes": 3}},
        {"months": {"contacts": -1}},
        {"months": {"contacts": "6"}},
        {"tier_months": {"PRIVATE!": {"contacts": 6}}},
        {"tier_months": {"private": {"contacts": 241}}},
        {"seen": ["identity", "identity"]},
    ):
        assert [each.field for each in check_values("party.review", values_with(**wrong)).reasons] == list(wrong)
    assert not check_values("party.review", values_with()).reasons


def test_the_row_history_keeps_earlier_confirmations(bank, chen, time_machine):
    lin = bank.actor("lin")
    confirm_facts(chen, actor=lin, kinds=["contacts"], source="said")
    time_machine.shift(dt.timedelta(days=40))
    confirm_facts(chen, actor=lin, kinds=["contacts"], source="seen")
    assert business_date() > START
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT before->>'confirmed_on' FROM core_history"
            " WHERE table_name = 'party_factconfirmation' AND action = 'update'"
        )
        assert cursor.fetchall() == [("2026-03-09",)]


def test_by_the_interface(bank, chen, client_of):
    lin = client_of("lin")
    address = f"/api/v1/customers/{chen.pk}/facts"
    facts = {each["kind"]: each for each in lin.get(address).json()["items"]}
    assert set(facts) == {"contacts", "address", "identity"}
    assert (facts["contacts"]["confirmed_on"], facts["contacts"]["months"]) == (None, 0)

    def post(who: str, body: dict[str, object]) -> Any:
        return client_of(who).post(f"{address}/confirmations", body, content_type="application/json")

    answer = post("lin", {"kinds": ["contacts"], "source": "said"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["items"][0]["confirmed_by"] == "林晓雯"
    refused = post("lin", {"kinds": ["identity"], "source": "said"})
    assert refused.status_code == 422
    assert "source" in refused.json()["fields"]
    assert post("mei", {"kinds": ["contacts"], "source": "said"}).status_code == 404
    assert post("qian", {"kinds": ["contacts"], "source": "said"}).status_code == 403
    assert [each["id"] for each in lin.get("/api/v1/customers?review_due=true").json()["items"]] == []
