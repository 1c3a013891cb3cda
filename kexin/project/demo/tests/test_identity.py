import numpy as np
import pytest
from stdnum import luhn as luhn_algorithm
from stdnum.cn import ric, uscc

from kexin.project.demo.identity import (
    area_codes,
    check_digits,
    credit_code,
    customer_numbers,
    luhn,
    mobiles,
    organisation_code,
)


def test_identity_numbers_pass_the_public_check() -> None:
    bodies = [f"{code}19591004{sequence}" for code in area_codes()[:40] for sequence in (996, 997, 998, 999)]
    for body, check in zip(bodies, check_digits(bodies), strict=True):
        assert ric.validate(body + check) == body + check


def test_the_standard_example_of_gb_11643() -> None:
    assert check_digits(["11010519491231002"]) == ["X"]


@pytest.mark.parametrize("institution", [True, False])
def test_credit_codes_pass_the_public_check(institution: bool) -> None:
    codes = {credit_code(serial, "330122", institution=institution) for serial in range(300)}
    assert len(codes) == 300
    assert all(uscc.validate(code) == code for code in codes)


def test_the_example_of_gb_11714() -> None:
    assert organisation_code(1)[:8] == "YY000001"
    assert len(organisation_code(123_456)) == 9


def test_mobiles_are_distinct_and_marked_by_zeros() -> None:
    numbers = mobiles(np.arange(300_000))
    assert len(set(numbers)) == 300_000
    assert all(number[3:7] == "0000" and len(number) == 11 for number in numbers[::997])
    assert mobiles(np.array([300_001]))[0][3:7] == "0001"


def test_customer_numbers_are_distinct() -> None:
    assert len(set(customer_numbers(np.arange(200_000)))) == 200_000


def test_luhn() -> None:
    assert luhn_algorithm.is_valid(luhn("629999000001234567"))
