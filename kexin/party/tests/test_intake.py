"""What is seen at a glance for many customers is what a single look would have said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kexin.core.identifiers import check
from kexin.party.choices import ContactKind, PartyKind
from kexin.party.intake import checks, making
from kexin.party.intake.checks import PLAIN_EMAIL, check_columns, check_row
from kexin.party.intake.residents import plainly_right
from kexin.party.intake.tokens import tail_of

TODAY = dt.date(2026, 11, 21)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _with_check_digit(body: str) -> str:
    return body + "10X98765432"[sum(int(char) * weight for char, weight in zip(body, WEIGHTS, strict=True)) % 11]


BODIES = st.from_regex(r"[0-9]{6}(18|19|20)[0-9]{2}(0[0-9]|1[0-3])([0-2][0-9]|3[0-2])[0-9]{3}", fullmatch=True)
RESIDENTS = BODIES.map(_with_check_digit)
NEAR = st.one_of(
    RESIDENTS,
    RESIDENTS.map(str.lower),
    RESIDENTS.map(lambda number: number[:5] + "９" + number[6:]),
    st.from_regex(r"[0-9]{15,19}[0-9Xx]?", fullmatch=True),
    st.text(max_size=20),
    st.sampled_from(["11010519491231002X", "110105194912310021", "81000019801010001X", "", "/" * 18, ":" * 18]),
)


@given(st.lists(NEAR, max_size=8))
def test_numbers_looked_at_together_are_right_only_if_each_is(numbers: list[str]) -> None:
    for number, found in zip(numbers, plainly_right(numbers, TODAY), strict=True):
        single = check("CN-RIC", number, today=TODAY)
        if found is not None:
            assert single.ok
            assert (single.normalised, single.birth_date, single.sex) == (number, found.born_on, found.sex)
        elif single.ok:
            assert single.normalised != number, "a right number in normal form is seen at a glance"


def test_nobody_is_born_in_the_future() -> None:
    tomorrow = _with_check_digit("11010520261122001")
    assert plainly_right([tomorrow], TODAY) == [None]
    assert plainly_right([tomorrow], TODAY + dt.timedelta(days=1)) != [None]


@given(st.from_regex(PLAIN_EMAIL, fullmatch=True))
def test_a_plain_address_is_a_right_one_in_normal_form(address: str) -> None:
    found = check("email", address)
    assert found.ok
    assert found.normalised == address


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[0-9A-Za-z -]{0,14}", fullmatch=True)))
def test_the_tail_is_the_last_four_letters_or_digits(value: str) -> None:
    tail = "".join(char for char in value[-12:] if char.isalnum())[-4:].upper()
    assert tail_of(value) == (tail if len(tail) == 4 else "")


ROWS = st.fixed_dictionaries(
    {
        "name": st.sampled_from([None, "王伟", "欧阳娜娜", "Anna Smith", "123", "؟؟", "·"]),
        "sex": st.sampled_from([None, "F", "M"]),
        "born_on": st.sampled_from([None, dt.date(1949, 12, 31), dt.date(1980, 1, 1)]),
        "document_type": st.sampled_from(["CN-RIC", "PASSPORT", "CN-USCC"]),
        "document_number": st.sampled_from(
            [None, "11010519491231002X", "11010519491231002x", "110105194912310021", "E12345678", "110105491231002"]
        ),
        "mobile": st.sampled_from([None, "13800138000", "138 0013 8000", "12345", "+44 7911 123456"]),
        "phone": st.sampled_from([None, "010-62345678", "x"]),
        "email": st.sampled_from([None, "a.b@example.com", "A@EXAMPLE.COM", "no address", "ä@example.com"]),
    }
)


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_rows_checked_together_come_out_as_checked_singly(rows: list[dict[str, Any]]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    together = check_columns(columns, len(rows))
    singly = [check_row(row) for row in rows]
    assert together.faults == [(at, each.fault) for at, each in enumerate(singly) if each.fault is not None]
    good = [(at, each) for at, each in enumerate(singly) if each.fault is None]
    assert together.kept == [at for at, _each in good]
    assert together.numbers == [each.number for _at, each in good]
    assert together.born == [each.born_on for _at, each in good]
    assert together.sexes == [each.sex for _at, each in good]
    for kind in checks.CONTACTS:
        assert together.contacts[kind] == [each.contacts.get(kind, "") for _at, each in good]


def test_the_words_of_workers_are_those_of_the_models() -> None:
    assert set(checks.CONTACTS) <= set(ContactKind.values)
    assert set(making.ORGANISATION_KINDS) == {PartyKind.ENTERPRISE, PartyKind.INSTITUTION}


def test_a_trial_makes_no_keys_and_no_readable_value() -> None:
    made = making.make_new(
        making.Part(
            columns={"source_no": ["K1"], "kind": ["individual"], "name": ["王伟"], "assets": [Decimal("1.50")]},
            lines=[2], party_ids=[1], customer_nos=["C1"], unit_ids=[1], post_ids=[None], source="s",
            now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dry_run=True,
        )
    )  # fmt: skip
    assert made.made == 1
    assert "王伟".encode() not in made.party + made.customer
    assert b"\x00\x00\x00\x01" + making.PLACEHOLDER in made.party
