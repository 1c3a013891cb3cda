"""The table of changes of keys, and how row history tells of one."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQL = Path(__file__).with_suffix(".sql")
BEFORE = Path(__file__).with_name("0002_records.sql")


def _run(editor: BaseDatabaseSchemaEditor, text: str) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(text.replace("@schema@", schema))


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The function of row history with one line per statement of a change of keys."""
    _run(editor, SQL.read_text(encoding="utf-8"))


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The function as it was."""
    found = re.search(r"CREATE FUNCTION @schema@\.kexin_record_history\(.*?\n\$\$;", BEFORE.read_text(encoding="utf-8"), re.S)
    assert found is not None
    _run(editor, found.group().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


class Migration(migrations.Migration):
    dependencies = [("core", "0004_access")]

    operations = [
        migrations.CreateModel(
            name="RotationRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(db_collation="C", max_length=20, verbose_name="purpose")),
                ("step", models.SmallIntegerField(default=0)),
                ("place", models.CharField(blank=True, db_collation="C", max_length=80)),
                ("position", models.CharField(blank=True, db_collation="C", max_length=40)),
                ("before", models.JSONField(default=list)),
                ("changed_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("started_by", models.CharField(max_length=80, verbose_name="started by")),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "change of keys",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("purpose",),
                        condition=models.Q(("finished_at", None)),
                        name="core_rotationrun_one_open",
                    )
                ],
            },
        ),
        migrations.RunPython(make, drop),
    ]
