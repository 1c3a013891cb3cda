"""Taking a purchase back: cancellations as orders, held in time by the database."""

from __future__ import annotations

from pathlib import Path

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from kexin.core.history import TrackHistory

SQL = Path(__file__).with_suffix(".sql")


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Run the script in the schema of this installation."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(SQL.read_text(encoding="utf-8").replace("@schema@", schema))


class Migration(migrations.Migration):

    dependencies = [
        ('party', '0010_facts'),
        ('sales', '0016_failed_offering'),
    ]

    operations = [
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(verbose_name='round')),
                ('ground', models.CharField(choices=[('cooling_off', 'Cooling-off'), ('cut_off', 'Before the cut-off of its dealing day')], max_length=11, verbose_name='by which right')),
                ('until', models.DateTimeField(verbose_name='could be taken back until')),
                ('at', models.DateTimeField(verbose_name='asked')),
                ('by', models.CharField(max_length=80, verbose_name='taken back by')),
                ('party', models.CharField(choices=[('customer', 'Customer'), ('staff', 'Staff'), ('system', 'System')], max_length=8, verbose_name='who')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('evidence', models.CharField(blank=True, max_length=120, verbose_name='signed wish of the customer')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('outcome', models.CharField(blank=True, choices=[('done', 'Taken back, the money comes back'), ('refused', 'Refused by the core system'), ('overtaken', 'The order had failed before')], max_length=9, verbose_name='what came of it')),
            ],
            options={
                'verbose_name': 'purchase taken back',
            },
        ),
        migrations.RemoveConstraint(
            model_name='order',
            name='sales_order_once',
        ),
        migrations.RemoveConstraint(
            model_name='order',
            name='sales_order_ended',
        ),
        migrations.AddField(
            model_name='order',
            name='side',
            field=models.CharField(choices=[('buy', 'Purchase'), ('cancel', 'Cancellation')], default='buy', max_length=6, verbose_name='what is asked'),
        ),
        migrations.AddField(
            model_name='sale',
            name='cooling_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='cooling-off until'),
        ),
        migrations.AlterField(
            model_name='order',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting to be handed over'), ('taken', 'Taken by the core system'), ('unclear', 'Unclear'), ('confirmed', 'Confirmed'), ('refused', 'Refused by the core system'), ('failed', 'Given up'), ('cancelled', 'Taken back')], default='waiting', max_length=9, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='orderdifference',
            name='kind',
            field=models.CharField(choices=[('unknown_here', 'Known to the core system, unknown here'), ('unknown_there', 'Handed over, unknown to the core system'), ('amount', 'Amounts differ'), ('twice', 'Answered twice, differently'), ('never_sent', 'Answered before it was handed over'), ('after_end', 'Confirmed after it was given up'), ('unclear', 'Handed over without an answer'), ('offering', 'Confirmed, though the offering failed'), ('not_cancelled', 'The core system refused to cancel'), ('unreadable', 'An answer that cannot be read')], max_length=13, verbose_name='difference'),
        ),
        migrations.AlterField(
            model_name='sale',
            name='state',
            field=models.CharField(choices=[('open', 'In progress'), ('sent', 'Order on its way'), ('executed', 'Executed'), ('refused', 'Refused'), ('cancelled', 'Cancelled'), ('failed', 'Order failed'), ('lapsed', 'Lapsed unfinished'), ('withdrawn', 'Taken back by the customer')], default='open', max_length=9, verbose_name='state'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(condition=models.Q(('side', 'buy')), fields=('sale', 'round'), name='sales_order_once'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ('confirmed', 'refused', 'failed', 'cancelled'))), models.Q(models.Q(('state__in', ('confirmed', 'refused', 'failed', 'cancelled')), _negated=True), ('ended_at', None)), _connector='OR'), name='sales_order_ended'),
        ),
        migrations.AddField(
            model_name='withdrawal',
            name='order',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='sales.order'),
        ),
        migrations.AddField(
            model_name='withdrawal',
            name='sale',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawals', to='sales.sale'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('sale',), name='sales_withdrawal_once'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('party', 'customer'), models.Q(('evidence', ''), _negated=True), _connector='OR'), name='sales_withdrawal_wish'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('at__lte', models.F('until'))), name='sales_withdrawal_in_time'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(('ended_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='sales_withdrawal_ended'),
        ),
        migrations.RunPython(make, migrations.RunPython.noop),
        TrackHistory("sales_withdrawal"),
    ]
