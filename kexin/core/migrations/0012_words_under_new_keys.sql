-- What is only ever appended may hold what lies encrypted: while keys are changed it is written anew under the new key.
-- Nothing else of the row may differ, and nothing of the core's own records may change at all.
CREATE OR REPLACE FUNCTION @schema@.kexin_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME NOT LIKE 'core\_%'
     AND current_setting('kexin.operation', true) = 'core.rotate_keys' THEN
    -- A ciphertext begins with \x01, the mark of its key follows.
    IF NOT EXISTS (
      SELECT FROM jsonb_each_text(to_jsonb(OLD)) AS before (name, value)
        JOIN jsonb_each_text(to_jsonb(NEW)) AS after (name, value) USING (name)
       WHERE before.value IS DISTINCT FROM after.value
         AND (before.value LIKE '\\x01%' AND after.value LIKE '\\x01%') IS NOT TRUE
    ) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
