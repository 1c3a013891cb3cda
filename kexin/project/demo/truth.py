"""The truth file: what was planted in a bank, for measuring later whether it is found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from kexin.project.demo.customers import Ints, People
from kexin.project.demo.events import LEAVE_REASONS, NEVER, PATTERNS, Fate
from kexin.project.demo.investments import PlanOrders

TRUTH_SCHEMA = pa.schema(
    [
        ("party_id", pa.int64()),
        ("customer_no", pa.string()),
        ("kind", pa.string()),  # leaver | suspicious | life_event | dormant | failed_debit
        ("detail", pa.string()),
        ("since", pa.date32()),
        ("note", pa.string()),
    ]
)


@dataclass(frozen=True)
class _Row:
    who: Ints
    kind: str
    detail: str
    since: Ints


def truth_table(
    people: People, fate: Fate, plans: PlanOrders, customer_no: list[str], now: int, first_day: int
) -> pa.Table:
    """One row per planted fact; every row is marked 演示数据."""
    rows = [
        _Row(np.flatnonzero(fate.leave_reason == number), "leaver", name, fate.leaves_from)
        for number, name in enumerate(LEAVE_REASONS)
    ]
    rows += [
        _Row(np.flatnonzero(fate.pattern == number), "suspicious", name, fate.pattern_from)
        for number, name in enumerate(PATTERNS)
    ]
    for name, days in (
        ("job_change", fate.job_change),
        ("birth_of_child", fate.birth),
        ("home_purchase", fate.home_purchase),
        ("inheritance", fate.inheritance),
        ("study_abroad", fate.study_abroad),
        ("retirement", np.where(fate.pension_from > first_day, fate.pension_from, NEVER)),
    ):
        rows.append(_Row(np.flatnonzero(days < now), "life_event", name, days))
    everyone = np.full(people.size, first_day)
    rows.append(_Row(np.flatnonzero(fate.dormant), "dormant", "no_movement", everyone))
    failed = plans.party[plans.failed_plan]
    who = np.concatenate([*(row.who for row in rows), failed])
    since = np.concatenate([*(row.since[row.who] for row in rows), plans.failed_day])
    kinds = [row.kind for row in rows for _ in row.who] + ["failed_debit"] * len(failed)
    details = [row.detail for row in rows for _ in row.who] + ["insufficient_funds"] * len(failed)
    return pa.table(
        {
            "party_id": who + people.first + 1,
            "customer_no": [customer_no[index] for index in who.tolist()],
            "kind": kinds,
            "detail": details,
            "since": pa.array(since.astype(np.int32)).cast(pa.date32()),
            "note": ["演示数据"] * len(who),
        },
        schema=TRUTH_SCHEMA,
    )
