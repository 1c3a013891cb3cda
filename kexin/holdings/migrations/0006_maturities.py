"""The ladder of maturities, when a customer last did something, and an index for large bookings."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

# Partial: bookings below the smallest amount that the policy may call large are found in no list of large ones.
LARGE = """
CREATE INDEX holdings_transaction_large ON holdings_transaction (booked_on, account_id) WHERE amount >= 10000;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0009_history_untouched'),
        ('holdings', '0005_figures_delta'),
        ('party', '0007_average_and_tier'),
        ('people', '0003_delegation'),
        ('products', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerActivity',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='activity', serialize=False, to='party.customer')),
                ('last_on', models.DateField(verbose_name='last booking initiated')),
            ],
            options={
                'verbose_name': 'customer activity',
                'indexes': [models.Index(models.F('last_on'), name='holdings_activity_last')],
            },
        ),
        migrations.CreateModel(
            name='Maturity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source_kind', models.CharField(db_collation='C', max_length=10)),
                ('source_id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('time_deposit', 'Time deposit'), ('certificate', 'Large-denomination CD'), ('structured', 'Structured deposit'), ('wealth', 'Bank wealth product'), ('fund', 'Fund'), ('insurance', 'Insurance policy'), ('gold', 'Gold accumulation'), ('premium', 'Premium due'), ('loan', 'Loan maturing'), ('instalment', 'Loan instalment')], max_length=14, verbose_name='kind')),
                ('contract_on', models.DateField(verbose_name='contractual date')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='amount')),
                ('value', models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name='in base currency')),
                ('renewed', models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name='renewed')),
                ('moved', models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name='to another product')),
                ('stayed', models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name='stayed in the account')),
                ('gone', models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name='left')),
                ('settled_on', models.DateField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='holdings.account')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='maturities', to='party.customer')),
                ('post', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('product', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='products.product')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
                ('work', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.workitem')),
            ],
            options={
                'verbose_name': 'maturity',
                'indexes': [models.Index(models.F('due_on'), models.F('id'), include=('kind', 'value', 'customer'), name='holdings_maturity_due'), models.Index(models.F('customer'), models.F('due_on'), include=('kind', 'value'), name='holdings_maturity_customer')],
                'constraints': [models.UniqueConstraint(fields=('source_kind', 'source_id', 'contract_on'), name='holdings_maturity_once'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='holdings_maturity_amount'), models.CheckConstraint(condition=models.Q(models.Q(('gone', None), ('moved', None), ('renewed', None), ('stayed', None)), models.Q(('amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('renewed'), '+', models.F('moved')), '+', models.F('stayed')), '+', models.F('gone'))), ('gone__gte', 0), ('moved__gte', 0), ('renewed__gte', 0), ('stayed__gte', 0)), _connector='OR'), name='holdings_maturity_parts')],
            },
        ),
        migrations.RunSQL(LARGE, "DROP INDEX holdings_transaction_large"),
    ]
