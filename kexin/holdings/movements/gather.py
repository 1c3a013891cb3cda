"""When customers last did something, gathered from the ledger."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.holdings.policies import MovementPolicy

LOOK_BACK = 40  # days; what is loaded for earlier days is gathered after that load
LOCK = 7_208_302

_GATHER = """
INSERT INTO holdings_customeractivity AS v (customer_id, last_on)
SELECT a.customer_id, max(t.last_on)
  FROM (SELECT account_id, max(booked_on) AS last_on FROM holdings_transaction
         WHERE booked_on >= %(since)s AND booked_on <= %(today)s AND kind = ANY(%(kinds)s) GROUP BY account_id) t
  JOIN holdings_account a ON a.id = t.account_id
 GROUP BY a.customer_id
ON CONFLICT (customer_id) DO UPDATE SET last_on = excluded.last_on WHERE v.last_on < excluded.last_on
"""


def gather_activity(*, whole: bool = False) -> int:
    """Bring the days of the last booking up to date; how many changed. ``whole``: from the whole ledger.

    The first time the whole ledger is read in any case.
    """
    today = business_date()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT EXISTS (SELECT 1 FROM holdings_customeractivity)")
        known = cursor.fetchone()[0]
        since = dt.date.min if whole or not known else today - dt.timedelta(days=LOOK_BACK)
        kinds = list(in_force(MovementPolicy).initiated)
        cursor.execute(_GATHER, {"since": max(since, dt.date(1900, 1, 1)), "today": today, "kinds": kinds})
        return int(cursor.rowcount)
