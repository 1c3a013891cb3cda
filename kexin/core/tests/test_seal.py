"""The seal is attacked by raw SQL as superuser, guards off, and verify names each deed.

These tests work on committed rows: a transaction in progress cannot be sealed. Each test gets a chain of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection
from django.test import TransactionTestCase
from django.utils import timezone

from kexin.core import audit_command, frame, policy, seal, table_statistics
from kexin.core.actor import system
from kexin.core.audit import write
from kexin.core.calendar import zone
from kexin.core.choices import Outcome
from kexin.core.models import PolicyVersion
from kexin.core.seal_findings import Finding, FindingKind
from kexin.core.seal_verify import verify
from kexin.core.tasks import seal_audit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True, scope="module")
def _no_flush() -> Iterator[None]:
    """Only the audit's own tables are touched here, and :func:`superuser` empties them: a flush would cost a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
        yield


def _yesterday(minutes: float = 0) -> dt.datetime:
    """A moment around noon of yesterday, local time: on an ended day, so that there is something to sign."""
    noon = dt.datetime.combine(timezone.now().astimezone(zone()).date() - dt.timedelta(days=1), dt.time(12), zone())
    return noon + dt.timedelta(minutes=minutes)


class Superuser:
    """A session of the superuser in which no trigger fires; in ``database``, else the test's own."""

    def __init__(self, database: str = "", *, autocommit: bool = True) -> None:
        parameters = connection.get_connection_params()
        self.session = psycopg.connect(
            host=parameters.get("host"), dbname=database or parameters["dbname"], user="postgres", autocommit=autocommit
        )
        self("SET session_replication_role = replica")

    def __enter__(self) -> Superuser:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.session.close()  # a session left open by a failing test would lock the next one out

    def __call__(self, sql: str, *params: Any) -> list[Any]:
        cursor = self.session.execute(sql, params or None)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def superuser() -> Iterator[Superuser]:
    if connection.get_connection_params().get("user") == "postgres":
        pytest.skip("the attacks need a superuser beside the owner")
    with Superuser() as powerful:
        powerful("TRUNCATE core_auditlink, core_auditcheckpoint, core_auditentry")
        yield powerful
        powerful("TRUNCATE core_auditlink, core_auditcheckpoint, core_auditentry")


def _act(number: int, at: dt.datetime | None = None) -> None:
    """One entry with a time of its own: now, or in the past, because nobody can wait for a day to end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_auditentry (at, actor_kind, actor_name, operation, outcome, arguments)"
            " VALUES (%s, 'person', %s, %s, 'done', '{\"amount\": 1.10}')",
            [at or timezone.now(), f"M{number}", f"test.act_{number}"],
        )


def _sealed(entries: int) -> seal.Sealed:
    """Seal until so many are sealed: PostgreSQL's own upkeep of this database may hold the seal up for a moment."""
    deadline = time.monotonic() + 60
    done = seal.seal()
    total, days = done.entries, done.days
    while total < entries and time.monotonic() < deadline:
        done = seal.seal()
        total, days = total + done.entries, days + done.days
    assert total == entries
    return seal.Sealed(total, days)


@pytest.fixture
def ten(superuser: Superuser) -> list[int]:
    """Ten sealed entries of an ended day, with its checkpoint; their identifiers in order."""
    for number in range(10):
        _act(number, _yesterday(number))
    assert len(_sealed(10).days) == 1
    assert verify() == []
    return [row[0] for row in superuser("SELECT entry_id FROM core_auditlink ORDER BY no")]


def _named(findings: list[Finding]) -> set[tuple[str, int | None]]:
    return {(str(each.kind.value), each.entry_id) for each in findings}


def _rewrite(superuser: Superuser) -> None:
    """Compute every digest and hash anew, as somebody who knows the method would."""
    superuser(f"UPDATE core_auditlink l SET digest = {seal.DIGEST} FROM core_auditentry e WHERE e.id = l.entry_id")
    chain = seal.GENESIS
    for no, digest in superuser("SELECT no, digest FROM core_auditlink ORDER BY no"):
        chain = seal.link(chain, no, digest)
        superuser("UPDATE core_auditlink SET chain = %s WHERE no = %s", chain, no)


# -- sealing ------------------------------------------------------------------------------------------------------


def test_what_the_doors_write_is_sealed_and_found_in_order(superuser: Superuser) -> None:
    act = frame.Frame(operation="test.read", actor=system("clock.test"), writes=False)
    write(act, Outcome.READ, {"name": "(3)", "page": 2})
    _sealed(1)
    assert seal.seal().entries == 0
    assert verify() == []


