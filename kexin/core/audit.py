"""The audit: one append-only entry per act, written by the doors and by nothing else.

Arguments are masked before they are written: numbers, dates, choices and record names stay, texts shrink to their
length unless the operation declared them plain. ``kexin.core.seal`` chains the entries afterwards.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.choices import Outcome
from kexin.core.errors import KexinError

_INSERT = """
INSERT INTO core_auditentry
  (at, actor_kind, actor_name, user_id, post_id, session, address, operation, outcome, reason,
   subject_kind, subject_id, customer_id, arguments, policies, events, inner_operations)
SELECT clock_timestamp(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
"""
# A reading waits for no disk: the setting holds for this one statement's transaction.
_INSERT_UNWAITED = _INSERT + "FROM (SELECT set_config('synchronous_commit', 'off', true) AS s) q WHERE q.s = 'off'"


def write(
    act: frame.Frame, outcome: Outcome, arguments: Mapping[str, Any], *, reason: KexinError | None = None
) -> None:
    """Append one entry for ``act``. Inside an operation it shares its transaction; otherwise it commits at once."""
    actor = act.actor
    kind, pk = act.subject or ("", None)
    why = "" if reason is None else reason.code
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_UNWAITED if outcome == Outcome.READ and not connection.in_atomic_block else _INSERT,
            [
                actor.kind,
                actor.name,
                actor.user_id,
                actor.post_id,
                actor.session,
                actor.address,
                act.operation,
                outcome,
                why,
                kind,
                pk,
                act.customer_id,
                json.dumps(arguments, ensure_ascii=False),
                json.dumps(act.policies),
                json.dumps([type(event).__name__ for event in act.events]),
                json.dumps(act.inner),
            ],
        )


def masked(arguments: Mapping[str, Any], plain: Iterable[str] = ()) -> dict[str, Any]:
    """Arguments fit for the audit: no personal text, only what identifies the act."""
    allowed = set(plain)
    return {
        key: _masked(value, key in allowed)
        for key, value in arguments.items()
        if not isinstance(value, Actor) and value is not None
    }


def _masked(value: Any, plain: bool) -> Any:
    if isinstance(value, models.Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, decimal.Decimal | dt.date | dt.datetime | uuid.UUID):
        return str(value)
    if isinstance(value, str):
        return value[:500] if plain else f"({len(value)})"
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    if isinstance(value, Mapping):
        return {str(key): _masked(each, plain) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, models.QuerySet):
        items = list(value)
        return [_masked(each, plain) for each in items[:50]] + ([f"… {len(items)}"] if len(items) > 50 else [])
    return type(value).__name__


def find_subject(act: frame.Frame, candidates: Iterable[Any]) -> None:
    """The record an act is about: the first model instance met, and its customer, if it has one."""
    for value in candidates:
        if not isinstance(value, models.Model) or value.pk is None or isinstance(value.pk, tuple):
            continue
        if act.subject is None:
            act.subject = (value._meta.label, value.pk)
        if act.customer_id is None:
            if value._meta.label in ("party.Customer", "party.Party"):
                act.customer_id = value.pk
            else:
                act.customer_id = getattr(value, "customer_id", None)
