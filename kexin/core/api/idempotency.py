"""Writes that may be repeated: ``Idempotency-Key`` makes a second sending harmless.

The key is claimed before the write and answered after it. A lock held by the session of the database tells a twin
that still runs from one whose process died; and since the write's audit entry commits with the write and carries the
claim's number, a dead twin is known to have been done or not. So a write is never done twice, even where its answer
was lost.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.api.problems import AnswerLost, InvalidRequest, KeyReused, TwinRunning
from kexin.core.choices import Outcome
from kexin.core.crypto import key_ring
from kexin.core.models import AuditEntry, IdempotencyKey
from kexin.core.policies import ApiPolicy
from kexin.core.policy import in_force

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Link")
_CONTEXT = b"idempotency"


def answered_once(request: HttpRequest, write: Callable[[], HttpResponse]) -> HttpResponse:
    """Run ``write``, or give the answer that the same key got before.

    Raises KeyReused (another request had this key), TwinRunning, AnswerLost.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return write()
    if len(key) > 200 or not key.isprintable():
        raise InvalidRequest(fields={HEADER: _("At most 200 printable characters.")})
    actor: Actor = request.actor  # type: ignore[attr-defined]
    fingerprints = _fingerprints(request)
    with _lock(actor.name, key):
        row = _claim(actor.name, key, fingerprints[0])
        if bytes(row.fingerprint) not in fingerprints:
            raise KeyReused
        if row.status is not None:
            return _replay(row)
        request.actor = replace(actor, session=_mark(actor, row))  # type: ignore[attr-defined]
        try:
            response = write()
        except BaseException:
            if not _was_done(request.actor, row):  # type: ignore[attr-defined]
                row.delete()
            raise
        if response.status_code >= 500 or response.streaming:
            row.delete()
            return response
        _keep(row, response)
        return response


def _mark(actor: Actor, row: IdempotencyKey) -> str:
    return f"{actor.session[:40]}#{row.pk}"


def _fingerprints(request: HttpRequest) -> list[bytes]:
    """What was asked, as keyed digests, one per key in use: method, address, condition and body."""
    digest = hashlib.sha256()
    for part in (request.method or "", request.get_full_path(), request.headers.get("If-Match", "")):
        digest.update(part.encode() + b"\0")
    digest.update(request.body)
    return key_ring().prf_all(b"core.idempotency:" + digest.digest(), 32)


@contextmanager
def _lock(actor_name: str, key: str) -> Iterator[None]:
    """Hold the key for this database session; a twin that holds it is running now."""
    digest = hashlib.sha256(f"{actor_name}\0{key}".encode()).digest()
    number = int.from_bytes(digest[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        (held,) = cursor.fetchone()
    if not held:
        raise TwinRunning
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _claim(actor_name: str, key: str, fingerprint: bytes) -> IdempotencyKey:
    """A new row for the key, or the one there is. The caller holds the lock."""
    now = timezone.now()
    row = IdempotencyKey.objects.filter(actor_name=actor_name, key=key).first()
    if row is not None and row.expires_at > now:
        if row.status is None and bytes(row.fingerprint) == fingerprint:
            actor_session = f"#{row.pk}"
            if _done_since(actor_name, actor_session, row.begun_at):
                raise AnswerLost
            row.delete()
        else:
            return row
    elif row is not None:
        row.delete()
    hours = in_force(ApiPolicy).idempotency_hours
    return IdempotencyKey.objects.create(
        actor_name=actor_name, key=key, fingerprint=fingerprint, expires_at=now + dt.timedelta(hours=hours)
    )


def _was_done(actor: Actor, row: IdempotencyKey) -> bool:
    return _done_since(actor.name, f"#{row.pk}", row.begun_at)


def _done_since(actor_name: str, ending: str, since: dt.datetime) -> bool:
    return AuditEntry.objects.filter(
        actor_name=actor_name, at__gte=since - dt.timedelta(seconds=5), outcome=Outcome.DONE, session__endswith=ending
    ).exists()


def _keep(row: IdempotencyKey, response: HttpResponse) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    content = json.dumps({"headers": headers, "body": base64.b64encode(response.content).decode()}).encode()
    row.status = response.status_code
    row.response = key_ring().encrypt("secrets", content, _CONTEXT)
    row.save(update_fields=["status", "response"])


def _replay(row: IdempotencyKey) -> HttpResponse:
    assert row.response is not None
    assert row.status is not None
    kept = json.loads(key_ring().decrypt("secrets", bytes(row.response), _CONTEXT))
    response = HttpResponse(base64.b64decode(kept["body"]), status=row.status)
    del response.headers["Content-Type"]
    for name, value in kept["headers"].items():
        response.headers[name] = value
    response.headers[REPLAYED] = "true"
    return response


def forget_expired() -> int:
    """Remove keys past their time; how many."""
    removed, _tables = IdempotencyKey.objects.filter(expires_at__lt=timezone.now()).delete()
    return removed