def test_a_transaction_in_progress_is_left_for_later_and_then_gets_its_place(superuser: Superuser) -> None:
    with Superuser(autocommit=False) as other:
        other(
            "INSERT INTO core_auditentry (at, actor_kind, actor_name, operation, outcome)"
            " VALUES (now(), 'person', 'slow', 'test.slow', 'done')"
        )
        _act(1, timezone.now() - dt.timedelta(minutes=11))
        assert seal.unsealed_since() is not None
        assert seal.seal().entries == 0  # the later one waits for the earlier one
        assert [(each.kind, each.operation) for each in verify()] == [(FindingKind.UNSEALED, "test.act_1")]
        other.session.commit()
    _sealed(2)
    assert seal.unsealed_since() is None
    assert verify() == []


def test_work_in_another_database_of_the_cluster_holds_nothing_up(superuser: Superuser) -> None:
    with Superuser("postgres", autocommit=False) as elsewhere:
        elsewhere("SELECT pg_current_xact_id()")
        _act(1)
        _sealed(1)


def test_entries_are_written_while_the_seal_is_being_made(superuser: Superuser) -> None:
    with Superuser(autocommit=False) as sealer:
        sealer("SELECT pg_advisory_xact_lock(%s)", seal._LOCK)
        _act(1)
        assert seal.seal().busy
    _sealed(1)


def test_the_clock_seals_as_often_as_the_policy_says(superuser: Superuser, monkeypatch: pytest.MonkeyPatch) -> None:
    minute, runs = 0, list[int]()
    monkeypatch.setattr(seal, "seal", lambda: runs.append(minute))
    version = PolicyVersion.objects.get(code="core.audit")
    for every in (60, 180):
        monkeypatch.setattr(policy, "version_in_force", lambda *_: version)
        version.values["seal_every_seconds"] = every
        for minute in range(6):
            seal_audit(timestamp=minute * 60)
    assert runs == [0, 1, 2, 3, 4, 5, 0, 3]


def test_more_than_one_batch(superuser: Superuser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "BATCH", 3)
    monkeypatch.setattr("kexin.core.seal_verify.BATCH", 3)
    for number in range(7):
        _act(number)
    _sealed(7)
    assert verify() == []
    superuser("UPDATE core_auditentry SET actor_name = 'X' WHERE operation = 'test.act_4'")
    assert [each.operation for each in verify()] == ["test.act_4"]


def test_entries_of_a_restored_dump_are_sealed_before_the_new_ones(superuser: Superuser, ten: list[int]) -> None:
    superuser("UPDATE core_auditentry SET xid = (xid::text::bigint + 1000000000)::text::xid8")
    superuser("TRUNCATE core_auditcheckpoint")
    _rewrite(superuser)
    _act(11)
    _act(12)
    _sealed(2)
    assert verify() == []
    _act(13)
    _sealed(1)
    assert verify() == []


# -- attacks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = 'somebody else'", "outcome = 'refused'", "arguments = '{\"amount\": 1.1}'", "customer_id = 7",
        "address = '::1'", "session = 'x'", "policies = '{\"a\": 1}'", "inner_operations = '[\"a\"]'",
        "xid = '3'", "at = at + interval '1 second'", "at = at + interval '1 month'",
    ],
)  # fmt: skip
def test_a_changed_entry_is_named(superuser: Superuser, ten: list[int], change: str) -> None:
    superuser(f"UPDATE core_auditentry SET {change} WHERE id = %s", ten[4])
    findings = verify()
    assert _named(findings) == {("changed", ten[4])}
    assert "test.act_4" in findings[0].sentence


def test_a_changed_entry_whose_link_was_made_to_fit_is_named(superuser: Superuser, ten: list[int]) -> None:
    superuser("UPDATE core_auditentry SET actor_name = 'X' WHERE id = %s", ten[4])
    superuser(f"UPDATE core_auditlink l SET digest = {seal.DIGEST} FROM core_auditentry e WHERE e.id = l.entry_id")
    assert _named(verify()) == {("broken", ten[4])}


def test_a_removed_entry_is_named(superuser: Superuser, ten: list[int]) -> None:
    superuser("DELETE FROM core_auditentry WHERE id = ANY(%s)", [ten[2], ten[9]])
    assert _named(verify()) == {("removed", ten[2]), ("removed", ten[9])}


def test_an_entry_removed_with_its_link_leaves_a_gap(superuser: Superuser, ten: list[int]) -> None:
    superuser("DELETE FROM core_auditentry WHERE id = %s", ten[2])
    superuser("DELETE FROM core_auditlink WHERE entry_id = %s", ten[2])
    findings = verify()
    assert [(each.kind, each.link_no, each.last) for each in findings if each.kind == FindingKind.REMOVED] == [
        (FindingKind.REMOVED, 3, 3)
    ]


