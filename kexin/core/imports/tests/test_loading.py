"""Loads as a whole: bad rows alone, running again, interruption, what differs, what is refused before it begins."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kexin.core.actor import system
from kexin.core.imports import importable
from kexin.core.imports.engine import run_import
from kexin.core.imports.profile import parse_profile
from kexin.core.imports.reasons import BadFile, ProfileError
from kexin.core.imports.runs import rejections, rejections_csv
from kexin.core.models import AuditEntry, ImportRun, ImportStatus, WorkItem

pytestmark = pytest.mark.django_db
ACTOR = system("test.import")
PROFILE = """
profile: small
source: small
files:
  - target: people.unit
    rows: [{code: S1, name: 城南支行, kind: sub_branch}]
  - file: customers.csv
    target: party.customer
    columns:
      source_no: no
      name: name
      unit: {constant: S1}
      sex: {from: sex, translate: {男: M, 女: F}}
      born_on: {from: born, date: "%Y/%m/%d"}
      document_type: {constant: CN-RIC}
      document_number: id
      mobile: mobile
  - file: accounts.csv
    target: holdings.account
    columns: {source_no: no, number: no, customer: owner, unit: {constant: S1}, kind: {constant: current}}
  - file: bookings.csv
    target: holdings.transaction
    options: {report_gaps: true}
    columns: {source_no: no, account: account, booked_on: day, direction: dc, amount: {from: amount, decimal: ","},
              balance_after: {from: balance, decimal: ","}, kind: {constant: other}}
