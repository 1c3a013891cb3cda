"""Reports: figures of the reader's own reach, exact totals, limits, sharing, the inbox, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.reports.asked import ReportAsked
from kexin.core.reports.fields import datasets
from kexin.core.reports.pivot import Pivot
from kexin.desk.models import Report, ReportFile
from kexin.desk.reports.delivery import deliver_report, due_reports, sweep_report_files
from kexin.desk.reports.operations import (
    change_report,
    copy_report,
    delete_report,
    download_report,
    export_report,
    save_report,
    schedule_report,
)
from kexin.desk.reports.queries import first_due, report_fields, report_in_reach, reports, run_report
from kexin.holdings.tests.conftest import TODAY, Ledger
from kexin.holdings.tests.test_aum import another, policy
from kexin.party.data import PartyData
from kexin.party.models import Customer
from kexin.party.operations import create_customer
from tests.personas import Bank

ClientOf = Callable[[str], Client]
BY_UNIT = ReportAsked("party.customers", ("unit",), measures=("count", "sum:assets", "average:assets", "share:assets"))


@pytest.fixture
def story(bank: Bank, settings: Any) -> dict[str, Customer]:
    """Two customers of Lin's in the East, one of Mei's in the West."""
    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    west = create_customer(
        actor=bank.actor("mei"),
        data=PartyData(kind="enterprise", name="江澜机电有限公司"),
        unit=bank.units["west"],
        lead_post=bank.posts["mei"],
    )
    found = {"first": another(bank), "second": another(bank, "李静"), "west": west}
    for name, assets, tier in (("first", "100.10", "gold"), ("second", "200.25", ""), ("west", "1000.00", "gold")):
        Customer.objects.filter(pk=found[name].pk).update(assets=Decimal(assets), tier=tier, status="active")
    return found


def table(pivot: Pivot) -> dict[tuple[str, ...], tuple[Any, ...]]:
    return {row.names + column.names: pivot.cells[row.key, column.key]
            for row in pivot.rows for column in pivot.columns if (row.key, column.key) in pivot.cells}  # fmt: skip


def test_sums_counts_averages_shares_and_their_totals(bank: Bank, story: dict[str, Customer]) -> None:
    found = run_report(bank.actor("wu"), BY_UNIT)
    assert table(found) == {
        ("城东支行",): (2, Decimal("300.35"), Decimal("150.18"), Decimal("23.10")),
        ("城西支行",): (1, Decimal("1000.00"), Decimal("1000.00"), Decimal("76.90")),
    }
    assert found.total == (3, Decimal("1300.35"), Decimal("433.45"), Decimal("100.00"))
    entry = AuditEntry.objects.filter(operation="desk.view_reports").latest("id")
    assert entry.arguments["dataset"] == "party.customers"
    assert (entry.outcome, entry.arguments["by"], entry.arguments["lines"]) == ("read", ["unit"], 2)


def test_two_fields_in_rows_one_in_columns_and_the_nothing_of_each(bank: Bank, story: dict[str, Customer]) -> None:
    asked = ReportAsked("party.customers", ("unit", "post"), "tier", ("count",), order="value")
    found = run_report(bank.actor("wu"), asked)
    assert [row.names[0] for row in found.rows] == ["城东支行", "城西支行"]
    assert found.columns[-1].names == ("未定级",)
    (east, west) = found.rows
    assert found.row_totals is not None
    assert (found.row_totals[east.key], found.row_totals[west.key]) == ((2,), (1,))
    assert found.column_totals == {("gold",): (2,), (None,): (1,)}


def test_everybody_gets_figures_of_the_own_reach(bank: Bank, story: dict[str, Customer]) -> None:
    assert {name for (name,) in table(run_report(bank.actor("lin"), BY_UNIT))} == {"城东支行"}
    assert {name for (name,) in table(run_report(bank.actor("mei"), BY_UNIT))} == {"城西支行"}


def test_what_one_may_not_see_one_may_not_add_up(bank: Bank, story: dict[str, Customer]) -> None:
    steward = bank.actor("he")  # sees customers, no balances
    assert run_report(steward, ReportAsked("party.customers", ("unit",))).counted == 3
    for asked in (BY_UNIT, ReportAsked("party.customers", ("tier",)),
                  ReportAsked("party.customers", ("unit",), filters={"tier": ("gold",)})):  # fmt: skip
        with pytest.raises(NotPermitted):
            run_report(steward, asked)
    tops = {each.code for each in report_fields(bank.actor("tang"))}  # senior management owes work for major complaints
    assert tops == {"holdings.figures", "engagement.work"}
    with pytest.raises(NotPermitted):
        run_report(bank.actor("tang"), ReportAsked("party.customers", ("unit",)))


def test_filters_take_units_with_all_below_them(bank: Bank, story: dict[str, Customer]) -> None:
    for unit, count in (("branch", 3), ("west", 1)):
        filters = {"unit": (str(bank.units[unit].pk),)}  # type: ignore[attr-defined]
        assert run_report(bank.actor("wu"), ReportAsked("party.customers", ("kind",), filters=filters)).counted == count
    mine = {"post": (str(bank.posts["mei"].pk),), "kind": ("enterprise", "individual")}  # type: ignore[attr-defined]
    assert run_report(bank.actor("wu"), ReportAsked("party.customers", ("kind",), filters=mine)).counted == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ReportAsked("party.secrets", ("unit",)), "dataset"),
        (ReportAsked("party.customers", ()), "rows"),
        (ReportAsked("party.customers", ("name",)), "rows"),
        (ReportAsked("party.customers", ("unit", "unit")), "rows"),
        (ReportAsked("party.customers", ("unit",), "unit"), "column"),
        (ReportAsked("party.customers", ("unit",), measures=("sum:born_on",)), "measures"),
        (ReportAsked("party.customers", ("unit",), measures=()), "measures"),
        (ReportAsked("party.customers", ("unit",), period="this_year"), "period"),
        (ReportAsked("holdings.maturities", ("kind",), period="between"), "first"),
        (ReportAsked("party.customers", ("unit",), filters={"party__name": ("x",)}), "filters"),
        (ReportAsked("party.customers", ("unit",), chart="pie"), "chart"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused_at_its_field(
    bank: Bank, story: dict[str, Customer], asked: ReportAsked, field: str
) -> None:
    with pytest.raises(RuleViolation) as refusal:
        run_report(bank.actor("wu"), asked)
    assert list(refusal.value.fields) == [field]


def test_time_and_size_have_limits(bank: Bank, story: dict[str, Customer], monkeypatch: Any) -> None:
    policy("desk.reports", cells=100, columns=2)
    wide = ReportAsked("party.customers", ("kind",), "status")
    Customer.objects.filter(pk=story["west"].pk).update(status="dormant")
    Customer.objects.filter(pk=story["first"].pk).update(status="prospect")
    with pytest.raises(RuleViolation) as refusal:
        run_report(bank.actor("wu"), wide)
    assert "column" in refusal.value.fields
    from kexin.core.reports import pivot

    with pytest.raises(RuleViolation), pivot.at_most(1), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(3)")
    with connection.cursor() as cursor:  # the limit went with the report
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() in (("0",), ("0s",))


def test_every_dataset_answers_by_each_of_its_fields_and_knows_no_personal_one(
    bank: Bank, story: dict[str, Customer], chens: dict[str, Any], ledger: Ledger
) -> None:
    from kexin.core.fields import personal_fields
    from kexin.core.reports.asked import measures_of

    ledger.book(chens["current"], TODAY, "-40.50")
    personal = {each.name for _model, each, _level in personal_fields()}
    actor = bank.actor("wu")
    for dataset in datasets():
        codes = [each.code for each in dataset.dimensions]
        assert not personal & set(codes)
        measures = tuple(each.code for each in measures_of(dataset))[:4]
        for code in codes:
            run_report(actor, ReportAsked(dataset.code, (code,), measures=measures))
        for each in dataset.dimensions:
            if each.narrow is not None:
                run_report(actor, ReportAsked(dataset.code, (codes[0],), filters={each.code: ("none", "7", "x")}))


def test_money_without_a_rate_is_left_out_and_told(bank: Bank, story: dict[str, Customer], chens: Any) -> None:
    asked = ReportAsked("holdings.accounts", ("currency",), measures=("count", "sum:balance"))
    found = run_report(bank.actor("lin"), asked)
    assert table(found)[("USD",)] == (1, None)
    assert [(str(label), number) for label, _why, number in found.left_out] == [("余额", 1)]


# -- kept, shared, copied ------------------------------------------------------------------------------------------


def test_a_shared_report_shows_each_reader_the_own_reach(bank: Bank, story: dict[str, Customer]) -> None:
    wu, zhou = bank.actor("wu"), bank.actor("zhou")
    narrow = save_report(actor=zhou, name="本支行", asked=BY_UNIT)
    with pytest.raises(RuleViolation) as refusal:  # the branch is beyond the reach of a sub-branch's head
        change_report(narrow.pk, actor=zhou, share=True, unit=bank.units["branch"])  # type: ignore[arg-type]
    assert "unit" in refusal.value.fields
    report = save_report(actor=wu, name=" 按机构 ", asked=BY_UNIT)
    assert report.name == "按机构"
    with pytest.raises(NotFound):
        report_in_reach(bank.actor("lin"), report.pk)
    change_report(report.pk, actor=wu, share=True, unit=bank.units["branch"])  # type: ignore[arg-type]
    for name, unit in (("lin", "城东支行"), ("mei", "城西支行")):
        mine = bank.actor(name)
        shared = report_in_reach(mine, report.pk)
        assert [line.own for line in reports(mine)] == [False]
        assert set(table(run_report(mine, ReportAsked.from_json(shared.asked)))) == {(unit,)}
        with pytest.raises(NotFound):
            change_report(report.pk, actor=mine, name="anders")
        with pytest.raises(NotFound):
            delete_report(report.pk, actor=mine)
    with pytest.raises(NotFound):  # the head office stands above the branch
        report_in_reach(bank.actor("qian"), report.pk)
    change_report(report.pk, actor=wu, share=False)
    with pytest.raises(NotFound):
        report_in_reach(bank.actor("lin"), report.pk)


def test_kept_renamed_copied_deleted(bank: Bank, story: dict[str, Customer]) -> None:
    lin = bank.actor("lin")
    report = save_report(actor=lin, name="客户", asked=BY_UNIT)
    with pytest.raises(Conflict) as refusal:
        save_report(actor=lin, name="客户", asked=BY_UNIT)
    assert "name" in refusal.value.fields
    copied = copy_report(report.pk, actor=lin)
    assert (copied.name, copied.asked, copied.shared_with) == ("客户 (2)", report.asked, None)
    assert change_report(copied.pk, actor=lin, name="别名").name == "别名"
    delete_report(report.pk, actor=lin)
    assert [line.report.name for line in reports(lin)] == ["别名"]
    done = AuditEntry.objects.filter(actor_name=lin.name, outcome="done").values_list("operation", flat=True)
    assert {"desk.save_report", "desk.copy_report", "desk.change_report", "desk.delete_report"} <= set(done)


def test_what_one_may_not_see_one_may_not_keep(bank: Bank, story: dict[str, Customer]) -> None:
    with pytest.raises(NotPermitted):
        save_report(actor=bank.actor("he"), name="x", asked=BY_UNIT)
    assert not Report.objects.exists()


# -- the inbox -----------------------------------------------------------------------------------------------------


def test_rhythms_fall_on_working_days() -> None:
    def weekdays(day: dt.date) -> bool:
        return day.weekday() < 5 and day != dt.date(2026, 11, 23)

    friday = dt.date(2026, 11, 20)
    assert first_due("daily", friday, weekdays) == dt.date(2026, 11, 24)
    assert first_due("weekly", friday, weekdays) == dt.date(2026, 11, 24)  # Monday is a day off
    assert first_due("weekly", dt.date(2026, 11, 24), weekdays) == dt.date(2026, 11, 30)
    assert first_due("monthly", friday, weekdays) == dt.date(2026, 12, 1)


@pytest.fixture
def scheduled(bank: Bank, story: dict[str, Customer], settings: Any) -> Report:
    """A daily report of Lin's, due on the next working day, which it is."""
    report = save_report(actor=bank.actor("lin"), name="每日", asked=BY_UNIT)
    report = schedule_report(report.pk, actor=bank.actor("lin"), rhythm="daily", form="csv")
    assert report.next_on is not None
    settings.KEXIN_BUSINESS_DATE = report.next_on.isoformat()
    return report


