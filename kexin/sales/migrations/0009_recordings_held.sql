-- No node is skipped: each attempt has the position after the one before and is of the node whose turn it is, the first
-- that was not answered clearly yet, of a recording that still runs.
CREATE FUNCTION @schema@.kexin_mark_in_turn() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
DECLARE
  of_recording record;
  marked int;
  settled int;
  last_ended numeric;
BEGIN
  SELECT r.script, r.state INTO of_recording FROM sales_salesrecording r WHERE r.id = NEW.recording_id FOR UPDATE;
  SELECT count(*), count(*) FILTER (WHERE m.result = 'yes'), max(m.ended) INTO marked, settled, last_ended
    FROM sales_recordingmark m WHERE m.recording_id = NEW.recording_id;
  IF of_recording.state <> 'open' OR NEW.position <> marked OR
     of_recording.script -> settled ->> 'code' IS DISTINCT FROM NEW.code OR NEW.began < coalesce(last_ended, 0) THEN
    RAISE EXCEPTION 'it is not the turn of node %', NEW.code
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_mark_in_turn';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER in_turn BEFORE INSERT ON @schema@.sales_recordingmark
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_mark_in_turn();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @schema@.sales_recordingmark
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @schema@.sales_recordinginspection
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_refuse_change();

-- A recording begins open; it is complete only with every node answered clearly; then it and its file never change.
CREATE FUNCTION @schema@.kexin_recording_complete() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' THEN
      RAISE EXCEPTION 'a recording begins open'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_recording_stays';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.sale_id, NEW.round, NEW.script, NEW.key_id, NEW.consented_at) IS DISTINCT FROM
     (OLD.sale_id, OLD.round, OLD.script, OLD.key_id, OLD.consented_at) OR OLD.state <> 'open' AND
     (NEW.state, NEW.sha256, NEW.stored_as, NEW.seconds, NEW.size, NEW.sampled, NEW.kept_until) IS DISTINCT FROM
     (OLD.state, OLD.sha256, OLD.stored_as, OLD.seconds, OLD.size, OLD.sampled, OLD.kept_until) OR
     OLD.removed_on IS NOT NULL AND NEW.removed_on IS DISTINCT FROM OLD.removed_on THEN
    RAISE EXCEPTION 'a recording that is % stays so', OLD.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_recording_stays';
  END IF;
  IF NEW.state = 'done' AND OLD.state = 'open' AND jsonb_array_length(NEW.script) <>
     (SELECT count(*) FROM sales_recordingmark m WHERE m.recording_id = NEW.id AND m.result = 'yes') THEN
    RAISE EXCEPTION 'not every node has been recorded'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_recording_nodes';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER complete BEFORE INSERT OR UPDATE ON @schema@.sales_salesrecording
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_recording_complete();

-- The gate "recorded" is passed only with a complete recording of the same round.
CREATE FUNCTION @schema@.kexin_gate_recorded() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM sales_salesrecording r
                  WHERE r.sale_id = NEW.sale_id AND r.round = NEW.round AND r.state = 'done') THEN
    RAISE EXCEPTION 'this sale has no complete recording'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_gate_recorded';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER recorded BEFORE INSERT ON @schema@.sales_salegate
  FOR EACH ROW WHEN (NEW.gate = 60) EXECUTE FUNCTION @schema@.kexin_gate_recorded();
