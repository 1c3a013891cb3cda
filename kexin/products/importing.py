"""Net values from files: CSV or workbook of the custodian or the issuer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.imports.findings import register_finding
from kexin.core.imports.importable import Batch, Field, Importable, Load, Outcome, register
from kexin.core.imports.staging import run
from kexin.core.imports.upsert import Reference, Table, Target, Upsert
from kexin.core.policy import in_force
from kexin.products.alerts.examining import examine_net_values
from kexin.products.models.net_value import PLACES
from kexin.products.values.policies import PerformancePolicy
from kexin.products.values.rules import WITH_NET_VALUE

_LEAST = Decimal(1).scaleb(-PLACES)
_KIND = f"numeric(18,{PLACES})"


def load_net_values(batch: Batch) -> Outcome:
    """A day's net value that is there already with other figures is corrected; the history keeps the earlier ones."""
    table = Table(
        name="products_netvalue",
        columns={
            "day": Target("day", "date"),
            "unit_value": Target("unit_value", _KIND),
            "accumulated": Target("accumulated", _KIND),
        },
        references=(Reference("product", "products_product", {"product_id": ("f.id", "bigint")}, by="code"),),
        key=("product_id", "day"),
        fixed={
            "accumulated": "r.unit_value",
            "source": _literal(batch.load.source[:20]),
            "entered_by": _literal(batch.load.actor.name[:80]),
            "entered_at": "now()",
            "version": "1",
        },
        versioned=True,
        has_source=False,
    )
    work = Upsert(batch, table)
    work.stage_and_resolve()
    work.refuse_unresolved()
    classes = ", ".join(_literal(str(each)) for each in sorted(WITH_NET_VALUE))
    work.refuse_where(
        f"r.product_id IN (SELECT id FROM products_product WHERE product_class NOT IN ({classes}))",  # noqa: S608
        "product",
        "no_net_value",
        "r.ref_0",
    )
    work.refuse_where(f"r.day > {_literal(business_date().isoformat())}::date", "day", "future", "r.day::text")
    work.drop_repeats()
    if "accumulated" in batch.fields:
        run("UPDATE pg_temp.import_resolved SET accumulated = unit_value WHERE accumulated IS NULL")
    return work.write()


def _literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


# Only products whose values the load touched: one read, by the index of product and day.
_JUMPS = """
SELECT count(*) FROM (
  SELECT accumulated, lag(accumulated) OVER (PARTITION BY product_id ORDER BY day) AS earlier, entered_at
    FROM products_netvalue WHERE product_id IN (SELECT product_id FROM products_netvalue WHERE entered_at >= %s)
) v WHERE earlier IS NOT NULL AND entered_at >= %s AND abs(accumulated - earlier) / earlier * 100 > %s
"""


_TOUCHED = "SELECT DISTINCT product_id FROM products_netvalue WHERE entered_at >= %s"


def begin(load: Load, mark: dict[str, Any]) -> None:
    """Note when the load began: what is younger is its own, also after an interruption."""
    if "began" not in mark:
        row = run("SELECT now()::text").fetchone()
        mark["began"] = row[0] if row else ""


def look_for_jumps(load: Load, mark: dict[str, Any]) -> dict[str, Any]:
    """How many new net values move more than the policy's jump: taken in, and told. Alerts on those products, too."""
    touched = run(_TOUCHED, [mark["began"]]).fetchall()
    if touched:
        examine_net_values(actor=system("clock.net_values"), products=[pk for (pk,) in touched])
    limit = in_force(PerformancePolicy).jump_percent
    row = run(_JUMPS, [mark["began"], mark["began"], limit]).fetchone()
    return {"net_value_jumps": {"count": row[0], "percent": str(limit)}} if row and row[0] else {}


def _jumps(found: dict[str, Any]) -> str:
    return ngettext(
        "%(count)s net value moves by more than %(percent)s %% against the one before: look at it.",
        "%(count)s net values move by more than %(percent)s %% against the one before: look at them.",
        found["count"],
    ) % {"count": found["count"], "percent": found["percent"]}


register_finding("net_value_jumps", _jumps)

register(
    Importable(
        code="products.net_value",
        label=_("Net values"),
        key=("product", "day"),
        load=load_net_values,
        before_file=begin,
        after_file=look_for_jumps,
        fields=(
            Field(
                name="product",
                label=_("product"),
                kind="reference",
                required=True,
                max_length=30,
                aliases=("product_code", "code", "产品代码", "产品编码", "基金代码"),
            ),
            Field(
                name="day",
                label=_("net value of"),
                kind="date",
                required=True,
                aliases=("date", "nav_date", "净值日期", "日期"),
            ),
            Field(
                name="unit_value",
                label=_("unit net value"),
                kind="decimal",
                decimals=PLACES,
                required=True,
                minimum=_LEAST,
                aliases=("nav", "unit_nav", "单位净值", "净值", "份额净值"),
            ),
            Field(
                name="accumulated",
                label=_("accumulated net value"),
                kind="decimal",
                decimals=PLACES,
                minimum=_LEAST,
                aliases=("accumulated_nav", "cumulative_nav", "累计净值", "份额累计净值"),
            ),
        ),
    )
)
