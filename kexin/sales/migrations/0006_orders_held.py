"""The database refuses an order before its gate, any change of what was ordered, and a second last word."""

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
        cursor.execute("DROP TRIGGER behind_its_gate ON sales_order")
        cursor.execute("DROP TRIGGER as_made ON sales_order")
        cursor.execute("DROP TRIGGER append_only ON sales_orderanswer")
        cursor.execute("DROP FUNCTION kexin_order_behind_its_gate()")
        cursor.execute("DROP FUNCTION kexin_order_as_made()")


class Migration(migrations.Migration):
    dependencies = [("sales", "0005_orders"), ("core", "0002_records")]

    operations = [
        migrations.RunPython(make, drop),
        TrackHistory("sales_order", "customer_id"),
        TrackHistory("sales_orderdifference"),
    ]
