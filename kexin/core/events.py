"""Facts as events: past-tense frozen dataclasses, stored and delivered with the transaction that made them true.

Delivery is at least once, one job per subscriber; handlers are idempotent. An event names its subject and, where it
concerns one, its customer (``customer_id``), which puts it on the customer's timeline.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection

from kexin.core import frame

E = TypeVar("E")
Handler = Callable[[Any], None]

event_types: dict[str, type] = {}
subscribers: dict[str, dict[str, Handler]] = defaultdict(dict)


def event(cls: type[E]) -> type[E]:
    """Declare an event type: a frozen dataclass known by ``floor.Name``."""
    if not dataclasses.is_dataclass(cls):
        raise TypeError("an event is a frozen dataclass")
    floor = cls.__module__.split(".")[1]
    name = f"{floor}.{cls.__name__}"
    cls.event_name = name  # type: ignore[attr-defined]
    event_types[name] = cls
    return cls


def subscribe(cls: type) -> Callable[[Handler], Handler]:
    """React to an event of this or a lower floor; the handler runs in a job of its own."""

    def wrap(handler: Handler) -> Handler:
        subscribers[cls.event_name][f"{handler.__module__}.{handler.__qualname__}"] = handler  # type: ignore[attr-defined]
        return handler

    return wrap


def emit(fact: Any) -> None:
    """Tell a fact. Only inside an operation: it is stored when the operation ends, or not at all."""
    act = frame.current.get()
    if act is None or not act.writes:
        raise RuntimeError("emit() is called inside an operation")
    act.events.append(fact)


def payload_of(fact: Any) -> dict[str, Any]:
    """The JSON-ready content of an event."""
    return json.loads(json.dumps(dataclasses.asdict(fact), default=_plain, ensure_ascii=False))


def _plain(value: Any) -> str:
    if isinstance(value, dt.date | dt.datetime | decimal.Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not belong in an event")


def flush(act: frame.Frame) -> None:
    """Store the facts of an act and defer one job per subscriber, in the act's own transaction."""
    if not act.events:
        return
    jobs = []
    with connection.cursor() as cursor:
        for fact in act.events:
            name = type(fact).event_name
            content = payload_of(fact)
            cursor.execute(
                "INSERT INTO core_event (at, name, customer_id, subject, payload, operation, actor_name)"
                " VALUES (clock_timestamp(), %s, %s, %s, %s, %s, %s) RETURNING id",
                [
                    name,
                    getattr(fact, "customer_id", None),
                    str(getattr(fact, "subject", "")),
                    json.dumps(content, ensure_ascii=False),
                    act.operation,
                    act.actor.name,
                ],
            )
            (event_id,) = cursor.fetchone()
            jobs += [(handler, event_id, name, content) for handler in subscribers.get(name, ())]
    if jobs:
        from kexin.core import jobs as queue

        for handler, event_id, name, content in jobs:
            queue.deliver_event.defer(handler=handler, event_id=event_id, name=name, payload=content)


def deliver(handler: str, name: str, payload: dict[str, Any]) -> None:
    """Run one subscriber on one stored event (called by the job)."""
    cls = event_types[name]
    hints = {field.name: field.type for field in dataclasses.fields(cls)}
    values = {key: _typed(value, str(hints.get(key, ""))) for key, value in payload.items() if key in hints}
    subscribers[name][handler](cls(**values))


def _typed(value: Any, hint: str) -> Any:
    if isinstance(value, str):
        if "datetime" in hint:
            return dt.datetime.fromisoformat(value)
        if "date" in hint:
            return dt.date.fromisoformat(value)
        if "Decimal" in hint:
            return decimal.Decimal(value)
    return tuple(value) if isinstance(value, list) else value
