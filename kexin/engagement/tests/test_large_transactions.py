"""Large transactions stand on the timeline among what else happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import make_aware

from kexin.engagement.ui import large
from kexin.holdings.ledger_queries import VIEW_TRANSACTIONS
from kexin.holdings.tests.conftest import Ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(bank: Any, chen: Any, today: dt.date) -> Any:
    """Three bookings of Mrs Chen: a large one in, a large one out long ago, and a small one."""
    ledger = Ledger(unit=chen.unit)
    account = ledger.account(chen, balance="500000")
    ledger.book(account, today - dt.timedelta(days=3), "300000.00", counterparty="江澜置业")
    ledger.book(account, today - dt.timedelta(days=2), "99999.99")
    ledger.book(account, today - dt.timedelta(days=700), "-400000.00")
    return account


def shown(client: Any, customer: Any, group: str = "") -> str:
    panel = reverse("core:panel", args=["customer", customer.pk, "timeline"])
    return str(client.get(panel, {"group": group}).content.decode())


def test_what_is_large_enough_and_recent_is_shown(booked: Any, chen: Any, client_of: Any) -> None:
    html = shown(client_of("lin"), chen)
    assert "300,000.00 CNY" in html
    assert "江澜置业" in html
    assert reverse("holdings:account", args=[booked.pk]) in html
    assert "99,999.99" not in html
    assert "400,000.00" not in html  # before the days that the policy shows


def test_a_group_of_their_own(booked: Any, chen: Any, client_of: Any) -> None:
    lin = client_of("lin")
    assert "300,000.00" in shown(lin, chen, "money")
    assert "300,000.00" not in shown(lin, chen, "documents")


def test_no_trace_for_those_who_may_not_see_transactions(booked: Any, bank: Any, chen: Any) -> None:
    lin = bank.actor("lin")
    assert large.between(lin, chen.pk, None, None)
    grants = tuple(replace(each, operations=each.operations - {VIEW_TRANSACTIONS}) for each in lin.grants)
    without = replace(lin, grants=grants)
    assert not large.seen_by(without)
    assert large.between(without, chen.pk, None, None) == []


def test_a_page_holds_the_bookings_of_its_time(booked: Any, bank: Any, chen: Any, today: dt.date) -> None:
    lin = bank.actor("lin")
    noon = make_aware(dt.datetime.combine(today - dt.timedelta(days=3), dt.time(12)))
    assert len(large.between(lin, chen.pk, None, noon)) == 1
    assert large.between(lin, chen.pk, noon, None) == []
