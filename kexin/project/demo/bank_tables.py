"""Tables of the bank itself (units, staff, products, net values) and of its paper files."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from kexin.project.demo.customers import People
from kexin.project.demo.party_tables import dates
from kexin.project.demo.products import Shelf
from kexin.project.demo.structure import Structure


def bank_tables(structure: Structure, shelf: Shelf, first_day: int, now: int) -> dict[str, pa.Table]:
    units, staff, posts = structure.units, structure.employees, structure.posts
    return {
        "org_units": pa.table(
            {
                "code": [u.code for u in units],
                "name": [u.name for u in units],
                "kind": [u.kind for u in units],
                "parent": pa.array([u.parent for u in units], type=pa.string()),
                "opened_on": [u.opened_on for u in units],
            }
        ),
        "employees": pa.table(
            {
                "employee_no": [e.employee_no for e in staff],
                "name": [e.name for e in staff],
                "sex": ["male" if e.male else "female" for e in staff],
                "hired_on": [e.hired_on for e in staff],
                "left_on": pa.array([e.left_on for e in staff], type=pa.date32()),
                "username": pa.array([e.username or None for e in staff], type=pa.string()),
            }
        ),
        "posts": pa.table(
            {
                "post_no": [p.post_no for p in posts],
                "employee_no": [p.employee_no for p in posts],
                "unit": [p.unit for p in posts],
                "title": [p.title for p in posts],
                "role": pa.array([p.role or None for p in posts], type=pa.string()),
                "starts_on": [p.starts_on for p in posts],
                "ends_on": pa.array([p.ends_on for p in posts], type=pa.date32()),
            }
        ),
        "products": _products(shelf),
        "net_values": _net_values(shelf, first_day, now),
        "product_changes": pa.table(
            {
                "product_code": [c["code"] for c in shelf.changes],
                "kind": [c["kind"] for c in shelf.changes],
                "changed_on": [c["changed_on"] for c in shelf.changes],
                "before": [c["before"] for c in shelf.changes],
                "after": [c["after"] for c in shelf.changes],
            }
        ),
    }


def _products(shelf: Shelf) -> pa.Table:
    names = (
        "code",
        "name",
        "kind",
        "risk",
        "risk_before",
        "term_days",
        "rate_bp",
        "minimum",
        "currency",
        "issuer",
        "status",
    )
    return pa.table({name: [getattr(p, name) for p in shelf.products] for name in names})


def _net_values(shelf: Shelf, first_day: int, now: int) -> pa.Table:
    """Only days on which a value moved."""
    moving = np.array([bool(p.path) for p in shelf.products])
    window = shelf.prices[:, first_day - shelf.first_day : now - shelf.first_day]
    changed = (
        np.concatenate([np.ones((len(window), 1), bool), window[:, 1:] != window[:, :-1]], axis=1) & moving[:, None]
    )
    product, offset = np.nonzero(changed)
    codes = [p.code for p in shelf.products]
    return pa.table(
        {
            "product_code": pa.DictionaryArray.from_arrays(product.astype(np.int16), codes),
            "day": dates(first_day + offset),
            "value": window[changed],
        }
    )


def files_table(rng: np.random.Generator, people: People, now: int) -> pa.Table:
    """Metadata of scans kept per customer; every file says 演示数据."""
    parts = [
        (np.flatnonzero(people.person), "identity_copy", "身份证件影像（演示数据）", 2),
        (np.flatnonzero(~people.person), "licence_copy", "证照影像（演示数据）", 3),
        (np.flatnonzero(~people.prospect), "account_agreement", "账户管理协议（演示数据）", 6),
        (
            np.flatnonzero(people.person & (people.aum > 5_000_000)),
            "risk_questionnaire",
            "风险承受能力评估问卷（演示数据）",
            4,
        ),
    ]
    who = np.concatenate([part[0] for part in parts])
    number = [len(part[0]) for part in parts]
    made = np.minimum(people.admitted[who] + rng.integers(0, 3, len(who)), now - 1)
    return pa.table(
        {
            "party_id": people.first + 1 + who,
            "kind": [p[1] for p, n in zip(parts, number, strict=True) for _ in range(n)],
            "title": [p[2] for p, n in zip(parts, number, strict=True) for _ in range(n)],
            "pages": [p[3] for p, n in zip(parts, number, strict=True) for _ in range(n)],
            "made_on": dates(made),
        }
    )
