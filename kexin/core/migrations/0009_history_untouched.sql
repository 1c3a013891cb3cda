-- Row history of a large statement that changes only what it leaves out is told by comparing columns.
-- @schema@ is replaced by the quoted schema.

CREATE OR REPLACE FUNCTION @schema@.kexin_record_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  customer_column text := TG_ARGV[0];
  key_column text := TG_ARGV[1];
  excluded text[] := COALESCE(TG_ARGV[2:], '{}');
  moment timestamptz := clock_timestamp();
  who text := COALESCE(NULLIF(current_setting('kexin.actor', true), ''), 'database:' || session_user);
  what text := COALESCE(current_setting('kexin.operation', true), '');
  sealed text[];
  tracked text[];
  touched boolean;
BEGIN
  IF TG_OP = 'UPDATE' AND what <> 'core.rotate_keys' THEN
    -- A load that changes nothing but what history leaves out, such as balances, is told by comparing columns: cheaper
    -- by far than writing every row out as JSON twice. Small statements are spared the planning.
    IF (SELECT count(*) = 1000 FROM (SELECT FROM new_rows LIMIT 1000) few) THEN
      SELECT array_agg(quote_ident(attname) ORDER BY attnum) INTO tracked FROM pg_attribute
       WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> ALL (excluded);
      EXECUTE format(
        'SELECT EXISTS (SELECT FROM old_rows o FULL JOIN new_rows n ON o.%1$I = n.%1$I'
        ' WHERE ROW(o.%2$s) IS DISTINCT FROM ROW(n.%3$s))',
        key_column, array_to_string(tracked, ', o.'), array_to_string(tracked, ', n.')) INTO touched;
      IF NOT touched THEN
        RETURN NULL;
      END IF;
    END IF;
  END IF;
  IF TG_OP = 'UPDATE' AND what = 'core.rotate_keys' THEN
    -- A change of keys writes the same values under another key: one line stands for all rows of the statement, and
    -- what is not a ciphertext is told row by row as ever.
    SELECT COALESCE(array_agg(attname::text), '{}') INTO sealed FROM pg_attribute
     WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND atttypid = 'bytea'::regtype;
    INSERT INTO @schema@.core_history
           (at, table_name, row_id, customer_id, action, before, after, actor_name, operation)
    SELECT moment, TG_TABLE_NAME, 0, NULL, 'update', NULL, jsonb_build_object('encrypted_anew', count(*)), who, what
      FROM new_rows HAVING count(*) > 0;
    excluded := excluded || sealed;
  END IF;
  IF TG_OP = 'INSERT' THEN
    -- A bulk load leaves one audit entry instead; changes and removals can never be silenced.
    IF current_setting('kexin.history', true) = 'off' THEN
      RETURN NULL;
    END IF;
    INSERT INTO @schema@.core_history
           (at, table_name, row_id, customer_id, action, before, after, actor_name, operation)
    SELECT moment, TG_TABLE_NAME, (n.line ->> key_column)::bigint, (n.line ->> customer_column)::bigint,
           'insert', NULL, jsonb_strip_nulls(n.line - excluded), who, what
      FROM (SELECT to_jsonb(r) AS line FROM new_rows r) n;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO @schema@.core_history
           (at, table_name, row_id, customer_id, action, before, after, actor_name, operation)
    SELECT moment, TG_TABLE_NAME, (o.line ->> key_column)::bigint, (o.line ->> customer_column)::bigint,
           'delete', o.line - excluded, NULL, who, what
      FROM (SELECT to_jsonb(r) AS line FROM old_rows r) o;
  ELSE
    INSERT INTO @schema@.core_history
           (at, table_name, row_id, customer_id, action, before, after, actor_name, operation)
    WITH o AS MATERIALIZED (SELECT to_jsonb(r) AS line FROM old_rows r),
         n AS MATERIALIZED (SELECT to_jsonb(r) AS line FROM new_rows r)
    SELECT moment, TG_TABLE_NAME,
           (COALESCE(n.line, o.line) ->> key_column)::bigint,
           (COALESCE(n.line, o.line) ->> customer_column)::bigint,
           CASE WHEN o.line IS NULL THEN 'insert' WHEN n.line IS NULL THEN 'delete' ELSE 'update' END,
           CASE WHEN n.line IS NULL THEN o.line - excluded ELSE changed.before END,
           CASE WHEN o.line IS NULL THEN jsonb_strip_nulls(n.line - excluded) ELSE changed.after END,
           who, what
      FROM o FULL JOIN n ON o.line -> key_column = n.line -> key_column  -- full: the key itself may change
      CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(each.key, o.line -> each.key) AS before,
               jsonb_object_agg(each.key, each.value) AS after
          FROM jsonb_each(n.line) each
         WHERE o.line IS NOT NULL AND each.value IS DISTINCT FROM o.line -> each.key
           AND each.key <> ALL (excluded)
      ) changed
     WHERE o.line IS NULL OR n.line IS NULL OR changed.after IS NOT NULL;
  END IF;
  RETURN NULL;
END
$$;
