"""Group complaints, and statutory reports of one unit."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0012_words_under_new_keys'),
        ('people', '0005_qualifications'),
        ('service', '0184_coaching_of_calls'),
    ]

    operations = [
        migrations.CreateModel(
            name='ComplaintGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group_no', models.CharField(db_collation='C', max_length=20, unique=True, verbose_name='group number')),
                ('title', models.CharField(max_length=120, verbose_name='matter')),
                ('by', models.CharField(choices=[('product', 'The same product'), ('cause', 'The same cause'), ('unit', 'The same unit'), ('other', 'Something else in common')], max_length=7, verbose_name='what the cases share')),
                ('key', models.CharField(blank=True, db_collation='C', max_length=60)),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Ended')], default='open', max_length=6, verbose_name='state')),
                ('regulatory_major', models.CharField(blank=True, choices=[('', 'No'), ('group', '20 persons or more, face to face'), ('disaster', 'Caused by a disaster or an accident'), ('designated', 'Designated by the regulator')], max_length=10, verbose_name='major consumer complaint (reported)')),
                ('reference', models.CharField(blank=True, max_length=60, verbose_name='number at the regulator')),
                ('decision_note', models.CharField(blank=True, max_length=500, verbose_name='why')),
                ('decided_by', models.CharField(blank=True, max_length=80, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='same answer drafted')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('opened_by', models.CharField(max_length=80, verbose_name='opened by')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('close_note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('policy_id', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'verbose_name': 'group complaint',
            },
        ),
        migrations.CreateModel(
            name='ComplaintGroupMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='why it belongs there')),
                ('joined_at', models.DateTimeField(verbose_name='since')),
                ('joined_by', models.CharField(max_length=80, verbose_name='by')),
                ('left_reason', models.CharField(blank=True, max_length=500, verbose_name='why it left')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='left')),
                ('left_by', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'verbose_name': 'case of a group complaint',
            },
        ),
        migrations.RemoveConstraint(
            model_name='complaintreport',
            name='service_complaintreport_once',
        ),
        migrations.AlterField(
            model_name='complaintreport',
            name='report_no',
            field=models.CharField(db_collation='C', max_length=40, unique=True, verbose_name='report number'),
        ),
        migrations.AddConstraint(
            model_name='complaintreport',
            constraint=models.UniqueConstraint(fields=('unit', 'kind', 'first_day', 'revision'), name='service_complaintreport_once'),
        ),
        migrations.AddField(
            model_name='complaintgroup',
            name='owner_post',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post', verbose_name='owner'),
        ),
        migrations.AddField(
            model_name='complaintgroup',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit', verbose_name='unit'),
        ),
        migrations.AddField(
            model_name='complaintgroupmember',
            name='complaint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='service.complaint'),
        ),
        migrations.AddField(
            model_name='complaintgroupmember',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='service.complaintgroup'),
        ),
        migrations.AddIndex(
            model_name='complaintgroup',
            index=models.Index(models.OrderBy(models.F('opened_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='service_complaintgroup_new'),
        ),
        migrations.AddConstraint(
            model_name='complaintgroup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'open')), models.Q(('closed_at__isnull', False), ('state', 'closed')), _connector='OR'), name='service_complaintgroup_closed'),
        ),
        migrations.AddConstraint(
            model_name='complaintgroup',
            constraint=models.CheckConstraint(condition=models.Q(('regulatory_major', ''), ('decided_at__isnull', False), _connector='OR'), name='service_complaintgroup_decided'),
        ),
        migrations.AddConstraint(
            model_name='complaintgroupmember',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('complaint',), name='service_complaintgroup_one'),
        ),
        migrations.AddConstraint(
            model_name='complaintgroupmember',
            constraint=models.CheckConstraint(condition=models.Q(('left_at', None), models.Q(('left_reason', ''), _negated=True), _connector='OR'), name='service_complaintgroup_why_left'),
        ),
        TrackHistory("service_complaintgroup"),
        TrackHistory("service_complaintgroupmember"),
    ]
