"""Work of a complaint is kept from whom it is about, and a joined case from whom either is about: by the database.

The portal's own role may not read who is complained about; what it opens is kept from them all the same.
"""

from __future__ import annotations

from django.db import migrations

KEPT = """
CREATE FUNCTION service_complaint_work() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    about text[];
BEGIN
    IF NEW.subject_kind = 'service.Complaint' THEN
        SELECT accused::text[] INTO about FROM service_complaint WHERE id = NEW.subject_id;
    ELSE
        SELECT c.accused::text[] INTO about FROM service_clock k JOIN service_complaint c ON c.id = k.complaint_id
         WHERE k.id = NEW.subject_id;
    END IF;
    IF cardinality(about) > 0 THEN
        NEW.kept_from := ARRAY(SELECT DISTINCT unnest(NEW.kept_from::text[] || about) ORDER BY 1);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept_from_accused BEFORE INSERT ON core_workitem FOR EACH ROW
    WHEN (NEW.subject_kind IN ('service.Complaint', 'service.Clock')) EXECUTE FUNCTION service_complaint_work();

CREATE FUNCTION service_complaint_joins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    about text[];
BEGIN
    UPDATE service_complaint into_it
       SET accused = ARRAY(SELECT DISTINCT unnest(into_it.accused::text[] || NEW.accused::text[]) ORDER BY 1),
           hidden_from_unit = into_it.hidden_from_unit OR NEW.hidden_from_unit
     WHERE id = NEW.joined_into_id RETURNING accused::text[] INTO about;
    UPDATE core_workitem SET kept_from = about, version = version + 1
     WHERE status = 'open' AND kept_from::text[] IS DISTINCT FROM about
       AND (subject_kind = 'service.Complaint' AND subject_id = NEW.joined_into_id
            OR subject_kind = 'service.Clock'
               AND subject_id IN (SELECT id FROM service_clock WHERE complaint_id = NEW.joined_into_id));
    RETURN NULL;
END $$;
CREATE TRIGGER joins AFTER UPDATE OF joined_into_id ON service_complaint FOR EACH ROW
    WHEN (NEW.joined_into_id IS NOT NULL AND OLD.joined_into_id IS DISTINCT FROM NEW.joined_into_id)
    EXECUTE FUNCTION service_complaint_joins();
"""
NO_MORE = """
DROP TRIGGER joins ON service_complaint;
DROP FUNCTION service_complaint_joins();
DROP TRIGGER kept_from_accused ON core_workitem;
DROP FUNCTION service_complaint_work();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0011_work_kept_from"), ("service", "0142_drafts")]

    operations = [migrations.RunSQL(KEPT, NO_MORE)]
