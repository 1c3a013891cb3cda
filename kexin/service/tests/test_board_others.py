"""What complaints and surveys add to the service board: nobody learns there what their own rooms keep from them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kexin.core.calendar import zone
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import Complaint, Survey, SurveyInvitation, SurveyVersion
from kexin.service.oversight.figures import POST, UNIT, WHOLE, Asked, service_board
from kexin.service.oversight.others import COMPLAINT_RATE, COMPLAINTS, SATISFACTION
from kexin.service.surveys.policies import SurveyPolicy
from tests.complaint_people import hire_officers

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 3, 9, 10, tzinfo=zone())
MARCH = Asked(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
SPAN = "first=2026-03-01&last=2026-03-31"
SAID: dict[str, Any] = {"triage": "complaint", "channel": "phone", "source": "hotline", "subject_kind": "other",
                        "text": "年费没有事先告知，要求退还"}  # fmt: skip


@pytest.fixture
def brought(bank: Any, chen: Any, time_machine: Any) -> list[Complaint]:
    """About nobody; brought again and joined with it; about Zhou, who heads East; a stranger's suggestion."""
    time_machine.move_to(MONDAY, tick=False)
    hire_officers(bank)
    Customer.objects.filter(pk=chen.pk).update(admitted_on=dt.date(2026, 1, 5))
    sun = bank.actor("sun")
    told: list[dict[str, Any]] = [
        {"subject": "乱收费"},
        {"subject": "乱收费", "source": "12378", "regulator_no": "N-1"},
        {"subject": "主管态度", "subject_kind": "staff", "accused": (bank.employees["zhou"].staff_no,)},
    ]
    rows = [receive_complaint(ComplaintData(**SAID | each), actor=sun, customer=chen) for each in told]
    return [Complaint.objects.get(pk=row.pk) for row in rows]


def answered(bank: Any, customer: Any, scores: list[int], name: str, unit: str) -> None:
    """Answers as they lie in the database."""
    survey, _new = Survey.objects.get_or_create(code="board", defaults={"name": "看板", "name_en": "Board"})
    version = SurveyVersion.objects.filter(survey=survey).first() or SurveyVersion.objects.first()
    assert version is not None
    policy, serial = in_force(SurveyPolicy).policy_version, itertools.count(SurveyInvitation.objects.count())
    SurveyInvitation.objects.bulk_create(
        SurveyInvitation(
            key=f"board:{next(serial)}", customer=customer, key_id=customer.party.key_id, survey_version=version,
            trigger="service", unit=bank.units[unit], post=bank.posts[name], state="answered", invited_at=MONDAY,
            expires_at=MONDAY + dt.timedelta(days=14), answered_at=MONDAY, score=score, policy_id=policy,
        )
        for score in scores
    )  # fmt: skip


def test_joined_ones_count_once_and_the_accused_counts_none_of_hers(bank: Any, chen: Any, brought: Any) -> None:
    whole, head = service_board(bank.actor("tang"), MARCH), service_board(bank.actor("zhou"), MARCH)
    cases = Complaint.objects.filter(joined_into=None).count()
    east, lead = (UNIT, str(bank.units["east"].pk)), (POST, str(chen.lead_post_id))
    assert whole.others[COMPLAINTS] == {(WHOLE, ""): cases, east: cases, lead: cases}
    seen = Complaint.objects.visible_to(bank.actor("zhou"), "service.view_complaint_figures").filter(joined_into=None)
    assert seen.count() < cases  # the one about her is none of hers
    assert head.others[COMPLAINTS].get((WHOLE, ""), 0) == seen.count()
    customers = Customer.objects.filter(admitted_on__isnull=False).count()
    assert whole.others[COMPLAINT_RATE][WHOLE, ""] == Decimal(100 * cases) / customers
    assert lead[1] in whole.keys(POST)  # who has nothing but a complaint stands on the board, too


def test_a_mean_of_few_answers_is_not_shown(bank: Any, chen: Any, time_machine: Any) -> None:
    time_machine.move_to(MONDAY, tick=False)
    least = in_force(SurveyPolicy).smallest_group
    answered(bank, chen, [20] * (least - 1), "sun", "east")
    assert service_board(bank.actor("tang"), MARCH).others[SATISFACTION] == {}
    answered(bank, chen, [80] * (least + 1), "lin", "east")
    found = service_board(bank.actor("tang"), MARCH).others[SATISFACTION]
    assert set(found) == {(WHOLE, ""), (UNIT, str(bank.units["east"].pk))}  # neither Sun's, nor Lin's to subtract
    answered(bank, chen, [50], "sun", "east")
    found = service_board(bank.actor("tang"), MARCH).others[SATISFACTION]
    assert found[POST, str(bank.posts["lin"].pk)] == 80
    assert found[POST, str(bank.posts["sun"].pk)] == Decimal(20 * (least - 1) + 50) / least


def test_each_figure_opens_its_list_and_leaves_with_the_file(
    bank: Any, chen: Any, brought: list[Complaint], client_of: Callable[..., Client]
) -> None:
    answered(bank, chen, [90] * in_force(SurveyPolicy).smallest_group, "lin", "east")
    tang, zhou = client_of("tang"), client_of("zhou")  # senior management reads no single answers
    lead, lin = chen.lead_post_id, bank.posts["lin"].pk
    span = "_after=2026-03-01&{0}_before=2026-03-31"
    cases = f"{reverse('complaints:list')}?opened{span.format('opened')}&nature=complaint&went=counted"
    answers = f"{reverse('service:survey_answers')}?state=answered&answered{span.format('answered')}"
    page, hers = (each.get(f"{reverse('service:board')}?{SPAN}").content.decode() for each in (tang, zhou))
    assert f"{cases}&lead={lead}".replace("&", "&amp;") in page
    assert reverse("service:survey_answers") not in page.split("<main")[1]
    assert f"{answers}&post={lin}".replace("&", "&amp;") in hers
    shown = tang.get(f"{cases}&lead={lead}").content.decode()
    for row in brought:
        assert (row.complaint_no in shown) == (row.joined_into_id is None), row.complaint_no
    other = tang.get(f"{cases}&lead={bank.posts['sun'].pk}").content.decode()
    assert not any(row.complaint_no in other for row in brought)
    assert tang.get(f"{cases}&lead={10**30}").status_code == 200
    assert zhou.get(f"{answers}&post={10**30}").status_code == 200
    assert ">90<" in zhou.get(f"{answers}&post={lin}").content.decode()
    sheet = zhou.post(f"{reverse('service:export_board')}?{SPAN}", {"format": "csv", "purpose": "月会"})
    assert "90.0000" in b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
