"""Fresh statistics for the audit's tables before they are examined.

Right after very many new entries the planner believes the tables to be small and joins links and entries row by row,
which makes an examination many times slower. Autovacuum would notice within a minute or so, an auditor may be faster.
"""

from __future__ import annotations

import logging

from django.db import Error, connection, transaction

log = logging.getLogger(__name__)
_OUTGROWN = """
SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.relname) FROM pg_stat_user_tables s
JOIN pg_class c ON c.oid = s.relid JOIN (
  SELECT relid FROM pg_partition_tree('core_auditentry') WHERE isleaf
  UNION ALL SELECT 'core_auditlink'::regclass) t ON t.relid = s.relid
WHERE s.n_mod_since_analyze > %s + greatest(c.reltuples, 0) / 10
  AND pg_has_role(c.relowner, 'USAGE')
ORDER BY 1
"""
PATIENCE = "2s"
FEW = 10_000  # rows changed since the last look that matter to no plan


def renew_statistics() -> int:
    """ANALYZE those of the audit's tables that have outgrown what the planner knows, where we may; how many.

    A database that does not let us (somebody else's tables, a standby, a lock) is examined as it is.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            cursor.execute(_OUTGROWN, [FEW])
            tables = [name for (name,) in cursor.fetchall()]
            for name in tables:
                cursor.execute(f"ANALYZE {name}")  # quoted by PostgreSQL itself
    except Error as error:
        log.info("statistics of the audit were not renewed: %s", error)
        return 0
    return len(tables)
