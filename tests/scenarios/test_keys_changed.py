"""Every key of the bank is changed while people work, and the change is killed half-way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import tink
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction

from kexin.core import vault
from kexin.core.actor import system
from kexin.core.crypto import Undecipherable, forget_opened_ring, key_ring
from kexin.core.errors import Conflict, NotPermitted, RuleViolation
from kexin.core.fields import decrypt_rows, personal_fields
from kexin.core.keystore import customer_keys
from kexin.core.models import Approval, AuditEntry, History, RotationRun
from kexin.core.rekeying import places_of
from kexin.core.rotation import PLANS, RotationStuck, keys_in_history, rotate
from kexin.core.vault import Writer
from kexin.engagement.operations import add_document
from kexin.holdings.models import Account
from kexin.party.data import AddressData, ContactData, DocumentData, PartyData
from kexin.party.history import changes, told
from kexin.party.models import ContactPoint, Customer, IdentityDocument, Party
from kexin.party.operations import change_customer, create_customer
from kexin.party.queries import search
from kexin.party.tokens import contact_token, identity_token

pytestmark = pytest.mark.django_db(transaction=True)

SETTLE = 1.6  # seconds: what a process needs to see that key files were changed
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静磊洋艳勇杰"
CLERK = system("scenario")
CODE = """
import os, sys
import django
django.setup()
from kexin.core.actor import system
from kexin.core.rotation import rotate

def heard(what, done, total):
    if what != 'settle':
        print(what, done, flush=True)
    if what == os.environ.get("STOP_AT"):
        sys.stdin.read()  # until the parent kills us here, half-way

