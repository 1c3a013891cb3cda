"""Certificates are recorded by others, authorisations granted by two others, ends become work, lists leave in files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, WorkItem
from kexin.people import operations as ops
from kexin.people.models import ProductAuthorisation, Qualification, TrainingRecord
from kexin.people.operations.qualification_expiry import AUTHORISATION, CERTIFICATE
from kexin.people.seller_queries import seller_file, standing_of
from kexin.people.sellers import Sellable
from tests.personas import Bank

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
DAY = dt.timedelta(days=1)
FUND = Sellable("fund", "securities", 3)


def paper(bank: Bank, who: str = "lin", **changes: Any) -> Qualification:
    today = business_date()
    values = {"kind": "fund", "number": "A-1", "issuer": "协会", "issued_on": today - 30 * DAY, "evidence": "官网"}
    values |= {"valid_until": today + 300 * DAY, **changes}
    return ops.record_qualification(bank.employees[who], actor=bank.actor("zhou"), **values)


def authorise(bank: Bank, who: str = "lin", **changes: Any) -> ProductAuthorisation:
    today = business_date()
    values = {"classes": ["fund"], "highest_grade": 3, "starts_on": today, "ends_on": today + 100 * DAY}
    approval = ops.propose_authorisation(
        bank.employees[who], actor=bank.actor("zhou"), reason="通过考核", **{**values, **changes}
    )
    decide_approval(approval, actor=bank.actor("wu"), approve=True)
    return ProductAuthorisation.objects.latest("pk")


def test_a_seller_is_cleared_by_certificate_and_authorisation_and_stopped_by_either_end(bank: Bank) -> None:
    zhou, lin = bank.actor("zhou"), bank.employees["lin"].pk
    assert {each.code for each in standing_of(zhou, lin, FUND).reasons} == {
        "certificate_missing",
        "authorisation_missing",
    }
    held, granted = paper(bank), authorise(bank)
    assert (granted.proposed_by, granted.granted_by) == ("1004", "1005")
    assert standing_of(zhou, lin, FUND).allowed
    assert not standing_of(zhou, lin, FUND, business_date() + 101 * DAY).allowed
    ops.withdraw_authorisation(granted, actor=bank.actor("wu"), reason="违规销售调查")
    assert [each.code for each in standing_of(zhou, lin, FUND).reasons] == ["authorisation_expired"]
    ops.end_qualification(held, actor=bank.actor("wu"), reason="协会注销")
    assert [each.code for each in standing_of(zhou, lin, FUND).reasons] == [
        "certificate_expired",
        "authorisation_expired",
    ]
    assert AuditEntry.objects.filter(operation="people.withdraw_authorisation", outcome="done").count() == 1


def test_nobody_serves_oneself_and_nobody_reaches_another_branch(bank: Bank) -> None:
    with pytest.raises(RuleViolation):
        paper(bank, "zhou")
    with pytest.raises(NotFound):
        paper(bank, "mei")
    with pytest.raises(NotPermitted):
        ops.record_qualification(
            bank.employees["lin"],
            actor=bank.actor("lin"),
            kind="fund",
            number="x",
            issuer="x",
            issued_on=business_date(),
            evidence="x",
        )
    today = business_date()
    approval = ops.propose_authorisation(
        bank.employees["lin"],
        actor=bank.actor("zhou"),
        classes=["wealth"],
        highest_grade=2,
        starts_on=today,
        ends_on=today + DAY,
        reason="试点",
    )
    with pytest.raises(RuleViolation):
        decide_approval(approval, actor=bank.actor("zhou"), approve=True)
    assert not ProductAuthorisation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "unknown"}, "kind"),
        ({"number": " "}, "number"),
        ({"evidence": ""}, "evidence"),
        ({"issued_on": dt.date(2999, 1, 1), "valid_until": None}, "issued_on"),
        ({"valid_until": dt.date(2001, 1, 1)}, "valid_until"),
    ],
)
def test_a_certificate_that_makes_no_sense_is_refused_at_its_field(bank: Bank, changes, field) -> None:
    with pytest.raises(RuleViolation) as refusal:
        paper(bank, **changes)
    assert list(refusal.value.fields) == [field]
    assert not Qualification.objects.exists()


def test_the_same_certificate_is_recorded_once(bank: Bank) -> None:
    paper(bank)
    with pytest.raises(Conflict):
        paper(bank, "sun")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"classes": ["time_deposit"]}, "classes"),
        ({"classes": ["insurance"]}, "own_grade"),
        ({"regimes": ["moon"]}, "regimes"),
        ({"highest_grade": 6}, "highest_grade"),
        ({"starts_on": dt.date(2001, 1, 1)}, "starts_on"),
        ({"ends_on": dt.date(2999, 1, 1)}, "ends_on"),
    ],
)
def test_an_authorisation_that_makes_no_sense_is_refused_at_its_field(bank: Bank, changes, field) -> None:
    with pytest.raises(RuleViolation) as refusal:
        authorise(bank, **changes)
    assert field in refusal.value.fields


def test_hours_count_for_the_certificates_named(bank: Bank) -> None:
    paper(bank)
    zhou = bank.actor("zhou")
    values = {"held_on": business_date(), "subject": "适当性", "kinds": ["fund"], "evidence": "签到表"}
    ops.record_training(bank.employees["lin"], actor=zhou, hours=Decimal("15"), ethics_hours=Decimal("5"), **values)
    with pytest.raises(Conflict):
        ops.record_training(bank.employees["lin"], actor=zhou, hours=Decimal("1"), **values)
    with pytest.raises(RuleViolation) as refusal:
        ops.record_training(bank.employees["lin"], actor=zhou, hours=Decimal("0.05"), **{**values, "subject": "b"})
    assert list(refusal.value.fields) == ["hours"]
    (line,) = seller_file(zhou, bank.employees["lin"].pk).hours
    assert (line.hours, line.ethics, line.enough) == (Decimal("15"), Decimal("5"), True)
    assert TrainingRecord.objects.count() == 1


def test_an_end_that_comes_near_becomes_the_heads_work_rises_and_is_done_by_the_renewal(bank: Bank) -> None:
    today = business_date()
    paper(bank, valid_until=today + 50 * DAY)
    authorise(bank, ends_on=today + 20 * DAY)
    clock = system("clock.documents")
    assert ops.flag_expiring_qualifications(actor=clock, today=today) == 2
    assert ops.flag_expiring_qualifications(actor=clock, today=today) == 0
    item = WorkItem.objects.get(kind=CERTIFICATE)
    assert (item.owner_post_id, item.priority) == (bank.posts["zhou"].pk, 2)
    assert ops.flag_expiring_qualifications(actor=clock, today=today + 45 * DAY) == 2
    item.refresh_from_db()
    assert item.priority == 4
    paper(bank, number="A-2", valid_until=today + 600 * DAY)
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "renewed")
    authorise(bank, ends_on=today + 300 * DAY)
    assert WorkItem.objects.get(kind=AUTHORISATION).status == "done"


def test_pages_show_record_and_export(bank: Bank, client_of: ClientOf) -> None:
    zhou, lin = client_of("zhou"), bank.employees["lin"]
    today = business_date()
    url = reverse("people_new_qualification", args=[lin.pk])
    good = {"kind": "fund", "number": "A-9", "issuer": "协会", "issued_on": "2024-01-02", "evidence": "官网"}
    assert zhou.post(url, {**good, "number": ""}).status_code == 422
    assert zhou.post(url, good).status_code == 302
    authorise(bank, classes=["fund", "wealth"], ends_on=today + 10 * DAY)
    text = zhou.get(reverse("people_employee", args=[lin.pk])).content.decode()
    assert "A-9" in text
    assert reverse("people_new_authorisation", args=[lin.pk]) in text
    assert "A-9" in client_of("lin").get(reverse("people_me")).content.decode()
    listed = zhou.get(reverse("people_sellers"), {"state": "soon", "product_class": "fund"}).content.decode()
    assert "林晓雯" in listed
    assert "林晓雯" not in zhou.get(reverse("people_sellers"), {"state": "over"}).content.decode()
    assert "林晓雯" in zhou.get(reverse("people_qualifications")).content.decode()
    assert client_of("lin").get(reverse("people_sellers")).status_code == 403
    export = reverse("people_export_sellers")
    everything = {"everything": "1", "query": "state=running"}
    assert zhou.post(export, {**everything, "format": "csv", "purpose": ""}).status_code == 422
    answer = zhou.post(export, {**everything, "format": "csv", "purpose": "季度检查"})
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "1001" in body
    assert "周明" in body
    assert AuditEntry.objects.filter(operation="people.export_sellers", outcome="done").get().arguments["rows"] == 1


def test_lists_stay_within_a_budget_of_reads(bank: Bank, client_of: ClientOf, django_assert_max_num_queries) -> None:
    for number in range(8):
        paper(bank, number=f"B-{number}")
        authorise(bank, starts_on=business_date() + number * DAY)
    zhou = client_of("zhou")
    with django_assert_max_num_queries(14):
        zhou.get(reverse("people_sellers"))
    with django_assert_max_num_queries(14):
        zhou.get(reverse("people_qualifications"))
