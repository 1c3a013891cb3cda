"""What was signed and stamped is only ever appended."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = ("sales_signature", "sales_signaturestamp")


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    # No TRUNCATE guard: nobody but the owner may truncate (deploy/database/roles.sql), and tests empty the table.
    with editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION kexin_refuse_change()"
            )


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TRIGGER append_only ON {table}")


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_signatures"), ("core", "0002_records")]

    operations = [migrations.RunPython(make, drop)]
