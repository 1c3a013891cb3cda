"""Call lists, their lines, and contacts had."""

import django.db.models.deletion
from django.db import migrations, models

import kexin.core.fields
from kexin.core.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [
        ("engagement", "0003_appointments"),
        ("party", "0007_average_and_tier"),
        ("people", "0003_delegation"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, verbose_name="title")),
                ("why", models.CharField(max_length=200, verbose_name="why they are called")),
                (
                    "source",
                    models.CharField(
                        choices=[("chosen", "Chosen by hand"), ("rule", "By a rule"), ("file", "From a file")],
                        max_length=8,
                        verbose_name="source",
                    ),
                ),
                ("rule", models.CharField(blank=True, db_collation="C", max_length=40, verbose_name="rule")),
                ("made_by", models.CharField(max_length=80, verbose_name="made by")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.post",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "call list",
            },
        ),
        migrations.CreateModel(
            name="CallEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.UUIDField(editable=False)),
                (
                    "reason",
                    kexin.core.fields.PersonalField(
                        blank=True, level="C2", max_length=200, null=True, verbose_name="reason"
                    ),
                ),
                ("rank", models.IntegerField(verbose_name="rank")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To call"),
                            ("done", "Done"),
                            ("given_up", "Not reached, given up"),
                            ("stopped", "No calls wanted"),
                            ("dropped", "Dropped"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("due_at", models.DateTimeField(verbose_name="not before")),
                ("result", models.CharField(blank=True, db_collation="C", max_length=20, verbose_name="result")),
                ("held_by", models.CharField(blank=True, max_length=80)),
                ("held_until", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_entries",
                        to="party.customer",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.post",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.orgunit",
                    ),
                ),
                (
                    "call_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="engagement.calllist"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a call list",
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.UUIDField(editable=False)),
                ("channel", models.CharField(default="phone", max_length=8, verbose_name="channel")),
                ("result", models.CharField(db_collation="C", max_length=20, verbose_name="result")),
                ("reached", models.BooleanField(verbose_name="reached")),
                (
                    "note",
                    kexin.core.fields.PersonalField(
                        blank=True, level="C2", max_length=1000, null=True, verbose_name="note"
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="when")),
                ("by", models.CharField(max_length=80, verbose_name="by")),
                ("next_at", models.DateTimeField(blank=True, null=True, verbose_name="next")),
                ("before", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="party.customer",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="engagement.callentry",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.post",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
            },
        ),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="engagement_list_period"
            ),
        ),
        migrations.AddIndex(
            model_name="callentry",
            index=models.Index(
                models.F("post"),
                models.F("rank"),
                models.F("due_at"),
                condition=models.Q(("state", "open")),
                name="engagement_call_post",
            ),
        ),
        migrations.AddIndex(
            model_name="callentry",
            index=models.Index(
                models.F("unit"),
                models.F("rank"),
                models.F("due_at"),
                condition=models.Q(("state", "open")),
                name="engagement_call_unit",
            ),
        ),
        migrations.AddIndex(
            model_name="callentry",
            index=models.Index(models.F("customer"), name="engagement_call_customer"),
        ),
        migrations.AddIndex(
            model_name="callentry",
            index=models.Index(
                models.F("held_by"),
                condition=models.Q(("state", "open"), models.Q(("held_by", ""), _negated=True)),
                name="engagement_call_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="callentry",
            constraint=models.UniqueConstraint(fields=("call_list", "customer"), name="engagement_call_once"),
        ),
        migrations.AddConstraint(
            model_name="callentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                    _connector="OR",
                ),
                name="engagement_call_closed_at",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("customer"),
                models.OrderBy(models.F("at"), descending=True),
                name="engagement_contact_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(models.F("on"), models.F("by"), name="engagement_contact_day"),
        ),
        TrackHistory("engagement_calllist"),
        TrackHistory("engagement_callentry", "customer_id", ["held_by", "held_until"]),
        TrackHistory("engagement_contact", "customer_id"),
    ]
