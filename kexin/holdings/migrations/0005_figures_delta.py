"""Where a rebuild collects the changes of each day before they are summed up: emptied when it is done."""

from django.db import migrations

DELTA = """
CREATE TABLE holdings_figuresdelta (
  run_id bigint NOT NULL,
  day date NOT NULL,
  unit_id bigint NOT NULL,
  post_id bigint,
  tier varchar(20) COLLATE "C",
  aum numeric(24, 2) NOT NULL DEFAULT 0,
  deposits numeric(24, 2) NOT NULL DEFAULT 0,
  inflow numeric(24, 2) NOT NULL DEFAULT 0,
  outflow numeric(24, 2) NOT NULL DEFAULT 0,
  customers integer NOT NULL DEFAULT 0
);
CREATE INDEX holdings_figuresdelta_run ON holdings_figuresdelta (run_id, unit_id);
"""


class Migration(migrations.Migration):
    dependencies = [("holdings", "0004_room_for_balances")]

    operations = [migrations.RunSQL(DELTA, "DROP TABLE holdings_figuresdelta")]
