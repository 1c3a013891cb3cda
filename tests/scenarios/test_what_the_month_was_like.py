"""A month of service on one page: how fast, how much was solved, how many complained, how content they were.

Head Zhou looks at the month of her sub-branch: three requests of which two were solved,
one complaint, one answer to a survey.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kexin.core.calendar import zone
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import SurveyInvitation, SurveyVersion
from kexin.service.oversight.figures import POST, UNIT, WHOLE, Asked, service_board
from kexin.service.requests.closing import tell_result
from kexin.service.requests.opening import open_request
from kexin.service.surveys.policies import SurveyPolicy
from tests.complaint_people import hire_officers
from tests.personas import Bank

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
HOUR = dt.timedelta(hours=1)
MARCH = Asked(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
REQUIREMENTS = {
    "K-10": (
        "satisfaction and handling time of a period against the one before, by unit and person",
        "the cycle of complaints stands with their own figures, not on this board",
    ),
    "K-13": "handling time by median and 90 %, by unit and person",
    "K-14": "solved per received, the list of those solved behind it",
    "K-15": "complaints per customers, by unit and by manager; one kept from a reader is in none of theirs",
}
SCREENS = {"K-10": "/service-board/", "K-13": "/service-board/", "K-14": "/service-board/", "K-15": "/service-board/"}


def test_a_month_of_the_sub_branch(bank: Bank, chen: Any, client_of: Any, time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)
    hire_officers(bank)
    Customer.objects.filter(pk=chen.pk).update(admitted_on=dt.date(2026, 1, 5))
    sun, zhou = bank.actor("sun"), bank.actor("zhou")
    told = {"kind": "consultation", "category": "card", "channel": "phone"}
    rows = [open_request(chen, actor=sun, subject=f"事项{number}", **told) for number in range(3)]
    receive_complaint(
        ComplaintData(
            triage="complaint", channel="phone", source="hotline", subject_kind="other", subject="乱收费",
            text="年费没有事先告知，要求退还",
        ),
        actor=sun,
        customer=chen,
    )  # fmt: skip
    time_machine.move_to(MONDAY + 2 * HOUR, tick=False)
    for row in rows[:2]:
        tell_result(row, actor=sun, result="已办好", solved=True, channel="phone")
    asked = SurveyInvitation.objects.create(
        key="month", customer=chen, key_id=chen.party.key_id, survey_version=SurveyVersion.objects.all()[0],
        trigger="service", unit=bank.units["east"], post=bank.posts["sun"], invited_at=MONDAY, score=40,
        expires_at=MONDAY + dt.timedelta(days=14), state="answered", answered_at=MONDAY + HOUR,
        policy_id=in_force(SurveyPolicy).policy_version,
    )  # fmt: skip

    board = service_board(zhou, MARCH)
    whole = board.period[WHOLE, ""]
    assert (whole.received, whole.solved, whole.results.median) == (3, 2, 2.0)
    assert whole.resolution == pytest.approx(200 / 3)
    east, lead = (UNIT, str(bank.units["east"].pk)), (POST, str(chen.lead_post_id))
    customers = Customer.objects.filter(unit=bank.units["east"], admitted_on__isnull=False).count()
    assert board.others["complaints"][east] == board.others["complaints"][lead] == 1
    assert board.others["complaint_rate"][east] == Decimal(100) / customers
    assert board.others["satisfaction"] == {}, asked.score  # one answer is nobody's mean
    page = client_of("zhou").get("/service-board/?first=2026-03-01&last=2026-03-31").content.decode()
    assert "66.7 %" in page
    assert f"{Decimal(100) / customers:.3f} %" in page
    seen = client_of("zhou").get("/api/v1/service-board?first=2026-03-01&last=2026-03-31").json()
    line = next(each for each in seen["lines"] if each["by"] == "unit" and each["key"] == east[1])
    assert (line["complaints"], line["satisfaction"]) == (1, None)
    assert line["period"]["resolution"] == pytest.approx(66.67, abs=0.01)
