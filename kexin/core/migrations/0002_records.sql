-- What is only ever appended: audit entries and their chain, events, row history.
-- @schema@ is replaced by the quoted schema in which the migrations run.

-- 1. Months ----------------------------------------------------------------------------------------------------

-- Makes the monthly partitions of `parent` from the month of `first` to the month of `last`, and a default
-- partition as a safety net; returns how many months were new. Months are calendar months, UTC for timestamps.
-- Rows that fell into the default partition move into the new month. Any number of processes may call it at once.
-- A month is attached, not created in place, because that leaves the other months readable and writable.
CREATE FUNCTION @schema@.kexin_ensure_partitions(parent regclass, first date, last date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  schema_name text;
  table_name text;
  key_column text;
  midnight text;
  columns text;
  net text;
  child text;
  child_name text;
  month date;
  stray boolean;
  made integer := 0;
  guard record;
BEGIN
  SELECT n.nspname, c.relname, a.attname,
         CASE a.atttypid WHEN 'date'::regtype THEN '' WHEN 'timestamptz'::regtype THEN ' 00:00:00+00' END
    INTO schema_name, table_name, key_column, midnight
    FROM pg_partitioned_table p
    JOIN pg_class c ON c.oid = p.partrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
   WHERE p.partrelid = parent AND p.partstrat = 'r' AND p.partnatts = 1;
  IF midnight IS NULL THEN
    RAISE EXCEPTION '% is not partitioned by one column of type date or timestamptz', parent;
  END IF;
  net := format('%I.%I', schema_name, table_name || '_default');

  -- Nothing to do is the usual case and takes no lock.
  PERFORM 1 FROM generate_series(date_trunc('month', first), date_trunc('month', last), interval '1 month') m
    WHERE to_regclass(format('%I.%I', schema_name, table_name || to_char(m, '_YYYYMM'))) IS NULL;
  IF NOT FOUND AND to_regclass(net) IS NOT NULL THEN
    RETURN 0;
  END IF;

  PERFORM pg_advisory_xact_lock(hashtextextended(format('kexin partitions %s.%s', schema_name, table_name), 0));
  IF to_regclass(net) IS NULL THEN
    EXECUTE format('CREATE TABLE %s PARTITION OF %s DEFAULT', net, parent);
    PERFORM @schema@.kexin_copy_truncate_guards(parent, net::regclass);
  END IF;
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = parent AND attnum > 0 AND NOT attisdropped AND attgenerated = '';

  FOR month IN
    SELECT m::date FROM generate_series(date_trunc('month', first), date_trunc('month', last), interval '1 month') m
  LOOP
    child_name := table_name || to_char(month, '_YYYYMM');
    child := format('%I.%I', schema_name, child_name);
    CONTINUE WHEN to_regclass(child) IS NOT NULL;
    EXECUTE format(
      'CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED'
      ' INCLUDING STORAGE INCLUDING COMPRESSION)', child, parent);
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I >= %L AND %I < %L)', net,
                   key_column, month || midnight, key_column, (month + interval '1 month')::date || midnight)
      INTO stray;
    IF stray THEN
      -- Moving is not changing: the append-only guards of the safety net step aside inside this transaction.
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', net);
      EXECUTE format(
        'WITH moved AS (DELETE FROM %1$s WHERE %2$I >= %3$L AND %2$I < %4$L RETURNING %5$s)'
        ' INSERT INTO %6$s (%5$s) SELECT %5$s FROM moved',
        net, key_column, month || midnight, (month + interval '1 month')::date || midnight, columns, child);
      EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', net);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', parent, child,
                   month || midnight, (month + interval '1 month')::date || midnight);
    PERFORM @schema@.kexin_copy_truncate_guards(parent, child::regclass);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$;

-- Row triggers of a parent come to its partitions by themselves, statement triggers do not: TRUNCATE of one month
-- would slip through.
CREATE FUNCTION @schema@.kexin_copy_truncate_guards(parent regclass, child regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  guard record;
BEGIN
  FOR guard IN SELECT tgname, tgfoid FROM pg_trigger
                WHERE tgrelid = parent AND NOT tgisinternal AND (tgtype & 32) <> 0 LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION %s()',
                   guard.tgname, child, guard.tgfoid::regproc);
  END LOOP;
END
$$;

-- 2. Append only -------------------------------------------------------------------------------------------------

CREATE FUNCTION @schema@.kexin_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION @schema@.kexin_guard_append_only(guarded regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s'
                 ' FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_refuse_change()', guarded);
  EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s'
                 ' FOR EACH STATEMENT EXECUTE FUNCTION @schema@.kexin_refuse_change()', guarded);
END
$$;

-- 3. Tables ------------------------------------------------------------------------------------------------------

