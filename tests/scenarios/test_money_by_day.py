"""What customers have, by day: months, tiers and a unit's evenings agree with a plain expansion of every single day.

For the real bank's data; the demonstration bank's are in ``test_evenings_of_posts.py``. The other side is DuckDB:
every account on every day, filled forward, then added up; nothing of our own rule is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

pytestmark = pytest.mark.xdist_group("money by day")  # one worker makes what they share

RAW = Path(__file__).resolve().parents[3] / "shared" / "data" / "berka"
LAST = dt.date(1994, 2, 28)


@pytest.fixture(scope="module")
def bank_of_1994(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real bank on the last day of its bookings, with all its figures; given up at the end."""
    from django.conf import settings

    from kexin.core import policy
    from kexin.core.actor import system
    from kexin.core.imports.engine import run_import
    from kexin.core.imports.profile import load_profile
    from kexin.core.models import PolicyVersion
    from kexin.holdings.aum.rebuild import rebuild

    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase does
        whole.__enter__()
        before, settings.KEXIN_BUSINESS_DATE = settings.KEXIN_BUSINESS_DATE, LAST.isoformat()
        try:
            run_import(load_profile("berka"), RAW, actor=system("test.import"))
            for version in PolicyVersion.objects.filter(code="holdings.aum"):
                version.values["negative"] = "as_is"
                version.save()
            policy.forget_cache()
            rebuild(dt.date(1993, 1, 1), LAST)
            yield
        finally:
            settings.KEXIN_BUSINESS_DATE = before
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
            connection.close()


