"""Row history of the organisation and of powers."""

from django.db import migrations

from kexin.core.history import TrackHistory


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("core", "0002_records")]

    operations = [
        TrackHistory("people_orgunit"),
        TrackHistory("people_employee"),
        TrackHistory("people_post"),
        TrackHistory("people_postholder"),
        TrackHistory("people_postrole"),
        TrackHistory("people_user", exclude=["password", "last_login"]),
        TrackHistory("core_role"),
        TrackHistory("core_roleoperation"),
        TrackHistory("core_policyversion"),
        TrackHistory("core_calendarday"),
    ]
