"""Accounts whose stated balance is not the sum of their bookings: reported, never repaired."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

from kexin.core.imports.importable import Load
from kexin.core.imports.staging import run
from kexin.holdings.importing.ranges import account_ranges


def report_gaps(load: Load) -> dict[str, Any]:
    """How many accounts of the source were checked and have a gap, the largest, and the file that lists them."""
    from kexin.core.imports.engine import reports_folder

    checked, found, largest = 0, 0, Decimal(0)
    path = reports_folder(load.run_id) / "balance-gaps.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["account", "stated_balance", "stated_on", "sum_of_bookings", "gap"])
        for low, high in account_ranges(load.source):
            rows = run(
                "SELECT a.source_no, a.balance, a.balance_on, s.total FROM holdings_account a JOIN (SELECT account_id,"
                " sum(CASE direction WHEN 'in' THEN amount ELSE -amount END) AS total FROM holdings_transaction"
                " WHERE account_id BETWEEN %s AND %s GROUP BY account_id) s ON s.account_id = a.id"
                " WHERE a.source = %s AND a.balance_on IS NOT NULL ORDER BY a.id",
                [low, high, load.source],
            )
            for number, stated, day, total in rows:
                checked += 1
                gap = stated - total
                if gap:
                    found += 1
                    largest = max(largest, abs(gap))
                    writer.writerow([number, stated, day, total, gap])
    return {"accounts": checked, "with_gap": found, "largest": str(largest), "file": path.name}
