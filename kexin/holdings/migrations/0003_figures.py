"""Exchange rates, assets under management by month, tiers, the day's figures, targets."""

import django.db.models.deletion
from django.db import migrations, models

from kexin.core.partitions import PartitionByMonth

# Without a foreign key: customers are never deleted, and a check per row would double the time of a rebuild.
AUM = """
CREATE TABLE holdings_assetsundermanagement (
  customer_id bigint NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  closing numeric(20, 2) NOT NULL,
  deposits numeric(20, 2) NOT NULL,
  day_sum numeric(24, 2) NOT NULL,
  deposits_day_sum numeric(24, 2) NOT NULL,
  days smallint NOT NULL CHECK (days BETWEEN 1 AND 31),
  known_from timestamptz NOT NULL,
  known_until timestamptz CHECK (known_until >= known_from),
  PRIMARY KEY (customer_id, month, known_from)
) PARTITION BY RANGE (month);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('holdings', '0002_ledger'),
        ('party', '0005_identity_token'),
        ('people', '0002_history'),
    ]

    operations = [
        migrations.RunSQL(AUM, "DROP TABLE holdings_assetsundermanagement"),
        PartitionByMonth("holdings_assetsundermanagement"),
        migrations.CreateModel(
            name='AssetsUnderManagement',
            fields=[
                ('pk', models.CompositePrimaryKey('customer_id', 'month', 'known_from', blank=True, editable=False, primary_key=True, serialize=False)),
                ('month', models.DateField(verbose_name='month')),
                ('closing', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='closing')),
                ('deposits', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='deposits')),
                ('day_sum', models.DecimalField(decimal_places=2, max_digits=24)),
                ('deposits_day_sum', models.DecimalField(decimal_places=2, max_digits=24)),
                ('days', models.SmallIntegerField(verbose_name='days')),
                ('known_from', models.DateTimeField()),
                ('known_until', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'holdings_assetsundermanagement',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='FiguresRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField(verbose_name='from')),
                ('last', models.DateField(verbose_name='until')),
                ('reason', models.CharField(blank=True, max_length=80)),
                ('state', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('failed', 'Broken off')], default='running', max_length=8, verbose_name='state')),
                ('done', models.IntegerField(default=0)),
                ('total', models.IntegerField(default=0)),
                ('marks', models.JSONField(default=dict)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'rebuild of figures',
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(db_collation='C', max_length=3, verbose_name='currency')),
                ('base', models.CharField(db_collation='C', default='CNY', max_length=3, verbose_name='base currency')),
                ('day', models.DateField(verbose_name='day')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='rate')),
                ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                ('entered_by', models.CharField(blank=True, max_length=80)),
                ('entered_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'exchange rate',
                'constraints': [models.UniqueConstraint(fields=('base', 'currency', 'day'), name='holdings_rate_once'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='holdings_rate_positive'), models.CheckConstraint(condition=models.Q(('currency', models.F('base')), _negated=True), name='holdings_rate_two')],
            },
        ),
        migrations.CreateModel(
            name='CustomerTier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.CharField(db_collation='C', max_length=20, verbose_name='tier')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('average', models.DecimalField(decimal_places=2, default=0, max_digits=20, verbose_name='monthly daily average')),
                ('policy', models.BigIntegerField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='party.customer')),
            ],
            options={
                'verbose_name': 'customer tier',
                'constraints': [models.UniqueConstraint(fields=('customer', 'valid_from'), name='holdings_tier_once'), models.UniqueConstraint(condition=models.Q(('valid_until', None)), fields=('customer',), name='holdings_tier_current'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='holdings_tier_period')],
            },
        ),
        migrations.CreateModel(
            name='DailyFigures',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('aum', models.DecimalField(decimal_places=2, default=0, max_digits=20, verbose_name='AUM')),
                ('deposits', models.DecimalField(decimal_places=2, default=0, max_digits=20, verbose_name='deposits')),
                ('inflow', models.DecimalField(decimal_places=2, default=0, max_digits=20, verbose_name='money in')),
                ('outflow', models.DecimalField(decimal_places=2, default=0, max_digits=20, verbose_name='money out')),
                ('customers', models.IntegerField(default=0, verbose_name='customers')),
                ('tiers', models.JSONField(default=dict, verbose_name='customers by tier')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'daily figures',
                'indexes': [models.Index(models.F('post'), models.F('day'), name='holdings_figures_post'), models.Index(models.F('unit'), models.F('day'), name='holdings_figures_unit')],
                'constraints': [models.UniqueConstraint(fields=('day', 'unit', 'post'), name='holdings_figures_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('measure', models.CharField(choices=[('aum_average', 'AUM, monthly daily average'), ('deposits_average', 'Deposits, monthly daily average')], max_length=20, verbose_name='measure')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='amount')),
                ('set_by', models.CharField(max_length=80)),
                ('set_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='people.post')),
            ],
            options={
                'verbose_name': 'target',
                'constraints': [models.UniqueConstraint(fields=('post', 'month', 'measure'), name='holdings_target_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='holdings_target_amount')],
            },
        ),
    ]