def test_an_entry_inserted_into_the_sealed_part_is_named(superuser: Superuser, ten: list[int]) -> None:
    (xid,) = superuser("SELECT xid::text FROM core_auditentry WHERE id = %s", ten[4])[0]
    for given in (xid, "3", None, "999999999999"):
        superuser(
            "INSERT INTO core_auditentry (id, at, xid, actor_kind, actor_name, operation, outcome) VALUES (%s, %s,"
            " coalesce(%s::xid8, pg_current_xact_id()), 'person', 'X', 'test.forged', 'done')",
            0, _yesterday(-60), given,
        )  # fmt: skip
        assert _named(verify()) == {("inserted", 0)}, given
        superuser("DELETE FROM core_auditentry WHERE id = 0")


def test_an_entry_inserted_under_an_identifier_in_use_is_named(superuser: Superuser, ten: list[int]) -> None:
    superuser(
        "INSERT INTO core_auditentry (id, at, actor_kind, actor_name, operation, outcome)"
        " VALUES (%s, now() - interval '5 hours', 'person', 'X', 'test.forged', 'done')", ten[3],
    )  # fmt: skip
    assert seal.seal().entries == 0
    assert _named(verify()) == {("inserted", ten[3])}


def test_a_backdated_entry_is_named_even_after_it_was_sealed(superuser: Superuser, ten: list[int]) -> None:
    _act(99, _yesterday(-60 * 24 * 40))
    _sealed(1)
    assert [(each.kind, each.operation) for each in verify()] == [(FindingKind.BACKDATED, "test.act_99")]


def test_exchanged_entries_are_named(superuser: Superuser, ten: list[int]) -> None:
    columns = "at, xid, actor_name, operation, arguments"
    superuser(
        f"UPDATE core_auditentry a SET ({columns}) = (SELECT {columns} FROM core_auditentry b"
        " WHERE b.id = CASE a.id WHEN %s THEN %s ELSE %s END AND b.id <> a.id) WHERE id IN (%s, %s)",
        ten[2], ten[6], ten[2], ten[2], ten[6],
    )  # fmt: skip
    assert _named(verify()) == {("reordered", ten[2]), ("reordered", ten[6])}


def _exchange_links(superuser: Superuser, one: int, two: int) -> None:
    superuser("ALTER TABLE core_auditlink DROP CONSTRAINT core_auditlink_entry")
    superuser(
        "UPDATE core_auditlink a SET (entry_id, entry_at, digest) = (SELECT entry_id, entry_at, digest"
        " FROM core_auditlink b WHERE b.no = %s - a.no) WHERE no IN (%s, %s)", one + two, one, two,
    )  # fmt: skip
    superuser("ALTER TABLE core_auditlink ADD CONSTRAINT core_auditlink_entry UNIQUE (entry_id)")


@pytest.mark.parametrize(("one", "two"), [(3, 7), (4, 5), (1, 10)])
def test_exchanged_links_are_named(superuser: Superuser, ten: list[int], one: int, two: int) -> None:
    _exchange_links(superuser, one, two)
    named = _named(verify())
    assert {("reordered", ten[one - 1]), ("reordered", ten[two - 1])} <= named
    assert {("broken", ten[one - 1]), ("broken", ten[two - 1])} <= named
    assert {entry for kind, entry in named} == {ten[one - 1], ten[two - 1]}


def test_a_chain_rewritten_from_end_to_end_does_not_bear_the_signature(superuser: Superuser, ten: list[int]) -> None:
    superuser("UPDATE core_auditentry SET actor_name = 'X' WHERE id = %s", ten[4])
    _rewrite(superuser)
    assert [(each.kind, each.link_no) for each in verify()] == [(FindingKind.REWRITTEN, 10)]


def test_reordering_hidden_by_rewriting_the_chain_is_still_named(superuser: Superuser, ten: list[int]) -> None:
    _exchange_links(superuser, 3, 7)
    _rewrite(superuser)
    named = _named(verify())
    assert named == {("rewritten", None), ("reordered", ten[2]), ("reordered", ten[6])}


@pytest.mark.parametrize("change", ["last_no = 9", "chain = sha256('x')", "day = day - 1", "signature = '\\x00'"])
def test_a_forged_checkpoint_is_named(superuser: Superuser, ten: list[int], change: str) -> None:
    superuser(f"UPDATE core_auditcheckpoint SET {change}")
    assert FindingKind.BAD_SIGNATURE in {each.kind for each in verify()}


