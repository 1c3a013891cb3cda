"""Tables that are only ever appended to, partitioned by month, and the functions of partitions and row history."""

from __future__ import annotations

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQL = Path(__file__).with_suffix(".sql")
TABLES = (
    "core_auditentry",
    "core_auditlink",
    "core_auditcheckpoint",
    "core_event",
    "core_history",
)
FUNCTIONS = (
    "kexin_record_history()",
    "kexin_ensure_partitions(regclass, date, date)",
    "kexin_copy_truncate_guards(regclass, regclass)",
    "kexin_guard_append_only(regclass)",
    "kexin_refuse_change()",
)


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Run the script in the schema of this installation: functions with a fixed search path name it in full."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(SQL.read_text(encoding="utf-8").replace("@schema@", schema))


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE {table}")
        for function in FUNCTIONS:
            cursor.execute(f"DROP FUNCTION {function}")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(make, drop)]
