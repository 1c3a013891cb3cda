"""Row history of documents and notes."""

from django.db import migrations

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("engagement", "0001_initial"), ("core", "0002_records")]

    operations = [
        TrackHistory("engagement_document", "customer_id"),
        TrackHistory("engagement_note", "customer_id"),
    ]