def test_a_scheduled_report_comes_to_the_inbox_encrypted_and_once(
    bank: Bank, scheduled: Report, settings: Any, client_of: ClientOf
) -> None:
    assert scheduled.next_on is not None
    morning = dt.datetime.combine(scheduled.next_on, dt.time(7, 30), zone())
    assert due_reports(morning.replace(hour=6)) == []
    assert due_reports(morning) == [scheduled.pk]
    made = deliver_report(scheduled.pk, actor=system("clock.reports"))
    assert made is not None
    assert deliver_report(scheduled.pk, actor=system("clock.reports")) is None
    assert due_reports(morning) == []
    from kexin.desk.reports.files import folder

    assert "城东支行".encode() not in (folder() / made.stored_as).read_bytes()
    item = WorkItem.objects.get(kind="desk.report_ready")
    assert (item.owner_post_id, item.status) == (bank.posts["lin"].pk, "open")  # type: ignore[attr-defined]
    assert Event.objects.filter(name="desk.ReportDelivered").count() == 1
    lin = client_of("lin")
    assert lin.get(f"/reports/files/{made.pk}/").status_code == 200
    text = b"".join(lin.post(f"/reports/files/{made.pk}/fetch/")).decode()  # type: ignore[arg-type]
    assert "城东支行" in text
    assert "300.35" in text
    assert "林晓雯 1001" in text  # the watermark
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "fetched")
    assert AuditEntry.objects.filter(operation="desk.download_report", outcome="done").count() == 1
    for other in ("mei", "zhou"):
        assert client_of(other).post(f"/reports/files/{made.pk}/fetch/").status_code == 404
    bare = bank.actor("lin")
    kept = tuple(replace(each, operations=frozenset({"desk.download_report"})) for each in bare.grants)
    with pytest.raises(NotPermitted):  # without the second factor no figures
        download_report(made.pk, actor=replace(bare, grants=kept))
    settings.KEXIN_BUSINESS_DATE = (made.kept_until + dt.timedelta(days=1)).isoformat()
    assert sweep_report_files(actor=system("clock.files")) == 1
    assert not ReportFile.objects.exists()
    assert not (folder() / made.stored_as).exists()


