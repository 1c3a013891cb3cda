"""Review packs and their history."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('engagement', '0009_handed_notes'),
        ('party', '0010_facts'),
        ('people', '0005_qualifications'),
        ('sales', '0011_referrals'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReviewPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('language', models.CharField(max_length=8, verbose_name='language')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('sha256', models.CharField(db_collation='C', max_length=64, verbose_name='fingerprint of the file')),
                ('figures', models.JSONField(default=dict, verbose_name='figures compared with')),
                ('options', models.JSONField(default=list, verbose_name='products shown')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('made_by', models.CharField(max_length=80, verbose_name='made by')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_packs', to='party.customer')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review_pack', to='engagement.document')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.orgunit')),
            ],
            options={
                'verbose_name': 'review pack',
                'indexes': [models.Index(models.F('customer'), models.OrderBy(models.F('made_at'), descending=True), name='sales_review_pack_customer')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'number'), name='sales_review_pack_number')],
            },
        ),
        TrackHistory("sales_reviewpack", "customer_id"),
    ]
