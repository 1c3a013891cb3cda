"""What customers were asked and answered stays so: approved versions and sent answers are never changed."""

from __future__ import annotations

from django.db import migrations

from kexin.core.history import TrackHistory

KEEP = """
CREATE FUNCTION service_keep_approved_survey() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'an approved survey version is never changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER keep_approved BEFORE UPDATE OR DELETE ON service_surveyversion
  FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION service_keep_approved_survey();

CREATE FUNCTION service_keep_answers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  sent boolean;
BEGIN
  EXECUTE format('SELECT state = ''answered'' FROM %I.service_surveyinvitation WHERE id = $1', TG_TABLE_SCHEMA)
     INTO sent USING OLD.invitation_id;
  IF sent THEN
    RAISE EXCEPTION 'answers that were sent are never changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END
$$;
CREATE TRIGGER keep_answers BEFORE DELETE OR UPDATE OF value, picks, given, question, kind, least, most
  ON service_surveyanswer FOR EACH ROW EXECUTE FUNCTION service_keep_answers();
"""
DROP = """
DROP TRIGGER keep_answers ON service_surveyanswer;
DROP FUNCTION service_keep_answers();
DROP TRIGGER keep_approved ON service_surveyversion;
DROP FUNCTION service_keep_approved_survey();
"""


class Migration(migrations.Migration):
    dependencies = [("service", "0030_surveys")]

    operations = [
        migrations.RunSQL(KEEP, DROP),
        TrackHistory("service_surveyinvitation", "customer_id"),
        TrackHistory("service_surveyversion"),
    ]
