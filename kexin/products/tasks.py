"""Reactions of products to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system


@app.periodic(cron="15 7 * * *")
@app.task(
    name="products.examine_net_values",
    queueing_lock="products.examine_net_values",
    queue="records",
    retry=RetryStrategy(max_attempts=5, exponential_wait=4),
)
def examine_net_values(timestamp: int) -> None:
    """Every morning, when the net values of the evening are in: falls, jumps, missing ones."""
    from kexin.products.alerts.examining import examine_net_values as examine

    examine(actor=system("clock.net_values"))
