"""What every post has on every evening agrees with a plain expansion of every account on every day.

The demonstration bank: deposits and valued investments; half of one portfolio goes to another manager in mid-month. The
other side is DuckDB: every account filled forward day by day, then added up by whoever led on that day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest
from django.db import connection

REQUIREMENTS = {
    "A-19": (
        "assets, daily averages and tiers follow every load and correction; the page says when they were computed",
        "the regular review of all other data",
    ),
    "C-29": (
        "customers are told apart by what they have: a ladder of tiers by monthly daily average, raised and lowered",
        "investment experience and risk tolerance",
    ),
    "L-20": ("figures of posts and units by day, boards tied to the ledger, lists, exports", "mining of data"),
}
SCREENS = {"A-19": "客户页·资产与交易", "C-29": "客户等级", "L-20": "晨会看板、客户等级"}
pytestmark = pytest.mark.django_db


def ours(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_every_post_on_every_evening(settings: Any) -> None:
    from kexin.core.actor import system
    from kexin.holdings.aum.rebuild import rebuild
    from kexin.holdings.policies import DEPOSITS
    from kexin.party.models import Customer, PortfolioShare
    from kexin.party.operations import assign_portfolio
    from kexin.people.models import Post
    from kexin.project.demo import load
    from kexin.project.demo.simulate import prepare
    from kexin.project.demo.staffing import new_password

    today, handed_over = dt.date(2026, 11, 20), dt.date(2026, 10, 12)
    settings.KEXIN_BUSINESS_DATE = handed_over.isoformat()
    load.load_bank(
        prepare(60, 3, 7, today), actor=system("demo.load"), password=new_password(), progress=lambda *_: None
    )
    led = Customer.objects.filter(lead_post__isnull=False, status="active").order_by("pk")
    led = led.filter(assignments__ends_on=None, assignments__starts_on__lt=dt.date(2026, 10, 1))
    other = Post.objects.filter(closed_on=None).exclude(pk=led[0].lead_post_id).order_by("-pk")[0]
    moved = [row for row in led if row.pk % 2 and row.lead_post_id != other.pk]
    for row in moved:
        assign_portfolio(row, actor=system("test"), post=None, reason="收回")
        assign_portfolio(row, actor=system("test"), post=other, reason="交接")
    settings.KEXIN_BUSINESS_DATE = today.isoformat()
    PortfolioShare.objects.all().delete()  # leads alone here: shares are proved in test_money_by_day
    rebuild(dt.date(2026, 9, 1), today)
    con = duckdb.connect()
    tables = {
        "account": "SELECT id, customer_id, kind, currency, opened_on, closed_on FROM holdings_account",
        "stated": "SELECT account_id, day, balance FROM holdings_balance",
        "lead": "SELECT c.party_id, c.unit_id, a.unit_id, a.post_id, a.starts_on, a.ends_on, c.lead_post_id"
        " FROM party_customer c LEFT JOIN party_portfolioassignment a ON a.customer_id = c.party_id",
    }
    kinds = {
        "account": "id BIGINT, customer BIGINT, kind TEXT, currency TEXT, opened DATE, closed DATE",
        "stated": "account BIGINT, day DATE, balance DECIMAL(20, 2)",
        "lead": "customer BIGINT, home BIGINT, unit BIGINT, post BIGINT, starts DATE, ends DATE, file_post BIGINT",
    }
    for name, columns in kinds.items():
        con.execute(f"CREATE TABLE {name} ({columns})")
        rows = ours(tables[name])
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    deposits = ", ".join(f"'{kind}'" for kind in DEPOSITS)
    con.execute(
        "CREATE TABLE evening AS SELECT a.customer, d.day, a.kind, (SELECT arg_max(balance, s.day) FROM stated s"
        " WHERE s.account = a.id AND s.day <= d.day) AS value FROM account a CROSS JOIN (SELECT CAST(unnest("
        "generate_series(DATE '2026-09-01', DATE '2026-11-19', INTERVAL 1 DAY)) AS DATE) AS day) d"
        " WHERE a.currency = 'CNY' AND a.kind NOT IN ('loan', 'card') AND a.opened <= d.day"
        " AND coalesce(a.closed, DATE '9999-01-01') > d.day"
    )
    expected = con.execute(
        "SELECT e.day, l.post, sum(greatest(value, 0)) AS aum, coalesce(sum(greatest(value, 0))"
        f" FILTER (WHERE kind IN ({deposits})), 0) FROM evening e JOIN lead l ON l.customer = e.customer"
        " AND l.starts <= e.day AND coalesce(l.ends, DATE '9999-01-01') > e.day WHERE l.post IS NOT NULL"
        " GROUP BY ALL HAVING aum <> 0 ORDER BY ALL"
    ).fetchall()
    found = ours(
        "SELECT day, post_id, aum, deposits FROM holdings_dailyfigures WHERE post_id IS NOT NULL AND aum <> 0"
        " ORDER BY 1, 2"
    )
    assert found == expected
    assert len(moved) > 5
    assert {row[0] for row in found if row[1] == other.pk} == {row[0] for row in found if row[0] >= handed_over}
    whole = con.execute("SELECT day, sum(greatest(value, 0)) FROM evening GROUP BY 1 ORDER BY 1").fetchall()
    assert ours("SELECT day, sum(aum) FROM holdings_dailyfigures GROUP BY 1 ORDER BY 1") == whole
    now = con.execute("SELECT sum(greatest(value, 0)) FROM evening WHERE day = DATE '2026-11-19'").fetchall()
    assert ours("SELECT sum(assets) FROM party_customer") == now
    the_board_ties_to_the_ledger(con, today)


def the_board_ties_to_the_ledger(con: duckdb.DuckDBPyConnection, today: dt.date) -> None:
    """Every number of every unit's morning board, and the list behind it, by other means than ours."""
    from kexin.core.actor import system
    from kexin.desk.board import board, boards
    from kexin.holdings.aum.evening import evening_of

    actor = system("test")
    con.execute("CREATE TABLE unit (id BIGINT, path TEXT)")
    con.executemany("INSERT INTO unit VALUES (?, ?)", ours("SELECT id, path FROM people_orgunit"))
    con.execute("CREATE TABLE booked (customer BIGINT, day DATE, signed DECIMAL(20, 2))")
    bookings = ours(
        "SELECT a.customer_id, t.booked_on, CASE t.direction WHEN 'in' THEN t.amount ELSE -t.amount END"
        " FROM holdings_transaction t JOIN holdings_account a ON a.id = t.account_id WHERE a.currency = 'CNY'"
        " AND a.kind NOT IN ('loan', 'card') AND t.kind <> ALL((SELECT array_agg(k) FROM core_policyversion p,"
        " jsonb_array_elements_text(p.values->'not_flows') k WHERE p.code = 'holdings.aum')::text[])"
        " AND t.booked_on BETWEEN '2026-11-01'"
        f" AND '{today - dt.timedelta(days=1)}'"
    )
    con.executemany("INSERT INTO booked VALUES (?, ?, ?)", bookings)
    # whoever led on the day; between and without assignments the unit of the file
    con.execute(
        "CREATE VIEW placed AS SELECT c.customer, d.day, coalesce((SELECT l.unit FROM lead l WHERE l.customer ="
        " c.customer AND l.starts <= d.day AND coalesce(l.ends, DATE '9999-01-01') > d.day), (SELECT arg_max(l.unit,"
        " l.starts) FROM lead l WHERE l.customer = c.customer AND l.ends <= d.day AND l.ends > l.starts), (SELECT"
        " arg_min(l.unit, l.starts) FROM lead l WHERE l.customer = c.customer AND l.starts > d.day), c.home) AS unit"
        " FROM (SELECT DISTINCT customer, home FROM lead) c CROSS JOIN (SELECT DISTINCT day FROM evening) d"
    )
    con.execute(
        "CREATE TABLE total AS SELECT p.day, p.unit, sum(greatest(e.value, 0)) AS aum FROM placed p JOIN evening e"
        " ON e.customer = p.customer AND e.day = p.day GROUP BY ALL"
    )
    con.execute(
        "CREATE TABLE moved AS SELECT b.day, p.unit, sum(b.signed) AS net FROM booked b JOIN placed p ON"
        " p.customer = b.customer AND p.day = b.day GROUP BY ALL"
    )
    seen = 0
    for unit in boards(actor):
        found = board(actor, unit)
        assert found is not None

        def there(table: str, column: str, first: dt.date, last: dt.date, path: str = unit.path) -> Any:
            return con.execute(
                f"SELECT coalesce(sum({column}), 0) FROM {table} JOIN unit ON unit.id = {table}.unit WHERE"
                " starts_with(unit.path, ?) AND day BETWEEN ? AND ?",
                [path, first, last],
            ).fetchall()[0][0]

        last = found.day
        assert found.now.aum == there("total", "aum", last, last), unit.name
        for base in ("yesterday", "month"):
            day = found.bases[base]
            assert found.against["aum"][base].before == there("total", "aum", day, day), (unit.name, base)
        assert found.now.net_flow == there("moved", "net", last, last)
        assert found.flows["month"].net == there("moved", "net", last.replace(day=1), last)
        assert sum(line.now.aum for line in found.lines) == found.now.aum
        behind = evening_of(actor, last, unit=unit)
        assert sum(line.aum for line in behind) == found.now.aum
        assert sum(line.count for line in behind) == found.now.customers
        due = ours(
            "SELECT coalesce(sum(m.value), 0) FROM holdings_maturity m JOIN people_orgunit u ON u.id = m.unit_id WHERE"
            f" u.path LIKE '{unit.path}%' AND m.kind NOT IN ('premium', 'loan', 'instalment') AND m.due_on BETWEEN"
            " '2026-11-01' AND '2026-11-30'"
        )
        assert due == [(found.maturing["month"].amount,)]
        before = ours(
            "SELECT coalesce(sum(m.value), 0) FROM holdings_maturity m JOIN people_orgunit u ON u.id = m.unit_id WHERE"
            f" u.path LIKE '{unit.path}%' AND m.kind NOT IN ('premium', 'loan', 'instalment') AND m.due_on BETWEEN"
            " '2026-10-01' AND '2026-10-31'"
        )
        matured = found.matured["month"]["month"]
        assert before == [(matured.before,)]
        assert matured.change == found.maturing["month"].amount - matured.before
        seen += found.now.aum > 0
    assert seen >= 3
