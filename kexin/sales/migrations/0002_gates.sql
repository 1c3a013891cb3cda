-- The order of the gates, held by the database as well as by kexin/sales/rules.py.

CREATE FUNCTION @schema@.kexin_gate_in_order() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
DECLARE
  of_sale record;
  missing int;
BEGIN
  SELECT s.needed, s.round INTO of_sale FROM sales_sale s WHERE s.id = NEW.sale_id FOR UPDATE;
  IF NEW.round <> of_sale.round OR NOT NEW.gate = ANY (of_sale.needed) THEN
    RAISE EXCEPTION 'gate % does not belong to this round of the sale', NEW.gate
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_gate_in_order';
  END IF;
  SELECT min(n) INTO missing FROM unnest(of_sale.needed) n
   WHERE n < NEW.gate AND NOT EXISTS (
     SELECT FROM sales_salegate g WHERE g.sale_id = NEW.sale_id AND g.round = NEW.round AND g.gate = n);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'gate % before gate %', NEW.gate, missing
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_gate_in_order';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER gate_in_order BEFORE INSERT ON @schema@.sales_salegate
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_gate_in_order();

-- No TRUNCATE guard: nobody but the owner may truncate (deploy/database/roles.sql), and tests empty the table.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @schema@.sales_salegate
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_refuse_change();

CREATE FUNCTION @schema@.kexin_sale_as_its_gates() RETURNS trigger
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
  IF OLD.state IN ('executed', 'refused', 'cancelled', 'failed') AND NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'a sale that is % stays so', OLD.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_goes_forward';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER as_its_gates BEFORE INSERT OR UPDATE ON @schema@.sales_sale
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_sale_as_its_gates();
