"""A complainant who is not on file may be reached by e-mail."""

from __future__ import annotations

from django.db import migrations, models

import kexin.core.fields
from kexin.core.history import TrackHistory

TOKENS = ["phone_token", "email_token", "representative_token", "text_token"]


class Migration(migrations.Migration):
    dependencies = [("service", "0110_complaints_kept")]

    operations = [
        migrations.AddField(
            "complaint",
            "complainant_email",
            kexin.core.fields.PersonalField(
                blank=True, level="C2", max_length=254, null=True, verbose_name="complainant's e-mail"
            ),
        ),
        migrations.AddField("complaint", "email_token", models.BinaryField(editable=False, null=True)),
        migrations.AddIndex(
            "complaint",
            models.Index(
                "email_token", condition=models.Q(("email_token__isnull", False)), name="service_complaint_email"
            ),
        ),
        TrackHistory("service_complaint", None, TOKENS),
    ]
