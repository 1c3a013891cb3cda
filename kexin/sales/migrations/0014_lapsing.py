"""The last day of an unfinished sale, and the matching opinion that ended one."""

from __future__ import annotations

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQL = Path(__file__).with_suffix(".sql")
SHIPPED_DAYS = 7  # of the policy sales.sale until now


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Run the script in the schema of this installation; sales under way keep their days."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(SQL.read_text(encoding="utf-8").replace("@schema@", schema))
        cursor.execute("UPDATE sales_sale SET lapses_on = opened_on + %s", [SHIPPED_DAYS])


class Migration(migrations.Migration):
    dependencies = [("sales", "0013_signs")]

    operations = [
        migrations.AddField(
            "sale",
            "refusal_no",
            models.BigIntegerField(blank=True, null=True, verbose_name="matching opinion that ended it"),
        ),
        migrations.AddField(
            "sale", "lapses_on", models.DateField(null=True, verbose_name="last day of the unfinished sale")
        ),
        migrations.RunPython(make, migrations.RunPython.noop),
        migrations.AlterField("sale", "lapses_on", models.DateField(verbose_name="last day of the unfinished sale")),
        migrations.AlterField(
            "sale",
            "state",
            models.CharField(
                choices=[
                    ("open", "In progress"),
                    ("sent", "Order on its way"),
                    ("executed", "Executed"),
                    ("refused", "Refused"),
                    ("cancelled", "Cancelled"),
                    ("failed", "Order failed"),
                    ("lapsed", "Lapsed unfinished"),
                ],
                default="open",
                max_length=9,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            "sale",
            models.Index(
                "lapses_on", condition=models.Q(("state", "open")), name="sales_sale_lapsing"
            ),
        ),
    ]