CREATE TABLE @schema@.core_auditentry (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  at timestamptz NOT NULL CHECK (at BETWEEN '1990-01-01 00:00:00+00' AND '9000-01-01 00:00:00+00'),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- the writing transaction: says when the entry may be sealed
  actor_kind text NOT NULL,
  actor_name text NOT NULL,
  user_id bigint,
  post_id bigint,
  session text NOT NULL DEFAULT '',
  address text NOT NULL DEFAULT '',
  operation text NOT NULL,
  outcome text NOT NULL,
  reason text NOT NULL DEFAULT '',
  subject_kind text NOT NULL DEFAULT '',
  subject_id bigint,
  customer_id bigint,
  arguments jsonb NOT NULL DEFAULT '{}',
  policies jsonb NOT NULL DEFAULT '{}',
  events jsonb NOT NULL DEFAULT '[]',
  inner_operations jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX core_auditentry_customer ON @schema@.core_auditentry (customer_id, at DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX core_auditentry_actor ON @schema@.core_auditentry (actor_name, at DESC);
CREATE INDEX core_auditentry_operation ON @schema@.core_auditentry (operation, at DESC);
CREATE INDEX core_auditentry_order ON @schema@.core_auditentry (xid, id);  -- the order of sealing

CREATE TABLE @schema@.core_auditlink (
  no bigint PRIMARY KEY,
  entry_id bigint NOT NULL CONSTRAINT core_auditlink_entry UNIQUE,
  entry_at timestamptz NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  chain bytea NOT NULL CHECK (octet_length(chain) = 32)
);

CREATE TABLE @schema@.core_auditcheckpoint (
  day date PRIMARY KEY,
  last_no bigint NOT NULL,
  chain bytea NOT NULL CHECK (octet_length(chain) = 32),
  signature bytea NOT NULL,
  made_at timestamptz NOT NULL
);

CREATE TABLE @schema@.core_event (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  at timestamptz NOT NULL,
  name text NOT NULL,
  customer_id bigint,
  subject text NOT NULL DEFAULT '',
  payload jsonb NOT NULL DEFAULT '{}',
  operation text NOT NULL DEFAULT '',
  actor_name text NOT NULL DEFAULT '',
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX core_event_customer ON @schema@.core_event (customer_id, at DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX core_event_name ON @schema@.core_event (name, at);

CREATE TABLE @schema@.core_history (
  id bigint GENERATED BY DEFAULT AS IDENTITY,
  at timestamptz NOT NULL,
  table_name text NOT NULL,
  row_id bigint NOT NULL,
  customer_id bigint,
  action text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
  before jsonb,
  after jsonb,
  actor_name text NOT NULL,
  operation text NOT NULL DEFAULT '',
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX core_history_row ON @schema@.core_history (table_name, row_id, at);
CREATE INDEX core_history_customer ON @schema@.core_history (customer_id, at) WHERE customer_id IS NOT NULL;

SELECT @schema@.kexin_guard_append_only(name::regclass)
  FROM unnest(ARRAY['@schema@.core_auditentry', '@schema@.core_auditlink', '@schema@.core_auditcheckpoint',
                    '@schema@.core_event', '@schema@.core_history']) name;
SELECT @schema@.kexin_ensure_partitions(name::regclass, (current_date - interval '1 month')::date,
                                        (current_date + interval '12 months')::date)
  FROM unnest(ARRAY['@schema@.core_auditentry', '@schema@.core_event', '@schema@.core_history']) name;

-- 4. Row history -------------------------------------------------------------------------------------------------

-- One generic statement-level trigger. Arguments: customer column ('' for none), key column, excluded columns …
-- One history row per really changed row; an update keeps only the changed columns of both sides.
-- Who and what come from the door (kexin.actor, kexin.operation); anybody else is named as database:<login>.
CREATE FUNCTION @schema@.kexin_record_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  customer_column text := TG_ARGV[0];
  key_column text := TG_ARGV[1];
  excluded text[] := COALESCE(TG_ARGV[2:], '{}');
  moment timestamptz := clock_timestamp();
  who text := COALESCE(NULLIF(current_setting('kexin.actor', true), ''), 'database:' || session_user);
  what text := COALESCE(current_setting('kexin.operation', true), '');
BEGIN
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

-- Where the product logs in as another role than the owner, grant it what it needs (deploy guide):
-- SELECT and INSERT on these tables, EXECUTE on the first function; the rest stays the owner's.
REVOKE ALL ON FUNCTION @schema@.kexin_ensure_partitions(regclass, date, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION @schema@.kexin_guard_append_only(regclass) FROM PUBLIC;
REVOKE ALL ON FUNCTION @schema@.kexin_copy_truncate_guards(regclass, regclass) FROM PUBLIC;
