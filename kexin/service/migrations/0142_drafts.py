"""Drafts by a model, with what left the house for them."""

from __future__ import annotations

import django.db.models.deletion
import kexin.core.fields
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('service', '0141_problems_support_coaching'),
    ]

    operations = [
        migrations.CreateModel(
            name='WordsDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.BigIntegerField(editable=False, null=True)),
                ('key_id', models.UUIDField(editable=False)),
                ('kind', models.CharField(choices=[('reply', 'Reply to the customer'), ('summary', 'Summary of the conversation')], max_length=7, verbose_name='kind')),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('ready', 'Draft, to be confirmed'), ('failed', 'No draft'), ('used', 'Confirmed by a person'), ('dropped', 'Not used')], default='asked', max_length=7, verbose_name='state')),
                ('sent_text', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=100000, null=True, verbose_name='what left the house')),
                ('draft_text', kexin.core.fields.PersonalField(blank=True, level='C2', max_length=4000, null=True, verbose_name='draft')),
                ('cited', models.JSONField(default=list)),
                ('fault', models.CharField(blank=True, db_collation='C', max_length=20)),
                ('model', models.CharField(max_length=80, verbose_name='model')),
                ('host', models.CharField(max_length=120, verbose_name='endpoint')),
                ('asked_by', models.CharField(max_length=80)),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('settled_by', models.CharField(blank=True, max_length=80)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='service.conversation')),
            ],
            options={
                'verbose_name': 'draft by a model',
                'indexes': [models.Index(models.F('conversation'), models.OrderBy(models.F('asked_at'), descending=True), name='service_draft_conversation')],
            },
        ),
        TrackHistory("service_wordsdraft"),
    ]