rotate(sys.argv[1], actor=system("scenario"), batch=4, settle_seconds=1.6, progress=heard)
"""


def number_of(index: int) -> str:
    """A resident number with a right check digit."""
    body = f"31010119{60 + index % 40:02d}0{1 + index % 9}15{100 + index:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def name_of(index: int) -> str:
    return SURNAMES[index % 10] + GIVEN[index // 10 % 10] + GIVEN[(index * 7) % 10]


def file_of(index: int) -> PartyData:
    return PartyData(
        kind="individual",
        name=name_of(index),
        documents=(DocumentData(type="CN-RIC", number=number_of(index)),),
        contacts=(ContactData(kind="mobile", value=f"138{index:08d}"),),
        addresses=(AddressData(kind="home", area="江澜市", detail=f"桂花路 {index} 号"),),
    )


def admit(bank: Any, index: int) -> Customer:
    return create_customer(
        actor=CLERK, data=file_of(index), unit=bank.units["east"], lead_post=bank.posts["lin"], anyway=True
    )


@pytest.fixture
def bank(transactional_db: None) -> Iterator[Any]:
    from tests.personas import build

    yield build()
    RotationRun.objects.all().delete()


@pytest.fixture
def crowd(bank: Any) -> list[Customer]:
    """Two dozen customers with a file each."""
    return [admit(bank, index) for index in range(24)]


def killed(purpose: str, at: str) -> None:
    """Begin a change of keys in a process of its own and kill it in the middle of the step or place ``at``."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(address),
        "KEXIN_KEYS_DIR": str(settings.KEXIN_KEYS_DIR),
        "STOP_AT": at,
    }
    with subprocess.Popen(
        [sys.executable, "-c", CODE, purpose],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        seen = ""
        for line in process.stdout:
            seen = line
            if line.split()[0] == at:
                os.kill(process.pid, signal.SIGKILL)
                break
        else:
            pytest.fail(f"it never came to {at!r}; last was {seen!r}: {process.stderr.read()[-2000:]}")
    assert RotationRun.objects.get(finished_at=None).purpose == purpose


@contextmanager
def at_work(act: Callable[[int], None]) -> Iterator[list[BaseException]]:
    """Somebody who works on a connection of their own until the block ends; what went wrong for them."""
    stop, failures = threading.Event(), []

    def work() -> None:
        index = 0
        try:
            while not stop.is_set():
                act(index)
                index += 1
        except BaseException as failure:
            failures.append(failure)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield failures
    finally:
        stop.set()
        worker.join(60)
    assert not worker.is_alive()


def everything_readable() -> None:
    """Every personal value of the bank opens, and by the newest key of its customer."""
    for model, field, _level in personal_fields():
        rows = decrypt_rows(model, model._base_manager.all())
        for row in rows:
            getattr(row, field.attname)
            sealed = row.__dict__[field.attname].sealed
            if sealed is not None:
                newest = customer_keys().aead(getattr(row, field.key_field)).encrypt(b"", b"")[:5]
                assert sealed[:5] == newest, f"{field} of {row.pk} is under an old key"


def every_name_found(crowd: list[Customer], *, begin: int = 0) -> None:
    for index, customer in enumerate(crowd[begin:], begin):
        assert customer.pk in [row.pk for row in search(CLERK, name_of(index), limit=200)], name_of(index)
        assert [row.pk for row in search(CLERK, number_of(index))] == [customer.pk]
        assert [row.pk for row in search(CLERK, f"138{index:08d}")] == [customer.pk]


@pytest.mark.parametrize("at", ["party_contactpoint", "retire_keys"])
def test_customers_keys_are_changed_under_work_and_a_kill(bank, crowd, at):
    before = {key_id: customer_keys().aead(key_id).encrypt(b"", b"")[:5] for key_id in keys()}
    details = {customer.pk: name_of(index) for index, customer in enumerate(crowd)}

    def rename(index: int) -> None:
        customer = Customer.objects.get(pk=crowd[index % 8].pk)
        details[customer.pk] = f"{name_of(index % 8)}甲{'乙' * (index % 3)}"
        change_customer(customer, actor=CLERK, changes={"name": details[customer.pk]}, version=customer.version)

    with at_work(rename) as failures:
        killed("customers", at)
        newcomer = admit(bank, 90)
        rotate("customers", actor=CLERK, batch=4, settle_seconds=SETTLE)
    assert failures == []
    everything_readable()
    parties = {row.pk: row.name for row in decrypt_rows(Party, Party.objects.all())}
    assert {pk: parties[pk] for pk in details} == details, "a concurrent write was overwritten"
    assert parties[newcomer.pk] == name_of(90)
    for key_id, prefix in before.items():
        assert customer_keys().aead(key_id).encrypt(b"", b"")[:5] != prefix
    every_name_found(crowd, begin=8)
    assert not RotationRun.objects.filter(finished_at=None).exists()


def keys() -> set[Any]:
    return set(Party.objects.values_list("key_id", flat=True))


def test_old_keys_go_but_for_those_that_history_needs(bank, crowd):
    customer = crowd[0]
    change_customer(customer, actor=CLERK, changes={"name": "陈改名"}, version=customer.version)
    bare = Party.objects.get(pk=crowd[1].pk)
    with connection.cursor() as cursor, transaction.atomic():
        # A bulk load leaves no row history: nothing needs its old key afterwards.
        cursor.execute("SELECT set_config('kexin.history', 'off', true)")
        (key_id,) = customer_keys().create()
        loaded = Party(key_id=key_id, kind="individual", name="无史")
        loaded.save()
    sealed = loaded.__dict__["name"].sealed
    rotate("customers", actor=CLERK, settle_seconds=SETTLE)
    with pytest.raises(tink.TinkError):
        customer_keys().aead(key_id).decrypt(bytes(sealed), Party._meta.get_field("name").place + key_id.bytes)
    assert keys_in_history(), "history holds former values"
    seen, rows = changes(CLERK, customer.pk)
    names = [field for change in told(CLERK, seen, list(rows.order_by("at"))) for field in change.fields]
    assert len([field for field in names if "陈" in field.after]) >= 1
    assert Party.objects.get(pk=bare.pk).name == name_of(1)


def test_row_history_tells_a_change_of_keys_by_one_line_per_statement(bank, crowd):
    seen = History.objects.count()
    rotate("customers", actor=CLERK, batch=100, settle_seconds=SETTLE)
    lines = list(History.objects.order_by("id")[seen:])
    assert {(line.operation, line.row_id, line.customer_id) for line in lines} == {("core.rotate_keys", 0, None)}
    told_rows = {line.table_name: line.after["encrypted_anew"] for line in lines}
    assert told_rows["party_party"] == Party.objects.count()
    # What is no ciphertext is told row by row, also by somebody who calls himself a change of keys.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('kexin.operation', 'core.rotate_keys', true)")
        cursor.execute("UPDATE party_party SET occupation = 'forged' WHERE id = %s", [crowd[0].pk])
    assert History.objects.filter(row_id=crowd[0].pk, after__occupation="forged").exists()


def test_tokens_are_changed_under_work_and_everything_is_found_at_every_moment(bank, crowd):
    before = {bytes(token) for token in IdentityDocument.objects.values_list("token", flat=True)}

    def look(index: int) -> None:
        chosen = index % len(crowd)
        assert crowd[chosen].pk in [row.pk for row in search(CLERK, name_of(chosen), limit=200)]
        assert [row.pk for row in search(CLERK, number_of(chosen))] == [crowd[chosen].pk]
        assert [row.pk for row in search(CLERK, f"138{chosen:08d}")] == [crowd[chosen].pk]
        # One identity stands once: a second file with the same document is refused at every moment.
        try:
            admit(bank, chosen)
        except (Conflict, IntegrityError):
            pass
        else:
            pytest.fail(f"{number_of(chosen)} was stored twice")
        admit(bank, 200 + index)

    with at_work(look) as failures:
        killed("tokens", "party_customer")
        rotate("tokens", actor=CLERK, batch=4, settle_seconds=SETTLE)
    assert failures == []
    every_name_found(crowd)
    assert len(next(each.keys for each in key_ring().info() if each.purpose == "tokens")) == 1
    documents = decrypt_rows(IdentityDocument, IdentityDocument.objects.all())
    assert [bytes(row.token) for row in documents] == [
        identity_token(row.type, row.country, row.number) for row in documents
    ]
    assert not before & {bytes(row.token) for row in documents}
    assert IdentityDocument.objects.exclude(token_next=None).count() == 0
    for row in decrypt_rows(ContactPoint, ContactPoint.objects.all()):
        assert (bytes(row.token), row.token_next) == (contact_token(row.kind, row.value), None)
    for place in places_of("tokens"):
        assert place.batch(0, 10_000).changed == 0, f"{place.name} still holds tokens of the old key"


def test_two_documents_of_one_number_one_of_them_retired_pass_a_change(bank, crowd):
    old = IdentityDocument.objects.get(party=crowd[0].pk)
    IdentityDocument.objects.filter(pk=old.pk).update(retired_at="2026-01-01T00:00:00Z")
    again = IdentityDocument.objects.get(pk=old.pk)
    again.pk, again.retired_at = None, None
    again.save()
    rotate("tokens", actor=CLERK, settle_seconds=SETTLE)
    assert (
        len(
            {
                bytes(token)
                for token in IdentityDocument.objects.filter(party=crowd[0].pk).values_list("token", flat=True)
            }
        )
        == 1
    )


def test_secrets_and_the_master_are_changed(bank, crowd):
    sealed = key_ring().encrypt("secrets", json.dumps({"a": 1}).encode(), b"approval")
    approval = Approval.objects.create(
        operation="x", arguments=sealed, summary={}, unit_id=bank.units["east"].pk, maker_name="m", reason="r",
        made_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    ended = AuditEntry.objects.filter(operation="core.finish_key_rotation").count()
    rotate("secrets", actor=CLERK, settle_seconds=SETTLE)
    approval.refresh_from_db()
    assert json.loads(key_ring().decrypt("secrets", bytes(approval.arguments), b"approval")) == {"a": 1}
    with pytest.raises(Undecipherable):
        key_ring().decrypt("secrets", sealed, b"approval")
    rotate("master", actor=CLERK, settle_seconds=SETTLE)
    forget_opened_ring()
    assert all(len(each.keys) == 1 for each in key_ring().info() if each.purpose in ("secrets", "master"))
    customer_keys().close()
    everything_readable()
    assert AuditEntry.objects.filter(operation="core.finish_key_rotation").count() == ended + 2


def test_a_row_that_cannot_be_read_keeps_the_old_key_and_is_named(bank, crowd):
    approval = Approval.objects.create(
        operation="x", arguments=b"\x01no ciphertext at all, nobody can read this", summary={},
        unit_id=bank.units["east"].pk, maker_name="m", reason="r", made_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    with pytest.raises(RotationStuck, match=str(approval.pk)):
        rotate("secrets", actor=CLERK, settle_seconds=SETTLE)
    assert len(next(each.keys for each in key_ring().info() if each.purpose == "secrets")) == 2
    approval.delete()
    rotate("secrets", actor=CLERK, settle_seconds=SETTLE)
    assert len(next(each.keys for each in key_ring().info() if each.purpose == "secrets")) == 1


def test_documents_follow_the_customers_key(bank, crowd):
    writer = Writer(crowd[0].party.key_id)
    writer.write(b"contract " * 1000)
    stored = writer.finish(media_type="application/pdf", file_name="c.pdf")
    document = add_document(crowd[0], actor=CLERK, category="contract", title="合同", stored=stored)
    rotate("customers", actor=CLERK, settle_seconds=SETTLE)
    assert not vault.wrap_anew(document.stored_as, document.key_id)
    assert b"".join(vault.read(document.stored_as, document.key_id)) == b"contract " * 1000
    before = document.digest
    rotate("tokens", actor=CLERK, settle_seconds=SETTLE)
    document.refresh_from_db()
    assert document.digest == vault.digest_of(document.stored_as, document.key_id) != before


def test_one_change_at_a_time_and_only_by_the_system(bank, crowd):
    with pytest.raises(NotPermitted):
        rotate("signatures", actor=bank.actor("gao"))
    assert set(PLANS) == {"customers", "tokens", "secrets", "master", "signatures"}
    rotate("signatures", actor=CLERK)
    assert len(next(each.keys for each in key_ring().info() if each.purpose == "signatures")) == 2
    assert Account.objects.count() == 0
    with pytest.raises(RuleViolation):
        rotate("nonsense", actor=CLERK)
