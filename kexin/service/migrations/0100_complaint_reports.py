"""Statutory reports of complaints, never changed once made; what a verifier of a measure had seen."""

from __future__ import annotations

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Q

TABLES = ("service_complaintreport", "service_complaintreportdecision")


def keep(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        for table in TABLES:
            cursor.execute(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {schema}.{table}"
                f" FOR EACH ROW EXECUTE FUNCTION {schema}.kexin_refuse_change()"
            )


def let_go(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    with editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TRIGGER append_only ON {table}")


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0011_work_kept_from"),
        ("people", "0005_qualifications"),
        ("service", "0121_callers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ComplaintReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("report_no", models.CharField(db_collation="C", max_length=30, unique=True, verbose_name="report number")),
                ("kind", models.CharField(choices=[("quarter", "Quarterly table"), ("year", "Annual disclosure")], max_length=7, verbose_name="kind")),
                ("first_day", models.DateField(verbose_name="from")),
                ("last_day", models.DateField(verbose_name="until")),
                ("revision", models.PositiveSmallIntegerField(default=1, verbose_name="revision")),
                ("content", models.JSONField(verbose_name="tables")),
                ("cases", models.JSONField(verbose_name="cases counted")),
                ("sha256", models.CharField(db_collation="C", max_length=64, verbose_name="fingerprint")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("made_by", models.CharField(max_length=80, verbose_name="made by")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("policy", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.policyversion")),
                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.orgunit", verbose_name="unit")),
            ],
            options={
                "verbose_name": "statutory report of complaints",
                "indexes": [models.Index(F("first_day").desc(), F("id").desc(), name="service_complaintreport_new")],
                "constraints": [
                    models.UniqueConstraint(fields=["kind", "first_day", "revision"], name="service_complaintreport_once"),
                    models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="service_complaintreport_days"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComplaintReportDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_by", models.CharField(max_length=80)),
                ("approved", models.BooleanField(verbose_name="approved")),
                ("signature", models.BinaryField(editable=False, null=True)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("by", models.CharField(max_length=80, verbose_name="by")),
                ("at", models.DateTimeField(verbose_name="when")),
                ("report", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="service.complaintreport")),
            ],
            options={
                "verbose_name": "decision on a report of complaints",
                "constraints": [
                    models.CheckConstraint(condition=~Q(by=F("made_by")), name="service_complaintreport_two"),
                    models.CheckConstraint(condition=Q(approved=False) | Q(signature__isnull=False), name="service_complaintreport_signed"),
                ],
            },
        ),
        migrations.AddField("remediation", "cases_before", models.PositiveIntegerField(blank=True, null=True, verbose_name="cases before")),
        migrations.AddField("remediation", "cases_after", models.PositiveIntegerField(blank=True, null=True, verbose_name="cases after")),
        migrations.AddField("remediation", "days_compared", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="days compared")),
        migrations.RunPython(keep, let_go),
    ]
