"""In which language a reply is written."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('service', '0246_settlement_signed'),
    ]

    operations = [
        migrations.AddField(
            model_name='complaintletter',
            name='language',
            field=models.CharField(choices=[('zh-hans', 'Chinese'), ('en', 'English')], default='zh-hans', max_length=7, verbose_name='language'),
        ),
    ]