def test_figures_of_the_schedule_are_those_of_the_owner_today(bank: Bank, scheduled: Report) -> None:
    Customer.objects.filter(unit=bank.units["east"]).update(lead_post=None)  # nobody is in Lin's portfolio any more
    made = deliver_report(scheduled.pk, actor=system("clock.reports"))
    assert made is not None
    assert made.lines == 0


def test_an_owner_who_left_stops_the_schedule_and_the_report_says_so(
    bank: Bank, scheduled: Report, client_of: ClientOf
) -> None:
    change_report(scheduled.pk, actor=bank.actor("lin"), share=True, unit=bank.units["east"])  # type: ignore[arg-type]
    from kexin.people.models import PostHolder

    assert scheduled.next_on is not None
    PostHolder.objects.filter(post=bank.posts["lin"]).update(ends_on=scheduled.next_on - dt.timedelta(days=1))
    assert deliver_report(scheduled.pk, actor=system("clock.reports")) is None
    scheduled.refresh_from_db()
    assert (scheduled.stopped, scheduled.next_on) == ("left", None)
    assert Event.objects.get(name="desk.ReportStopped").payload["reason"] == "left"
    assert "离职" in client_of("zhou").get("/reports/").content.decode()


def test_a_right_that_is_gone_stops_the_schedule_and_tells_the_owner(bank: Bank, scheduled: Report) -> None:
    from kexin.core.models import RoleOperation

    RoleOperation.objects.filter(role__code="wealth_manager", operation="holdings.view_accounts").delete()
    assert deliver_report(scheduled.pk, actor=system("clock.reports")) is None
    item = WorkItem.objects.get(kind="desk.report_stopped")
    assert item.owner_post_id == bank.posts["lin"].pk  # type: ignore[attr-defined]
    with pytest.raises(NotPermitted):
        schedule_report(scheduled.pk, actor=bank.actor("lin"), rhythm="daily")
    schedule_report(scheduled.pk, actor=bank.actor("lin"), rhythm="")
    item.refresh_from_db()
    assert item.status == "done"


