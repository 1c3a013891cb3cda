"""Encrypted words of rows that never change may be written anew while keys are changed."""

from __future__ import annotations

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQL = Path(__file__).with_suffix(".sql")
FIRST = Path(__file__).with_name("0002_records.sql")


def _run(editor: BaseDatabaseSchemaEditor, script: str) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(script.replace("@schema@", schema))


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The function of append-only tables with the one way that a change of keys needs."""
    _run(editor, SQL.read_text(encoding="utf-8"))


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The function as it was."""
    whole = FIRST.read_text(encoding="utf-8")
    first = whole.index("CREATE FUNCTION @schema@.kexin_refuse_change()")
    _run(editor, whole[first : whole.index("$$;", first) + 3].replace("CREATE", "CREATE OR REPLACE", 1))


class Migration(migrations.Migration):
    dependencies = [("core", "0011_work_kept_from")]

    operations = [migrations.RunPython(make, drop)]
