"""Return calls with their attempts, and inspection items; an attempt is never changed."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import kexin.core.fields
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


from kexin.core.history import TrackHistory


def keep_attempts(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.sales_returncallattempt"
            f" FOR EACH ROW EXECUTE FUNCTION {schema}.kexin_refuse_change()"
        )


def let_attempts(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER append_only ON sales_returncallattempt")


class Migration(migrations.Migration):

    dependencies = [
        ('party', '0010_facts'),
        ('people', '0005_qualifications'),
        ('sales', '0009_recordings_held'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReturnCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('due', 'Return call due'), ('done', 'Answered'), ('unreached', 'Not reached')], default='due', max_length=9, verbose_name='state')),
                ('sheet', models.CharField(db_collation='C', max_length=40, verbose_name='sheet of questions')),
                ('policy_id', models.BigIntegerField(verbose_name='policy version')),
                ('due_at', models.DateTimeField(verbose_name='finished by')),
                ('next_at', models.DateTimeField(verbose_name='next attempt')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('outcome', models.CharField(blank=True, choices=[('understood', 'All understood'), ('contradicted', 'Contradicted')], max_length=12, verbose_name='outcome')),
                ('answers', models.JSONField(blank=True, default=dict, verbose_name='answers')),
                ('contradicted', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='contradicted')),
                ('key_id', models.UUIDField()),
                ('note', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=500, null=True, verbose_name='what the customer said')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('finished_by', models.CharField(blank=True, max_length=80, verbose_name='called by')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ('version', models.PositiveIntegerField(default=1)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='party.customer')),
                ('sale', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='return_call', to='sales.sale')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'return call',
            },
        ),
        migrations.CreateModel(
            name='ReturnCallAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.CharField(max_length=80, verbose_name='called by')),
                ('result', models.CharField(choices=[('answered', 'Answered'), ('nobody', 'Nobody answered'), ('later', 'Asked to be called later'), ('declined', 'Does not want a return call')], max_length=8, verbose_name='result')),
                ('key_id', models.UUIDField()),
                ('note', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=500, null=True, verbose_name='note')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='sales.returncall')),
            ],
            options={
                'verbose_name': 'attempt at a return call',
            },
        ),
        migrations.CreateModel(
            name='InspectionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(db_collation='C', editable=False, max_length=120, unique=True)),
                ('source', models.CharField(choices=[('contradiction', 'The return call contradicts the sale'), ('unreached', 'The customer was not reached after the sale'), ('same_device', 'One device signed for several customers'), ('same_number', 'One telephone number for several customers'), ('staff_contact', "The customer's contact is a colleague's"), ('relative', 'The customer is related to the seller'), ('terminal', 'Signed where the seller was signed in'), ('link', 'A link was forwarded or opened again')], max_length=16, verbose_name='source of the item')),
                ('facts', models.JSONField(blank=True, default=dict, verbose_name='facts')),
                ('state', models.CharField(choices=[('open', 'Open'), ('cleared', 'Cleared'), ('confirmed', 'Confirmed')], default='open', max_length=9, verbose_name='state')),
                ('found_at', models.DateTimeField(verbose_name='found')),
                ('found_on', models.DateField(verbose_name='business date')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='settled')),
                ('settled_by', models.CharField(blank=True, max_length=80, verbose_name='settled by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='party.customer')),
                ('sale', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inspection_items', to='sales.sale')),
                ('seller', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.employee', verbose_name='seller')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'inspection item',
                'indexes': [models.Index(models.F('unit'), models.OrderBy(models.F('found_at'), descending=True), name='sales_inspection_unit')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('settled_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='sales_inspection_settled')],
            },
        ),
        migrations.AddIndex(
            model_name='returncall',
            index=models.Index(models.F('unit'), models.F('next_at'), condition=models.Q(('state', 'due')), name='sales_return_call_due'),
        ),
        migrations.AddConstraint(
            model_name='returncall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state', 'due')), models.Q(models.Q(('state', 'due'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='sales_return_call_finished'),
        ),
        migrations.AddConstraint(
            model_name='returncall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'done'), _negated=True), ('outcome', '')), _connector='OR'), name='sales_return_call_outcome'),
        ),
        migrations.RunPython(keep_attempts, let_attempts),
        TrackHistory("sales_returncall", "customer_id"),
        TrackHistory("sales_inspectionitem", "customer_id"),
    ]
