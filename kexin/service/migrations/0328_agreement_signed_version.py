"""The agreement of a settlement in the complainant's language; its signed version is kept as a file of the case."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

LANGUAGES = [("zh-hans", "Chinese"), ("en", "English")]


class Migration(migrations.Migration):
    dependencies = [("service", "0247_language_of_letters")]

    operations = [
        migrations.AddField(
            "complaint",
            "complainant_language",
            models.CharField(blank=True, choices=LANGUAGES, max_length=7, verbose_name="complainant's language", default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "settlement",
            "language",
            models.CharField(choices=LANGUAGES, default="zh-hans", max_length=7, verbose_name="language"),
        ),
        migrations.AddField(
            "settlementsignature",
            "kept",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="service.complaintevidence",
                verbose_name="signed version",
            ),
        ),
        migrations.AlterField(
            "complaintevidence",
            "kind",
            models.CharField(
                choices=[
                    ("given", "Given by the complainant"),
                    ("ours", "Added by us"),
                    ("dossier", "Dossier of the sale"),
                    ("agreement", "Agreement signed on the portal"),
                ],
                max_length=9,
                verbose_name="kind",
            ),
        ),
    ]
