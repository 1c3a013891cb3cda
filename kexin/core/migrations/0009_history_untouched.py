"""Row history that tells cheaply when a large statement changed nothing it keeps."""

from __future__ import annotations

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQL = Path(__file__).with_suffix(".sql")
BEFORE = Path(__file__).with_name("0005_rotation.sql")


def _run(editor: BaseDatabaseSchemaEditor, script: Path) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(script.read_text(encoding="utf-8").replace("@schema@", schema))


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The function of row history with a way out before rows are written as JSON."""
    _run(editor, SQL)


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The function as it was."""
    _run(editor, BEFORE)


class Migration(migrations.Migration):
    dependencies = [("core", "0008_sealed_uploads")]

    operations = [migrations.RunPython(make, drop)]
