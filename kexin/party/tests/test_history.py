"""The history of a file in words, masked as on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kexin.core.errors import NotFound, NotPermitted
from kexin.party.data import ContactData
from kexin.party.history import changes, told
from kexin.party.models import ContactPoint, Party
from kexin.party.operations import record_contact

pytestmark = pytest.mark.django_db


def read(actor: Any, customer: Any) -> list[Any]:
    row, rows = changes(actor, customer.pk)
    return told(actor, row, list(rows.order_by("-at", "-id")))


def values(found: list[Any]) -> str:
    return " ".join(f"{field.before}|{field.after}" for change in found for field in change.fields)


def test_who_changed_what_by_which_operation(bank: Any, chen: Any) -> None:
    record_contact(chen, actor=bank.actor("lin"), data=ContactData(kind="mobile", value="13900001234", note="上午"))
    newest = next(each for each in read(bank.actor("lin"), chen) if each.fields)
    assert newest.who == "林晓雯"
    assert newest.action == "insert"
    assert "139****1234" in values([newest])
    assert "上午" in values([newest])
    assert "13900001234" not in values(read(bank.actor("lin"), chen))


def test_names_are_whole_to_those_in_charge_and_masked_to_others(bank: Any, chen: Any) -> None:
    for name, whole in (("lin", True), ("zhou", True), ("wu", False), ("he", False), ("qian", False)):
        shown = values(read(bank.actor(name), chen))
        assert ("陈秀兰" in shown) is whole, name
        assert "陈" in shown
        assert ("1959-04-12" in shown) is whole, name
        assert not re.search(r"\d{17}", shown)
        assert "桂花路" not in shown


def test_an_update_shows_both_sides_and_raw_sql_is_named(bank: Any, chen: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kexin.actor', '', true)")
        cursor.execute("UPDATE party_party SET occupation = %s WHERE id = %s", ["教师", chen.pk])
        cursor.execute("UPDATE party_party SET occupation = %s WHERE id = %s", ["退休", chen.pk])
    newest = read(bank.actor("lin"), chen)[0]
    assert newest.who.startswith("database:")
    assert [(field.before, field.after) for field in newest.fields] == [("教师", "退休")]


def test_a_removed_row_is_told(bank: Any, chen: Any) -> None:
    ContactPoint.objects.filter(party=chen.party).delete()
    newest = read(bank.actor("lin"), chen)[0]
    assert newest.action == "delete"
    assert "138****5678|" in values([newest])


def test_a_row_under_a_key_of_its_own_is_opened(bank: Any, chen: Any) -> None:
    """A merge moves rows with their keys; an update then shows no key, and the row is asked."""
    from kexin.core.keystore import customer_keys

    (key,) = customer_keys().create()
    contact = ContactPoint.objects.get(party=chen.party)
    contact.key_id, contact.value = key, "13800001111"
    contact.save(update_fields=["key_id", "value"])
    contact.value = "13800002222"
    contact.save(update_fields=["value"])
    newest, before = read(bank.actor("lin"), chen)[:2]
    assert values([newest]) == "138****1111|138****2222"
    assert "138****5678|138****1111" in values([before])


def test_an_erased_person_reads_as_erased(bank: Any, chen: Any) -> None:
    from kexin.core.keystore import customer_keys

    customer_keys().forget(Party.objects.get(pk=chen.pk).key_id)
    shown = values(read(bank.actor("wu"), chen))
    assert "陈" not in shown
    assert "2864" not in shown


def test_reach_and_permission(bank: Any, chen: Any) -> None:
    with pytest.raises(NotFound):
        changes(bank.actor("mei"), chen.pk)
    with pytest.raises(NotPermitted):
        changes(bank.actor("tang"), chen.pk)


def test_the_panel_goes_on_where_it_stopped(bank: Any, chen: Any, client_of: Any) -> None:
    with connection.cursor() as cursor:
        for n in range(60):
            cursor.execute("UPDATE party_party SET occupation = %s WHERE id = %s", [f"第{n}", chen.pk])
    client, seen, cursor_text = client_of("lin"), [], ""
    for _page in range(5):
        query = {"at": cursor_text} if cursor_text else {}
        answer = client.get(reverse("core:panel", args=["customer", chen.pk, "history"]), query)
        assert answer.status_code == 200
        seen += [field.after for change, *_rest in answer.context["lines"] for field in change.fields]
        cursor_text = answer.context["next"]
        if not cursor_text:
            break
    assert [each for each in seen if each.startswith("第")] == [f"第{n}" for n in range(59, -1, -1)]
    assert client_of("mei").get(reverse("core:panel", args=["customer", chen.pk, "history"])).status_code == 404


def test_query_budget(bank: Any, chen: Any) -> None:
    from kexin.party.ui.history_panel import history_panel

    class Request:
        actor = bank.actor("lin")
        GET: dict[str, str] = {}
        path = "/"

    with CaptureQueriesContext(connection) as caught:
        history_panel(Request(), chen.pk)  # type: ignore[arg-type]
    assert len(caught) <= 6
