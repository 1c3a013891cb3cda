"""Net values entered and corrected by hand; a load of them goes by the import."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.products.alerts.examining import examine
from kexin.products.models import NetValue, Product
from kexin.products.values.events import NetValueCorrected
from kexin.products.values.policies import PerformancePolicy
from kexin.products.values.rules import net_value_possible, plausible


@operation("products.enter_net_value", label=_("Enter a net value"))
def enter_net_value(
    product_id: int,
    *,
    actor: Actor,
    day: dt.date,
    unit_value: Decimal,
    accumulated: Decimal | None = None,
    confirmed: bool = False,
) -> NetValue:
    """The net value of a day that has none yet. ``accumulated`` defaults to the unit net value: nothing paid out.

    A value that moves more than the policy's jump against the latest before it needs ``confirmed``. Raises Conflict
    where the day has a net value already: that one is corrected, with a reason.
    """
    product = _product(product_id)
    whole = unit_value if accumulated is None else accumulated
    net_value_possible(product.product_class, day, unit_value, whole, today=business_date()).enforce()
    if NetValue.objects.filter(product=product, day=day).exists():
        raise Conflict(fields={"day": _("This day has a net value. Correct it, with a reason.")})
    _look(product, day, whole, confirmed)
    row = NetValue.objects.create(
        product=product,
        day=day,
        unit_value=unit_value,
        accumulated=whole,
        source="entered",
        entered_by=actor.name,
        entered_at=timezone.now(),
    )
    examine([product.pk])
    return row


@operation("products.correct_net_value", label=_("Correct a net value"), plain=("reason",))
def correct_net_value(
    net_value_id: int,
    *,
    actor: Actor,
    unit_value: Decimal,
    accumulated: Decimal,
    reason: str,
    confirmed: bool = False,
    version: int | None = None,
) -> NetValue:
    """Put right what was wrong. What stood there stays in the history; everything computed from it follows by itself.

    ``version`` is the one the person saw: raises Conflict where another stands now.
    """
    row = NetValue.objects.select_for_update(of=("self",)).select_related("product").filter(pk=net_value_id).first()
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise Conflict(current={"version": row.version})
    _remember(row.product)
    if not reason.strip():
        raise RuleViolation(fields={"reason": _("Say what was wrong, for whoever relied on it.")})
    net_value_possible(row.product.product_class, row.day, unit_value, accumulated, today=business_date()).enforce()
    if (row.unit_value, row.accumulated) == (unit_value, accumulated):
        raise RuleViolation(fields={"unit_value": _("This is what stands there already.")})
    _look(row.product, row.day, accumulated, confirmed)
    before, row.unit_value, row.accumulated = row.unit_value, unit_value, accumulated
    row.version += 1
    row.entered_by, row.entered_at, row.source = actor.name, timezone.now(), "corrected"
    row.save()
    emit(NetValueCorrected(row.product.code, row.day, before, unit_value, reason.strip()))
    examine([row.product.pk])
    return row


def _product(pk: int) -> Product:
    product = Product.objects.filter(pk=pk).first()
    if product is None:
        raise NotFound
    _remember(product)
    return product


def _remember(product: Product) -> None:
    act = frame.current.get()
    if act is not None:
        act.subject = ("products.Product", product.pk)


def _look(product: Product, day: dt.date, accumulated: Decimal, confirmed: bool) -> None:
    """Against the latest net value before that day, unless a person has confirmed the move."""
    if confirmed:
        return
    before = NetValue.objects.filter(product=product, day__lt=day).order_by("-day").first()
    limit = in_force(PerformancePolicy).jump_percent
    last = (before.accumulated, before.day) if before else (None, None)
    plausible(last[0], accumulated, limit, last[1]).enforce()
