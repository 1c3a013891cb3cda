"""A copy of an agreement signed on paper is confirmed by a second person."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('service', '0328_agreement_signed_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='settlement',
            name='paper_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='copy recorded'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='paper_by',
            field=models.CharField(blank=True, max_length=80, verbose_name='copy recorded by'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='paper_confirmed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='copy confirmed'),
        ),
        migrations.AddField(
            model_name='settlement',
            name='paper_confirmed_by',
            field=models.CharField(blank=True, max_length=80, verbose_name='copy confirmed by'),
        ),
        migrations.AlterField(
            model_name='settlement',
            name='state',
            field=models.CharField(choices=[('proposed', 'Awaits approval'), ('refused', 'Not approved'), ('approved', 'Approved, to be signed'), ('paper', 'Signed on paper, to be confirmed'), ('signed', 'Signed, to be paid'), ('paid', 'Paid, tax checked')], default='proposed', max_length=8, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('paper_by', ''), models.Q(('state__in', ('signed', 'paid')), _negated=True), models.Q(models.Q(('paper_confirmed_by', ''), _negated=True), models.Q(('paper_confirmed_by', models.F('paper_by')), _negated=True), models.Q(('paper_confirmed_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='service_settlement_paper_two'),
        ),
    ]
