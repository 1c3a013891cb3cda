"""The bank is asked by people who write no SQL: every cell of their reports agrees with SQL that knows none of ours.

The demonstration bank, read by compliance (all of it) and by the head of one sub-branch (that one). A report is
shared and shows each of them the own figures, leaves as a file for a purpose; every look stands in the audit.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from kexin.core.actor import Actor, system
from kexin.core.models import AuditEntry
from kexin.core.reports.asked import ReportAsked
from kexin.core.reports.pivot import Pivot
from kexin.desk.reports.operations import change_report, export_report, save_report
from kexin.desk.reports.queries import report_in_reach, run_report
from kexin.people.models import OrgUnit, PostHolder, User
from kexin.people.queries import actor_for

REQUIREMENTS = {
    "L-20": (
        "a report builder over what the reader may see, its sums equal to SQL, shared, scheduled, taken out",
        "mining of data",
    ),
}
SCREENS = {"L-20": "报表、晨会看板"}
pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def cells(pivot: Pivot) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {row + column: values for (row, column), values in pivot.cells.items()}


def told(rows: list[tuple[Any, ...]], keys: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {tuple(key or None for key in row[:keys]): row[keys:] for row in rows}


@pytest.fixture
def readers(settings: Any) -> dict[str, tuple[Actor, str]]:
    """Compliance with the whole bank, a head with one sub-branch; and the path that each reaches."""
    from kexin.holdings.aum.rebuild import rebuild
    from kexin.project.demo import load
    from kexin.project.demo.simulate import prepare
    from kexin.project.demo.staffing import new_password

    settings.KEXIN_BUSINESS_DATE = TODAY.isoformat()
    bank = prepare(60, 3, 7, TODAY)
    load.load_bank(bank, actor=system("demo.load"), password=new_password(), progress=lambda *_: None)
    rebuild(dt.date(2026, 9, 1), TODAY)
    load.analyse_tables()  # else the planner may join the ledger row by row

    def holder(role: str) -> tuple[Actor, OrgUnit]:
        held = PostHolder.objects.filter(ends_on=None, post__roles__role__code=role, employee__user__isnull=False)
        row = held.select_related("post__unit", "employee__user").order_by("pk")[0]
        assert isinstance(row.employee.user, User)
        return actor_for(row.employee.user, session="test", methods=("password", "mfa")), row.post.unit

    head, unit = holder("sub_branch_head")
    return {"all": (holder("compliance_officer")[0], "/"), "head": (head, unit.path)}


@pytest.mark.parametrize("who", ["all", "head"])
def test_every_cell_agrees_with_sql(readers: dict[str, tuple[Actor, str]], who: str) -> None:
    actor, path = readers[who]
    reach = "SELECT id FROM people_orgunit WHERE starts_with(path, %s)"

    asked = ReportAsked("party.customers", ("unit", "tier"), "status", ("count", "sum:assets"))
    found = run_report(actor, asked)
    expected = sql(
        "SELECT unit_id, tier, status, count(*), sum(assets) FROM party_customer WHERE status <> 'merged'"
        f" AND unit_id IN ({reach}) GROUP BY 1, 2, 3",
        path,
    )
    assert cells(found) == told(expected, 3)
    assert found.total == sql(
        f"SELECT count(*), sum(assets) FROM party_customer WHERE status <> 'merged' AND unit_id IN ({reach})", path
    )[0]  # fmt: skip

    asked = ReportAsked("holdings.bookings", ("month", "kind"), "direction", ("count", "sum:amount"), "last_12_months")
    expected = sql(
        "SELECT date_trunc('month', t.booked_on)::date, t.kind, t.direction, count(*), sum(t.amount)"
        " FROM holdings_transaction t JOIN holdings_account a ON a.id = t.account_id"
        " JOIN party_customer c ON c.party_id = a.customer_id"
        f" WHERE t.booked_on >= '2025-12-01' AND t.booked_on < '2026-12-01' AND c.unit_id IN ({reach})"
        " AND a.currency = 'CNY' GROUP BY 1, 2, 3",
        path,
    )
    found = run_report(actor, asked)
    foreign = sum(number for _label, _why, number in found.left_out)
    assert sum(values[0] for values in cells(found).values()) == sum(row[3] for row in expected) + foreign
    amounts = {key: values[1] for key, values in cells(found).items() if values[1] is not None}
    assert amounts == {key: values[1] for key, values in told(expected, 3).items()}

    asked = ReportAsked("holdings.aum", ("month",), "unit", ("count", "sum:closing"), "this_year")
    expected = sql(
        "SELECT m.month, c.unit_id, count(*), sum(m.closing) FROM holdings_assetsundermanagement m"
        " JOIN party_customer c ON c.party_id = m.customer_id WHERE m.known_until IS NULL AND m.month >= '2026-01-01'"
        f" AND c.unit_id IN ({reach}) GROUP BY 1, 2",
        path,
    )
    found = run_report(actor, asked)
    assert cells(found) == told(expected, 2)
    assert found.total is None  # the same money stands in every month
    newest = run_report(actor, ReportAsked("holdings.aum", ("unit",), measures=("sum:closing",), period="this_year"))
    assert newest.as_of == "2026-11"
    last = [row for row in expected if row[0] == dt.date(2026, 11, 1)]
    assert newest.total == (sum((row[3] for row in last), Decimal(0)),)

    asked = ReportAsked("holdings.maturities", ("kind",), measures=("count", "average:value"), period="next_12_months")
    expected = sql(
        "SELECT m.kind, count(*), round(avg(m.value), 2) FROM holdings_maturity m"
        " JOIN party_customer c ON c.party_id = m.customer_id"
        f" WHERE m.due_on >= '2026-11-01' AND m.due_on < '2027-11-01' AND c.unit_id IN ({reach}) GROUP BY 1",
        path,
    )
    assert cells(run_report(actor, asked)) == told(expected, 1)


def test_a_shared_report_is_each_reader_s_own_and_leaves_with_a_purpose(readers: dict[str, tuple[Actor, str]]) -> None:
    (wu, _all), (head, path) = readers["all"], readers["head"]
    asked = ReportAsked("party.customers", ("tier",), measures=("count", "share"))
    report = save_report(actor=wu, name="各等级客户", asked=asked)
    change_report(report.pk, actor=wu, share=True, unit=OrgUnit.objects.get(parent=None))
    seen = ReportAsked.from_json(report_in_reach(head, report.pk).asked)
    mine, whole = run_report(head, seen), run_report(wu, seen)
    assert mine.counted < whole.counted
    assert mine.counted == sql(
        "SELECT count(*) FROM party_customer WHERE status <> 'merged' AND unit_id IN"
        " (SELECT id FROM people_orgunit WHERE starts_with(path, %s))", path,
    )[0][0]  # fmt: skip
    table = export_report(actor=head, asked=seen, name=report.name, purpose="支行例会")
    assert len(list(table.rows)) == len(mine.rows) + (len(mine.rows) > 1)
    looks = AuditEntry.objects.filter(actor_name=head.name, operation="desk.view_reports", outcome="read")
    assert any(each.arguments.get("dataset") == "party.customers" for each in looks)
    left = AuditEntry.objects.get(actor_name=head.name, operation="desk.export_report", outcome="done")
    assert (left.arguments["purpose"], left.arguments["rows"]) == ("支行例会", len(mine.rows))
