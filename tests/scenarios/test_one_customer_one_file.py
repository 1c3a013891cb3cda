"""Mrs Chen's file: opened once, fed by everybody who meets her, shown in full to those in charge."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kexin.core.errors import Conflict, RuleViolation
from kexin.core.fields import personal_fields
from kexin.core.models import AuditEntry, History
from kexin.core.vault import Writer
from kexin.engagement.operations import add_document, write_note
from kexin.engagement.queries import timeline_events
from kexin.party.choices import PartyKind
from kexin.party.data import DocumentData, PartyData
from kexin.party.models import Customer, Party
from kexin.party.operations import change_customer, create_customer, record_relationship
from kexin.party.operations.customers import DuplicateSuspected
from kexin.party.queries import customers, search

REQUIREMENTS = {
    "A-01": "one file per person: the same document is never stored twice, a second file is noticed",
    "A-02": "name, sex, document, contacts and address stand in the file, checked on entry",
    "A-05": "documents, notes and changes of preference all reach the same file and stay in its history",
    "A-06": "individual, enterprise, institution and cross-border customers have a file each",
    "A-11": "every personal field carries its level; numbers of documents and accounts are masked for everybody",
    "A-17": "check digits, dates and contradictions are told at the field; nothing half-written",
    "A-18": (
        "birth date and sex of the file are compared with the number of the document",
        "the check against the networked verification system comes with due diligence",
    ),
    "A-20": ("the service file in order of time: changes, documents, notes", "service, disclosures and ratings follow"),
    "A-04": ("customer type and asset status", "tolerance, experience and preference come with suitability"),
}
SCREENS = {
    "A-01": "新建客户",
    "A-02": "客户页·档案",
    "A-05": "客户页·时间线、历史",
    "A-06": "新建客户",
    "A-11": "客户页",
    "A-17": "新建客户",
    "A-18": "客户页·档案",
    "A-20": "客户页·时间线",
    "A-04": "客户列表",
}


@pytest.mark.parametrize("kind", PartyKind.values)
def test_each_type_of_customer_has_a_file(bank, kind):
    customer = create_customer(
        actor=bank.actor("lin"),
        data=PartyData(kind=kind, name="澄明贸易有限公司" if kind != "individual" else "王澄"),
        unit=bank.units["east"],
        lead_post=bank.posts["lin"],
    )
    assert Customer.objects.get(pk=customer.pk).kind == kind
    assert (kind in ("enterprise", "institution")) == hasattr(customer.party, "enterprise")


def test_a_second_file_of_the_same_person_is_noticed_and_its_document_refused(bank, chen):
    data = PartyData(
        kind="individual", name="陈秀兰", documents=(DocumentData(type="CN-RIC", number="31010119590412 9964"),)
    )
    lin = bank.actor("lin")
    with pytest.raises(DuplicateSuspected):
        create_customer(actor=lin, data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
    with pytest.raises(Conflict):
        create_customer(actor=lin, data=data, unit=bank.units["east"], lead_post=bank.posts["lin"], anyway=True)
    assert Customer.objects.count() == 1


def test_contradictions_are_told_at_their_fields_and_nothing_is_written(bank):
    data = PartyData(
        kind="individual",
        name="李静",
        sex="M",
        born_on=dt.date(1960, 1, 1),
        documents=(DocumentData(type="CN-RIC", number="310101195904129964"),),
    )
    with pytest.raises(RuleViolation) as told:
        create_customer(actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
    assert "documents-0-number" in told.value.fields
    assert not Party.objects.exists()


def test_everything_that_happens_reaches_the_same_file_in_order(bank, chen):
    lin = bank.actor("lin")
    change_customer(chen, actor=lin, version=1, changes={"preferred_channel": "phone"})
    chen.refresh_from_db()
    change_customer(chen, actor=lin, version=chen.version, changes={"preferred_channel": "visit"})
    write_note(chen, actor=lin, text="偏好上午来电，女儿王澄陪同")
    writer = Writer(chen.party.key_id)
    writer.write(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    stored = writer.finish(media_type="application/pdf", file_name="id.pdf")
    add_document(chen, actor=lin, stored=stored, title="身份证复印件", category="identity")
    son = create_customer(
        actor=lin, data=PartyData(kind="individual", name="王澄"), unit=bank.units["east"], lead_post=bank.posts["lin"]
    )
    record_relationship(chen, actor=lin, other=son, kind="child")
    names = list(timeline_events(lin, chen.pk).order_by("at").values_list("name", flat=True))
    assert names == [
        "party.CustomerCreated",
        "party.PortfolioAssigned",
        "party.CustomerChanged",
        "party.CustomerChanged",
        "engagement.NoteWritten",
        "engagement.DocumentAdded",
        "party.RelationshipRecorded",
    ]
    changes = History.objects.filter(customer_id=chen.pk, table_name="party_party", action="update")
    seen = [(row.before["preferred_channel"], row.after["preferred_channel"]) for row in changes.order_by("id")]
    assert seen == [("", "phone"), ("phone", "visit")]


def test_every_personal_field_has_a_level(bank):
    fields = list(personal_fields())
    assert len(fields) >= 10
    assert {str(each.level if hasattr(each, "level") else each[2]) for each in fields} <= {"C1", "C2", "C3"}


def test_found_by_any_way_within_reach_only(bank, chen):
    for text in ("陈秀兰", "cxl", "9964", "13800005678"):
        assert [row.pk for row in search(bank.actor("zhou"), text)] == [chen.pk], text
        assert search(bank.actor("mei"), text) == [], text
    assert customers(bank.actor("zhou")).get().assets == Decimal(0)
    assert AuditEntry.objects.filter(operation="party.search_customers", outcome="read").count() == 8
