"""The steps of complaints under history, in nobody's customer file."""

from __future__ import annotations

from django.db import migrations

from kexin.core.history import TrackHistory

TRACKED = ("complaintextension", "complaintletter", "statutoryreview", "settlement", "remediation")


class Migration(migrations.Migration):
    dependencies = [("service", "0012_complaint_steps")]

    operations = [TrackHistory(f"service_{name}", None) for name in TRACKED]
