"""Shares of attribution, protection, transfers with three signatures; their row history."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import kexin.people.models
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0009_history_untouched'),
        ('party', '0008_same_person'),
        ('people', '0003_delegation'),
    ]

    operations = [
        migrations.CreateModel(
            name='PortfolioProtection',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='protection', serialize=False, to='party.customer')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('made_by', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'protection of a portfolio',
            },
        ),
        migrations.CreateModel(
            name='CustomerTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('leaving', 'The manager leaves'), ('moving', 'The manager moves to another post'), ('balance', 'Workload is balanced'), ('wish', 'The customer wishes it'), ('return', 'An earlier transfer is taken back')], max_length=12, verbose_name='reason')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('rule', models.CharField(choices=[('even', 'Equal numbers of customers'), ('assets', 'Equal assets'), ('tier', 'Equal numbers of each tier'), ('area', 'Customers of one area together'), ('language', 'Customers of one language together')], max_length=12, verbose_name='rule of division')),
                ('state', models.CharField(choices=[('signing', 'Being signed'), ('done', 'Handed over'), ('refused', 'Refused'), ('withdrawn', 'Withdrawn')], default='signing', max_length=10, verbose_name='state')),
                ('customers', models.PositiveIntegerField(verbose_name='customers')),
                ('assets', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='assets')),
                ('carried', models.JSONField(default=dict)),
                ('made_by', models.CharField(max_length=80, verbose_name='prepared by')),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='prepared')),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('effective_on', models.DateField(blank=True, null=True, verbose_name='takes effect on')),
                ('counter_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='counters', to='party.customertransfer')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post', verbose_name='giver')),
                ('policy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.policyversion')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'portfolio transfer',
            },
        ),
        migrations.CreateModel(
            name='PortfolioShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.CharField(choices=[('all', 'All products'), ('deposits', 'Deposits'), ('wealth', 'Wealth products'), ('funds', 'Funds'), ('insurance', 'Insurance'), ('gold', 'Precious metals'), ('loans', 'Loans')], max_length=12, verbose_name='product line')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='percent')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('made_by', models.CharField(max_length=80)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='party.customer')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post', verbose_name='manager')),
            ],
            options={
                'verbose_name': 'share of attribution',
            },
        ),
        migrations.CreateModel(
            name='TransferLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assets', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='assets')),
                ('open', models.BooleanField(default=True)),
                ('moved', models.BooleanField(default=False)),
                ('work', models.PositiveIntegerField(default=0, verbose_name='open work items')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='party.customer')),
                ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post', verbose_name='receiver')),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='party.customertransfer')),
            ],
            options={
                'verbose_name': 'line of a transfer',
            },
        ),
        migrations.CreateModel(
            name='TransferSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('giver', 'Giver'), ('receiver', 'Receiver'), ('supervisor', 'Supervisor')], max_length=10, verbose_name='side')),
                ('signed_by', models.CharField(blank=True, max_length=80, verbose_name='signed by')),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('agreed', models.BooleanField(blank=True, null=True)),
                ('on_behalf', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='party.customertransfer')),
            ],
            options={
                'verbose_name': 'signature of a transfer',
            },
        ),
        migrations.AddIndex(
            model_name='customertransfer',
            index=models.Index(models.F('unit'), models.OrderBy(models.F('made_at'), descending=True), name='party_transfer_unit'),
        ),
        migrations.AddConstraint(
            model_name='customertransfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'signing')), models.Q(models.Q(('state', 'signing'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='party_transfer_ended'),
        ),
        migrations.AddIndex(
            model_name='portfolioshare',
            index=models.Index(models.F('post'), models.F('customer'), condition=models.Q(('ends_on', None)), name='party_share_running'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('line', 'all')), expressions=[(models.Func(models.F('customer'), models.F('customer'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('post'), models.F('post'), models.Value('[]'), function='int8range'), '&&'), (kexin.people.models.DateSpan('starts_on', 'ends_on', models.Value('[)')), '&&')], name='party_share_once_all'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('line', 'deposits')), expressions=[(models.Func(models.F('customer'), models.F('customer'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('post'), models.F('post'), models.Value('[]'), function='int8range'), '&&'), (kexin.people.models.DateSpan('starts_on', 'ends_on', models.Value('[)')), '&&')], name='party_share_once_deposits'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('line', 'wealth')), expressions=[(models.Func(models.F('customer'), models.F('customer'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('post'), models.F('post'), models.Value('[]'), function='int8range'), '&&'), (kexin.people.models.DateSpan('starts_on', 'ends_on', models.Value('[)')), '&&')], name='party_share_once_wealth'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('line', 'funds')), expressions=[(models.Func(models.F('customer'), models.F('customer'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('post'), models.F('post'), models.Value('[]'), function='int8range'), '&&'), (kexin.people.models.DateSpan('starts_on', 'ends_on', models.Value('[)')), '&&')], name='party_share_once_funds'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('line', 'insurance')), expressions=[(models.Func(models.F('customer'), models.F('customer'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('post'), models.F('post'), models.Value('[]'), function='int8range'), '&&'), (kexin.people.models.DateSpan('starts_on', 'ends_on', models.Value('[)')), '&&')], name='party_share_once_insurance'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('line', 'gold')), expressions=[(models.Func(models.F('customer'), models.F('customer'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('post'), models.F('post'), models.Value('[]'), function='int8range'), '&&'), (kexin.people.models.DateSpan('starts_on', 'ends_on', models.Value('[)')), '&&')], name='party_share_once_gold'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('line', 'loans')), expressions=[(models.Func(models.F('customer'), models.F('customer'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('post'), models.F('post'), models.Value('[]'), function='int8range'), '&&'), (kexin.people.models.DateSpan('starts_on', 'ends_on', models.Value('[)')), '&&')], name='party_share_once_loans'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', 100)), name='party_share_percent'),
        ),
        migrations.AddConstraint(
            model_name='portfolioshare',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='party_share_period'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.UniqueConstraint(fields=('transfer', 'customer'), name='party_transferline_once'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.UniqueConstraint(condition=models.Q(('open', True)), fields=('customer',), name='party_transferline_one_open'),
        ),
        migrations.AddConstraint(
            model_name='transfersignature',
            constraint=models.UniqueConstraint(fields=('transfer', 'role', 'post'), name='party_signature_once'),
        ),
        migrations.AddConstraint(
            model_name='transfersignature',
            constraint=models.UniqueConstraint(condition=models.Q(('signed_by', ''), _negated=True), fields=('transfer', 'signed_by'), name='party_signature_other_person'),
        ),
        migrations.AddConstraint(
            model_name='transfersignature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed', None), ('signed_at', None), ('signed_by', '')), models.Q(models.Q(('signed_by', ''), _negated=True), ('agreed__isnull', False), ('signed_at__isnull', False)), _connector='OR'), name='party_signature_whole'),
        ),
        TrackHistory("party_portfolioshare", "customer_id"),
        TrackHistory("party_portfolioprotection", "customer_id", pk_column="customer_id"),
        TrackHistory("party_customertransfer"),
        TrackHistory("party_transferline", "customer_id"),
        TrackHistory("party_transfersignature"),
    ]
