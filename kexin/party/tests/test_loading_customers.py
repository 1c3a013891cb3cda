"""Loading customers: who is alike is put up for review, however many bear the name; documents stand once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.fields import decrypt_rows
from kexin.core.imports.engine import run_import
from kexin.core.imports.findings import findings
from kexin.core.imports.profile import parse_profile
from kexin.core.models import ImportRejection
from kexin.party.models import Address, ContactPoint, Customer, DuplicateCandidate, IdentityDocument, Party

pytestmark = pytest.mark.django_db
PROFILE = """
profile: people
source: people
files:
  - target: people.unit
    rows: [{code: S1, name: 城南支行, kind: sub_branch}]
  - file: customers.csv
    target: party.customer
    columns: {source_no: no, name: name, unit: {constant: S1}, born_on: born, document_type: type, document_number: id,
              mobile: mobile, email: email, address_area: area, address_detail: street, kind: kind,
              registered_capital: capital, scale: scale}
"""
HEADING = "no,name,born,type,id,mobile,email,area,street,kind,capital,scale\n"


def load(folder: Path, *rows: str) -> dict[str, Any]:
    (folder / "customers.csv").write_text(HEADING + "".join(row + "\n" for row in rows), encoding="utf-8")
    return run_import(parse_profile(PROFILE), folder, actor=system("test.import"))


def person(no: int, name: str = "王伟", born: str = "1980-01-01") -> str:
    return f"{no},{name},{born},,,,,,,individual,,"


def pairs() -> set[tuple[str, str]]:
    rows = DuplicateCandidate.objects.values_list("first__source_no", "second__source_no")
    return set(rows)


def test_only_the_same_name_with_the_same_birth_date_is_suspected(tmp_path: Path, bank: object) -> None:
    many = [person(each, born=f"19{each % 90 + 10}-01-01") for each in range(1, 80)]
    report = load(tmp_path, *many, person(90, born="1934-01-01"), person(91, "王伟芳", "1934-01-01"))
    assert report["created"] == 82  # one unit among them
    assert pairs() == {("24", "90")}
    assert "more_alike" not in report


def test_more_alike_than_are_put_up_for_review_are_told(tmp_path: Path, bank: object) -> None:
    report = load(tmp_path, *(person(each) for each in range(1, 9)))
    assert report["more_alike"] == {"customers": 8, "pairs": 5}
    assert 8 * 5 / 2 <= DuplicateCandidate.objects.count() <= 8 * 5
    (said,) = findings({"more_alike": report["more_alike"]})
    assert "8" in str(said)
    assert "5" in str(said)


def test_a_document_stands_once_and_the_first_in_the_file_has_it(tmp_path: Path, bank: object) -> None:
    load(tmp_path, "1,张秀兰,,PASSPORT,E12345678,,,,,individual,,")
    report = load(
        tmp_path,
        "2,李雷,,PASSPORT,e1234 5678,,,,,individual,,",
        "3,韩梅梅,,PASSPORT,G87654321,,,,,individual,,",
        "4,林涛,,PASSPORT,G87654321,,,,,individual,,",
        "5,魏华,,PASSPORT,G11111111,,,,,individual,,",
    )
    holders = IdentityDocument.objects.order_by("party_id").values_list("party__customer__source_no", flat=True)
    assert list(holders) == ["1", "3", "5"]
    assert pairs() == {("1", "2"), ("3", "4")}
    refused = ImportRejection.objects.filter(run_id=report["run"]).order_by("line")
    assert [(each.line, each.reason, each.whole_row) for each in refused] == [
        (2, "identity_taken", False),
        (4, "identity_taken", False),
    ]


def test_every_value_is_read_back_as_the_file_had_it(tmp_path: Path, bank: object) -> None:
    load(
        tmp_path,
        "1,张秀兰,,CN-RIC,11010519491231002X,13812345678,a.b@example.com,上海市浦东新区,世纪大道1号,individual,,",
        "2,Acme Ltd,,,,+44 7911 123456,,,,enterprise,1234567.50,small",
    )
    woman, firm = decrypt_rows(Party, Party.objects.filter(customer__source="people").order_by("pk"))
    assert (woman.name, woman.sex, str(woman.born_on), firm.name) == ("张秀兰", "F", "1949-12-31", "Acme Ltd")
    (document,) = decrypt_rows(IdentityDocument, IdentityDocument.objects.all())
    assert (document.number, document.country, document.long_term) == ("11010519491231002X", "CN", False)
    contacts = decrypt_rows(ContactPoint, ContactPoint.objects.order_by("party_id", "kind"))
    assert [(each.kind, each.value) for each in contacts] == [
        ("email", "a.b@example.com"),
        ("mobile", "13812345678"),
        ("mobile", "+447911123456"),
    ]
    (address,) = decrypt_rows(Address, Address.objects.all())
    assert (address.area, address.detail, address.kind) == ("上海市浦东新区", "世纪大道1号", "home")
    customer = Customer.objects.get(source_no="1", source="people")
    assert (customer.born_year, customer.birthday, customer.assets, customer.version) == (1949, 1231, Decimal(), 1)
    assert (str(firm.enterprise.registered_capital), firm.scale, woman.scale) == ("1234567.50", "small", "")
