"""What the portal leaves to the worker."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

_AGAIN = RetryStrategy(max_attempts=4, exponential_wait=3)


@app.task(name="portal.send_visitor_code", queue="messages", retry=_AGAIN)
def send_visitor_code(visitor_id: int) -> None:
    """Hand the code of a visit to the carrier, and forget it. Where nobody can be reached, nobody is told."""
    from django.conf import settings
    from django.utils import timezone
    from django.utils.translation import gettext as _t

    from kexin.engagement.messages.adapters import Letter, Refused, carrier_for
    from kexin.engagement.messages.choices import MessageChannel
    from kexin.portal.models import Visitor
    from kexin.portal.operations.visiting import code_of, contact_of, way_of

    row = Visitor.objects.filter(pk=visitor_id, code_ends_at__gt=timezone.now()).first()
    code = code_of(row) if row is not None else ""
    if row is None or not code:
        return
    minutes = max(1, round((row.code_ends_at - row.made_at) / dt.timedelta(minutes=1)))
    said = _t("%(code)s is your code to complain to us, valid for %(n)s minutes. Tell it to nobody, not even us.")
    way = way_of(row)
    title = _t("Your code to complain to us") if way == MessageChannel.EMAIL else ""
    carrier = carrier_for(way)
    with contextlib.suppress(Refused):
        carrier.send(Letter(str(uuid.uuid4()), contact_of(row), title, said % {"code": code, "n": minutes}))
    if not (settings.KEXIN_DEMO and carrier.kept):  # in the demonstration the page shows what nobody is sent
        Visitor.objects.filter(pk=row.pk).update(sealed_code=None)


@app.periodic(cron="15 3 * * *")
@app.task(name="portal.forget_visitors", queueing_lock="portal.forget_visitors", queue="records", retry=_AGAIN)
def forget_visitors(timestamp: int) -> None:
    """Every night: visits of the day before yesterday."""
    from django.utils import timezone

    from kexin.portal.models import Visitor

    Visitor.objects.filter(made_at__lt=timezone.now() - dt.timedelta(days=2)).delete()
