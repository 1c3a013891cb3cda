"""Work at the desk: putting aside, related requests, return visits, macros, who has one open."""

from __future__ import annotations

import django.db.models.deletion
import kexin.core.fields
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_qualifications'),
        ('service', '0011_complaint_history'),
    ]

    operations = [
        migrations.AddField(
            model_name='servicerequest',
            name='snoozed_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='put aside until'),
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(db_collation='C', max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('by', models.CharField(db_collation='C', max_length=80)),
                ('since', models.DateTimeField()),
                ('seen_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'record open in a browser',
                'constraints': [models.UniqueConstraint(fields=('subject', 'subject_id', 'by'), name='service_presence_once')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.BigIntegerField(editable=False)),
                ('key_id', models.UUIDField(editable=False)),
                ('due_on', models.DateField(verbose_name='return visit on')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('solved', 'Settled, says the customer'), ('unsolved', 'Not settled'), ('unreached', 'Nobody reached'), ('dropped', 'Not needed any more')], default='planned', max_length=9, verbose_name='outcome')),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='which attempt')),
                ('note', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='what the customer said')),
                ('planned_by', models.CharField(max_length=80)),
                ('planned_at', models.DateTimeField()),
                ('settled_by', models.CharField(blank=True, max_length=80)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('owner_post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='service.servicerequest')),
            ],
            options={
                'verbose_name': 'return visit after a request',
                'indexes': [models.Index(models.F('request'), models.F('number'), name='service_follow_request')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'planned')), fields=('request',), name='service_follow_one_planned'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('state', 'planned')), models.Q(models.Q(('state', 'planned'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='service_follow_settled')],
            },
        ),
        migrations.CreateModel(
            name='Macro',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('kind', models.CharField(blank=True, db_collation='C', max_length=40, verbose_name='kind of request')),
                ('words', models.CharField(blank=True, max_length=2000, verbose_name='words to the customer')),
                ('note', models.CharField(blank=True, max_length=1000, verbose_name='internal note')),
                ('stage', models.CharField(blank=True, db_collation='C', max_length=40, verbose_name='stage')),
                ('pause_reason', models.CharField(blank=True, db_collation='C', max_length=40, verbose_name='reason for a pause')),
                ('state', models.CharField(choices=[('draft', 'Waits for review'), ('active', 'In use'), ('refused', 'Not agreed'), ('retired', 'Out of use')], default='draft', max_length=8, verbose_name='state')),
                ('drafted_by', models.CharField(max_length=80)),
                ('drafted_at', models.DateTimeField()),
                ('reviewed_by', models.CharField(blank=True, max_length=80)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('review_note', models.CharField(blank=True, max_length=200)),
                ('used', models.PositiveIntegerField(default=0, verbose_name='used')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit', verbose_name='for the unit')),
            ],
            options={
                'verbose_name': 'macro',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'active'])), fields=('unit', 'name'), name='service_macro_named_once'), models.CheckConstraint(condition=models.Q(('reviewed_by', ''), models.Q(('reviewed_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='service_macro_four_eyes'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), ('reviewed_at__isnull', False), _connector='OR'), name='service_macro_reviewed')],
            },
        ),
        migrations.CreateModel(
            name='RequestLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(max_length=120, verbose_name='why')),
                ('made_by', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('ended_by', models.CharField(blank=True, max_length=80)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('high', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links_down', to='service.servicerequest')),
                ('low', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='links_up', to='service.servicerequest')),
            ],
            options={
                'verbose_name': 'link between requests',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('low', 'high'), name='service_link_once'), models.CheckConstraint(condition=models.Q(('low__lt', models.F('high'))), name='service_link_order')],
            },
        ),
        TrackHistory("service_followup", "customer_id"),
        TrackHistory("service_requestlink"),
        TrackHistory("service_macro"),
    ]
