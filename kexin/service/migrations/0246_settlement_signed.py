"""The agreement of a settlement is signed on the portal, or on paper with its copy in the files."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
import kexin.core.fields
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


TABLE = "service_settlementsignature"


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
        ('service', '0245_complaint_groups'),
    ]

    operations = [
        migrations.CreateModel(
            name='SettlementSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('at', models.DateTimeField(verbose_name='signed at')),
                ('by', models.CharField(max_length=80, verbose_name='signed by')),
                ('kind', models.CharField(choices=[('simple', 'Simple electronic signature'), ('certified', 'Electronic signature with certificate'), ('reliable', 'Reliable electronic signature')], max_length=9, verbose_name='kind of signature')),
                ('proof', models.CharField(choices=[('app', "Session of the institution's app"), ('face', 'Face comparison'), ('counter', 'In person at the counter'), ('code', 'Code by message')], max_length=7, verbose_name='how identity was proved')),
                ('proof_reference', models.CharField(blank=True, max_length=80, verbose_name='number of the proof')),
                ('session', models.CharField(blank=True, max_length=64, verbose_name='session')),
                ('device', models.JSONField(blank=True, default=dict, verbose_name='device')),
                ('agreement_sha256', models.CharField(db_collation='C', max_length=64, verbose_name='fingerprint of the agreement')),
                ('drawing_digest', models.CharField(db_collation='C', max_length=64, verbose_name='fingerprint of the drawing')),
                ('strokes', kexin.core.fields.PersonalField(blank=True, level='C3', null=True, verbose_name='drawing')),
                ('manifest', models.TextField(verbose_name='text signed')),
                ('authority', models.CharField(blank=True, max_length=40, verbose_name='certified by')),
                ('certificate', models.TextField(blank=True, verbose_name='signing certificate')),
                ('certificate_serial', models.CharField(blank=True, max_length=48, verbose_name='serial number of the certificate')),
                ('cms', models.BinaryField(null=True, verbose_name='certificate signature')),
            ],
            options={
                'verbose_name': 'signature under a settlement',
            },
        ),
        migrations.AddField(
            model_name='settlement',
            name='paper',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.complaintevidence'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='paper_reason',
            field=models.CharField(blank=True, choices=[('portal', 'The complainant does not use the portal'), ('visitor', 'The complainant is no customer'), ('agent', 'A representative with a verified mandate signed'), ('wish', 'The complainant wished it so')], max_length=7, verbose_name='why on paper'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='signed_way',
            field=models.CharField(blank=True, choices=[('', 'Not yet'), ('portal', 'By the customer on the portal'), ('paper', 'On paper, the copy is among the files')], max_length=6, verbose_name='how it was signed'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signed_way', 'paper'), _negated=True), models.Q(('paper__isnull', False), models.Q(('paper_reason', ''), _negated=True)), _connector='OR'), name='service_settlement_paper'),
        ),
        migrations.AddField(
            model_name='settlementsignature',
            name='settlement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='service.settlement'),
        ),
        migrations.AddConstraint(
            model_name='settlementsignature',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'simple'), ('cms__isnull', False), _connector='OR'), name='service_settlementsignature_as_called'),
        ),
        migrations.RunPython(keep, let_go),
    ]
