"""May somebody sell this today: certificates, authorisations, hours. Rules only, no database."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.sellers import Authorisation, Certificate, Learned, Sellable, Seller, seller_standing

SHIPPED = Path(__file__).resolve().parents[1] / "policies.yaml"
VALUES = next(e for e in yaml.safe_load(SHIPPED.read_text("utf-8")) if e["code"] == "people.qualifications")["values"]
RULES = QualificationPolicy(**VALUES)
TODAY = dt.date(2026, 3, 9)
FUND = Sellable("fund", "securities", 3)


def certificate(**changes: object) -> Certificate:
    return Certificate(**{"kind": "fund", "issued_on": dt.date(2025, 6, 1), **changes})  # type: ignore[arg-type]


def granted(**changes: object) -> Authorisation:
    values = {"classes": ("fund", "insurance"), "regimes": (), "highest_grade": 3, "own_grade": 2, "private": False}
    days = {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31)}
    return Authorisation(**{**values, **days, **changes})  # type: ignore[arg-type]


def seller(certificates: tuple[Certificate, ...], authorisations: tuple[Authorisation, ...], **more: object) -> Seller:
    return Seller(True, certificates, authorisations, **more)  # type: ignore[arg-type]


def codes(person: Seller, product: Sellable = FUND, on: dt.date = TODAY) -> list[str]:
    return [each.code for each in seller_standing(person, product, RULES, on).reasons]


@pytest.mark.parametrize(
    ("certificates", "authorisations", "product", "expected"),
    [
        ((certificate(),), (granted(),), FUND, []),
        ((), (granted(),), FUND, ["certificate_missing"]),
        ((certificate(kind="afp"),), (granted(),), FUND, ["certificate_missing"]),
        ((certificate(valid_until=dt.date(2026, 3, 9)),), (granted(),), FUND, []),  # the last day counts
        ((certificate(valid_until=dt.date(2026, 3, 8)),), (granted(),), FUND, ["certificate_expired"]),
        ((certificate(ended_on=TODAY),), (granted(),), FUND, ["certificate_expired"]),
        ((certificate(issued_on=dt.date(2026, 4, 1)),), (granted(),), FUND, ["certificate_missing"]),
        ((certificate(),), (), FUND, ["authorisation_missing"]),
        ((certificate(),), (granted(classes=("wealth",)),), FUND, ["authorisation_missing"]),
        ((certificate(),), (granted(regimes=("investment",)),), FUND, ["authorisation_missing"]),
        ((certificate(),), (granted(ends_on=dt.date(2026, 3, 8)),), FUND, ["authorisation_expired"]),
        ((certificate(),), (granted(withdrawn_on=TODAY),), FUND, ["authorisation_expired"]),
        ((certificate(),), (granted(highest_grade=2),), FUND, ["authorisation_grade"]),
        ((certificate(),), (granted(),), Sellable("fund", "securities", None), ["authorisation_grade"]),
        ((certificate(),), (granted(),), Sellable("fund", "securities", 2, private=True), ["authorisation_private"]),
        ((certificate(kind="insurance"),), (granted(),), Sellable("insurance", "insurance", 3), []),
        (
            (certificate(kind="insurance"),),
            (granted(own_grade=1),),
            Sellable("insurance", "insurance", 3),
            ["seller_grade"],
        ),
        ((), (), Sellable("time_deposit", "none", None), []),  # everybody may offer a deposit
        ((), (), Sellable("martian", "none", None), ["certificate_undefined", "authorisation_missing"]),
    ],
)
def test_what_a_seller_may_sell(certificates, authorisations, product, expected):
    assert codes(seller(certificates, authorisations), product) == expected


def test_who_left_sells_nothing():
    person = Seller(False, (certificate(),), (granted(),))
    assert codes(person, Sellable("time_deposit", "none", None)) == ["seller_left"]


def test_one_of_several_authorisations_suffices():
    person = seller((certificate(),), (granted(highest_grade=1), granted(highest_grade=4)))
    assert codes(person) == []


def hours(year: int, amount: int, ethics: int = 5) -> Learned:
    return Learned("fund", dt.date(year, 5, 4), Decimal(amount), Decimal(ethics))


def test_short_hours_warn_and_three_short_years_end_the_certificate():
    old = certificate(issued_on=dt.date(2020, 1, 1))
    complete = seller((old,), (granted(),), trainings=(hours(2025, 15),))
    found = seller_standing(complete, FUND, RULES, TODAY)
    assert (found.allowed, found.warnings) == (True, ())
    one = seller_standing(
        seller((old,), (granted(),), trainings=(hours(2024, 15), hours(2025, 14))), FUND, RULES, TODAY
    )
    assert one.allowed
    assert [each.code for each in one.warnings] == ["training_short"]
    assert "2025" in str(one.warnings[0].text)
    ethics = seller((old,), (granted(),), trainings=(hours(2025, 20, ethics=4),))
    assert not seller_standing(ethics, FUND, RULES, TODAY).allowed  # 2023 and 2024 lack hours altogether
    assert codes(seller((old,), (granted(),))) == ["training_short"]
    young = seller((certificate(issued_on=dt.date(2025, 1, 2)),), (granted(),))
    assert codes(young) == []  # hours are owed from the year after the registration


@given(
    grade=st.integers(1, 4),
    top=st.integers(1, 5),
    own=st.sampled_from([None, 1, 2, 3, 4, 5]),
    product_class=st.sampled_from(["fund", "insurance", "wealth"]),
    ends=st.integers(-3, 3),
)
def test_a_riskier_product_is_never_easier_to_sell(grade, top, own, product_class, ends):
    papers = tuple(certificate(kind=kind) for kind in ("fund", "insurance"))
    person = seller(papers, (granted(highest_grade=top, own_grade=own, ends_on=TODAY + dt.timedelta(days=ends)),))
    lower, higher = (
        seller_standing(person, Sellable(product_class, "x", each), RULES, TODAY) for each in (grade, grade + 1)
    )
    assert not (higher.allowed and not lower.allowed)
    assert higher.allowed or all(str(each.text) for each in higher.reasons)
