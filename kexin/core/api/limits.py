"""How many requests somebody may make in a minute: counted in fixed windows, one row per actor.

The table is UNLOGGED: a count costs no write to the log, and after a crash everybody begins anew.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection

WINDOW = 60  # seconds

_COUNT = """
INSERT INTO core_ratewindow AS w (actor, period, used) VALUES (%(actor)s, %(period)s, 1)
ON CONFLICT (actor) DO UPDATE SET
  used = CASE WHEN w.period = excluded.period THEN w.used + 1 ELSE 1 END, period = excluded.period
RETURNING used
"""


@dataclass(frozen=True, slots=True)
class Count:
    """Where an actor stands in the running minute."""

    limit: int
    used: int
    resets_in: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """The usual three headers."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.resets_in),
        }


def count(actor: str, limit: int) -> Count:
    """Count one more request of ``actor`` in the running minute."""
    now = int(time.time())
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"actor": actor[:120], "period": now // WINDOW})
        (used,) = cursor.fetchone()
    return Count(limit, used, WINDOW - now % WINDOW)
