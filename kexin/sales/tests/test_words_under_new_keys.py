"""Words in rows that never change are written anew while a customer's key is changed; nothing else of them may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kexin.core.fields import personal_fields
from kexin.core.keystore import customer_keys
from kexin.core.rekeying import places_of
from kexin.sales.followup.calling import try_return_call
from kexin.sales.models import ReturnCallAttempt
from kexin.sales.tests.test_return_calls import executed, planned
from tests.personas import Bank

pytestmark = pytest.mark.django_db
TABLE = "sales_returncallattempt"


def under(operation: str, statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kexin.operation', %s, true)", [operation])
        cursor.execute(statement)


def test_the_words_of_an_attempt_go_with_the_key(bank: Bank, chen: Any) -> None:
    sale = executed(bank, chen)
    try_return_call(planned(sale), actor=bank.actor("sun"), result="nobody", note="家里没人")
    row = ReturnCallAttempt.objects.get()
    (place,) = [each for each in places_of("customers") if each.name == TABLE]
    customer_keys().rotate_many([row.key_id])
    passed = place.batch(0, 100)
    assert (passed.changed, passed.stuck) == (1, [])
    assert place.batch(0, 100).changed == 0
    assert ReturnCallAttempt.objects.get().note == "家里没人"
    for statement in (
        f"UPDATE {TABLE} SET note = NULL",
        f"UPDATE {TABLE} SET result = 'later'",
        f"UPDATE {TABLE} SET note = '\\x02ff'::bytea",
        f"DELETE FROM {TABLE}",
        "UPDATE sales_salegate SET by = 'y'",
        "UPDATE core_auditentry SET reason = 'x'",
    ):
        with pytest.raises(IntegrityError):
            under("core.rotate_keys", statement)
    with pytest.raises(IntegrityError):  # a ciphertext, but no change of keys
        under("sales.try_return_call", f"UPDATE {TABLE} SET note = note || '\\x00'::bytea")


def test_every_table_with_words_can_be_written_anew() -> None:
    """Whatever trigger holds a table, what lies encrypted in it must be reachable while keys are changed."""
    tables = {model._meta.db_table for model, _field, _level in personal_fields() if model._meta.managed}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgname = 'append_only'"
        )
        held = {table: function for table, function in cursor.fetchall() if table in tables}
    assert set(held) >= {TABLE, "service_conversationmessage", "service_assistantline"}
    assert set(held.values()) == {"kexin_refuse_change"}
