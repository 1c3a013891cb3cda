"""The pulse: a token that changes with an arrival, for one read however many pages ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kexin.engagement.appointment_queries import notices
from kexin.engagement.operations import make_appointment, mark_arrival
from kexin.engagement.ui.pulse import Pulse

pytestmark = pytest.mark.django_db


def test_the_token_changes_with_an_arrival(bank: Any, chen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kexin.engagement.ui.pulse.KEPT", 0)
    pulse = Pulse()
    before = pulse.token()
    row = make_appointment(
        actor=bank.actor("lin"), customer=chen, purpose="visit", starts_at=timezone.now(), anyway=True
    )
    assert pulse.token() == before
    mark_arrival(row, actor=bank.actor("sun"))
    after = pulse.token()
    assert after != before
    assert str(dt.datetime.now(dt.UTC).year) not in after


def test_many_pages_cost_one_read(bank: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kexin.engagement.ui.pulse.KEPT", 60)
    pulse = Pulse()
    with CaptureQueriesContext(connection) as caught:
        assert len({pulse.token() for _ in range(50)}) == 1
    assert len(caught) == 1


def test_nothing_without_a_session_and_no_sign_of_life(bank: Any, client_of: Any) -> None:
    assert Client().get("/pulse/").status_code == 204
    client = client_of("lin")
    answer = client.get("/pulse/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert "seen" not in client.session


def test_the_hall_is_told_what_colleagues_told(bank: Any, chen: Any) -> None:
    row = make_appointment(
        actor=bank.actor("lin"), customer=chen, purpose="visit", starts_at=timezone.now(), anyway=True
    )
    mark_arrival(row, actor=bank.actor("sun"))
    assert [each.kind for each in notices(bank.actor("lin"))] == ["arrived"]
    assert [each.customer for each in notices(bank.actor("zhou"))] == ["陈秀兰"]
    assert notices(bank.actor("sun")) == []  # who told it knows it
    assert notices(bank.actor("mei")) == []
