"""Jobs, in the same PostgreSQL and the same transaction as the data (procrastinate)."""

from __future__ import annotations

import logging
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

log = logging.getLogger(__name__)


@app.task(name="core.deliver_event", retry=RetryStrategy(max_attempts=8, exponential_wait=3), queue="events")
def deliver_event(handler: str, event_id: int, name: str, payload: dict[str, Any]) -> None:
    """Deliver one event to one subscriber; repeated until it succeeds, at most eight times."""
    from kexin.core import events

    events.deliver(handler, name, payload)
