-- As in 0002, and: every state but open and sent is a last one; only an unfinished sale lapses.
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
  IF OLD.state NOT IN ('open', 'sent') AND NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'a sale that is % stays so', OLD.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_goes_forward';
  END IF;
  RETURN NEW;
END
$$;
