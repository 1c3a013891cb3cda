"""Customer files: made, changed, found, guarded."""

from __future__ import annotations

import datetime as dt

import pytest

from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, History
from kexin.party.data import ContactData, DocumentData, PartyData
from kexin.party.models import Customer, DuplicateCandidate, IdentityDocument, Party
from kexin.party.operations import change_customer, create_customer, reveal
from kexin.party.operations.customers import DuplicateSuspected
from kexin.party.queries import customers, open_customer, search


def test_a_new_file_is_a_prospect_with_audit_event_and_history(bank, chen):
    assert chen.status == "prospect"
    assert chen.customer_no.startswith("C")
    entry = AuditEntry.objects.get(operation="party.create_customer", outcome="done")
    assert entry.actor_name == "1001"
    assert entry.customer_id == chen.pk
    assert "陈" not in str(entry.arguments)
    names = set(Event.objects.filter(customer_id=chen.pk).values_list("name", flat=True))
    assert names == {"party.CustomerCreated", "party.PortfolioAssigned"}
    assert History.objects.filter(customer_id=chen.pk, table_name="party_party").count() == 1


def test_personal_data_lie_encrypted(bank, chen, django_db_blocker):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, born_on FROM party_party WHERE id = %s", [chen.pk])
        name, born = cursor.fetchone()
    assert "陈秀兰".encode() not in bytes(name)
    assert b"1959" not in bytes(born)
    again = Party.objects.get(pk=chen.pk)
    assert again.name == "陈秀兰"
    assert again.born_on == dt.date(1959, 4, 12)


@pytest.mark.parametrize(
    "text", ["陈秀", "秀兰", "chenxiulan", "chen", "cxl", "13800005678", "5678", "310101195904129964"]
)
def test_found_by_name_pinyin_initials_and_numbers(bank, chen, text):
    assert [row.pk for row in search(bank.actor("lin"), text)] == [chen.pk]


def test_another_branch_finds_nothing(bank, chen):
    assert search(bank.actor("mei"), "陈秀兰") == []
    assert not customers(bank.actor("mei")).exists()
    with pytest.raises(NotFound):
        open_customer(bank.actor("mei"), chen.pk)


def test_administrator_and_management_see_no_customers(bank, chen):
    for name in ("gao", "tang"):
        with pytest.raises(NotPermitted):
            open_customer(bank.actor(name), chen.pk)
    assert AuditEntry.objects.filter(operation="party.view_customer", outcome="refused").count() == 2


def test_opening_is_recorded_once_with_the_customer(bank, chen):
    open_customer(bank.actor("zhou"), chen.pk)
    entry = AuditEntry.objects.get(operation="party.view_customer", outcome="read")
    assert (entry.customer_id, entry.actor_name) == (chen.pk, "1004")


def test_second_person_is_told_what_changed(bank, chen):
    change_customer(chen, actor=bank.actor("lin"), version=1, changes={"occupation": "退休教师"})
    with pytest.raises(Conflict) as told:
        change_customer(chen, actor=bank.actor("zhou"), version=1, changes={"occupation": "教师"})
    assert told.value.current == {"version": 2, "occupation": "退休教师"}
    assert Party.objects.get(pk=chen.pk).occupation == "退休教师"


def test_same_document_is_suspected_and_never_stored_twice(bank, chen):
    data = PartyData(
        kind="individual", name="陈秀蓝", documents=(DocumentData(type="CN-RIC", number="310101195904129964"),)
    )
    with pytest.raises(DuplicateSuspected) as told:
        create_customer(actor=bank.actor("mei"), data=data, unit=bank.units["west"], lead_post=bank.posts["mei"])
    (match,) = told.value.matches
    assert (match.reasons, match.within_reach, match.unit_name) == (("identity",), False, "城东支行")
    with pytest.raises(Conflict):
        create_customer(
            actor=bank.actor("mei"), data=data, unit=bank.units["west"], lead_post=bank.posts["mei"], anyway=True
        )
    assert IdentityDocument.objects.count() == 1
    assert Customer.objects.count() == 1


def test_same_mobile_becomes_a_candidate_when_created_anyway(bank, chen):
    data = PartyData(kind="individual", name="王志强", contacts=(ContactData(kind="mobile", value="138 0000 5678"),))
    other = create_customer(
        actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"], anyway=True
    )
    candidate = DuplicateCandidate.objects.get()
    assert {candidate.first_id, candidate.second_id} == {chen.pk, other.pk}
    assert candidate.reasons == ["contact"]


@pytest.mark.parametrize(
    ("number", "field"),
    [("310101195904129965", "documents-0-number"), ("12345", "documents-0-number"), ("", "documents-0-number")],
)
def test_wrong_check_digit_is_told_at_the_field(bank, number, field):
    data = PartyData(kind="individual", name="李静", documents=(DocumentData(type="CN-RIC", number=number),))
    with pytest.raises(RuleViolation) as told:
        create_customer(actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
    assert field in told.value.fields
    assert not Party.objects.exists()


def test_reveal_needs_a_purpose_and_is_recorded(bank, chen):
    document = IdentityDocument.objects.get(party=chen.pk)
    lin = bank.actor("lin")
    with pytest.raises(RuleViolation):
        reveal(chen, actor=lin, what="document", row_id=document.pk, purpose="")
    shown = reveal(chen, actor=lin, what="document", row_id=document.pk, purpose="verify")
    assert shown.value == "310101195904129964"
    entry = AuditEntry.objects.get(operation="party.reveal", outcome="done")
    assert entry.arguments["purpose"] == "verify"
    assert "310101" not in str(entry.arguments)
