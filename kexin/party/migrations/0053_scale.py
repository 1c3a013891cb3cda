"""The size of an enterprise."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("party", "0013_covering")]

    operations = [
        migrations.AddField(
            model_name="enterpriseprofile",
            name="scale",
            field=models.CharField(
                blank=True,
                choices=[("large", "Large"), ("medium", "Medium"), ("small", "Small"), ("micro", "Micro")],
                db_default="",
                default="",
                max_length=6,
                verbose_name="size of enterprise",
            ),
        ),
    ]
