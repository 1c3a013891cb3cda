"""Conversations under history; words and files are never changed."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from kexin.core.history import TrackHistory

KEPT = ("service_conversationmessage", "service_conversationfile")


def keep(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        for table in KEPT:
            cursor.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.{table}"
                f" FOR EACH ROW EXECUTE FUNCTION {schema}.kexin_refuse_change()"
            )


def let_go(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        for table in KEPT:
            cursor.execute(f"DROP TRIGGER append_only ON {table}")


class Migration(migrations.Migration):
    dependencies = [("service", "0020_conversations")]

    operations = [
        migrations.RunPython(keep, let_go),
        TrackHistory("service_conversation", "customer_id", exclude=["token", "address_token"]),
    ]
