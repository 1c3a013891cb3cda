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
    "L-20": ("figures of posts and units by day, lists between tiers, exports", "the report builder"),
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
    from kexin.party.models import Customer
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
