"""Requests of callers who are not on file."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import kexin.core.fields


def personal(label, length):
    return kexin.core.fields.PersonalField(blank=True, level="C2", max_length=length, null=True, verbose_name=label)


class Migration(migrations.Migration):
    dependencies = [("service", "0120_queues")]

    operations = [
        migrations.AlterField(
            model_name="servicerequest",
            name="customer",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="requests", to="party.customer",
            ),
        ),
        migrations.AddField("servicerequest", "caller_name", personal("caller", 80)),
        migrations.AddField("servicerequest", "caller_phone", personal("caller's telephone", 30)),
        migrations.AddField("servicerequest", "caller_email", personal("caller's e-mail", 254)),
        migrations.AddField("servicerequest", "phone_token", models.BinaryField(editable=False, null=True)),
        migrations.AddField("servicerequest", "email_token", models.BinaryField(editable=False, null=True)),
        migrations.AlterField("requestentry", "customer_id", models.BigIntegerField(editable=False, null=True)),
        migrations.AlterField("requestnote", "customer_id", models.BigIntegerField(editable=False, null=True)),
        migrations.AlterField("followup", "customer_id", models.BigIntegerField(editable=False, null=True)),
        migrations.AddIndex(
            "servicerequest",
            models.Index(
                "phone_token", condition=models.Q(("phone_token__isnull", False)), name="service_caller_phone"
            ),
        ),
        migrations.AddIndex(
            "servicerequest",
            models.Index(
                "email_token", condition=models.Q(("email_token__isnull", False)), name="service_caller_email"
            ),
        ),
        migrations.AddConstraint(
            "servicerequest",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customer", None), _negated=True), ("caller_name__isnull", False), _connector="OR"
                ),
                name="service_request_of_somebody",
            ),
        ),
    ]
