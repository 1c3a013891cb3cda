"""Visits, analyses of needs, plans with their versions; what was sent keeps its words."""

from __future__ import annotations

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import kexin.core.fields
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from kexin.core.history import TrackHistory


SQL = Path(__file__).with_name("advice_held.sql")


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Run the script in the schema of this installation."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(SQL.read_text(encoding="utf-8").replace("@schema@", schema))


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER as_sent ON sales_planversion")
        cursor.execute("DROP TRIGGER as_sent ON sales_planline")
        cursor.execute("DROP FUNCTION kexin_plan_as_sent()")
        cursor.execute("DROP FUNCTION kexin_plan_line_as_sent()")


class Migration(migrations.Migration):

    dependencies = [
        ('engagement', '0009_handed_notes'),
        ('party', '0010_facts'),
        ('people', '0005_qualifications'),
        ('products', '0005_texts'),
        ('sales', '0006_orders_held'),
    ]

    operations = [
        migrations.CreateModel(
            name='NeedsAnalysis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('goals', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('reserve', 'Money at hand'), ('preserve', 'Keep the value'), ('income', 'Regular income'), ('growth', 'Growth'), ('retirement', 'Old age'), ('education', "Children's education"), ('home', 'A home'), ('protection', 'Protection of the family'), ('legacy', 'Handing on wealth'), ('business', 'The own business')], max_length=12), size=None)),
                ('horizon', models.CharField(choices=[('months', 'Up to six months'), ('year', 'Up to one year'), ('three', 'One to three years'), ('five', 'Three to five years'), ('long', 'More than five years')], max_length=8, verbose_name='horizon')),
                ('liquidity', models.CharField(choices=[('day', 'At any time'), ('month', 'Within a month'), ('year', 'Within a year'), ('none', 'Not before the end')], max_length=8, verbose_name='need of liquidity')),
                ('income', models.CharField(choices=[('untold', 'Not told'), ('to_50k', 'Up to 50,000'), ('to_200k', '50,000 to 200,000'), ('to_500k', '200,000 to 500,000'), ('to_1m', '500,000 to 1 million'), ('to_5m', '1 to 5 million'), ('more', 'More than 5 million')], max_length=8, verbose_name='income a year')),
                ('outgoings', models.CharField(choices=[('untold', 'Not told'), ('to_50k', 'Up to 50,000'), ('to_200k', '50,000 to 200,000'), ('to_500k', '200,000 to 500,000'), ('to_1m', '500,000 to 1 million'), ('to_5m', '1 to 5 million'), ('more', 'More than 5 million')], max_length=8, verbose_name='outgoings a year')),
                ('cover', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('pension', 'Social pension'), ('medical', 'Social medical insurance'), ('life', 'Life insurance'), ('illness', 'Critical illness insurance'), ('accident', 'Accident insurance'), ('annuity', 'Annuity'), ('property', 'Property insurance')], max_length=10), blank=True, default=list, size=None)),
                ('product_needs', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='needs: products')),
                ('service_needs', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='needs: services')),
                ('risk_needs', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='needs: risk management')),
                ('wealth_needs', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='needs: wealth management')),
                ('written_on', models.DateField(verbose_name='business date')),
                ('written_at', models.DateTimeField(auto_now_add=True, verbose_name='written')),
                ('written_by', models.CharField(max_length=80, verbose_name='written by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='needs_analyses', to='party.customer')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'needs analysis',
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan_no', models.CharField(db_collation='C', max_length=20, unique=True, verbose_name='plan number')),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='newest version')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('sent', 'With the customer'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('replaced', 'Replaced')], default='draft', max_length=9, verbose_name='state')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('made_by', models.CharField(max_length=80, verbose_name='made by')),
                ('version', models.PositiveIntegerField(default=1)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='party.customer')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'plan',
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('sent', 'With the customer'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('replaced', 'Replaced')], default='draft', max_length=9, verbose_name='state')),
                ('title', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=80, null=True, verbose_name='name of the plan')),
                ('content', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='content of the services')),
                ('term', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='term')),
                ('fees', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='fees')),
                ('risk', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='risk')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('written_by', models.CharField(max_length=80, verbose_name='written by')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('sent_by', models.CharField(blank=True, max_length=80, verbose_name='sent by')),
                ('sha256', models.CharField(blank=True, db_collation='C', max_length=64, verbose_name='fingerprint of what was sent')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('evidence', models.JSONField(blank=True, default=dict, verbose_name='evidence of the answer')),
                ('reason', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=300, null=True, verbose_name='reason')),
                ('policies', models.JSONField(blank=True, default=dict, verbose_name='policy versions')),
                ('needs', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sales.needsanalysis')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='sales.plan')),
            ],
            options={
                'verbose_name': 'version of a plan',
            },
        ),
        migrations.CreateModel(
            name='PlanLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('place', models.PositiveSmallIntegerField(verbose_name='place')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('why', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=300, null=True, verbose_name='why')),
                ('grade', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='risk grade when sent')),
                ('fee_text', models.CharField(blank=True, max_length=300, verbose_name='fees when sent')),
                ('decision_no', models.BigIntegerField(blank=True, null=True, verbose_name='matching opinion')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='products.product')),
                ('sale', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_line', to='sales.sale')),
                ('plan_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='sales.planversion')),
            ],
            options={
                'verbose_name': 'product of a plan',
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('purpose', models.CharField(choices=[('know', 'Get to know the customer'), ('needs', 'Ask for needs'), ('plan', 'Talk about a plan'), ('after', 'Care after a sale'), ('other', 'Other')], max_length=8, verbose_name='purpose')),
                ('way', models.CharField(choices=[('phone', 'Telephone'), ('branch', 'At the branch'), ('away', "At the customer's"), ('wecom', 'WeCom'), ('video', 'Video'), ('email', 'E-mail'), ('letter', 'Letter'), ('portal', 'Portal')], max_length=8, verbose_name='way')),
                ('visited_on', models.DateField(verbose_name='visited on')),
                ('place', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=200, null=True, verbose_name='place')),
                ('people', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=200, null=True, verbose_name='people present')),
                ('facts', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='what was learned')),
                ('next_step', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=500, null=True, verbose_name='next step')),
                ('next_on', models.DateField(blank=True, null=True, verbose_name='next step by')),
                ('written_at', models.DateTimeField(auto_now_add=True, verbose_name='written')),
                ('written_by', models.CharField(max_length=80, verbose_name='written by')),
                ('version', models.PositiveIntegerField(default=1)),
                ('appointment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit', to='engagement.appointment')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='party.customer')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'visit',
            },
        ),
        migrations.AddField(
            model_name='planversion',
            name='visit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sales.visit'),
        ),
        migrations.AddField(
            model_name='needsanalysis',
            name='visit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='analyses', to='sales.visit'),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(models.F('customer'), models.OrderBy(models.F('made_at'), descending=True), name='sales_plan_customer'),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(models.F('unit'), models.OrderBy(models.F('made_at'), descending=True), name='sales_plan_unit'),
        ),
        migrations.AddConstraint(
            model_name='planline',
            constraint=models.UniqueConstraint(fields=('plan_version', 'product'), name='sales_plan_line_once'),
        ),
        migrations.AddConstraint(
            model_name='planline',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='sales_plan_line_positive'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(models.F('customer'), models.OrderBy(models.F('visited_on'), descending=True), name='sales_visit_customer'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(fields=('plan', 'number'), name='sales_plan_version_once'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('plan',), name='sales_plan_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['sent', 'accepted'])), fields=('plan',), name='sales_plan_one_stands'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'withdrawn']), ('sent_at__isnull', False), _connector='OR'), name='sales_plan_sent_first'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'declined']), _negated=True), ('answered_at__isnull', False), _connector='OR'), name='sales_plan_answered'),
        ),
        migrations.AddConstraint(
            model_name='needsanalysis',
            constraint=models.UniqueConstraint(fields=('customer', 'number'), name='sales_needs_number'),
        ),
        migrations.RunPython(make, drop),
        TrackHistory("sales_visit", "customer_id"),
        TrackHistory("sales_needsanalysis", "customer_id"),
        TrackHistory("sales_plan", "customer_id"),
        TrackHistory("sales_planversion"),
        TrackHistory("sales_planline"),
    ]
