"""Identifiers: published samples, agreement with stdnum where it is right, and never an exception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric, uscc

from kexin.core.identifiers import check

TODAY = date(2026, 7, 1)
TYPES = ["CN-RIC", "CN-RP", "CN-FPR", "CN-HKM", "CN-TW", "CN-USCC", "PASSPORT", "OTHER", "account", "mobile"]
TYPES += ["phone", "email"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def with_check_digit(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


# The sample of GB 11643-1999, annex A, and that of python-stdnum.
@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        ("11010519491231002X", date(1949, 12, 31), "F"),
        ("440524188001010014", date(1880, 1, 1), "M"),
        ("360426199101010071", date(1991, 1, 1), "M"),
        (" 110105 19491231-002x ", date(1949, 12, 31), "F"),
        ("１１０１０５１９４９１２３１００２Ｘ", date(1949, 12, 31), "F"),
    ],
)
def test_published_resident_numbers(number: str, born: date, sex: str) -> None:
    found = check("CN-RIC", number, today=TODAY)
    assert (found.errors, found.birth_date, found.sex) == ([], born, sex)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("110105194912310021", "check digit"),
        ("11010519491231002", "18 characters"),
        ("1101051949123100XX", "17 digits"),
        (with_check_digit("11010519490231002"), "not a date"),
        (with_check_digit("11010520990101002"), "future"),
        ("", "18 characters"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "17 digits"),
    ],
)
def test_impossible_resident_numbers(number: str, why: str) -> None:
    found = check("CN-RIC", number, today=TODAY)
    assert len(found.errors) == 1
    assert why in str(found.errors[0])
    assert (found.birth_date, found.sex) == (None, "")


def test_an_old_number_is_extended_and_warned_of() -> None:
    found = check("CN-RIC", "110105491231002", today=TODAY)
    assert found.normalised == "11010519491231002X"
    assert found.ok
    assert "15 digits" in str(found.warnings[0])
    assert check("CN-RIC", "110105800101997", today=TODAY).birth_date == date(1880, 1, 1)


def test_an_unknown_area_only_warns() -> None:
    found = check("CN-RIC", with_check_digit("99999919800101001"), today=TODAY)
    assert found.ok
    assert "area code" in str(found.warnings[0])
    assert found.birth_date == date(1980, 1, 1)


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_residence_permits_are_accepted_where_stdnum_rejects_them(area: str) -> None:
    number = with_check_digit(f"{area}19940823002")
    found = check("CN-RP", number, today=TODAY)
    assert (found.errors, found.warnings, found.birth_date) == ([], [], date(1994, 8, 23))
    as_resident = check("CN-RIC", number, today=TODAY)
    assert as_resident.ok
    assert "residence permits" in str(as_resident.warnings[0])
    assert not check("CN-RP", "11010519491231002X", today=TODAY).ok


@given(
    area=st.sampled_from(["110101", "310101", "330106", "440305", "510104"]),
    born=st.dates(date(1984, 1, 1), date(2020, 12, 31)),
    order=st.integers(0, 999),
)
def test_what_stdnum_accepts_is_accepted_with_the_same_date(area: str, born: date, order: int) -> None:
    number = with_check_digit(f"{area}{born:%Y%m%d}{order:03}")
    found = check("CN-RIC", number, today=TODAY)
    assert found.ok
    if ric.is_valid(number):
        assert found.warnings == []
    assert found.birth_date == ric.get_birth_date(number) == born
    assert found.sex == ("M" if order % 2 else "F")


@given(position=st.integers(0, 16), shift=st.integers(1, 9), days=st.integers(0, 12_000))
def test_one_wrong_digit_is_always_found(position: int, shift: int, days: int) -> None:
    number = with_check_digit(f"310101{date(1985, 1, 1) + timedelta(days):%Y%m%d}286")
    wrong = number[:position] + str((int(number[position]) + shift) % 10) + number[position + 1 :]
    assert not check("CN-RIC", wrong, today=TODAY).ok


# 91110000600037341L is stdnum's sample; 91350100M000100Y43 that of GB 32100-2015.
@pytest.mark.parametrize("number", ["91110000600037341L", "91350100M000100Y43", "9135 0100-m000100y43"])
def test_published_credit_codes(number: str) -> None:
    assert check("CN-USCC", number).errors == []


def test_a_village_collective_is_accepted_where_stdnum_rejects_it() -> None:
    body = "N2330106MF1234567"
    number = body + uscc.calc_check_digit(body + "0")
    assert not uscc.is_valid(number)
    assert check("CN-USCC", number).ok


@given(body=st.from_regex(r"9[1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True), shift=st.integers(1, 30))
def test_credit_codes_agree_with_stdnum(body: str, shift: int) -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    right = uscc.calc_check_digit(body + "0")
    wrong = alphabet[(alphabet.index(right) + shift) % 31]
    assert check("CN-USCC", body + right).ok
    assert not check("CN-USCC", body + wrong).ok


@given(digits=st.text(alphabet="0123456789", min_size=15, max_size=18))
def test_a_card_that_fails_luhn_warns_and_never_blocks(digits: str) -> None:
    right = digits + luhn.calc_check_digit(digits)
    wrong = digits + str((int(right[-1]) + 1) % 10)
    assert check("account", right).warnings == []
    assert check("account", wrong).ok
    assert len(check("account", wrong).warnings) == 1


@pytest.mark.parametrize(
    ("kind", "number", "normalised", "errors", "warnings"),
    [
        ("mobile", "138 1234 5678", "13812345678", 0, 0),
        ("mobile", "+86-138-1234-5678", "13812345678", 0, 0),
        ("mobile", "008613812345678", "13812345678", 0, 0),
        ("mobile", "１３８１２３４５６７８", "13812345678", 0, 0),
        ("mobile", "+852 9123 4567", "+85291234567", 0, 0),
        ("mobile", "1381234567", "1381234567", 1, 0),
        ("mobile", "12012345678", "12012345678", 1, 0),
        ("mobile", "010-65001234", "01065001234", 1, 0),
        ("mobile", "call me", "CALLME", 1, 0),
        ("phone", "010-65001234", "01065001234", 0, 0),
        ("phone", "021 6500 1234 ext. 12", "02165001234x12", 0, 0),
        ("email", " Lin@Example.COM ", "Lin@example.com", 0, 0),
        ("email", "lin at example.com", "lin at example.com", 1, 0),
        ("PASSPORT", "e 1234 5678", "E12345678", 0, 0),
        ("PASSPORT", "E1", "E1", 1, 0),
        ("PASSPORT", "ABCDEF", "ABCDEF", 0, 1),
        ("CN-HKM", "H1234567801", "H12345678", 0, 1),
        ("CN-HKM", "m12345678", "M12345678", 0, 0),
        ("CN-HKM", "12345678", "12345678", 1, 0),
        ("CN-TW", "12345678", "12345678", 0, 0),
        ("CN-TW", "0123456701B", "01234567", 0, 1),
        ("CN-TW", "1234567", "1234567", 1, 0),
        ("CN-FPR", "USA110080050101", "USA110080050101", 0, 0),
        ("CN-FPR", with_check_digit("91184019800101001"), with_check_digit("91184019800101001"), 0, 0),
        ("CN-FPR", "11010519491231002X", "11010519491231002X", 1, 0),
        ("OTHER", "军字第1234567号", "军字第1234567号", 0, 0),
        ("OTHER", "  ", "", 1, 0),
    ],
)
def test_other_numbers(kind: str, number: str, normalised: str, errors: int, warnings: int) -> None:
    found = check(kind, number, today=TODAY)
    assert (found.normalised, len(found.errors), len(found.warnings)) == (normalised, errors, warnings)


@given(kind=st.sampled_from(TYPES), number=st.text(max_size=80) | st.from_regex(r"[0-9X+@ -]{0,30}"))
def test_no_text_makes_a_check_fail(kind: str, number: str) -> None:
    found = check(kind, number, today=TODAY)
    again = check(kind, found.normalised, today=TODAY)
    if found.ok:
        assert again.normalised == found.normalised
    assert all(str(text) for text in [*found.errors, *found.warnings])
