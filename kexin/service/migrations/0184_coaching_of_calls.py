"""A recorded telephone call may be looked at in a coaching review."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


def one_of(*names: str) -> models.Q:
    """Exactly one of these is known."""
    found = models.Q()
    for known in names:
        found |= models.Q(**{f"{each}__isnull" if each == known else each: False if each == known else None for each in names})
    return found


class Migration(migrations.Migration):
    dependencies = [("service", "0183_complainant_email")]

    operations = [
        migrations.AddField(
            "coachingreview",
            "call",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="coaching_reviews", to="service.phonecall",
            ),
        ),
        migrations.RemoveConstraint("coachingreview", "service_coaching_one"),
        migrations.AddConstraint(
            "coachingreview",
            models.CheckConstraint(
                condition=one_of("conversation", "request", "call"), name="service_coaching_one"
            ),
        ),
    ]
