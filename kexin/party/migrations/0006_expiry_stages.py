"""Work on expiring documents says at which stage it is: 0 is expired, else the days before the end."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("party", "0005_identity_token"), ("core", "0007_ladder")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE core_workitem i SET details = (i.details - 'expired') || jsonb_build_object('stage',
                CASE WHEN i.details ->> 'expired' = 'true' THEN 0
                     ELSE coalesce((SELECT (v.values ->> 'document_warn_days')::int
                                    FROM core_policyversion v WHERE v.id = i.policy_id), 30) END)
            WHERE i.kind = 'party.document_expiring' AND NOT i.details ? 'stage'
            """,
            migrations.RunSQL.noop,
        )
    ]
