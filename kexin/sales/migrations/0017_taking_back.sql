-- A sale as in 0014, and: the end of a cooling-off stays, an executed sale may be taken back by right.
CREATE OR REPLACE FUNCTION @schema@.kexin_sale_as_its_gates() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
DECLARE
  asked smallint := CASE NEW.state WHEN 'sent' THEN 80 WHEN 'executed' THEN 90 END;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' OR NEW.round <> 1 THEN
      RAISE EXCEPTION 'a sale begins open, in its first round'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_begins_open';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.round = OLD.round AND NOT NEW.needed @> OLD.needed THEN
    RAISE EXCEPTION 'no gate is taken away from a sale'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_gates_only_grow';
  END IF;
  IF NEW.round < OLD.round OR NEW.sale_no <> OLD.sale_no THEN
    RAISE EXCEPTION 'a sale does not go back'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_goes_forward';
  END IF;
  IF (NEW.customer_id, NEW.product_id, NEW.amount, NEW.currency) IS DISTINCT FROM
     (OLD.customer_id, OLD.product_id, OLD.amount, OLD.currency)
     AND (NEW.round = OLD.round OR NEW.customer_id <> OLD.customer_id) AND EXISTS (
       SELECT FROM sales_salegate g WHERE g.sale_id = NEW.id AND g.round = NEW.round) THEN
    RAISE EXCEPTION 'what is sold changes in a new round only, and never for whom'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_what_is_sold';
  END IF;
  IF asked IS NOT NULL AND NOT EXISTS (
       SELECT FROM sales_salegate g WHERE g.sale_id = NEW.id AND g.round = NEW.round AND g.gate = asked) THEN
    RAISE EXCEPTION 'a sale is % only after gate %', NEW.state, asked
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_state_as_gates';
  END IF;
  IF NEW.state = 'lapsed' AND OLD.state <> 'open' THEN
    RAISE EXCEPTION 'only an unfinished sale lapses'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_lapses_unfinished';
  END IF;
  IF OLD.cooling_until IS NOT NULL AND NEW.round = OLD.round
     AND NEW.cooling_until IS DISTINCT FROM OLD.cooling_until THEN
    RAISE EXCEPTION 'the end of a cooling-off stays as it was told'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_cooling_stays';
  END IF;
  IF NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn' AND NOT EXISTS (
       SELECT FROM sales_withdrawal w WHERE w.sale_id = NEW.id AND w.round = NEW.round AND w.outcome = 'done') THEN
    RAISE EXCEPTION 'a sale is taken back only by somebody who asked in time'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_withdrawn_by_right';
  END IF;
  IF OLD.state NOT IN ('open', 'sent') AND NEW.state <> OLD.state
     AND NOT (OLD.state = 'executed' AND NEW.state = 'withdrawn') THEN
    RAISE EXCEPTION 'a sale that is % stays so', OLD.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_goes_forward';
  END IF;
  RETURN NEW;
END
$$;

-- Orders as in 0006, with cancellations.
CREATE OR REPLACE FUNCTION @schema@.kexin_order_behind_its_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM sales_salegate g WHERE g.sale_id = NEW.sale_id AND g.round = NEW.round AND g.gate = 80) THEN
    RAISE EXCEPTION 'an order is made only when its sale is ready to be handed over'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_order_behind_its_gate';
  END IF;
  IF NEW.side = 'cancel' AND NOT EXISTS (SELECT FROM sales_withdrawal w WHERE w.order_id = NEW.id) THEN
    RAISE EXCEPTION 'an order is cancelled only by somebody who asked in time'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_cancel_by_right';
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION @schema@.kexin_order_as_made() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.sale_id, NEW.round, NEW.side, NEW.order_no, NEW.customer_id, NEW.amount, NEW.currency) IS DISTINCT FROM
     (OLD.sale_id, OLD.round, OLD.side, OLD.order_no, OLD.customer_id, OLD.amount, OLD.currency) THEN
    RAISE EXCEPTION 'what was ordered does not change'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_order_as_made';
  END IF;
  IF OLD.state IN ('confirmed', 'refused', 'failed', 'cancelled') AND (NEW.state, NEW.core_no, NEW.confirmed_amount) IS DISTINCT FROM
     (OLD.state, OLD.core_no, OLD.confirmed_amount) THEN
    RAISE EXCEPTION 'an order that is % stays so', OLD.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_order_last_word';
  END IF;
  RETURN NEW;
END
$$;

-- A purchase is taken back within its time, by the database's own clock; what was asked never changes.
CREATE FUNCTION @schema@.kexin_withdrawal_in_time() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.until < clock_timestamp() OR (NEW.ground = 'cooling_off' AND NOT EXISTS (
         SELECT FROM sales_sale s WHERE s.id = NEW.sale_id AND s.round = NEW.round AND s.cooling_until = NEW.until)) THEN
      RAISE EXCEPTION 'the time to take it back is over'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_withdrawal_in_time';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.sale_id, NEW.round, NEW.ground, NEW.until, NEW.at, NEW."by", NEW.party, NEW.reason, NEW.evidence)
     IS DISTINCT FROM
     (OLD.sale_id, OLD.round, OLD.ground, OLD.until, OLD.at, OLD."by", OLD.party, OLD.reason, OLD.evidence)
     OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.outcome) IS DISTINCT FROM (OLD.ended_at, OLD.outcome)) THEN
    RAISE EXCEPTION 'what was asked does not change'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_withdrawal_as_asked';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER in_time BEFORE INSERT OR UPDATE ON @schema@.sales_withdrawal
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_withdrawal_in_time();
