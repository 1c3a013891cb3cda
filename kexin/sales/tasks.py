"""Reactions of sales to the clock."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from kexin.core.actor import system

_AGAIN = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.task(name="sales.hand_over_order", queue="messages", retry=_AGAIN)
def hand_over_order(order_id: int) -> None:
    """An order was made: hand it to the core system."""
    from kexin.sales.orders.handing import hand_over

    hand_over(order_id)


@app.periodic(cron="* * * * *")
@app.task(name="sales.hand_over_due_orders", queueing_lock="sales.hand_over_due_orders", queue="messages")
def hand_over_due(timestamp: int) -> None:
    """Every minute: orders whose next attempt is due, or whose worker died; then the core's words."""
    from kexin.sales.orders.answering import collect_answers
    from kexin.sales.orders.handing import due_orders, hand_over

    for order_id in due_orders():
        hand_over(order_id)
    collect_answers()


@app.periodic(cron="20 4 * * *")
@app.task(name="sales.compare_orders", queueing_lock="sales.compare_orders", queue="records", retry=_AGAIN)
def compare_nightly(timestamp: int) -> None:
    """Every night, after the core system's own end of day."""
    from kexin.sales.orders.reconciling import compare_recent

    compare_recent()


@app.periodic(cron="* * * * *")
@app.task(name="sales.stamp_signatures", queueing_lock="sales.stamp_signatures", queue="records")
def stamp_signatures(timestamp: int) -> None:
    """Every minute: time stamps that were not given at once; nothing is written where none is missing."""
    from kexin.sales.models import Signature
    from kexin.sales.operations.stamping import stamp_signatures as stamp

    if Signature.objects.filter(stamp=None).exists():
        stamp(actor=system("clock.stamps"))


@app.periodic(cron="40 3 * * *")
@app.task(name="sales.tidy_recordings", queueing_lock="sales.tidy_recordings", queue="records", retry=_AGAIN)
def tidy_recordings(timestamp: int) -> None:
    """Every night: recordings nobody ended, inspections nobody owed, content whose time is over."""
    from kexin.core.calendar import business_date
    from kexin.sales.recordings.keeping import remove_recordings
    from kexin.sales.recordings.keeping import tidy_recordings as tidy

    clock = system("clock.recordings")
    tidy(actor=clock)
    while remove_recordings(actor=clock, today=business_date()):
        pass


@app.periodic(cron="10 3 * * *")
@app.task(name="sales.examine_sales", queueing_lock="sales.examine_sales", queue="records", retry=_AGAIN)
def examine_sales(timestamp: int) -> None:
    """Every night: what was signed in the last days, looked at with what came to be known since."""
    from kexin.sales.oversight.examining import examine_sales as examine

    examine(actor=system("clock.oversight"))


@app.periodic(cron="30 3 * * *")
@app.task(name="sales.remind_risk_reviews", queueing_lock="sales.remind_risk_reviews", queue="records", retry=_AGAIN)
def remind_risk_reviews(timestamp: int) -> None:
    """Every night: risks of selling whose day of the next look has passed."""
    from kexin.sales.oversight.risk_reviews import remind_risk_reviews as remind

    remind(actor=system("clock.oversight"))


@app.periodic(cron="50 3 * * *")
@app.task(name="sales.ask_for_acknowledgements", queueing_lock="sales.ask_for_acknowledgements", queue="records",
          retry=_AGAIN)  # fmt: skip
def ask_for_acknowledgements(timestamp: int) -> None:
    """Every night: who may sell and has not acknowledged the rules of conduct in force."""
    from kexin.sales.conduct.acknowledging import ask_for_acknowledgements as ask

    ask(actor=system("clock.conduct"))


@app.periodic(cron="1 * * * *")
@app.task(name="sales.lapse_sales", queueing_lock="sales.lapse_sales", queue="records", retry=_AGAIN)
def lapse_sales(timestamp: int) -> None:
    """Every hour, a minute past: sales whose last day is over; nothing is written where there is none."""
    from kexin.sales.operations.lapsing import lapse_sales as lapse
    from kexin.sales.operations.lapsing import past_their_last_day

    while past_their_last_day().exists() and lapse(actor=system("clock.sales")):
        pass


@app.periodic(cron="* * * * *")
@app.task(name="sales.expire_quotas", queueing_lock="sales.expire_quotas", queue="records")
def expire_quotas(timestamp: int) -> None:
    """Every minute: quota kept aside for too long goes back; nothing is written where there is none."""
    from kexin.sales.quota.reserving import expire_quotas as expire
    from kexin.sales.quota.reserving import past_their_time

    if past_their_time().exists():
        expire(actor=system("clock.quotas"))


@app.periodic(cron="30 4 * * *")
@app.task(name="sales.watch_sales", queueing_lock="sales.watch_sales", queue="records", retry=_AGAIN)
def watch_sales(timestamp: int) -> None:
    """Every night: what matures, what has fallen, whom to visit after a purchase."""
    from kexin.core.calendar import business_date
    from kexin.sales.aftercare.watching import watch_sales as watch

    watch(business_date())


@app.periodic(cron="* * * * *")
@app.task(name="sales.send_notices", queueing_lock="sales.send_notices", queue="messages")
def send_notices(timestamp: int) -> None:
    """Every minute: notices that are to go out; nothing is written where there is none."""
    from kexin.sales.notices.sending import send_notices as send

    send()


@app.periodic(cron="0 8 * * *")
@app.task(name="sales.notices_of_maturity", queueing_lock="sales.notices_of_maturity", queue="records", retry=_AGAIN)
def notices_of_maturity(timestamp: int) -> None:
    """Every morning: products that mature soon."""
    from kexin.core.calendar import business_date
    from kexin.sales.notices.handlers import notices_of_maturity as make

    make(business_date())
