"""What a night brings: the ladder gathered anew, what matured followed, and work for what matures soon."""

from __future__ import annotations

from django.db import connection

from kexin.core.actor import Actor
from kexin.holdings.maturities.gather import AT_ONCE, gather_maturities
from kexin.holdings.operations.maturities import watch_maturities
from kexin.holdings.retention.gather import settle_retention


def gather_and_watch(*, actor: Actor) -> int:
    """Gather the ladder, follow what matured and open work, customers in portions; how many work items were opened."""
    gather_maturities()
    settle_retention()
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(customer_id), max(customer_id) FROM holdings_maturity")
        low, high = cursor.fetchone()
    if low is None:
        return 0
    return sum(watch_maturities(start, start + AT_ONCE - 1, actor=actor) for start in range(low, high + 1, AT_ONCE))
