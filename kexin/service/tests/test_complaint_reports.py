"""Statutory reports: frozen by one, signed by another, the same to the byte afterwards, whatever changes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.service.complaints.analysis.report_files import download_complaint_report
from kexin.service.complaints.analysis.reporting import (
    approve_complaint_report,
    complaint_report,
    complaint_reports,
    make_complaint_report,
    report_differences,
)
from kexin.service.models import Complaint, ComplaintReport, ComplaintReportDecision
from kexin.service.tests.test_complaint_figures import stored
from tests.complaint_people import hire, hire_officers

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
APRIL = dt.datetime(2026, 4, 2, 10, tzinfo=zone())
SPRING = dt.datetime(2026, 2, 3, 9, tzinfo=zone())
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def quarter(bank: Any, chen: Any, time_machine: Any) -> Any:
    """Five cases of the first quarter: three about fees, two about data at West, one of these joined."""
    time_machine.move_to(APRIL, tick=False)
    hire_officers(bank)
    Customer.objects.filter(pk=chen.pk).update(status="active", admitted_on=dt.date(2026, 1, 5))
    stored(bank, chen, [SPRING + each * HOUR for each in range(3)])
    west = {"concerned_unit": bank.units["west"], "causes": ["data", "fees"], "business": "payment"}
    first, second = stored(bank, chen, [SPRING + 30 * HOUR, SPRING + 31 * HOUR], **west)
    Complaint.objects.filter(pk=second.pk).update(state="merged", joined_into=first.pk, closed_at=APRIL)
    return chen


def made(bank: Any) -> ComplaintReport:
    return make_complaint_report(actor=bank.actor("ning"), kind="quarter", year=2026, quarter=1)


def approved(bank: Any) -> ComplaintReport:
    row = made(bank)
    approve_complaint_report(row, actor=bank.actor("wu"), approve=True)
    return row


def line(row: ComplaintReport, table: str, key: str) -> list[Any]:
    (found,) = [each for each in row.content["tables"] if each["code"] == table]
    return next(each[1:] for each in found["rows"] if each[0] == key)


def test_the_tables_count_what_is_there_after_joining(bank: Any, quarter: Any) -> None:
    row = made(bank)
    assert (row.report_no, row.revision, len(row.cases)) == ("CR2026Q1-1", 1, 5)
    assert [line(row, "overview", each)[0] for each in ("brought", "joined", "cases")] == [5, 1, 4]
    assert line(row, "cause", "fees")[:2] == [4, "100.00"]
    assert line(row, "cause", "data")[:2] == [1, "25.00"]
    assert line(row, "business", "cards")[:2] == [3, "75.00"]
    branch, head = str(bank.units["branch"].pk), str(OrgUnit.objects.get(code="000").pk)
    assert line(row, "region", branch) == [4, "100.00", 1, "40000000.00", 2, "2000.00"]
    assert head not in [each[0] for each in row.content["tables"][3]["rows"]]
    assert row.content["names"]["cause"]["fees"] == {"zh": "定价收费", "en": "Prices and fees"}
    assert Event.objects.filter(name="service.ComplaintReportMade", subject=row.report_no).exists()
    assert WorkItem.objects.open().get(kind="service.complaint_report").owner_post_id == bank.posts["wu"].pk


def test_one_makes_it_another_signs_it_and_neither_row_ever_changes(bank: Any, quarter: Any) -> None:
    row = made(bank)
    with pytest.raises(NotPermitted):
        approve_complaint_report(row, actor=bank.actor("ning"), approve=True)
    with pytest.raises(RuleViolation):
        approve_complaint_report(row, actor=bank.actor("wu"), approve=False)
    decision = approve_complaint_report(row, actor=bank.actor("wu"), approve=True)
    assert not WorkItem.objects.open().filter(kind="service.complaint_report").exists()
    assert complaint_report(bank.actor("qian"), row.pk).intact
    with pytest.raises(RuleViolation):
        approve_complaint_report(row, actor=bank.actor("wu"), approve=False, note="再想想")
    for change in (
        lambda: ComplaintReport.objects.filter(pk=row.pk).update(note="x"),
        lambda: ComplaintReportDecision.objects.filter(pk=decision.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    again = made_again(bank)
    with pytest.raises(IntegrityError), transaction.atomic():
        ComplaintReportDecision.objects.create(report=again, made_by="1", by="1", approved=False, at=APRIL)
    assert Event.objects.get(name="service.ComplaintReportDecided").payload["approved"] is True


def made_again(bank: Any) -> ComplaintReport:
    return make_complaint_report(actor=bank.actor("ning"), kind="quarter", year=2026, quarter=1, note="补报")


def test_whoever_changes_a_digit_in_the_database_is_noticed(bank: Any, quarter: Any) -> None:
    row = approved(bank)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE service_complaintreport DISABLE TRIGGER append_only")
        cursor.execute("UPDATE service_complaintreport SET content = jsonb_set(content, '{tables,0,rows,2,1}', '3')")
        cursor.execute("ALTER TABLE service_complaintreport ENABLE TRIGGER append_only")
    assert not complaint_report(bank.actor("wu"), row.pk).intact
    with pytest.raises(RuleViolation):
        download_complaint_report(row.pk, actor=bank.actor("ning"), purpose="报送", form="xlsx")


def test_files_are_the_same_to_the_byte_after_the_complaints_changed(
    bank: Any, quarter: Any, time_machine: Any
) -> None:
    row, ning = approved(bank), bank.actor("ning")
    wanted = [("xlsx", "zh"), ("xlsx", "en"), ("pdf", "zh"), ("pdf", "en")]

    def files() -> list[str]:
        return [
            download_complaint_report(row.pk, actor=ning, purpose="报送", form=form, language=language).sha256
            for form, language in wanted
        ]

    before = files()
    time_machine.move_to(APRIL + dt.timedelta(days=40), tick=False)
    stored(bank, quarter, [SPRING + 50 * HOUR])
    changed = Complaint.objects.filter(business="cards").order_by("pk").first()
    assert changed is not None
    Complaint.objects.filter(pk=changed.pk).update(causes=["attitude"], version=2)
    Customer.objects.filter(pk=quarter.pk).update(closed_on=dt.date(2026, 2, 1), status="closed")
    OrgUnit.objects.filter(pk=bank.units["branch"].pk).update(name="新名分行")
    assert files() == before
    assert AuditEntry.objects.filter(operation="service.download_complaint_report", outcome="done").count() == 8
    found = report_differences(ning, row.pk)
    assert (len(found.added), found.gone, found.changed) == (1, (), (changed.complaint_no,))
    told = {(each.table, each.key, each.head): (each.then, each.now) for each in found.cells}
    assert told["overview", "cases", "value"] == ("4", "5")
    assert told["overview", "customers", "value"] == ("1", "0")
    assert told["cause", "attitude", "cases"] == (None, "1")


def test_the_workbook_holds_numbers_and_its_evidence(bank: Any, quarter: Any) -> None:
    row = approved(bank)
    file = download_complaint_report(row.pk, actor=bank.actor("ning"), purpose="报送", form="xlsx", language="en")
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert book.sheetnames[:4] == ["Overview", "By business", "By cause", "By region"]
    overview = {line[0].value: line[1].value for line in book["Overview"].iter_rows(min_row=2)}
    assert overview["Complaints after joining"] == 4
    assert Decimal(str(overview["Per 1,000 outlets"])) == 2000
    assert row.sha256 in [cell.value for cell in book.worksheets[-1]["B"]]
    assert file.name == "CR2026Q1-1-en.xlsx"


def test_what_is_refused(bank: Any, quarter: Any) -> None:
    ning = bank.actor("ning")
    for wrong in (
        {"kind": "week", "year": 2026},
        {"kind": "quarter", "year": 2026},
        {"kind": "quarter", "year": 2026, "quarter": 2},
        {"kind": "year", "year": 2026},
        {"kind": "year", "year": 1066},
    ):
        with pytest.raises(RuleViolation):
            make_complaint_report(actor=ning, **wrong)  # type: ignore[arg-type]
    row = made(bank)
    with pytest.raises(RuleViolation):
        made(bank)  # reported already: say why
    with pytest.raises(RuleViolation):
        download_complaint_report(row.pk, actor=ning, purpose="报送", form="pdf")  # nobody approved it
    approve_complaint_report(row, actor=bank.actor("wu"), approve=False, note="口径有误")
    again = made_again(bank)
    assert (again.report_no, again.revision) == ("CR2026Q1-2", 2)
    approve_complaint_report(again, actor=bank.actor("wu"), approve=True)
    for form, purpose in (("docx", "报送"), ("pdf", " ")):
        with pytest.raises(RuleViolation):
            download_complaint_report(again.pk, actor=ning, purpose=purpose, form=form)
    year = make_complaint_report(actor=ning, kind="year", year=2025)
    assert (year.report_no, year.cases) == ("CR2025Y-1", [])
    assert {each.pk for each in complaint_reports(bank.actor("tang"))} == {row.pk, again.pk, year.pk}
    for who in ("zhou", "sun"):
        with pytest.raises(NotPermitted):
            complaint_report(bank.actor(who), row.pk)
    with pytest.raises(NotFound):
        complaint_report(bank.actor("wu"), 10**9)


def test_in_the_browser_from_making_to_the_file(bank: Any, quarter: Any, client_of: ClientOf) -> None:
    ning, wu = client_of("ning"), client_of("wu")
    assert "没有报表" in ning.get(reverse("complaints:reports")).content.decode()
    early = ning.post(reverse("complaints:make_report"), {"kind": "quarter", "year": 2026, "quarter": 3})
    assert early.status_code == 422
    assert "尚未结束" in early.content.decode()
    sent = ning.post(reverse("complaints:make_report"), {"kind": "quarter", "year": 2026, "quarter": 1})
    row = ComplaintReport.objects.get()
    address = reverse("complaints:report", args=[row.pk])
    assert sent.headers["Location"] == address
    page = ning.get(address).content.decode()
    assert "待复核" in page
    assert 'name="approve"' not in page
    assert "定价收费" in page
    assert wu.post(address, {"approve": "0", "note": ""}).status_code == 422
    assert wu.post(address, {"approve": "1", "note": ""}).status_code == 302
    assert "已复核并签名" in wu.get(address).content.decode()
    assert "CR2026Q1-1" in wu.get(reverse("complaints:reports")).content.decode()
    download = reverse("complaints:download_report", args=[row.pk])
    assert ning.post(download, {"purpose": "", "form": "pdf", "language": "zh"}).status_code == 422
    file = ning.post(download, {"purpose": "报送监管", "form": "pdf", "language": "zh"})
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.content.startswith(b"%PDF")
    differs = reverse("complaints:report_differences", args=[row.pk])
    assert "没有差异" in ning.get(differs).content.decode()
    stored(bank, quarter, [SPRING + 60 * HOUR])
    told = ning.get(differs).content.decode()
    assert "此后进入本期" in told
    assert Complaint.objects.order_by("-pk")[0].complaint_no in told
    # a reader without the list of cases sees how many, never which
    english = wu.get(differs, headers={"Accept-Language": "en"})
    assert english.status_code == 200
    assert client_of("zhou").get(address).status_code == 403
    assert client_of("sun").get(reverse("complaints:reports")).status_code == 403


def test_of_one_unit_and_what_lies_under_it(bank: Any, quarter: Any, client_of: ClientOf) -> None:
    """The branch's tables hold both of its sub-branches, West's only its own; both tie to the list behind them."""
    ning, client = bank.actor("ning"), client_of("ning")
    stored(bank, quarter, [SPRING + 70 * HOUR], concerned_unit=bank.units["head"])
    whole = made(bank)
    west = make_complaint_report(actor=ning, kind="quarter", year=2026, quarter=1, unit_id=bank.units["west"].pk)
    branch = make_complaint_report(actor=ning, kind="quarter", year=2026, quarter=1, unit_id=bank.units["branch"].pk)
    assert west.report_no == f"CR2026Q1-{bank.units['west'].code}-1"
    assert [line(each, "overview", "cases")[0] for each in (whole, branch, west)] == [5, 4, 1]
    assert line(branch, "region", str(bank.units["branch"].pk))[:2] == [4, "100.00"]
    assert line(west, "overview", "outlets") == [1]
    assert west.content["unit"]["zh"] == bank.units["west"].name
    for row, found in ((branch, 4), (west, 1)):
        page = client.get(reverse("complaints:report", args=[row.pk])).content.decode()
        address = page.split('href="/complaints/?', 1)[1].split('"', 1)[0].replace("&amp;", "&")
        listed = client.get(f"/complaints/?{address}").content.decode()
        inside = [each for each in Complaint.objects.values_list("complaint_no", flat=True) if each in listed]
        assert len(inside) == found
    again = make_complaint_report(
        actor=ning, kind="quarter", year=2026, quarter=1, unit_id=bank.units["west"].pk, note="补报"
    )
    assert again.revision == 2
    assert not report_differences(ning, west.pk).any
    with pytest.raises(RuleViolation) as refusal:
        make_complaint_report(actor=ning, kind="quarter", year=2026, quarter=1, unit_id=10**9)
    assert set(refusal.value.fields) == {"unit_id"}
    approve_complaint_report(west, actor=bank.actor("wu"), approve=True)
    file = download_complaint_report(west.pk, actor=ning, purpose="上报分行", form="pdf", language="en")
    assert file.content.startswith(b"%PDF")
    sent = client.post(
        reverse("complaints:make_report"),
        {"kind": "quarter", "year": 2026, "quarter": 1, "unit_id": bank.units["east"].pk},
    )
    assert sent.status_code == 302
    assert ComplaintReport.objects.order_by("-pk")[0].unit_id == bank.units["east"].pk


def test_whoever_reaches_a_branch_alone_makes_its_report_and_not_the_institutions(bank: Any, quarter: Any) -> None:
    hire(bank, "dong", "1066", "董岩", "Dong Yan", unit="east", reach="unit")
    dong = bank.actor("dong")
    with pytest.raises(NotPermitted):
        make_complaint_report(actor=dong, kind="quarter", year=2026, quarter=1)
    row = make_complaint_report(actor=dong, kind="quarter", year=2026, quarter=1, unit_id=bank.units["east"].pk)
    assert line(row, "overview", "cases") == [3]
    with pytest.raises(RuleViolation):
        make_complaint_report(actor=dong, kind="quarter", year=2026, quarter=1, unit_id=bank.units["west"].pk)
    whole = made(bank)
    assert {each.pk for each in complaint_reports(dong)} == {row.pk}
    assert {each.pk for each in complaint_reports(bank.actor("ning"))} == {row.pk, whole.pk}
