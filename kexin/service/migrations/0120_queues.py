"""Queues of requests, their members, and what posts can."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from kexin.core.history import TrackHistory


def codes(label):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(db_collation="C", max_length=40), blank=True, default=list, size=None,
        verbose_name=label,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_qualifications"),
        ("service", "0013_complaint_step_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="RequestQueue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("name_en", models.CharField(max_length=40, verbose_name="English name")),
                ("rank", models.PositiveSmallIntegerField(default=10, verbose_name="order")),
                ("kinds", codes("kinds")),
                ("categories", codes("categories")),
                ("channels", codes("by which way")),
                ("tiers", codes("tiers")),
                ("languages", codes("languages")),
                ("conversations", models.BooleanField(default=False, verbose_name="conversations too")),
                ("needs", models.JSONField(blank=True, default=dict, verbose_name="skills needed")),
                ("proposed_by", models.CharField(max_length=80)),
                ("approved_by", models.CharField(max_length=80)),
                ("approved_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "queue of requests",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)), fields=("unit", "name"),
                        name="service_queue_named_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proposed_by", models.F("approved_by")), _negated=True),
                        name="service_queue_two_persons",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QueueMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="carries at most")),
                ("away_from", models.DateField(blank=True, null=True, verbose_name="away from")),
                ("away_until", models.DateField(blank=True, null=True, verbose_name="away until")),
                ("last_given_at", models.DateTimeField(blank=True, null=True)),
                ("added_by", models.CharField(max_length=80)),
                ("added_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.post"
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="members",
                        to="service.requestqueue",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a queue",
                "indexes": [
                    models.Index("post", condition=models.Q(("left_at", None)), name="service_queue_post"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)), fields=("queue", "post"), name="service_queue_member"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1)), name="service_queue_capacity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("away_from", None), ("away_until", None)),
                            ("away_until__gte", models.F("away_from")),
                            _connector="OR",
                        ),
                        name="service_queue_away",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostSkill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(db_collation="C", max_length=40, verbose_name="skill")),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
                ("set_by", models.CharField(max_length=80)),
                ("set_at", models.DateTimeField()),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.post"
                    ),
                ),
            ],
            options={
                "verbose_name": "skill of a post",
                "constraints": [
                    models.UniqueConstraint(fields=("post", "code"), name="service_skill_once"),
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 3)), name="service_skill_level"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="queue",
            field=models.ForeignKey(
                blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="service.requestqueue", verbose_name="queue",
            ),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="queued_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="waits in the queue since"),
        ),
        migrations.AddField(
            model_name="servicerequest",
            name="passed_posts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, editable=False, size=None
            ),
        ),
        migrations.AddIndex(
            model_name="servicerequest",
            index=models.Index(
                "queue", "due_at", "id", condition=models.Q(("queued_at__isnull", False)), name="service_queue_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("queued_at", None), models.Q(("queue", None), _negated=True), _connector="OR"),
                name="service_request_queued",
            ),
        ),
        TrackHistory("service_requestqueue"),
        TrackHistory("service_queuemember"),
        TrackHistory("service_postskill"),
    ]