@pytest.fixture(scope="module")
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every account on every evening of 1993 and 1994, from the raw bookings: ``evening(account, day, balance)``.

    The balance of a day is the last one from which no other booking of the day starts; between days it stays.
    """
    con = duckdb.connect()
    con.execute(
        f"CREATE TABLE t AS SELECT account_id AS account, CAST(strptime(date, '%y%m%d') AS DATE) AS day,"
        f" row_number() OVER () AS no, type = 'PRIJEM' AS money_in, CAST(amount AS DECIMAL(20,2)) AS amount,"
        f" CAST(balance AS DECIMAL(20,2)) AS balance FROM read_csv('{RAW / 'trans.asc'}', delim=';', header=true,"
        " all_varchar=true, encoding='latin-1', parallel=false)"
    )
    con.execute(
        "CREATE TABLE closing AS SELECT account, day, arg_max(balance, no + CASE WHEN is_start THEN 0 ELSE 1e9 END)"
        " AS balance FROM (SELECT a.*, EXISTS (SELECT 1 FROM t b WHERE b.account = a.account AND b.day = a.day AND"
        " b.no <> a.no AND abs(b.balance - CASE WHEN b.money_in THEN b.amount ELSE -b.amount END - a.balance) <= 0.5)"
        " AS is_start FROM t a) GROUP BY account, day"
    )
    con.execute(
        "CREATE TABLE evening AS SELECT account, day, last_value(balance IGNORE NULLS) OVER (PARTITION BY account"
        " ORDER BY day) AS balance FROM (SELECT DISTINCT account FROM closing)"
        f" CROSS JOIN (SELECT CAST(unnest(generate_series(DATE '1993-01-01', DATE '{LAST}', INTERVAL 1 DAY)) AS DATE)"
        " AS day) LEFT JOIN closing USING (account, day)"
    )
    yield con
    con.close()


def ours(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


public = [
    pytest.mark.django_db,
    pytest.mark.public_data,
    pytest.mark.skipif(not RAW.is_dir(), reason="the public data folder is not beside the repository"),
]


class TestTheRealBank:
    """Every account, every booking, every one of 14 months."""

    pytestmark = public

    def test_daily_averages_and_closings_of_every_month(
        self, bank_of_1994: None, raw: duckdb.DuckDBPyConnection
    ) -> None:
        found = ours(
            "SELECT a.source_no, to_char(m.month, 'YYYY-MM'), m.day_sum, m.closing, m.days"
            " FROM holdings_assetsundermanagement m JOIN holdings_account a ON a.customer_id = m.customer_id"
            " WHERE m.known_until IS NULL"
        )
        expected = raw.execute(
            "SELECT account, strftime(day, '%Y-%m'), sum(balance), arg_max(balance, day), count(*) AS n FROM evening"
            " WHERE balance IS NOT NULL GROUP BY 1, 2 HAVING sum(balance) <> 0 OR arg_max(balance, day) <> 0"
        ).fetchall()
        by_month = {(account, month): (total, closing) for account, month, total, closing, _days in found}
        assert by_month == {(account, month): (total, closing) for account, month, total, closing, _n in expected}
        assert len(by_month) > 5_000

    def test_the_bank_s_evenings_and_flows_of_every_day(
        self, bank_of_1994: None, raw: duckdb.DuckDBPyConnection
    ) -> None:
        found = ours(
            "SELECT day, sum(aum), sum(inflow), sum(outflow) FROM holdings_dailyfigures GROUP BY day ORDER BY day"
        )
        expected = raw.execute(
            "SELECT e.day, e.total, coalesce(f.money_in, 0), coalesce(f.money_out, 0) FROM (SELECT day, sum(balance)"
            " AS total FROM evening GROUP BY day) e LEFT JOIN (SELECT day, sum(amount) FILTER (WHERE money_in) AS"
            " money_in, sum(amount) FILTER (WHERE NOT money_in) AS money_out FROM t GROUP BY day) f USING (day)"
            f" WHERE e.day < DATE '{LAST}' AND (e.total <> 0 OR f.day IS NOT NULL) ORDER BY 1"
        ).fetchall()
        assert found == expected
        assert len(found) > 400

    def test_units_add_up_to_the_bank_and_months_to_their_days(self, bank_of_1994: None) -> None:
        (days,) = ours("SELECT sum(aum) FROM holdings_dailyfigures WHERE day < DATE '1994-02-01'")
        (months,) = ours(
            "SELECT sum(day_sum) FROM holdings_assetsundermanagement WHERE month < DATE '1994-02-01'"
            " AND known_until IS NULL"
        )
        assert days == months
        assert ours("SELECT count(DISTINCT unit_id) > 70 FROM holdings_dailyfigures") == [(True,)]

    def test_the_board_of_the_largest_region(self, bank_of_1994: None, raw: duckdb.DuckDBPyConnection) -> None:
        """Every number of the morning board, and the list behind it, against the raw bookings of that region."""
        from kexin.core.actor import system
        from kexin.desk.board import board
        from kexin.holdings.aum.evening import evening_of
        from kexin.people.models import OrgUnit

        for name in ("disp", "client", "district"):
            raw.execute(
                f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM read_csv('{RAW / name}.asc', delim=';', header=true,"
                " all_varchar=true, encoding='latin-1', parallel=false)"
            )
        raw.execute(
            "CREATE OR REPLACE TABLE home AS SELECT p.account_id AS account, d.A3 AS region FROM disp p JOIN client c"
            " USING (client_id) JOIN district d ON d.A1 = c.district_id WHERE p.type = 'OWNER'"
        )
        ((region,),) = raw.execute("SELECT region FROM home GROUP BY 1 ORDER BY count(*) DESC LIMIT 1").fetchall()
        unit = OrgUnit.objects.get(code__startswith="R ", name=region)
        found = board(system("test"), unit)
        assert found is not None

        def there(day: dt.date) -> Decimal:
            ((total,),) = raw.execute(
                "SELECT coalesce(sum(e.balance), 0) FROM evening e JOIN home h ON h.account = e.account"
                " WHERE h.region = ? AND e.day = ?",
                [region, day],
            ).fetchall()
            return Decimal(total)

        def flow(first: dt.date, last: dt.date) -> Decimal:
            ((total,),) = raw.execute(
                "SELECT coalesce(sum(CASE WHEN money_in THEN amount ELSE -amount END), 0) FROM t JOIN home h"
                " ON h.account = t.account WHERE h.region = ? AND day BETWEEN ? AND ?",
                [region, first, last],
            ).fetchall()
            return Decimal(total)

        last = LAST - dt.timedelta(days=1)
        assert (found.day, found.now.aum) == (last, there(last))
        for base, day in found.bases.items():
            assert found.against["aum"][base].before == there(day), base
        assert [value for _day, value in found.course] == [there(day) for day, _value in found.course]
        assert found.now.net_flow == flow(last, last)
        assert found.flows["month"].net == flow(last.replace(day=1), last)
        assert found.flows["year"].net == flow(last.replace(month=1, day=1), last)
        assert sum(line.now.aum for line in found.lines) == found.now.aum
        assert len(found.lines) > 5
        part = found.lines[0]
        behind = evening_of(system("test"), last, unit=OrgUnit.objects.get(pk=part.unit_id))
        assert sum(line.aum for line in behind) == part.now.aum
        assert sum(line.net_flow for line in behind) == part.now.net_flow
        assert sum(line.count for line in behind) == part.now.customers

    def test_tiers_follow_the_closed_months(self, bank_of_1994: None, raw: duckdb.DuckDBPyConnection) -> None:
        """Raised by the last month, lowered when three months in a row stayed below: told month by month."""
        from kexin.core.policy import in_force
        from kexin.holdings.policies import TierPolicy

        starts = [rung.start for rung in in_force(TierPolicy).rungs()]
        codes = [rung.code for rung in in_force(TierPolicy).rungs()]
        rows = raw.execute(
            "SELECT account, month, round(sum(coalesce(balance, 0)) / count(*), 2) FROM (SELECT account, day, balance,"
            " strftime(day, '%Y-%m') AS month, min(day) FILTER (WHERE balance IS NOT NULL) OVER (PARTITION BY account)"
            " AS since FROM evening) WHERE last_day(day) >= since AND month < '1994-02' GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        expected: dict[str, str] = {}
        history: dict[str, list[int]] = {}
        for account, _month, average in rows:
            reached = max([n for n, start in enumerate(starts) if Decimal(str(average)) >= start], default=0)
            months = history.setdefault(account, [])
            months.append(reached)
            now = codes.index(expected[account]) if account in expected else reached
            last = months[-3:]
            now = reached if reached > now else max(last) if len(last) == 3 and max(last) < now else now
            expected[account] = codes[now]
        found = dict(ours("SELECT a.source_no, c.tier FROM holdings_account a JOIN party_customer c ON c.party_id ="
                          " a.customer_id"))  # fmt: skip
        assert {account: found[account] for account in expected} == expected
        assert len(set(expected.values())) >= 2
