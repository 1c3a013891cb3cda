"""The value of Mrs Chen by assets, experience and tolerance, and what follows from it in the work (C-29).

Nobody is valued by guesses: without an assessment that counts the class rests on the assets and says so; a new
assessment moves her at once, its end moves her back; the class says how often she is visited.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.actor import customer as customer_actor
from kexin.core.actor import system
from kexin.core.calendar import zone
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event
from kexin.core.policy import in_force
from kexin.engagement.returns.visits import next_visit, note_return_wish, propose_return_visits
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.tests.conftest import Ledger
from kexin.holdings.tests.test_aum import stated
from kexin.party.models import Customer
from kexin.suitability.assessments.events import AssessmentSubmitted
from kexin.suitability.assessments.operations import (
    CUSTOMER_OPERATIONS,
    answer_question,
    open_session,
    submit_assessment,
)
from kexin.suitability.models import CustomerValue
from kexin.suitability.value.deciding import assessed_anew, settle_all
from kexin.suitability.value.policies import ValuePolicy, parse_bands, parse_classes, parse_weights
from kexin.suitability.value.queries import class_counts, export_values, value_file
from kexin.suitability.value.rules import PARTS, AssetBand, Facts, Value, ValueClass, value_of

REQUIREMENTS = {
    "C-29": "value by assets, investment experience and risk tolerance; the class gives strategy and rhythm of visits",
}
SCREENS = {"C-29": "客户·概览·客户价值、客户价值名单、政策"}
TODAY = dt.date(2026, 3, 9)
CLOCK = system("clock.value")
BANDS = tuple(AssetBand(Decimal(start), points) for start, points in ((0, 10), (50_000, 30), (500_000, 65)))
TOLERANCE = {1: 20, 2: 40, 3: 60, 4: 80, 5: 100}
WEIGHTS = {"assets": 60, "experience": 20, "tolerance": 20}
CLASSES = tuple(ValueClass(code, code, "", start, 0, "-", "") for code, start in (("low", 0), ("mid", 40), ("top", 70)))

known = st.none() | st.integers(0, 100)
grades = st.none() | st.integers(1, 5)
amounts = st.decimals(-1000, 10**8, places=2)


def rated(assets: Decimal, experience: int | None, tolerance: int | None) -> Value:
    return value_of(Facts(assets, experience, tolerance), BANDS, TOLERANCE, WEIGHTS, CLASSES)


@given(amounts, amounts, known, grades)
def test_more_assets_never_make_less_of_a_customer(
    a: Decimal, b: Decimal, known: int | None, grade: int | None
) -> None:
    assert rated(min(a, b), known, grade).points <= rated(max(a, b), known, grade).points


@given(amounts, known, grades)
def test_points_lie_between_the_parts_and_unknown_ones_are_named(
    assets: Decimal, known: int | None, grade: int | None
) -> None:
    found = rated(assets, known, grade)
    assert min(found.parts.values()) <= found.points <= max(found.parts.values())
    assert set(found.unknown) == {p for p, v in zip(PARTS, (0, known, grade), strict=True) if v is None}


def test_worked_by_hand() -> None:
    assert rated(Decimal(600_000), 100, 5) == Value({"assets": 65, "experience": 100, "tolerance": 100}, 79, "top")
    assert rated(Decimal(600_000), 25, 2).points == 52  # 39 + 5 + 8
    assert rated(Decimal(600_000), None, None).points == 65


@pytest.mark.parametrize(
    ("parse", "wrong"),
    [
        (parse_bands, [{"from": 1, "points": 1}]),
        (parse_bands, [{"from": 0, "points": 9}, {"from": 5, "points": 3}]),
        (parse_weights, {"assets": 60, "experience": 20, "tolerance": 30}),
        (parse_weights, {"assets": 0, "experience": 50, "tolerance": 50}),
        (parse_classes, [{"code": "a", "name": "a", "from": 10, "months": 0, "strategy": "x"}]),
        (parse_classes, [{"code": "a", "name": "a", "from": 0, "months": 0, "strategy": " "}]),
    ],
)
def test_numbers_that_make_no_sense_are_no_policy(parse: Any, wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(wrong)


def assess(row: Customer, letter: str) -> None:
    """She answers on her phone; the event is delivered."""
    actor = customer_actor(row.pk, row.customer_no, CUSTOMER_OPERATIONS, session="phone", address="10.0.0.7")
    begun = open_session(actor=actor, channel="link", device="phone")
    assert begun.questionnaire is not None
    for each in begun.questionnaire.parsed.questions():
        answer_question(begun, actor=actor, question=each.code, value=letter)
    submit_assessment(begun, actor=actor)
    told = Event.objects.filter(name="suitability.AssessmentSubmitted").latest("id").payload
    until = dt.date.fromisoformat(told.pop("valid_until"))
    for _twice in range(2):
        assessed_anew(AssessmentSubmitted(**told, valid_until=until))


def test_a_value_is_decided_moved_and_acted_upon(bank: Any, chen: Any, client_of: Any, time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)
    Customer.objects.filter(pk=chen.pk).update(
        born_year=1981, status="active", tier="", admitted_on=dt.date(2025, 9, 15)
    )
    chen.refresh_from_db()
    lin = bank.actor("lin")
    stated(Ledger(bank.units["east"]), chen, "current", (dt.date(2026, 1, 1), "600000"))
    rebuild(dt.date(2026, 1, 1), TODAY)
    Customer.objects.filter(pk=chen.pk).update(tier="")  # nothing comes from a tier here

    assert value_file(lin, chen.pk) is None
    assert next_visit(lin, chen.pk).months == 0
    settle_all(TODAY, actor=CLOCK)
    settle_all(TODAY, actor=CLOCK)  # again finds nothing to change
    row = CustomerValue.objects.get(customer=chen, valid_until=None)
    assert (row.value_class, row.points, row.assets, row.experience, row.tolerance) == (
        "core", 65, Decimal("600000.00"), None, None,
    )  # fmt: skip
    found = value_file(lin, chen.pk)
    assert found is not None
    assert (found.months, len(found.unknown)) == (6, 2)
    assert next_visit(lin, chen.pk).months == 6
    assert propose_return_visits(actor=system("clock.appointments"), today=TODAY) == 1
    assert not Event.objects.filter(name="suitability.ValueClassChanged").exists()  # a first class is no move

    time_machine.move_to(dt.datetime.combine(dt.date(2026, 3, 10), dt.time(9), zone()), tick=False)
    assess(chen, "e")
    moved = Event.objects.get(name="suitability.ValueClassChanged")
    assert (moved.payload["before"], moved.payload["after"], moved.payload["points"]) == ("core", "key", 79)
    assert AuditEntry.objects.filter(operation="suitability.settle_value", outcome="done").exists()
    assert next_visit(lin, chen.pk).months == 3
    note_return_wish(chen, actor=lin, months=12)
    assert next_visit(lin, chen.pk).months == 12  # the customer's wish comes first
    rows = CustomerValue.objects.filter(customer=chen).order_by("valid_from")
    assert [(each.value_class, each.valid_until) for each in rows] == [("core", dt.date(2026, 3, 10)), ("key", None)]

    page = (
        client_of("lin")
        .get(reverse("core:panel", args=["customer", chen.pk, "value"]), headers={"HX-Request": "true"})
        .content.decode()
    )
    assert "重点客户" in page
    assert "每季度资产检视一次" in page
    listed = client_of("lin").get(reverse("suitability:values") + "?value_class=key").content.decode()
    assert chen.customer_no in listed

    later = dt.date(2027, 3, 11)  # the assessment has ended, the assets are gone from the months that count
    time_machine.move_to(dt.datetime.combine(later, dt.time(9), zone()), tick=False)
    settle_all(later, actor=CLOCK)
    row = CustomerValue.objects.get(customer=chen, valid_until=None)
    assert (row.tolerance, row.experience) == (None, None)
    Customer.objects.filter(pk=chen.pk).update(status="dormant")
    settle_all(later + dt.timedelta(days=1), actor=CLOCK)
    assert not CustomerValue.objects.filter(customer=chen, valid_until=None).exists()


def test_who_may_see_and_take_away(bank: Any, chen: Any, client_of: Any, time_machine: Any) -> None:
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)
    Customer.objects.filter(pk=chen.pk).update(status="active")
    settle_all(TODAY, actor=CLOCK)
    assert value_file(bank.actor("lin"), chen.pk) is not None
    with pytest.raises(NotFound):
        value_file(bank.actor("mei"), chen.pk)
    with pytest.raises(NotPermitted):
        class_counts(bank.actor("sun"))
    assert sum(count for _code, _name, count in class_counts(bank.actor("lin"))) == 1
    with pytest.raises(RuleViolation):
        export_values(actor=bank.actor("lin"), value_class="", unit_id=None, purpose=" ")
    client = client_of("lin")
    sent = client.post(reverse("suitability:values_export"), {"format": "xlsx", "purpose": "季度服务安排"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(sent))).active
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert any(chen.customer_no in line for line in lines)
    entry = AuditEntry.objects.get(operation="suitability.export_values", outcome="done")
    assert entry.arguments["purpose"] == "季度服务安排"
    assert in_force(ValuePolicy).of_code("core") is not None
