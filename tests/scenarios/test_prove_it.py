"""An inspection: who saw what, what lies encrypted, whether the record was touched."""

from __future__ import annotations

import pytest
from django.db import connection

from kexin.core.errors import NotFound, NotPermitted
from kexin.core.models import AuditEntry, History
from kexin.party.operations import reveal
from kexin.party.queries import customers, open_customer

REQUIREMENTS = {
    "B-01": "names, numbers, contacts and addresses lie as AES-256-GCM ciphertext under a key per customer",
    "B-03": "without a second factor in this session no door to customer data opens",
    "B-06": "numbers are masked on every page, names for those not in charge; revealing asks for a purpose",
    "B-07": (
        "every opening, search, change and refusal has an entry with who, when, what and from where",
        "network traffic is logged by the institution's own network",
    ),
}
SCREENS = {"B-01": "—", "B-03": "登录", "B-06": "客户页", "B-07": "审计"}


def test_nothing_personal_stands_readable_in_any_table(bank, chen):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', ["陈秀兰|310101195904129964|13800005678"]
            )
            assert cursor.fetchone()[0] == 0, table


def test_without_a_second_factor_no_customer(bank, chen, client_of):
    browser = client_of("lin", methods=("password",))
    answer = browser.get(f"/customers/{chen.pk}/")
    assert answer.status_code in (302, 403)
    assert "陈秀兰" not in answer.content.decode()
    assert client_of("lin").get(f"/customers/{chen.pk}/").status_code == 200


def test_without_a_second_factor_no_load_of_customers_either(bank, client_of):
    assert client_of("he").get("/imports/").status_code == 200
    for page in ("/imports/", "/imports/new/"):
        answer = client_of("he", methods=("password",)).get(page)
        assert answer.status_code == 302
        assert "/second-factor/" in answer.headers["Location"]


def test_who_saw_her_and_who_was_refused(bank, chen):
    open_customer(bank.actor("zhou"), chen.pk)
    list(customers(bank.actor("lin")))
    with pytest.raises(NotPermitted):
        open_customer(bank.actor("gao"), chen.pk)
    with pytest.raises(NotFound):
        reveal(chen, actor=bank.actor("lin"), what="document", row_id=0, purpose="verify")
    entries = AuditEntry.objects.order_by("id").values_list("actor_name", "operation", "outcome", "customer_id")
    found = [each for each in entries if each[1].startswith("party.")]
    assert ("1004", "party.view_customer", "read", chen.pk) in found
    assert ("1008", "party.view_customer", "refused", None) in found
    assert ("1001", "party.reveal", "refused", chen.pk) in found


def test_a_change_behind_the_house_is_named(bank, chen):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kexin.actor', '', true)")
        cursor.execute("UPDATE party_customer SET status = 'dormant' WHERE party_id = %s", [chen.pk])
    row = History.objects.filter(customer_id=chen.pk, table_name="party_customer", action="update").get()
    assert row.actor_name.startswith("database:")
    assert (row.before["status"], row.after["status"]) == ("prospect", "dormant")
