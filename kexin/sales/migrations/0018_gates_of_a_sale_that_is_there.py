"""A gate belongs to a sale that is there: inserted before its sale in one transaction it would pass every comparison."""

from __future__ import annotations

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIRST = Path(__file__).with_name("0002_gates.sql")
FOUND = "  SELECT s.needed, s.round INTO of_sale FROM sales_sale s WHERE s.id = NEW.sale_id FOR UPDATE;\n"
MISSING = """  IF NOT FOUND THEN
    RAISE EXCEPTION 'gate % of no sale', NEW.gate
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sales_gate_in_order';
  END IF;
"""


def make(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The function of the first migration with one more question."""
    whole = FIRST.read_text(encoding="utf-8")
    function = whole[whole.index("CREATE FUNCTION") : whole.index("CREATE TRIGGER gate_in_order")]
    assert FOUND in function
    script = function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1).replace(FOUND, FOUND + MISSING)
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(script.replace("@schema@", schema))


class Migration(migrations.Migration):
    dependencies = [("sales", "0017_taking_back")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
