"""What the portal leaves to the worker."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from typing import TYPE_CHECKING

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

if TYPE_CHECKING:
    from kexin.portal.models import Visitor

_AGAIN = RetryStrategy(max_attempts=4, exponential_wait=3)


@app.task(name="portal.send_visitor_code", queue="messages", retry=_AGAIN)
def send_visitor_code(visitor_id: int) -> None:
    """Hand the code of a visit to the carrier, and forget it. Where nobody can be reached, nobody is told."""
    from django.conf import settings
    from django.utils import timezone, translation
    from django.utils.translation import gettext as _t

    from kexin.portal.models import Visitor
    from kexin.portal.operations.visiting import code_of

    row = Visitor.objects.filter(pk=visitor_id, code_ends_at__gt=timezone.now()).first()
    code = code_of(row) if row is not None else ""
    if row is None or not code:
        return
    minutes = max(1, round((row.code_ends_at - row.made_at) / dt.timedelta(minutes=1)))
    with translation.override(row.language):
        said = _t("%(code)s is your code to complain to us, valid for %(n)s minutes. Tell it to nobody, not even us.")
        kept = _send(row, _t("Your code to complain to us"), said % {"code": code, "n": minutes})
    if not (settings.KEXIN_DEMO and kept):  # in the demonstration the page shows what nobody is sent
        Visitor.objects.filter(pk=row.pk).update(sealed_code=None)


@app.task(name="portal.send_signing_code", queue="messages", retry=_AGAIN)
def send_signing_code(signing_id: int) -> None:
    """Hand the code for a signature to the carrier, in the visitor's language, and forget it."""
    from django.conf import settings
    from django.utils import timezone, translation
    from django.utils.translation import gettext as _t

    from kexin.portal.models import VisitorSigning
    from kexin.portal.operations.visitor_signing import code_shown

    rows = VisitorSigning.objects.select_related("visitor", "complaint")
    row = rows.filter(pk=signing_id, code_ends_at__gt=timezone.now(), used_at=None).first()
    code = code_shown(row) if row is not None else ""
    if row is None or not code:
        return
    minutes = max(1, round((row.code_ends_at - row.made_at) / dt.timedelta(minutes=1)))
    with translation.override(row.visitor.language):
        said = _t(
            "%(code)s is your code to sign the agreement on complaint %(number)s, valid for %(n)s minutes. Enter it"
            " only if you want to sign; tell it to nobody, not even us."
        ) % {"code": code, "number": row.complaint.complaint_no, "n": minutes}
        kept = _send(row.visitor, _t("Your code to sign the agreement"), said)
    if not (settings.KEXIN_DEMO and kept):
        VisitorSigning.objects.filter(pk=row.pk).update(sealed_code=None)


@app.task(name="portal.tell_visitor", queue="messages", retry=_AGAIN)
def tell_visitor(visitor_id: int, what: str, number: str) -> None:
    """Confirm to a visitor, in the visitor's language, that a complaint was received or an agreement signed."""
    from django.utils import translation
    from django.utils.translation import gettext as _t

    from kexin.portal.models import Visitor

    row = Visitor.objects.filter(pk=visitor_id).first()
    if row is None:
        return
    with translation.override(row.language):
        if what == "signed":
            title = _t("You signed the agreement")
            said = _t(
                "You signed the agreement on complaint %(number)s. The signed version is on the page of your complaint."
                " If it was not you, please call us at once."
            )
        else:
            title = _t("We have received your complaint")
            said = _t(
                "We have received your complaint; its number is %(number)s. You can follow it on the same page with a"
                " new code, without signing in."
            )
        _send(row, title, said % {"number": number})


def _send(visitor: Visitor, title: str, said: str) -> bool:
    """By short message or e-mail, as the visit was begun; whether the carrier only keeps what it is given."""
    from kexin.engagement.messages.adapters import Letter, Refused, carrier_for
    from kexin.engagement.messages.choices import MessageChannel
    from kexin.portal.operations.visiting import contact_of, way_of

    way = way_of(visitor)
    carrier = carrier_for(way)
    with contextlib.suppress(Refused):
        subject = title if way == MessageChannel.EMAIL else ""
        carrier.send(Letter(str(uuid.uuid4()), contact_of(visitor), subject, said))
    return bool(carrier.kept)


@app.periodic(cron="15 3 * * *")
@app.task(name="portal.forget_visitors", queueing_lock="portal.forget_visitors", queue="records", retry=_AGAIN)
def forget_visitors(timestamp: int) -> None:
    """Every night: visits of the day before yesterday."""
    from django.utils import timezone

    from kexin.portal.models import Visitor

    Visitor.objects.filter(made_at__lt=timezone.now() - dt.timedelta(days=2)).delete()
