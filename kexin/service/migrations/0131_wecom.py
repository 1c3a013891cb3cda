"""WeCom: accounts of posts, agreements to the archive, forbidden words found."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import kexin.core.fields
from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0005_qualifications'),
        ('service', '0130_telephony'),
    ]

    operations = [
        migrations.CreateModel(
            name='ArchiveAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.UUIDField(editable=False)),
                ('address', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=128, null=True, verbose_name='WeCom id')),
                ('address_token', models.BinaryField(max_length=16)),
                ('agreed', models.BooleanField(verbose_name='agreed')),
                ('said_at', models.DateTimeField(verbose_name='when')),
                ('by', models.CharField(max_length=80, verbose_name='by')),
                ('reference', models.CharField(blank=True, db_collation='C', max_length=64, null=True, unique=True)),
            ],
            options={
                'verbose_name': 'agreement to the archive',
                'indexes': [models.Index(models.F('address_token'), models.OrderBy(models.F('said_at'), descending=True), name='service_archive_last')],
            },
        ),
        migrations.CreateModel(
            name='FlaggedWords',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phrases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('found_at', models.DateTimeField(verbose_name='found')),
                ('outcome', models.CharField(blank=True, db_collation='C', max_length=10, verbose_name='outcome')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='what was done')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('settled_by', models.CharField(blank=True, max_length=80)),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='flag', to='service.conversationmessage')),
                ('post', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'forbidden words found',
                'indexes': [models.Index(models.OrderBy(models.F('found_at'), descending=True), name='service_flag_found')],
            },
        ),
        migrations.CreateModel(
            name='WecomAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member', models.CharField(db_collation='C', max_length=64, verbose_name='WeCom member')),
                ('since', models.DateTimeField(verbose_name='since')),
                ('set_by', models.CharField(max_length=80)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.CharField(blank=True, max_length=80)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wecom_accounts', to='people.post', verbose_name='post')),
            ],
            options={
                'verbose_name': 'WeCom account',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('member',), name='service_wecom_member_once')],
            },
        ),
        TrackHistory("service_archiveagreement", exclude=["address_token"]),
        TrackHistory("service_flaggedwords"),
        TrackHistory("service_wecomaccount"),
    ]
