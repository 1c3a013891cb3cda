"""Referrals and their history."""

from __future__ import annotations

import django.db.models.deletion
import kexin.core.fields
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0010_work_closed_late'),
        ('party', '0010_facts'),
        ('people', '0005_qualifications'),
        ('sales', '0010_return_calls'),
    ]

    operations = [
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('referral_no', models.CharField(db_collation='C', max_length=20, unique=True, verbose_name='referral number')),
                ('key_id', models.UUIDField(editable=False)),
                ('from_line', models.CharField(choices=[('lobby', 'Lobby'), ('retail', 'Retail banking'), ('corporate', 'Corporate banking'), ('private', 'Private banking')], max_length=9, verbose_name='from line')),
                ('to_line', models.CharField(choices=[('lobby', 'Lobby'), ('retail', 'Retail banking'), ('corporate', 'Corporate banking'), ('private', 'Private banking')], max_length=9, verbose_name='to line')),
                ('given_by', models.CharField(max_length=80, verbose_name='given by')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('need', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=1000, null=True, verbose_name='need')),
                ('share', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='share of the giver in percent')),
                ('product_line', models.CharField(choices=[('all', 'All products'), ('deposits', 'Deposits'), ('wealth', 'Wealth products'), ('funds', 'Funds'), ('insurance', 'Insurance'), ('gold', 'Precious metals'), ('loans', 'Loans')], max_length=9, verbose_name='product line')),
                ('state', models.CharField(choices=[('waiting', 'Awaits an answer'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('closed', 'Closed with an outcome'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=9, verbose_name='state')),
                ('due_at', models.DateTimeField(verbose_name='to be answered by')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answered_by', models.CharField(blank=True, max_length=80, verbose_name='answered by')),
                ('reason', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=300, null=True, verbose_name='reason')),
                ('outcome', models.CharField(blank=True, choices=[('business', 'Business was done'), ('later', 'The customer wants it later'), ('none', 'No business came of it')], max_length=8, verbose_name='outcome')),
                ('outcome_note', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=1000, null=True, verbose_name='what became of it')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='outcome told')),
                ('attributed_at', models.DateTimeField(blank=True, null=True, verbose_name='entered as shares')),
                ('attributed_by', models.CharField(blank=True, max_length=80)),
                ('version', models.PositiveIntegerField(default=1)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='party.customer')),
                ('giver_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post', verbose_name='giver')),
                ('giver_unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
                ('policy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.policyversion')),
                ('receiver_post', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post', verbose_name='receiver')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit', verbose_name='receiving unit')),
            ],
            options={
                'verbose_name': 'referral',
                'indexes': [models.Index(models.F('unit'), models.OrderBy(models.F('given_at'), descending=True), name='sales_referral_unit'), models.Index(models.F('giver_post'), models.OrderBy(models.F('given_at'), descending=True), name='sales_referral_giver'), models.Index(models.F('receiver_post'), models.OrderBy(models.F('given_at'), descending=True), name='sales_referral_receiver'), models.Index(models.F('customer'), models.OrderBy(models.F('given_at'), descending=True), name='sales_referral_customer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('from_line', models.F('to_line')), _negated=True), name='sales_referral_other_line'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'withdrawn']), ('answered_at__isnull', False), _connector='OR'), name='sales_referral_answered'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('closed_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='sales_referral_closed'), models.CheckConstraint(condition=models.Q(('share__gte', 0), ('share__lte', 100)), name='sales_referral_share')],
            },
        ),
        TrackHistory("sales_referral", "customer_id"),
    ]
