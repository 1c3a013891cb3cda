"""A lean bank for matching: customers who all hold one product and were assessed; no names, no ledger.

Filled set by set inside PostgreSQL (``holders.sql``); matching reads years of birth, documents, positions and
standings, never a name. Kept under ``var/bench/holders-N`` between runs.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bench.fill import heard
from bench.size import ROOT, Size

SHELF: Final = 500
HELD: Final = "BENCH-R2"
GRADES: Final = (1, 2, 2, 3, 3, 3, 3, 4, 4, 5)  # of ten customers; every eighth is 65 or older
SQL: Final = Path(__file__).with_suffix(".sql")


@contextmanager
def opened_holders(size: Size) -> Iterator[None]:
    """The lean bank's cluster is running, migrated and filled; Django is set up for it."""
    os.environ["KEXIN_VAR"] = str(ROOT / "var" / "bench" / f"holders-{size.customers}")
    for name in ("DATABASE_URL", "KEXIN_KEYS_DIR", "KEXIN_FILES_DIR", "KEXIN_BUSINESS_DATE"):
        os.environ.pop(name, None)
    os.environ["KEXIN_DEMO"] = "0"
    from kexin.project.installation import opened

    with opened():
        from kexin.party.models import Customer
        from kexin.project.commands.preparation import prepare

        prepare()
        if not Customer.objects.filter(pk=size.customers).exists():
            began = time.perf_counter()
            _fill(size)
            heard(f"filled in {time.perf_counter() - began:.0f} s", size.customers, size.customers)
        yield


def _fill(size: Size) -> None:
    import psycopg

    from bench.bank import people
    from kexin.core.calendar import business_date
    from kexin.core.keystore import customer_keys
    from kexin.core.policy import in_force
    from kexin.people.models import OrgUnit
    from kexin.project.postgres import ensure_running
    from kexin.suitability.models import QuestionnaireVersion
    from kexin.suitability.policies import AssessmentPolicy

    today = business_date()
    if OrgUnit.objects.exists():
        raise SystemExit("The lean bank was filled only in part; remove its folder and run again.")
    customer_keys().create_open(1)  # nobody's key: a bank without a key store would not be opened again
    units, posts = people(size)
    certify(today)
    product = shelf()
    sheet = QuestionnaireVersion.objects.in_force("risk_person", today)
    assert sheet is not None
    values: dict[str, Any] = {
        "many": size.customers, "posts": posts, "posts_n": len(posts), "today": today, "product": product,
        "units": [units[each % len(units)] for each in range(len(posts))], "grades": list(GRADES), "sheet": sheet.pk,
        "policy": in_force(AssessmentPolicy).policy_version,
    }  # fmt: skip
    with psycopg.connect(ensure_running().superuser_url, autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("SET synchronous_commit = off")
        statements = SQL.read_text(encoding="utf-8").split(";\n")[:-1]
        for number, statement in enumerate(statements, 1):
            server.execute(statement.encode(), values if "%(" in statement else None)
            heard(statement.partition("INSERT INTO ")[2].partition(" ")[0], number, len(statements))
        server.execute("VACUUM ANALYZE")


def certify(today: dt.date) -> None:
    """The manager who measures may sell everything on the shelf."""
    from kexin.people.models import Employee, ProductAuthorisation, Qualification

    seller = Employee.objects.get(staff_no="manager")
    day = dt.timedelta(days=1)
    for kind in ("fund", "bank_wealth", "insurance"):
        Qualification.objects.create(
            employee=seller, kind=kind, number=kind, issuer="bench", issued_on=today - 30 * day,
            valid_until=today + 300 * day, evidence="bench", recorded_by="bench",
        )  # fmt: skip
    ProductAuthorisation.objects.create(
        employee=seller, classes=["wealth", "structured", "fund", "insurance", "gold"], highest_grade=5, own_grade=5,
        private=True, starts_on=today - 30 * day, ends_on=today + 300 * day, proposed_by="bench", granted_by="other",
    )  # fmt: skip


def shelf() -> int:
    """Five hundred products of all grades with terms; the number of the one that everybody holds."""
    from kexin.products.models import Product, TradingTerms

    kinds = (("wealth", "investment"), ("fund", "securities"), ("structured", "investment"), ("gold", "investment"))
    rows = [
        Product(
            code=HELD if not number else f"B{number:04d}", name=f"产品 {number}", product_class=kinds[number % 4][0],
            regime=kinds[number % 4][1], state="admitted", own_grade=2 if not number else number % 5 + 1,
            issuer_grade=2 if not number else number % 5 + 1, term_days=(None, 90, 180, 390)[number // 4 % 4],
            minimum_amount=Decimal(10_000),
        )
        for number in range(SHELF)
    ]  # fmt: skip
    made = Product.objects.bulk_create(rows)
    TradingTerms.objects.bulk_create(
        TradingTerms(product=row, trades=["purchase", "redeem"], quota=Decimal(10**9) if row.pk % 5 == 0 else None)
        for row in made
    )
    return made[0].pk