"""
CUSTOMERS = """no,name,sex,born,id,mobile
1,张秀兰,女,,11010519491231002X,13812345678
2,李雷,男,1990/02/30,,
3,王芳,X,,,
4,赵云,男,,110105194912310021,
5,钱多多,男,,11010519491231002X,13987654321
,无号,男,,,
7,孙悟空,男,1990/02/03,,12
8,周瑜,男,1990/02/03,,+852 9123 4567
8,周瑜公瑾,男,1990/02/03,,
"""
ACCOUNTS = "no,owner\n62220001,1\n62220002,8\n62220003,99\n"


@pytest.fixture
def folder(tmp_path: Path, bank: object) -> Path:
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (tmp_path / "bookings.csv").write_text(
        "no,account,day,dc,amount,balance\n"
        '1,62220001,2026-01-05,in,"1.000,50","1.000,50"\n'
        '2,62220001,2026-01-05,out,"0,50","1.000,00"\n'
        '3,62220001,2026-02-01,out,"1,005","998,99"\n'
        '4,62229999,2026-02-01,out,"1,00","998,99"\n'
        '5,62220002,2026-02-30,in,"1,00","1,00"\n'
        '6,62220002,2026-02-28,in,"7,00","8,00"\n',
        encoding="utf-8",
    )
    return tmp_path


def load(folder: Path, **options: Any) -> dict[str, Any]:
    return run_import(parse_profile(PROFILE), folder, actor=ACTOR, **options)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def refused(run_id: int) -> list[tuple[str, int, str, str, str]]:
    rows = rejections(ACTOR, run_id)
    return [(each.file.split(".")[0], each.line, each.column, each.reason, each.value) for each in rows]


def test_bad_rows_are_refused_alone_with_place_masked_value_and_reason(folder: Path) -> None:
    report = load(folder)
    found = refused(report["run"])
    assert [each[:4] for each in found] == [
        ("customers", 3, "born", "date"),
        ("customers", 4, "sex", "code"),
        ("customers", 5, "id", "identifier"),
        ("customers", 6, "id", "identity_taken"),
        ("customers", 7, "no", "missing"),
        ("customers", 8, "mobile", "contact"),
        ("customers", 10, "no", "repeated"),
        ("accounts", 4, "owner", "reference"),
        ("bookings", 4, "amount", "decimals"),
        ("bookings", 5, "account", "reference"),
        ("bookings", 6, "day", "date"),
    ]
    shown = " ".join(value for *_, value in found)
    assert "1105194912310021" not in shown
    assert "62229999" not in shown
    assert report["targets"]["party.customer"] == {"read": 9, "created": 3, "updated": 0, "unchanged": 0, "rejected": 6}
    assert (report["read"], report["rejected"]) == (19, 10)  # the row without its document went in
    text = "".join(rejections_csv(rejections(ACTOR, report["run"])))
    assert len(text.splitlines()) == 12


def test_a_document_of_another_customer_makes_a_candidate(folder: Path) -> None:
    from kexin.party.models import Customer, DuplicateCandidate, IdentityDocument

    load(folder)
    assert IdentityDocument.objects.count() == 1
    pair = set(Customer.objects.filter(source="small", source_no__in=("1", "5")).values_list("pk", flat=True))
    candidates = DuplicateCandidate.objects.filter(reasons__contains="identity")
    assert [{each.first_id, each.second_id} for each in candidates] == [pair]


def test_what_went_in_can_be_found_and_read(folder: Path) -> None:
    from kexin.holdings.models import Account
    from kexin.party.models import ContactPoint, Customer
    from kexin.party.queries import search

    load(folder)
    (found,) = search(system("test"), "张秀兰")
    assert (found.party.name, found.party.sex, str(found.party.born_on)) == ("张秀兰", "F", "1949-12-31")
    assert [row.pk for row in search(system("test"), "13812345678")] == [found.pk]
    assert {each.value for each in ContactPoint.objects.all()} == {"13812345678", "13987654321", "+85291234567"}
    account = Account.objects.get(source_no="62220001")
    assert (account.number, account.customer_id, str(account.balance)) == ("62220001", found.pk, "1000.00")
    assert str(Customer.objects.get(pk=found.pk).assets) == "1000.00"


def test_again_changes_nothing_and_a_change_in_the_file_is_an_update(folder: Path) -> None:
    first = load(folder)
    rows = {
        table: count(table)
        for table in ("party_customer", "party_contactpoint", "holdings_transaction", "core_history")
    }
    again = load(folder)
    assert (again["created"], again["updated"]) == (0, 0)
    assert again["unchanged"] == again["read"] - again["rejected"]
    assert {table: count(table) for table in rows} == rows
    text = CUSTOMERS.replace("张秀兰,女,,", "张秀蓝,女,,").replace("+852 9123 4567", "13700001111")
    (folder / "customers.csv").write_text(text, encoding="utf-8")
    changed = load(folder)
    assert changed["targets"]["party.customer"]["updated"] == 2
    assert changed["created"] == 0
    assert first["run"] != changed["run"]
    assert count("core_history") > rows["core_history"]  # a change leaves its trace, a load of new rows does not


def test_a_trial_writes_nothing_but_its_report(folder: Path) -> None:
    trial = load(folder, dry_run=True)
    assert count("party_customer") == count("holdings_transaction") == 0
    assert refused(trial["run"])
    real = load(folder)
    for key in ("read", "created", "updated", "unchanged", "rejected"):
        assert trial[key] == real[key], key


class PowerCut(BaseException):
    """As sudden as a killed process, within a test."""


@pytest.mark.parametrize("at", range(1, 9))
def test_an_interrupted_load_goes_on_behind_its_last_batch(
    folder: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = importable.importables()
    small = {code: dataclasses.replace(each, batch_rows=2) for code, each in whole.items()}
    monkeypatch.setattr("kexin.core.imports.locating.importables", lambda: small)
    seen: list[int] = []

    def cut(run: ImportRun, index: int) -> None:
        seen.append(index)
        if len(seen) == at:
            raise PowerCut

    with pytest.raises(PowerCut):
        load(folder, progress=cut)
    stopped = ImportRun.objects.get()
    assert stopped.status == ImportStatus.FAILED
    report = load(folder)
    assert report["run"] == stopped.pk
    assert (report["read"], report["created"], report["rejected"]) == (19, 9, 10)
    assert len(refused(report["run"])) == len(set(refused(report["run"]))) == 11  # none lost, none told twice
    assert count("holdings_balance") == 2
    assert load(folder)["created"] == 0


def test_a_booking_is_never_changed(folder: Path) -> None:
    load(folder)
    path = folder / "bookings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"7,00"', '"9,00"'), encoding="utf-8")
    report = load(folder)
    assert ("bookings", 7, "no", "booked", "6") in refused(report["run"])


def test_gaps_are_reported(folder: Path) -> None:
    assert load(folder)["balance_gaps"] == {"accounts": 2, "with_gap": 1, "largest": "1.00", "file": "balance-gaps.csv"}


def test_rejected_rows_become_work_of_the_data_steward(folder: Path, bank: Any) -> None:
    report = load(folder)
    item = WorkItem.objects.get(kind="core.import_rejected")
    assert (item.subject_id, item.owner_post_id) == (report["run"], bank.posts["he"].pk)
    assert item.details["rejected"] == report["rejected"]


def test_a_load_leaves_its_audit_entries_and_no_row_history(folder: Path) -> None:
    before = count("core_history")
    load(folder)
    entries = AuditEntry.objects.filter(operation__in=("core.start_import", "core.finish_import"))
    assert [entry.actor_name for entry in entries] == ["test.import"] * 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT action FROM core_history WHERE table_name LIKE 'party%' OR table_name LIKE 'holdings%'"
        )
        assert [row[0] for row in cursor.fetchall()] in ([], ["update"])
    assert count("core_history") - before < 20


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "bookings.csv").write_bytes(b""), "bookings.csv"),
        (lambda folder: (folder / "bookings.csv").unlink(), "bookings.csv"),
        (lambda folder: (folder / "bookings.csv").write_text("no;account\n1;2\n"), "account"),
        (lambda folder: (folder / "customers.csv").write_bytes(CUSTOMERS.encode("gb18030")), "utf-8"),
    ],
)
def test_an_unfit_file_stops_the_load_before_anything_is_written(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(folder)
    with pytest.raises(BadFile) as refusal:
        load(folder)
    assert says in str(refusal.value.message)
    assert count("party_customer") == count("core_importrun") == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("profile: x", "source"),
        ("profile: x\nsource: y\nfiles: []", "files"),
        ("profile: x\nsource: y\nfiles: [{file: a.csv, target: party.nobody}]", "party.nobody"),
        ("profile: x\nsource: y\nfiles: [{file: a.csv, target: party.customer, columns: {nose: b}}]", "nose"),
        ("profile: x\nsource: y\nfiles: [{file: a.csv, target: party.customer, columns: {name: b}}]", "source_no"),
        ("profile: [", "YAML"),
    ],
)
def test_a_wrong_profile_is_explained(text: str, says: str) -> None:
    with pytest.raises(ProfileError) as refusal:
        parse_profile(text)
    assert says in str(refusal.value.message)
