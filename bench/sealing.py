"""How fast the audit is sealed and verified."""

from __future__ import annotations

import time


def measure() -> list[tuple[str, int, float]]:
    """What was done, entries, seconds. The entries are those that the other measurements wrote."""
    from django.db import connection

    from kexin.core.seal import seal
    from kexin.core.seal_verify import verify

    with connection.cursor() as cursor:  # readings by the thousand, as a busy day writes them
        cursor.execute(
            "INSERT INTO core_auditentry (at, actor_kind, actor_name, operation, outcome, arguments)"
            " SELECT now() - interval '1 minute' + n * interval '1 microsecond', 'system', 'bench',"
            " 'party.view_customer', 'read', '{}'"
            " FROM generate_series(1, 50000) n"
        )
    began = time.perf_counter()
    sealed = seal()
    middle = time.perf_counter()
    with (
        connection.cursor() as cursor
    ):  # what autovacuum does within a minute; without it the join of links is misjudged
        cursor.execute("ANALYZE core_auditentry")
        cursor.execute("ANALYZE core_auditlink")
    middle_after = time.perf_counter()
    findings = verify(None, None)
    ended = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditentry")
        total = cursor.fetchone()[0]
    assert not findings, findings[:3]
    return [
        ("audit entries sealed", sealed.entries, middle - began),
        ("audit entries verified", total, ended - middle_after),
    ]
