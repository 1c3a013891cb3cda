"""A dossier made and examined, without a bank: ``python -m bench.dossier``. Asked for: made within 1 s."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from unittest import mock

RUNS = 25
ENTRIES = 60


def main() -> None:
    """Print one table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexin.project.settings")
    os.environ.setdefault("KEXIN_ENV", "development")
    import django

    django.setup()
    from bench.measure import p95
    from kexin.core.seal import GENESIS, link
    from kexin.sales.adapters.authority import local
    from kexin.sales.dossier import checking, making
    from kexin.sales.dossier.tree import AuditEvidence, Dossier, Fact, Section

    at, chain, audit = dt.datetime.now(dt.UTC), GENESIS, []
    root = local.new_root(at)
    for no in range(1, ENTRIES + 1):
        text = f'["1", {no}]'
        digest = hashlib.sha256(text.encode()).digest()
        before, chain = chain, link(chain, no, digest)
        audit.append(AuditEvidence(str(at), "1001", "签署", "完成", text, no, digest.hex(), before.hex(), chain.hex()))
    facts = tuple(Fact(f"事实 {number}", "稳盈九十天") for number in range(40))
    tree = Dossier(
        "S1", "销售证据卷宗", "张三", "江城银行", "zh", at.isoformat(), "1005", (Section("sale", "销售", facts),),
        audit=tuple(audit),
    )  # fmt: skip
    with mock.patch.object(local, "_opened", return_value=root):
        made = _timed(lambda: making.make(tree, at=at))
        file = making.make(tree, at=at)
    examined = _timed(lambda: checking.verify(file, root[0]))
    assert not checking.verify(file, root[0]).findings
    print(f"| what ({len(file):,} bytes, {ENTRIES} audit entries) | first ms | median ms | p95 ms | aim ms |")
    print("|---|--:|--:|--:|--:|")
    for what, aim, times in (("dossier made", "1,000", made), ("dossier examined", "", examined)):
        print(f"| {what} | {times[0]:.0f} | {sorted(times)[len(times) // 2]:.0f} | {p95(times[1:]):.0f} | {aim} |")


def _timed(call: object) -> list[float]:
    import time

    assert callable(call)
    found = []
    for _run in range(RUNS):
        began = time.perf_counter()
        call()
        found.append((time.perf_counter() - began) * 1000)
    return found


if __name__ == "__main__":
    main()
