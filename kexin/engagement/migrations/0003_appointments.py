"""Appointments and reminders, with their row history."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import kexin.core.fields
from django.conf import settings
from django.db import migrations, models

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0002_history"),
        ("party", "0008_same_person"),
        ("people", "0003_delegation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.UUIDField(editable=False, null=True)),
                (
                    "text",
                    kexin.core.fields.PersonalField(
                        blank=True, level="C2", max_length=500, null=True, verbose_name="text"
                    ),
                ),
                ("internal", models.CharField(blank=True, max_length=500)),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("made_by", models.CharField(max_length=80)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="party.customer",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="people.post"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder",
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.UUIDField(editable=False, null=True)),
                (
                    "others",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("visit", "Meeting at the branch"),
                            ("home", "Visit to the customer"),
                            ("call", "Telephone appointment"),
                            ("review", "Review of holdings"),
                            ("product", "Talk about a product"),
                            ("papers", "Papers and signatures"),
                            ("return_visit", "Return visit"),
                            ("team", "Meeting of the team"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "place",
                    kexin.core.fields.PersonalField(
                        blank=True, level="C2", max_length=200, null=True, verbose_name="place"
                    ),
                ),
                (
                    "about",
                    kexin.core.fields.PersonalField(
                        blank=True, level="C2", max_length=500, null=True, verbose_name="subject"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("remind_minutes", models.PositiveIntegerField(blank=True, null=True, verbose_name="reminder")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("kept", "Kept"),
                            ("missed", "Did not come"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("times_moved", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    kexin.core.fields.PersonalField(
                        blank=True, level="C2", max_length=2000, null=True, verbose_name="outcome"
                    ),
                ),
                (
                    "next_step",
                    kexin.core.fields.PersonalField(
                        blank=True, level="C2", max_length=500, null=True, verbose_name="next step"
                    ),
                ),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="next step by")),
                ("arrived_at", models.DateTimeField(blank=True, null=True, verbose_name="arrived")),
                ("arrived_told_by", models.CharField(blank=True, max_length=80)),
                ("internal", models.JSONField(blank=True, default=dict)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("made_by", models.CharField(max_length=80)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closed_by", models.CharField(blank=True, max_length=80)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="party.customer",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="people.post"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit"
                    ),
                ),
            ],
            options={
                "verbose_name": "appointment",
                "indexes": [
                    models.Index(models.F("post"), models.F("starts_at"), name="engagement_appointment_post"),
                    models.Index(models.F("unit"), models.F("starts_at"), name="engagement_appointment_unit"),
                    models.Index(models.F("customer"), models.F("starts_at"), name="engagement_appointment_cust"),
                    models.Index(
                        models.F("ends_at"),
                        condition=models.Q(("state", "planned")),
                        name="engagement_appointment_open",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["others"], name="engagement_appointment_others"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="engagement_appointment_span"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer", None), ("key_id", None)),
                            models.Q(("customer__isnull", False), ("key_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="engagement_appointment_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "planned")),
                            models.Q(models.Q(("state", "planned"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="engagement_appointment_closed",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customer", None), ("key_id", None)),
                    models.Q(("customer__isnull", False), ("key_id__isnull", False)),
                    _connector="OR",
                ),
                name="engagement_reminder_key",
            ),
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(db_collation="C", max_length=64, unique=True)),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "calendar feed"},
        ),
        TrackHistory("engagement_appointment", "customer_id"),
        TrackHistory("engagement_reminder", "customer_id"),
    ]
