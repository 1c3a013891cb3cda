"""A customer at the portal, and whole sets of answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from kexin.core.actor import Actor
from kexin.core.actor import customer as customer_actor
from kexin.core.calendar import zone
from kexin.party.models import Customer
from kexin.suitability.assessments.operations import (
    CUSTOMER_OPERATIONS,
    answer_question,
    open_session,
    submit_assessment,
)

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def today(time_machine: Any) -> dt.date:
    """The institution's day: a Friday morning."""
    time_machine.move_to(dt.datetime.combine(TODAY, dt.time(9), zone()), tick=False)
    return TODAY


def as_customer(row: Customer, session: str = "phone") -> Actor:
    """The customer signed in at the portal."""
    return customer_actor(row.pk, row.customer_no, CUSTOMER_OPERATIONS, session=session, address="10.0.0.7")


@pytest.fixture
def young(chen: Any) -> Customer:
    """Mrs Chen, were she 45."""
    Customer.objects.filter(pk=chen.pk).update(born_year=1981, status="active")
    return Customer.objects.get(pk=chen.pk)


@pytest.fixture
def assess() -> Callable[..., Any]:
    """Answers every question with one letter but for those named, and submits."""

    def run(row: Customer, letter: str = "c", session: str = "phone", **others: str) -> Any:
        actor = as_customer(row, session)
        begun = open_session(actor=actor, channel="link", device="Chromium on a phone")
        assert begun.questionnaire is not None
        for each in begun.questionnaire.parsed.questions():
            answer_question(begun, actor=actor, question=each.code, value=others.get(each.code, letter))
        return submit_assessment(begun, actor=actor)

    return run
