"""The database refuses a skipped node, a gate without a recording, and any change of what was marked or found."""

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
        cursor.execute("DROP TRIGGER in_turn ON sales_recordingmark")
        cursor.execute("DROP TRIGGER append_only ON sales_recordingmark")
        cursor.execute("DROP TRIGGER append_only ON sales_recordinginspection")
        cursor.execute("DROP TRIGGER complete ON sales_salesrecording")
        cursor.execute("DROP TRIGGER recorded ON sales_salegate")
        cursor.execute("DROP FUNCTION kexin_mark_in_turn()")
        cursor.execute("DROP FUNCTION kexin_recording_complete()")
        cursor.execute("DROP FUNCTION kexin_gate_recorded()")


class Migration(migrations.Migration):
    dependencies = [("sales", "0008_recordings"), ("core", "0002_records")]

    operations = [
        migrations.RunPython(make, drop),
        TrackHistory("sales_salesrecording", "customer_id"),
    ]
