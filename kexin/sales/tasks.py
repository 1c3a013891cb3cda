"""Reactions of the sales floor to the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app

from kexin.core.actor import system


@app.periodic(cron="* * * * *")
@app.task(name="sales.stamp_signatures", queueing_lock="sales.stamp_signatures", queue="records")
def stamp_signatures(timestamp: int) -> None:
    """Every minute: time stamps that were not given at once; nothing is written where none is missing."""
    from kexin.sales.models import Signature
    from kexin.sales.operations.stamping import stamp_signatures as stamp

    if Signature.objects.filter(stamp=None).exists():
        stamp(actor=system("clock.stamps"))
