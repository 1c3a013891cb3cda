"""Visitors who complain without being signed in."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0001_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='Visitor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_number', models.BinaryField()),
                ('number_digest', models.BinaryField(db_index=True, max_length=16)),
                ('sealed_code', models.BinaryField(null=True)),
                ('code_digest', models.BinaryField(max_length=16)),
                ('code_ends_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('digest', models.CharField(db_collation='C', editable=False, max_length=64, unique=True)),
                ('state', models.CharField(choices=[('pending', 'Waiting for the code'), ('open', 'Open'), ('ended', 'Ended')], default='pending', max_length=8, verbose_name='state')),
                ('cases', models.PositiveSmallIntegerField(default=0, verbose_name='complaints sent')),
                ('made_at', models.DateTimeField(db_index=True, verbose_name='made')),
                ('proved_at', models.DateTimeField(blank=True, null=True, verbose_name='proved')),
                ('ends_at', models.DateTimeField(verbose_name='ends at the latest')),
                ('device', models.CharField(blank=True, max_length=200, verbose_name='device')),
                ('address', models.CharField(blank=True, max_length=64, verbose_name='address')),
            ],
            options={
                'verbose_name': 'visitor',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), _negated=True), ('proved_at__isnull', False), _connector='OR'), name='portal_visitor_proved')],
            },
        ),
    ]
