"""``kexin keys status | backup | sweep`` on a bank with customers: what is copied opens, what is swept was nobody's."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.db import connection

from kexin.core import keys_command
from kexin.core.actor import system
from kexin.core.crypto import KeyRing, forget_opened_ring, key_ring
from kexin.core.fields import decrypt_rows
from kexin.core.keystore import KeyForgotten, customer_keys
from kexin.core.models import RotationRun
from kexin.party.data import ContactData, PartyData
from kexin.party.models import ContactPoint, Customer, Party
from kexin.party.operations import create_customer

pytestmark = pytest.mark.django_db
NAMES = ("王伟", "李芳", "张娜")
Kexin = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keys of this test alone."""
    with monkeypatch.context() as patched:
        KeyRing.create(tmp_path / "keys")
        patched.setattr(settings, "KEXIN_KEYS_DIR", str(tmp_path / "keys"))
        forget_opened_ring()
        yield tmp_path / "keys"
        customer_keys().close()
    forget_opened_ring()


@pytest.fixture
def crowd(keys: Path, bank: Any) -> list[Customer]:
    """Three customers, a day old."""
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(days=1), tick=True):
        return [
            create_customer(
                actor=system("test"),
                data=PartyData(
                    kind="individual", name=name, contacts=(ContactData(kind="mobile", value=f"1380000000{number}"),)
                ),
                unit=bank.units["east"],
                lead_post=bank.posts["lin"],
                anyway=True,
            )
            for number, name in enumerate(NAMES)
        ]


@pytest.fixture
def kexin(capsys: pytest.CaptureFixture[str]) -> Kexin:
    """Run ``kexin keys …``: exit code, what it printed (as JSON where asked), complaints."""

    def run(*words: str) -> tuple[int, Any, str]:
        parser = argparse.ArgumentParser()
        keys_command.arguments(parser)
        code = keys_command.run(parser.parse_args(words))
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in words and said.out else said.out, said.err

    return run


def readable() -> list[str]:
    """The names of all customers whose keys are there, read afresh."""
    rows = list(Party.objects.order_by("pk"))
    decrypt_rows(Party, rows)
    contacts = list(ContactPoint.objects.order_by("pk"))
    decrypt_rows(ContactPoint, contacts)
    assert all(each.value.startswith("+86138") or each.value.startswith("138") for each in contacts)
    return [row.name for row in rows]


def made_before(age: dt.timedelta, number: int = 1) -> list[Any]:
    """Keys without a row, as an operation leaves them that was rolled back so long ago."""
    with time_machine.travel(dt.datetime.now(dt.UTC) - age):
        return customer_keys().create(number)


# -- status ----------------------------------------------------------------------------------------------------------


def test_status_counts_keys_customers_and_changes_under_way(crowd: list[Customer], kexin: Kexin) -> None:
    code, told, _err = kexin("status", "--json")
    assert code == 0
    assert {each["purpose"]: each["keys"] for each in told["ring"]} == {
        "master": 1,
        "tokens": 1,
        "secrets": 1,
        "signatures": 1,
    }
    assert (told["customers"], told["older_customer_keys"], told["under_way"]) == (3, 0, [])
    customer_keys().rotate_many([each.party.key_id for each in crowd[:2]])
    customer_keys().rotate(crowd[0].party.key_id)
    key_ring().rotate("secrets")
    forget_opened_ring()
    RotationRun.objects.create(purpose="customers", started_by="test", step=2, place="party_party")
    code, told, _err = kexin("status", "--json")
    assert (told["customers"], told["older_customer_keys"]) == (3, 3)
    assert {each["purpose"]: each["keys"] for each in told["ring"]}["secrets"] == 2
    assert [(each["purpose"], each["step"], each["place"]) for each in told["under_way"]] == [
        ("customers", "rows", "party_party")
    ]
    code, text, _err = kexin("status")
    assert code == 0
    assert "3 customers, 3 older keys" in text
    assert "Under way: customers" in text


# -- backup ----------------------------------------------------------------------------------------------------------


