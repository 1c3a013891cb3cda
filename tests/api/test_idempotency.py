"""A write sent again is answered, not done again: also beside a twin, and after a breakdown."""

from __future__ import annotations

import datetime as dt
import hashlib
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from kexin.core.api import idempotency
from kexin.core.models import IdempotencyKey
from kexin.engagement.models import Note

pytestmark = pytest.mark.django_db
TEXT = "喜欢上午来访"


def write(browser, chen, key="n-1", text=TEXT):
    return browser("POST", f"/customers/{chen.pk}/notes", {"text": text}, Idempotency_Key=key)


def test_a_repeated_write_gets_the_first_answer(browser_of, chen):
    browser = browser_of("lin")
    first, again = write(browser, chen), write(browser, chen)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Note.objects.count() == 1


def test_the_kept_answer_is_encrypted(browser_of, chen):
    write(browser_of("lin"), chen)
    row = IdempotencyKey.objects.get()
    assert TEXT.encode() not in bytes(row.response)
    assert hashlib.sha256(TEXT.encode()).digest() != bytes(row.fingerprint)


def test_a_refusal_is_repeated_too(browser_of, chen):
    browser = browser_of("lin")
    first = browser("POST", f"/customers/{chen.pk}/admission", Idempotency_Key="a-1")
    again = browser("POST", f"/customers/{chen.pk}/admission", Idempotency_Key="a-1")
    assert first.status_code == again.status_code == 422
    assert again.headers["Content-Type"] == "application/problem+json"


def test_the_same_key_for_another_request_is_refused(browser_of, chen):
    browser = browser_of("lin")
    write(browser, chen)
    other = write(browser, chen, text="另一条")
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency-key-reused"
    assert Note.objects.count() == 1


def test_keys_belong_to_their_actor(browser_of, chen):
    assert write(browser_of("lin"), chen).status_code == 201
    assert write(browser_of("zhou"), chen).status_code == 201
    assert Note.objects.count() == 2


def test_after_its_time_a_key_is_forgotten(browser_of, chen):
    browser = browser_of("lin")
    write(browser, chen)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        assert idempotency.forget_expired() == 1


def test_a_running_twin_is_told_to_wait(browser_of, chen):
    """Another session of the database holds the key: its write is being done."""
    digest = hashlib.sha256(b"1001\0n-1").digest()
    twin = connection.copy()
    try:
        with twin.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
        answer = write(browser_of("lin"), chen)
    finally:
        twin.close()
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency-in-progress"
    assert answer.headers["Retry-After"] == "1"
    assert Note.objects.count() == 0


def test_a_write_whose_answer_was_lost_is_not_done_again(browser_of, chen):
    browser = browser_of("lin")
    with patch.object(idempotency, "_keep", side_effect=RuntimeError("the process dies here")):
        assert write(browser, chen).status_code == 500
    assert Note.objects.count() == 1
    again = write(browser, chen)
    assert again.status_code == 409
    assert again.json()["code"] == "idempotency-answer-lost"
    assert Note.objects.count() == 1


def test_a_write_that_broke_before_it_was_done_is_done_by_the_repetition(browser_of, chen):
    browser = browser_of("lin")
    with patch("kexin.engagement.api.notes.write_note", side_effect=RuntimeError("breaks")):
        assert write(browser, chen).status_code == 500
    assert write(browser, chen).status_code == 201
    assert Note.objects.count() == 1
