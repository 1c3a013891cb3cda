"""Visitors sign an agreement with a code of its own; messages to them are in their language."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0002_visitors'),
        ('service', '0329_settlement_copy_confirmed'),
    ]

    operations = [
        migrations.AddField(
            model_name='visitor',
            name='language',
            field=models.CharField(choices=[('zh-hans', 'Chinese'), ('en', 'English')], default='zh-hans', max_length=7, verbose_name='language'),
        ),
        migrations.CreateModel(
            name='VisitorSigning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agreement_sha256', models.CharField(db_collation='C', max_length=64)),
                ('sealed_code', models.BinaryField(null=True)),
                ('code_digest', models.BinaryField(max_length=16)),
                ('code_ends_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.complaint')),
                ('visitor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signings', to='portal.visitor')),
            ],
            options={
                'verbose_name': 'code for a signature',
            },
        ),
    ]
