"""Fresh statistics of tables before a long look at them.

Right after very many new rows the planner believes a table to be small and joins it row by row, which makes an
examination of the audit or a rebuild of figures many times slower. Autovacuum would notice within a minute or so;
an auditor, or an import followed by figures, may be faster.
"""

from __future__ import annotations

import logging

from django.db import Error, connection, transaction

log = logging.getLogger(__name__)
_OUTGROWN = """
SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.relname) FROM pg_stat_user_tables s
JOIN pg_class c ON c.oid = s.relid JOIN (
  SELECT p.relid FROM unnest(%(tables)s::text[]) t CROSS JOIN LATERAL pg_partition_tree(t::regclass) p WHERE p.isleaf
  UNION SELECT t::regclass FROM unnest(%(tables)s::text[]) t) t ON t.relid = s.relid
WHERE s.n_mod_since_analyze > %(few)s + greatest(c.reltuples, 0) / 10
  AND pg_has_role(c.relowner, 'USAGE')
ORDER BY 1
"""
PATIENCE = "2s"
FEW = 10_000  # rows changed since the last look that matter to no plan


def renew_statistics(*tables: str) -> int:
    """ANALYZE those of the tables, or of their partitions, that have outgrown what the planner knows; how many.

    A database that does not let us (somebody else's tables, a standby, a lock) is looked at as it is.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute(_OUTGROWN, {"tables": list(tables), "few": FEW})
            names = [name for (name,) in cursor.fetchall()]
            for name in names:
                cursor.execute(f"ANALYZE {name}")  # quoted by PostgreSQL itself
    except Error as error:
        log.info("statistics of %s were not renewed: %s", ", ".join(tables), error)
        return 0
    return len(names)
