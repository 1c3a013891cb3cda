"""The database refuses a gate before its turn, a sale ahead of its gates, and any change of what was passed."""

from __future__ import annotations

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from kexin.core.history import TrackHistory

SQL = Path(__file__).with_suffix(".sql")


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Run the script in the schema of this installation."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(SQL.read_text(encoding="utf-8").replace("@schema@", schema))


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER gate_in_order ON sales_salegate")
        cursor.execute("DROP TRIGGER append_only ON sales_salegate")
        cursor.execute("DROP TRIGGER as_its_gates ON sales_sale")
        cursor.execute("DROP FUNCTION kexin_gate_in_order()")
        cursor.execute("DROP FUNCTION kexin_sale_as_its_gates()")


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial"), ("core", "0002_records")]

    operations = [migrations.RunPython(make, drop), TrackHistory("sales_sale", "customer_id")]
