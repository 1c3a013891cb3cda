"""Unfinished requests by who was asked first, and all by when they were opened, found without a look at all."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("service", "0131_wecom")]

    operations = [
        migrations.AddIndex(
            "servicerequest",
            models.Index(
                "first_post",
                "due_at",
                "id",
                condition=models.Q(("state__in", ["open", "told"])),
                name="service_first_due",
            ),
        ),
        migrations.AddIndex(
            "servicerequest",
            models.Index(models.F("opened_at").desc(), models.F("id").desc(), name="service_opened"),
        ),
    ]