def test_a_backup_restored_elsewhere_opens_the_data(
    crowd: list[Customer], keys: Path, kexin: Kexin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = key_ring().encrypt("secrets", b"second factor", b"test")
    code, told, _err = kexin("backup", str(tmp_path / "copies" / "today"), "--json")
    assert (code, told) == (0, {"path": str(tmp_path / "copies" / "today"), "customers": 3})
    copied = list((tmp_path / "copies" / "today").rglob("*"))
    assert {path.name for path in copied if path.is_file()} >= {"master.json", "keyring.json", "data.mdb"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in copied)
    with monkeypatch.context() as patched:
        customer_keys().close()
        keys.rename(tmp_path / "lost")  # the machine with the keys is gone
        patched.setattr(settings, "KEXIN_KEYS_DIR", str(tmp_path / "copies" / "today"))
        forget_opened_ring()
        assert readable() == list(NAMES)
        assert key_ring().decrypt("secrets", sealed, b"test") == b"second factor"
        assert kexin("status", "--json")[1]["customers"] == 3
        customer_keys().close()
    (tmp_path / "lost").rename(keys)
    forget_opened_ring()


def test_who_was_forgotten_is_in_the_older_copy_only(
    crowd: list[Customer], kexin: Kexin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = crowd[0].party.key_id
    kexin("backup", str(tmp_path / "before"))
    customer_keys().forget(gone)
    kexin("backup", str(tmp_path / "after"))
    for copy, there in (("before", True), ("after", False)):
        with monkeypatch.context() as patched:
            patched.setattr(settings, "KEXIN_KEYS_DIR", str(tmp_path / copy))
            forget_opened_ring()
            if there:
                assert customer_keys().aead(gone)
            else:
                with pytest.raises(KeyForgotten):
                    customer_keys().aead(gone)
            customer_keys().close()


def test_a_backup_never_overwrites_and_never_leaves_half(
    crowd: list[Customer], keys: Path, kexin: Kexin, tmp_path: Path
) -> None:
    assert kexin("backup", str(tmp_path / "copy"))[0] == 0
    before = (tmp_path / "copy" / "keyring.json").read_bytes()
    code, _out, err = kexin("backup", str(tmp_path / "copy"))
    assert (code, "exists already" in err) == (1, True)
    assert (tmp_path / "copy" / "keyring.json").read_bytes() == before
    (tmp_path / "file").write_text("")
    code, _out, err = kexin("backup", str(tmp_path / "file" / "copy"))
    assert (code, err.count("\n")) == (1, 1)
    (keys / "keyring.json").rename(keys / "away")
    code, _out, err = kexin("backup", str(tmp_path / "half"))
    assert (code, "cannot be copied" in err) == (1, True)
    assert not (tmp_path / "half").exists()
    (keys / "away").rename(keys / "keyring.json")
    assert kexin("backup", str(tmp_path / "half"))[0] == 0


def test_no_backup_while_keys_are_being_changed(crowd: list[Customer], kexin: Kexin, tmp_path: Path) -> None:
    from kexin.core.rotation import _LOCK

    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if name in parameters}
    with psycopg.connect(**wanted) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        code, _out, err = kexin("backup", str(tmp_path / "copy"))
        assert (code, bool(err)) == (1, True)
        assert not (tmp_path / "copy").exists()
        other.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        assert kexin("backup", str(tmp_path / "copy"))[0] == 0


# -- sweep -----------------------------------------------------------------------------------------------------------


def test_a_sweep_forgets_what_no_row_uses_and_nothing_else(crowd: list[Customer], kexin: Kexin) -> None:
    old = made_before(dt.timedelta(hours=2), 5)
    fresh = made_before(dt.timedelta(minutes=50), 2)  # an import may be about to write their rows
    assert kexin("sweep", "--json")[:2] == (0, {"swept": 5})
    left = set(customer_keys().key_ids())
    assert left == {each.party.key_id for each in crowd} | set(fresh)
    assert not left & set(old)
    assert readable() == list(NAMES)
    code, text, _err = kexin("sweep")
    assert (code, text) == (0, "0 keys without a row were forgotten.\n")


def test_a_sweep_that_would_forget_the_bank_is_refused(crowd: list[Customer], kexin: Kexin) -> None:
    made_before(dt.timedelta(hours=2), 150)  # as if the rows of a database were looked for in another one
    code, out, err = kexin("sweep")
    assert (code, out) == (1, "")
    assert "nothing was swept" in err
    assert kexin("status", "--json")[1]["customers"] == 153
    assert readable() == list(NAMES)
