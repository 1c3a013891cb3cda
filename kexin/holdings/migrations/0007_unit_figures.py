"""A unit's own figures on an evening, kept by triggers on the daily figures: boards read a row per unit, not per post.

Every statement on ``holdings_dailyfigures`` adds what came and takes away what went: two transactions on the posts of
one unit wait for each other at its row and do not undo one another.
"""

from django.db import migrations, models

TABLE = """
CREATE TABLE holdings_unitfigures (
  unit_id bigint NOT NULL,
  day date NOT NULL,
  aum numeric(20, 2) NOT NULL DEFAULT 0,
  deposits numeric(20, 2) NOT NULL DEFAULT 0,
  inflow numeric(20, 2) NOT NULL DEFAULT 0,
  outflow numeric(20, 2) NOT NULL DEFAULT 0,
  customers integer NOT NULL DEFAULT 0,
  tiers jsonb NOT NULL DEFAULT '{}',
  parts integer NOT NULL DEFAULT 0,
  PRIMARY KEY (unit_id, day)
);
CREATE INDEX holdings_unitfigures_flows ON holdings_unitfigures (day) INCLUDE (unit_id, inflow, outflow);

CREATE FUNCTION holdings_tiers_added(one jsonb, other jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (
    SELECT key, sum(value::int) AS n FROM (
      SELECT * FROM jsonb_each_text(one) UNION ALL SELECT * FROM jsonb_each_text(other)) both_sides
     GROUP BY key HAVING sum(value::int) <> 0) summed
$$;
"""

# The same statement for rows that came (%(sign)s 1) and rows that went (-1).
_SUMS = """
  INSERT INTO holdings_unitfigures AS kept (unit_id, day, aum, deposits, inflow, outflow, customers, tiers, parts)
  WITH counted AS (
    SELECT unit_id, day, jsonb_object_agg(key, n) AS tiers FROM (
      SELECT c.unit_id, c.day, t.key, {sign} * sum(t.value::int) AS n
        FROM changed c CROSS JOIN LATERAL jsonb_each_text(c.tiers) t GROUP BY 1, 2, 3) by_tier
     GROUP BY 1, 2
  )
  SELECT s.unit_id, s.day, s.aum, s.deposits, s.inflow, s.outflow, s.customers, coalesce(counted.tiers, '{{}}'), s.parts
    FROM (SELECT unit_id, day, {sign} * sum(aum) AS aum, {sign} * sum(deposits) AS deposits,
                 {sign} * sum(inflow) AS inflow, {sign} * sum(outflow) AS outflow,
                 {sign} * sum(customers) AS customers, {sign} * count(*) AS parts
            FROM changed GROUP BY 1, 2) s
    LEFT JOIN counted USING (unit_id, day)
   ORDER BY s.unit_id, s.day
  ON CONFLICT (unit_id, day) DO UPDATE
     SET aum = kept.aum + excluded.aum, deposits = kept.deposits + excluded.deposits,
         inflow = kept.inflow + excluded.inflow, outflow = kept.outflow + excluded.outflow,
         customers = kept.customers + excluded.customers, parts = kept.parts + excluded.parts,
         tiers = holdings_tiers_added(kept.tiers, excluded.tiers);
"""
_SWEEP = """
  DELETE FROM holdings_unitfigures kept USING (SELECT DISTINCT unit_id, day FROM changed) c
   WHERE kept.unit_id = c.unit_id AND kept.day = c.day AND kept.parts = 0;
"""
_CAME, _WENT = _SUMS.format(sign="1"), _SUMS.format(sign="-1")

TRIGGERS = f"""
CREATE FUNCTION holdings_unitfigures_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{_CAME}
  RETURN NULL;
END $$;
CREATE FUNCTION holdings_unitfigures_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{_WENT}
{_SWEEP}
  RETURN NULL;
END $$;
CREATE TRIGGER holdings_unitfigures_insert AFTER INSERT ON holdings_dailyfigures
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_unitfigures_came();
CREATE TRIGGER holdings_unitfigures_delete AFTER DELETE ON holdings_dailyfigures
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_unitfigures_went();
CREATE TRIGGER holdings_unitfigures_old AFTER UPDATE ON holdings_dailyfigures
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_unitfigures_went();
CREATE TRIGGER holdings_unitfigures_new AFTER UPDATE ON holdings_dailyfigures
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION holdings_unitfigures_came();
"""

FILL = """
INSERT INTO holdings_unitfigures (unit_id, day, aum, deposits, inflow, outflow, customers, tiers, parts)
SELECT s.unit_id, s.day, s.aum, s.deposits, s.inflow, s.outflow, s.customers, coalesce(t.tiers, '{}'), s.parts
  FROM (SELECT unit_id, day, sum(aum) AS aum, sum(deposits) AS deposits, sum(inflow) AS inflow,
               sum(outflow) AS outflow, sum(customers) AS customers, count(*) AS parts
          FROM holdings_dailyfigures GROUP BY 1, 2) s
  LEFT JOIN (SELECT unit_id, day, jsonb_object_agg(key, n) AS tiers FROM (
               SELECT d.unit_id, d.day, e.key, sum(e.value::int) AS n
                 FROM holdings_dailyfigures d CROSS JOIN LATERAL jsonb_each_text(d.tiers) e GROUP BY 1, 2, 3) b
              GROUP BY 1, 2) t USING (unit_id, day);
"""

BACK = """
DROP TRIGGER holdings_unitfigures_insert ON holdings_dailyfigures;
DROP TRIGGER holdings_unitfigures_delete ON holdings_dailyfigures;
DROP TRIGGER holdings_unitfigures_old ON holdings_dailyfigures;
DROP TRIGGER holdings_unitfigures_new ON holdings_dailyfigures;
DROP FUNCTION holdings_unitfigures_came();
DROP FUNCTION holdings_unitfigures_went();
DROP FUNCTION holdings_tiers_added(jsonb, jsonb);
DROP TABLE holdings_unitfigures;
"""


class Migration(migrations.Migration):
    dependencies = [("holdings", "0006_maturities"), ("people", "0004_merged_units")]

    operations = [
        migrations.RunSQL(TABLE + TRIGGERS + FILL, BACK),
        migrations.CreateModel(
            name="UnitFigures",
            fields=[
                ("pk", models.CompositePrimaryKey("unit_id", "day", blank=True, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField(verbose_name="day")),
                ("aum", models.DecimalField(decimal_places=2, max_digits=20, verbose_name="AUM")),
                ("deposits", models.DecimalField(decimal_places=2, max_digits=20, verbose_name="deposits")),
                ("inflow", models.DecimalField(decimal_places=2, max_digits=20, verbose_name="money in")),
                ("outflow", models.DecimalField(decimal_places=2, max_digits=20, verbose_name="money out")),
                ("customers", models.IntegerField(verbose_name="customers")),
                ("tiers", models.JSONField(verbose_name="customers by tier")),
                ("parts", models.IntegerField()),
            ],
            options={"verbose_name": "figures of a unit", "db_table": "holdings_unitfigures", "managed": False},
        ),
    ]