def test_only_the_clock_delivers(bank: Bank, scheduled: Report) -> None:
    with pytest.raises(NotPermitted):
        deliver_report(scheduled.pk, actor=bank.actor("lin"))


# -- files ---------------------------------------------------------------------------------------------------------


def test_an_export_needs_a_purpose_and_is_recorded(bank: Bank, story: dict[str, Customer]) -> None:
    lin = bank.actor("lin")
    with pytest.raises(RuleViolation):
        export_report(actor=lin, asked=BY_UNIT, name="", purpose=" ")
    table = export_report(actor=lin, asked=BY_UNIT, name="客户", purpose="支行例会")
    assert list(table.rows) == [("城东支行", Decimal(2), Decimal("300.35"), Decimal("150.18"), Decimal("100.00"))]
    entry = AuditEntry.objects.filter(operation="desk.export_report", outcome="done").get()
    assert (entry.arguments["purpose"], entry.arguments["rows"]) == ("支行例会", 1)


# -- pages ---------------------------------------------------------------------------------------------------------


def test_the_builder_shows_figures_links_and_totals_within_its_budget(
    bank: Bank, story: dict[str, Customer], client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    wu = client_of("wu")
    address = "/reports/new/?dataset=party.customers&row=unit&column=tier&measure=count&measure=sum%3Aassets"
    wu.get(address)
    with django_assert_max_num_queries(24):
        page = wu.get(address).content.decode()
    east = bank.units["east"].pk  # type: ignore[attr-defined]
    assert f'href="/customers/?unit={east}&amp;tier=gold"' in page
    assert "1,300.35" in page
    preview = wu.get(address.replace("new", "preview"), headers={"HX-Request": "true"})
    assert preview.headers["HX-Replace-Url"].startswith("/reports/new/?dataset=party.customers&row=unit")
    refused = wu.get("/reports/preview/?dataset=party.customers&row=name&measure=count", headers={"HX-Request": "true"})
    assert "该数据集没有这个字段" in refused.content.decode()
    steward = client_of("he").get("/reports/new/?dataset=party.customers").content.decode()
    assert "sum:assets" not in steward


def test_a_report_is_kept_shared_scheduled_and_deleted_on_its_pages(
    bank: Bank, story: dict[str, Customer], client_of: ClientOf
) -> None:
    zhou = client_of("zhou")
    query = "dataset=party.customers&row=kind&measure=count"
    assert zhou.post(f"/reports/save/?{query}", {"name": ""}).status_code == 422
    zhou.post(f"/reports/save/?{query}", {"name": "按类型"})
    report = Report.objects.get()
    page = f"/reports/{report.pk}/"
    zhou.post(f"{page}keep/?{query}&column=status", {})
    zhou.post(f"{page}rename/", {"name": "类型与状态"})
    zhou.post(f"{page}share/", {"unit": str(bank.units["east"].pk)})  # type: ignore[attr-defined]
    zhou.post(f"{page}schedule/", {"rhythm": "monthly", "form": "xlsx"})
    report.refresh_from_db()
    assert (report.name, report.asked["column"], report.rhythm) == ("类型与状态", "status", "monthly")
    assert report.shared_with_id == bank.units["east"].pk  # type: ignore[attr-defined]
    assert client_of("lin").get(page).status_code == 200
    assert client_of("lin").post(f"{page}delete/").status_code == 404
    assert client_of("mei").get(page).status_code == 404
    assert client_of("gao").get(page).status_code == 404  # head office stands above the branch
    assert zhou.post(f"/reports/export/?{query}", {"format": "csv", "purpose": ""}).status_code == 422
    file = zhou.post(f"/reports/export/?{query}", {"format": "csv", "purpose": "例会"})
    text = b"".join(file).decode()  # type: ignore[arg-type]
    assert "个人" in text
    assert "周明 1004" in text
    workbook = zhou.post(f"/reports/export/?{query}", {"format": "xlsx", "purpose": "例会"})
    assert b"".join(workbook)[:2] == b"PK"  # type: ignore[arg-type]
    zhou.post(f"{page}delete/")
    assert not Report.objects.exists()


def test_a_name_that_looks_like_a_formula_leaves_as_text(bank: Bank, story: dict[str, Customer]) -> None:
    from kexin.core.export import csv_lines
    from kexin.people.models import OrgUnit

    OrgUnit.objects.filter(pk=bank.units["east"].pk).update(name="=cmd|' /C calc'!A0")  # type: ignore[attr-defined]
    table = export_report(actor=bank.actor("lin"), asked=BY_UNIT, name="x", purpose="例会")
    text = b"".join(csv_lines([str(each) for each in table.heads], table.rows, bank.actor("lin"))).decode()
    assert "'=cmd" in text
    assert "\n=cmd" not in text


def test_the_interface_computes_keeps_and_schedules(
    bank: Bank, story: dict[str, Customer], client_of: ClientOf
) -> None:
    lin = client_of("lin")

    def send(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return getattr(lin, method)(f"/api/v1{path}", body, content_type="application/json")

    asked = {"dataset": "party.customers", "rows": ["unit"], "measures": ["count", "sum:assets"]}
    found = send("post", "/reports/figures", asked).json()
    assert found["rows"][0]["names"] == ["城东支行"]
    assert [Decimal(each) for each in found["rows"][0]["values"][0]] == [2, Decimal("300.35")]
    assert send("post", "/reports/figures", {**asked, "rows": ["name"]}).status_code == 422
    made = send("post", "/reports", {"name": "机构", "asked": asked})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert send("patch", f"/reports/{pk}", {"name": "各机构"}).json()["name"] == "各机构"
    assert send("put", f"/reports/{pk}/schedule", {"rhythm": "daily", "format": "csv"}).json()["next_on"]
    assert send("get", f"/reports/{pk}/figures").json()["counted"] == 2
    assert send("post", f"/reports/{pk}/copy").json()["name"] == "各机构 (2)"
    assert len(send("get", "/reports").json()["items"]) == 2
    assert send("delete", f"/reports/{pk}").status_code == 204
