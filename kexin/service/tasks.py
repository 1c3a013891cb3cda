"""Reactions of service to the clock."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="service.sweep_requests", queueing_lock="service.sweep_requests", queue="records")
def sweep_requests(timestamp: int) -> None:
    """Every ten minutes: results that nobody answered, due times whose year was published."""
    from kexin.service.requests.sweeping import sweep

    sweep()
