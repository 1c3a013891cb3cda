"""What is placed of each product with a quota, kept by triggers: summing a million positions costs most of a second.

A row exists for every product whose terms state a quota, and for no other. Statements on positions add what came and
take away what went; where two transactions place the same product, the second waits for the first at its row.
"""

from django.db import migrations, models

UP = """
CREATE TABLE holdings_placed (
  product_id bigint PRIMARY KEY,
  cost numeric(24, 2) NOT NULL
);

CREATE FUNCTION holdings_placed_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE holdings_placed p SET cost = p.cost + c.cost
    FROM (SELECT product_id, sum(cost) AS cost FROM changed GROUP BY product_id ORDER BY product_id) c
   WHERE p.product_id = c.product_id AND c.cost <> 0;
  RETURN NULL;
END $$;
CREATE FUNCTION holdings_placed_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE holdings_placed p SET cost = p.cost - c.cost
    FROM (SELECT product_id, sum(cost) AS cost FROM changed GROUP BY product_id ORDER BY product_id) c
   WHERE p.product_id = c.product_id AND c.cost <> 0;
  RETURN NULL;
END $$;
CREATE TRIGGER holdings_placed_insert AFTER INSERT ON holdings_holding
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_placed_came();
CREATE TRIGGER holdings_placed_delete AFTER DELETE ON holdings_holding
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_placed_went();
CREATE TRIGGER holdings_placed_old AFTER UPDATE ON holdings_holding
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_placed_went();
CREATE TRIGGER holdings_placed_new AFTER UPDATE ON holdings_holding
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_placed_came();

-- A quota stated later begins with what is held; nobody places anything while that is summed.
CREATE FUNCTION holdings_placed_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM holdings_placed WHERE product_id = OLD.product_id;
  ELSIF NEW.quota IS NULL THEN
    DELETE FROM holdings_placed WHERE product_id = NEW.product_id;
  ELSIF NOT EXISTS (SELECT 1 FROM holdings_placed WHERE product_id = NEW.product_id) THEN
    LOCK TABLE holdings_holding IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO holdings_placed (product_id, cost)
    SELECT NEW.product_id, coalesce(sum(cost), 0) FROM holdings_holding WHERE product_id = NEW.product_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER holdings_placed_terms AFTER INSERT OR DELETE OR UPDATE OF quota ON products_tradingterms
  FOR EACH ROW EXECUTE FUNCTION holdings_placed_terms();

INSERT INTO holdings_placed (product_id, cost)
SELECT t.product_id, coalesce((SELECT sum(h.cost) FROM holdings_holding h WHERE h.product_id = t.product_id), 0)
  FROM products_tradingterms t WHERE t.quota IS NOT NULL;
"""

DOWN = """
DROP TRIGGER holdings_placed_terms ON products_tradingterms;
DROP TRIGGER holdings_placed_insert ON holdings_holding;
DROP TRIGGER holdings_placed_delete ON holdings_holding;
DROP TRIGGER holdings_placed_old ON holdings_holding;
DROP TRIGGER holdings_placed_new ON holdings_holding;
DROP FUNCTION holdings_placed_terms();
DROP FUNCTION holdings_placed_came();
DROP FUNCTION holdings_placed_went();
DROP TABLE holdings_placed;
"""


class Migration(migrations.Migration):
    dependencies = [("holdings", "0007_unit_figures"), ("products", "0008_notice_texts")]

    operations = [
        migrations.RunSQL(UP, DOWN),
        migrations.CreateModel(
            name="Placed",
            fields=[
                ("product_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("cost", models.DecimalField(decimal_places=2, max_digits=24, verbose_name="placed, at cost")),
            ],
            options={"verbose_name": "what is placed of a product", "db_table": "holdings_placed", "managed": False},
        ),
    ]
