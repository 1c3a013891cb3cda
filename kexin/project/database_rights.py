"""What the role that the product signs in as may do in its database, beyond and below what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from kexin.project.finding import Finding

QUESTION = """
SELECT current_user, r.rolsuper,
       EXISTS (SELECT FROM pg_class c
                WHERE c.oid = to_regclass('core_auditentry') AND pg_has_role(c.relowner, 'USAGE'))
         OR pg_has_role((SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE'),
       has_schema_privilege(current_schema(), 'CREATE')
  FROM pg_roles r WHERE r.rolname = current_user
"""
TABLES = """
SELECT c.relname,
       EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE t.tgrelid = c.oid AND p.proname = 'kexin_refuse_change') AS append_only,
       has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')
         OR has_table_privilege(c.oid, 'TRUNCATE') OR has_table_privilege(c.oid, 'TRIGGER') AS changes,
       NOT c.relispartition AND NOT has_table_privilege(c.oid, 'SELECT') AS closed
  FROM pg_class c
 WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
 ORDER BY c.relname
"""


@dataclass(frozen=True)
class Rights:
    """The role and what it may do."""

    role: str
    superuser: bool
    owner: bool
    """Whether it owns the tables or the database, and so could take every guard away."""
    defines: bool
    """Whether it may make tables."""
    changes: list[str]
    """Append-only tables in which it may change, remove or disable something."""
    closed: list[str]
    """Tables that it may not read: a migration came after the last grant."""


def rights() -> Rights:
    """Ask the database; Django must be set up."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(QUESTION)
        role, superuser, owner, defines = cursor.fetchone()
        cursor.execute(TABLES)
        tables = cursor.fetchall()
    return Rights(
        role,
        superuser,
        owner,
        defines,
        [name for name, append_only, changes, _closed in tables if append_only and changes],
        [name for name, _append_only, _changes, closed in tables if closed],
    )


def role(found: Rights, *, embedded: bool) -> Finding:
    """What the role of this installation may do in the database; the embedded one is the owner's alone."""
    guide = "docs/guides/deployment.md says which role may do what."
    if found.superuser:
        return Finding("database role", False, f"{found.role} is a superuser", f"Sign in as kexin_app: {guide}")
    if found.closed:
        text = f"{found.role} may not read {len(found.closed)} tables, {found.closed[0]} first"
        return Finding("database role", False, text, "Run kexin migrate as the owner.")
    if found.owner and embedded:
        return Finding("database role", True, f"{found.role} owns the tables")
    if found.owner:
        text = f"{found.role} owns the tables and could take the guards of the audit away"
        return Finding("database role", None, text, f"Serve as kexin_app: {guide}")
    if found.changes:
        text = f"{found.role} may change {found.changes[0]}, which is only appended to"
        return Finding("database role", False, text, "Run kexin migrate as the owner; it takes such rights back.")
    if found.defines:
        return Finding("database role", False, f"{found.role} may make tables", f"Take that right back: {guide}")
    return Finding("database role", True, f"{found.role} reads and writes rows; the audit it can only append to")
