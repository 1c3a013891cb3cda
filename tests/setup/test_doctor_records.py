"""``kexin doctor`` speaks of rows outside every month and of an audit that nobody seals."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kexin.core import seal
from kexin.project import doctor

pytestmark = pytest.mark.django_db


def _write(table: str, columns: str, *values: Any) -> None:
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def test_rows_outside_every_month_are_found() -> None:
    assert doctor.months().good
    _write("core_event", "at, name", dt.datetime(1993, 7, 1, tzinfo=dt.UTC), "stray")
    found = doctor.months()
    assert found.good is False
    assert "core_event (1)" in found.text


def test_an_audit_that_nobody_seals_is_found() -> None:
    seal.seal()  # what earlier tests committed
    columns = "at, actor_kind, actor_name, operation, outcome"
    _write("core_auditentry", columns, timezone.now() - dt.timedelta(minutes=5), "person", "1", "test", "done")
    assert doctor.seal().good
    _write("core_auditentry", columns, timezone.now() - dt.timedelta(minutes=50), "person", "1", "test", "done")
    found = doctor.seal()
    assert found.good is False
    assert "kexin audit seal" in found.remedy
