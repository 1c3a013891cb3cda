"""A conversation that changes rings, so that open pages are told at once (kexin/core/live.py)."""

from __future__ import annotations

from django.db import migrations

RING = """
CREATE FUNCTION service_conversation_rings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kexin_live', concat_ws(' ', 'conversations', 'conversation:' || NEW.id,
        'talk:' || NEW.customer_id));
    RETURN NULL;
END $$;
CREATE TRIGGER rings AFTER INSERT OR UPDATE ON service_conversation
    FOR EACH ROW EXECUTE FUNCTION service_conversation_rings();
"""
STILL = "DROP TRIGGER rings ON service_conversation; DROP FUNCTION service_conversation_rings();"


class Migration(migrations.Migration):
    dependencies = [("service", "0041_assistant")]

    operations = [migrations.RunSQL(RING, STILL)]
