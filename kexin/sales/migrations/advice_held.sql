-- A plan that a customer has read keeps its words and its products, held by the database as well as by the operations.
-- Ciphertexts may change (a change of keys writes them anew); the fingerprint of the words may not.

CREATE FUNCTION @schema@.kexin_plan_as_sent() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN NEW;
  END IF;
  IF (NEW.plan_id, NEW.number, NEW.starts_on, NEW.ends_on, NEW.written_by, NEW.sent_at, NEW.sha256)
     IS DISTINCT FROM
     (OLD.plan_id, OLD.number, OLD.starts_on, OLD.ends_on, OLD.written_by, OLD.sent_at, OLD.sha256)
     OR NEW.state = 'draft'
     OR (OLD.answered_at IS NOT NULL AND (NEW.answered_at, NEW.evidence) IS DISTINCT FROM (OLD.answered_at, OLD.evidence))
  THEN
    RAISE EXCEPTION 'a plan that was sent keeps its words; write a new version'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_plan_as_sent';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER as_sent BEFORE UPDATE ON @schema@.sales_planversion
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_plan_as_sent();

CREATE FUNCTION @schema@.kexin_plan_line_as_sent() RETURNS trigger
LANGUAGE plpgsql SET search_path = @schema@, pg_catalog, pg_temp AS $$
DECLARE
  standing text;
BEGIN
  SELECT v.state INTO standing FROM sales_planversion v
   WHERE v.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.plan_version_id ELSE NEW.plan_version_id END;
  IF standing = 'draft' THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.sale_id IS NOT DISTINCT FROM OLD.sale_id OR standing = 'accepted')
     AND (NEW.id, NEW.plan_version_id, NEW.place, NEW.product_id, NEW.amount, NEW.currency, NEW.grade, NEW.fee_text,
          NEW.decision_no)
         IS NOT DISTINCT FROM
         (OLD.id, OLD.plan_version_id, OLD.place, OLD.product_id, OLD.amount, OLD.currency, OLD.grade, OLD.fee_text,
          OLD.decision_no)
  THEN
    RETURN NEW;  -- the sale that came of it, or a ciphertext
  END IF;
  RAISE EXCEPTION 'a plan that was sent keeps its products; write a new version'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_plan_as_sent';
END
$$;

CREATE TRIGGER as_sent BEFORE INSERT OR UPDATE OR DELETE ON @schema@.sales_planline
  FOR EACH ROW EXECUTE FUNCTION @schema@.kexin_plan_line_as_sent();
