"""Acknowledgements of the rules of conduct, never changed; what colleagues report about a sale."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import kexin.core.fields
from kexin.core.history import TrackHistory

TABLE = "sales_conductacknowledgement"


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
        ('party', '0011_consents'),
        ('people', '0005_qualifications'),
        ('sales', '0022_offers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='inspectionitem',
            name='source',
            field=models.CharField(choices=[('contradiction', 'The return call contradicts the sale'), ('unreached', 'The customer was not reached after the sale'), ('same_device', 'One device signed for several customers'), ('same_number', 'One telephone number for several customers'), ('staff_contact', "The customer's contact is a colleague's"), ('relative', 'The customer is related to the seller'), ('terminal', 'Signed where the seller was signed in'), ('assessed_again', 'Assessed again with a higher grade on the day of the sale'), ('link', 'A link was forwarded or opened again'), ('conduct', 'A colleague reported conduct against the rules')], max_length=16, verbose_name='source of the item'),
        ),
        migrations.CreateModel(
            name='ConductAcknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy_id', models.BigIntegerField(verbose_name='policy version')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('employee', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='conduct_acknowledgements', to='people.employee')),
            ],
            options={
                'verbose_name': 'acknowledgement of the rules of conduct',
                'constraints': [models.UniqueConstraint(fields=('employee', 'policy_id'), name='sales_conduct_acknowledged_once')],
            },
        ),
        migrations.CreateModel(
            name='ConductReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(db_collation='C', max_length=40, verbose_name='rule of conduct')),
                ('policy_id', models.BigIntegerField(verbose_name='policy version')),
                ('reported_at', models.DateTimeField(verbose_name='reported')),
                ('key_id', models.UUIDField()),
                ('words', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=500, null=True, verbose_name='what was seen or heard')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='party.customer')),
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='conduct_report', to='sales.inspectionitem')),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.employee', verbose_name='reported by')),
            ],
            options={
                'verbose_name': 'report of conduct',
            },
        ),
        migrations.RunPython(keep, let_go),
        TrackHistory("sales_conductreport", "customer_id"),
    ]
