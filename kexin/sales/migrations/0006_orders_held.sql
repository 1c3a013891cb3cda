-- An order stands on a sale that has passed the gate of handing over in the same round; looked at when all is written.
CREATE FUNCTION @schema@.kexin_order_behind_its_gate() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM sales_salegate g WHERE g.sale_id = NEW.sale_id AND g.round = NEW.round AND g.gate = 80) THEN
    RAISE EXCEPTION 'an order is made only when its sale is ready to be handed over'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_order_behind_its_gate';
  END IF;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER behind_its_gate AFTER INSERT ON @schema@.sales_order
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_order_behind_its_gate();

-- What was ordered never changes, and the last word stays.
CREATE FUNCTION @schema@.kexin_order_as_made() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF (NEW.sale_id, NEW.round, NEW.order_no, NEW.customer_id, NEW.amount, NEW.currency) IS DISTINCT FROM
     (OLD.sale_id, OLD.round, OLD.order_no, OLD.customer_id, OLD.amount, OLD.currency) THEN
    RAISE EXCEPTION 'what was ordered does not change'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_order_as_made';
  END IF;
  IF OLD.state IN ('confirmed', 'refused', 'failed') AND (NEW.state, NEW.core_no, NEW.confirmed_amount) IS DISTINCT FROM
     (OLD.state, OLD.core_no, OLD.confirmed_amount) THEN
    RAISE EXCEPTION 'an order that is % stays so', OLD.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_order_last_word';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER as_made BEFORE UPDATE ON @schema@.sales_order
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_order_as_made();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @schema@.sales_orderanswer
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_refuse_change();
