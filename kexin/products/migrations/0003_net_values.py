"""Net values by product and day, under row history: a correction keeps what stood there."""

import django.db.models.deletion
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):

    dependencies = [
        ('products', '0002_sale_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='NetValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='net value of')),
                ('unit_value', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='unit net value')),
                ('accumulated', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='accumulated net value')),
                ('source', models.CharField(blank=True, max_length=20, verbose_name='source')),
                ('entered_by', models.CharField(max_length=80, verbose_name='entered by')),
                ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ('version', models.PositiveIntegerField(default=1)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='net_values', to='products.product')),
            ],
            options={
                'verbose_name': 'net value',
                'constraints': [models.UniqueConstraint(fields=('product', 'day'), name='products_netvalue_one_a_day'), models.CheckConstraint(condition=models.Q(('unit_value__gt', 0), ('accumulated__gt', 0)), name='products_netvalue_above_nought')],
            },
        ),
        TrackHistory('products_netvalue'),
    ]
