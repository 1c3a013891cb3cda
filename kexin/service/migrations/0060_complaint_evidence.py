"""Files of complaints, never changed once kept."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import kexin.core.fields

TABLE = "service_complaintevidence"


def keep(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.{TABLE}"
            f" FOR EACH ROW EXECUTE FUNCTION {schema}.kexin_refuse_change()"
        )


def let_go(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER append_only ON {TABLE}")


class Migration(migrations.Migration):

    dependencies = [
        ("service", "0032_feedback"),
    ]

    operations = [
        migrations.CreateModel(
            name='ComplaintEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('kind', models.CharField(choices=[('given', 'Given by the complainant'), ('ours', 'Added by us'), ('dossier', 'Dossier of the sale')], max_length=9, verbose_name='kind')),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='what it is')),
                ('file_name', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=255, null=True, verbose_name='file name')),
                ('media_type', models.CharField(max_length=100)),
                ('size', models.BigIntegerField(verbose_name='size')),
                ('digest', models.CharField(db_collation='C', max_length=64)),
                ('stored_as', models.CharField(db_collation='C', max_length=120, unique=True)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by', models.CharField(max_length=80, verbose_name='by')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='service.complaint')),
            ],
            options={
                'verbose_name': 'file of a complaint',
                'indexes': [models.Index(models.F('complaint'), models.F('at'), name='service_case_evidence')],
            },
        ),
        migrations.RunPython(keep, let_go),
    ]
