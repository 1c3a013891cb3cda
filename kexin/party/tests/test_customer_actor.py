"""A customer who acts reaches the own file by the operations granted, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

import pytest

from kexin.core.actor import customer
from kexin.core.models import WorkItem
from kexin.holdings.models import Account
from kexin.party.models import Customer

pytestmark = pytest.mark.django_db


def test_a_customer_sees_the_own_file_and_nothing_else(bank: Any, chen: Any) -> None:
    granted = ("party.view_customer", "core.view_work")
    herself = customer(chen.pk, chen.customer_no, granted, session="s", address="10.0.0.9")
    other = customer(chen.pk + 1, "C9", granted, session="s", address="")
    assert list(Customer.objects.visible_to(herself, "party.view_customer")) == [chen]
    assert not Customer.objects.visible_to(other, "party.view_customer").exists()
    assert not Customer.objects.visible_to(herself, "party.change_customer").exists(), "not granted"
    assert not WorkItem.objects.visible_to(herself, "core.view_work").exists(), "nobody said what is a customer's own"
    assert not Account.objects.visible_to(other, "party.view_customer").exists()
    assert (herself.kind, herself.name) == ("customer", f"customer.{chen.customer_no}")
