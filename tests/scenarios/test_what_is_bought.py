"""What is bought by whom, and how it moves: sales as a report, each cell equal to SQL, within the reader's reach.

Mrs Chen buys, and begins a second sale that is not finished. Lin and the head of her sub-branch see both by class and
grade of the product, her tolerance, tier and age, by month; Mei of another branch sees none.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from kexin.core.calendar import business_date
from kexin.core.reports.asked import ReportAsked
from kexin.desk.reports.queries import run_report
from kexin.holdings.aum.eras import month_of, months_before
from kexin.party.models import Customer
from kexin.products.models import Product
from kexin.sales.models import Sale
from tests.personas import Bank
from tests.product_people import hire
from tests.scenarios.test_a_sale_through_its_gates import AMOUNT, opened, product, tolerance  # noqa: F401
from tests.scenarios.test_after_the_sale import bought

REQUIREMENTS = {
    "D-26": "sales by product, class and grade against tolerance, tier, age, channel and month: preference and trend",
}
SCREENS = {"D-26": "报表·销售"}
pytestmark = pytest.mark.django_db


def cells(actor: Any, *rows: str, **more: Any) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    found = run_report(actor, ReportAsked("sales.sales", rows, measures=("count", "sum:amount"), **more))
    return {row + column: values for (row, column), values in found.cells.items()}


def test_what_is_bought_by_whom(
    bank: Bank, chen: Customer, product: Product, client_of: Any  # noqa: F811
) -> None:  # fmt: skip
    hire(bank)
    bought(bank, chen, product)
    opened(bank, chen, product, AMOUNT + 1)
    lin, zhou, mei = bank.actor("lin"), bank.actor("zhou"), bank.actor("mei")
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*), sum(amount) FROM sales_sale GROUP BY 1")
        expected = {(state,): (count, amount) for state, count, amount in cursor.fetchall()}
    assert set(expected) == {("executed",), ("open",)}
    assert cells(lin, "state") == expected
    assert cells(zhou, "class", "grade") == {("wealth", 2): (2, 2 * AMOUNT + 1)}
    assert cells(zhou, "product", "month") == {(product.pk, month_of(business_date())): (2, 2 * AMOUNT + 1)}
    age = (business_date().year - 1985) // 10 * 10
    assert cells(zhou, "tolerance", "tier", column="age") == {(None, None, age): (2, 2 * AMOUNT + 1)}
    assert cells(mei, "class") == {}
    assert sum((values[1] for values in cells(lin, "channel").values()), Decimal(0)) == 2 * AMOUNT + 1
    asked = ReportAsked("sales.sales", ("month", "state"), measures=("count",), period="last_12_months")
    report = run_report(zhou, asked)
    lists = {key[1]: report.link(key, column) for key, column in report.cells}
    month = month_of(business_date())
    assert all(f"opened_on_after={month}" in each for each in lists.values())  # the days of the month, no others
    row, other = Sale.objects.get(state="executed"), Sale.objects.get(state="open")
    page = client_of("zhou").get(lists["executed"]).content.decode()
    assert row.sale_no in page
    assert other.sale_no not in page
    Sale.objects.filter(pk=row.pk).update(opened_on=months_before(month, 1))
    assert row.sale_no not in client_of("zhou").get(lists["executed"]).content.decode()