def test_a_removed_checkpoint_is_missed(superuser: Superuser, ten: list[int]) -> None:
    kept = seal.kept_checkpoints([json.dumps(each.as_json()) for each in seal.checkpoints()])
    superuser("DELETE FROM core_auditcheckpoint")
    assert [each.kind for each in verify()] == [FindingKind.NO_CHECKPOINT]
    superuser("TRUNCATE core_auditlink, core_auditentry")
    assert {each.kind for each in verify(kept=kept)} == {FindingKind.NO_CHECKPOINT, FindingKind.TRUNCATED}


def test_a_chain_cut_off_is_noticed(superuser: Superuser, ten: list[int]) -> None:
    superuser("DELETE FROM core_auditlink WHERE no > 8")
    superuser("DELETE FROM core_auditentry WHERE id = ANY(%s)", ten[8:])
    assert [(each.kind, each.link_no) for each in verify()] == [(FindingKind.TRUNCATED, 10)]


def test_only_the_days_asked_for_are_examined(superuser: Superuser, ten: list[int]) -> None:
    superuser("UPDATE core_auditentry SET actor_name = 'X' WHERE id = %s", ten[4])
    day = _yesterday().date()
    assert verify(last=day - dt.timedelta(days=3)) == []
    assert verify(first=day + dt.timedelta(days=3)) == []
    assert _named(verify(day - dt.timedelta(days=1), day + dt.timedelta(days=1))) == {("changed", ten[4])}


def _statistics(superuser: Superuser) -> float:
    """What the planner believes of the entries of the month in which yesterday fell; -1: nobody ever looked."""
    (rows,) = superuser(
        "SELECT sum(greatest(c.reltuples, 0)) FROM pg_partition_tree('core_auditentry') t"
        " JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf"
    )[0]
    return float(rows)


def _counted(superuser: Superuser) -> None:
    """The server has counted what this session changed: a session tells it when it is idle, or when asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    superuser("SELECT pg_stat_clear_snapshot()")


def test_statistics_are_renewed_before_an_examination_where_they_are_old(
    superuser: Superuser, ten: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    superuser("ANALYZE core_auditentry")
    for number in range(30):
        _act(number, _yesterday(20 + number / 100))
    _counted(superuser)
    assert _statistics(superuser) == 10
    verify()
    assert _statistics(superuser) == 10  # thirty more change no plan
    monkeypatch.setattr(table_statistics, "FEW", 20)
    verify()
    assert _statistics(superuser) == 40


def test_an_examination_goes_on_where_statistics_may_not_be_renewed(
    superuser: Superuser, ten: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_statistics, "FEW", -1)
    monkeypatch.setattr(table_statistics, "PATIENCE", "20ms")
    reader = f"reader_{connection.get_connection_params()['dbname']}"
    superuser(f'CREATE ROLE "{reader}"')
    superuser(f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{reader}"')
    superuser(f'GRANT "{reader}" TO "{connection.get_connection_params()["user"]}"')
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{reader}"')
        assert table_statistics.renew_statistics("core_auditentry", "core_auditlink") == 0
        assert verify() == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        superuser(f'DROP OWNED BY "{reader}"')
        superuser(f'DROP ROLE "{reader}"')
    superuser("BEGIN")
    superuser("LOCK TABLE core_auditlink IN SHARE UPDATE EXCLUSIVE MODE")  # as a vacuum has it
    try:
        assert table_statistics.renew_statistics("core_auditentry", "core_auditlink") == 0
        assert verify() == []
    finally:
        superuser("ROLLBACK")
    assert table_statistics.renew_statistics("core_auditentry", "core_auditlink") > 0


def test_the_command_tells_by_its_exit_code(
    superuser: Superuser, ten: list[int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def kexin(*words: str) -> tuple[int, str]:
        parser = argparse.ArgumentParser()
        audit_command.arguments(parser)
        code = audit_command.run(parser.parse_args(words))
        return code, capsys.readouterr().out

    code, copy = kexin("checkpoints")
    (tmp_path / "copy").write_text(copy)
    assert code == 0
    assert kexin("verify", "--against", str(tmp_path / "copy"))[0] == 0
    code, told = kexin("show", "--operation", "test.act_4", "--json")
    assert [json.loads(line)["id"] for line in told.splitlines()] == [ten[4]]
    assert superuser("SELECT outcome FROM core_auditentry WHERE operation = 'core.show_audit'") == [("read",)]
    assert kexin("seal")[0] == 0
    superuser("DELETE FROM core_auditentry WHERE id = %s", ten[4])
    code, told = kexin("verify", "--json")
    assert (code, [each["entry_id"] for each in json.loads(told)["findings"]]) == (1, [ten[4]])


def test_the_owner_of_the_tables_cannot_change_them_by_accident(ten: list[int]) -> None:
    for statement in ("UPDATE core_auditlink SET no = no + 1", "DELETE FROM core_auditcheckpoint"):
        with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
