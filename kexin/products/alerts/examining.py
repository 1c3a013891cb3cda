"""Looking at net values: when one is entered or corrected, when a file was loaded, and every morning for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date, is_trading
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import duty_holder, open_work
from kexin.people.models import OrgUnit
from kexin.products.alerts.choices import FALLS, AlertKind
from kexin.products.alerts.events import NetValueAlerted
from kexin.products.alerts.policies import AlertPolicy
from kexin.products.alerts.rules import YEAR, Cause, Value, causes
from kexin.products.choices import ProductState
from kexin.products.models import NetValue, NetValueAlert, Product

WORK = "products.alert"
LABEL = "products.NetValueAlert"
AT_ONCE = 200  # products whose net values of a year are read together
WATCHED = (ProductState.ADMITTED, ProductState.SUSPENDED, ProductState.WITHDRAWN)  # withdrawn ones are held still
OWNED_BY = {True: "products.propose_rerating", False: "products.submit_product"}  # falls: risk; else: who owns it


@operation("products.examine_net_values", label=_("Look at net values for alerts"))
def examine_net_values(*, actor: Actor, products: Sequence[int] | None = None) -> int:
    """Look at the latest net values of these products, or of all and for missing ones, too; how many new alerts.

    Repeated, nothing is told twice.
    """
    if not actor.everything:
        raise NotPermitted
    made = examine(products) if products is not None else examine(_watched()) + _stale()
    act = frame.current.get()
    assert act is not None
    act.notes["alerts"] = made
    return made


def examine(products: Iterable[int]) -> int:
    """The same inside an operation that wrote a net value; products that are not admitted are left out."""
    rules, ids = in_force(AlertPolicy), sorted(products)
    made = 0
    for start in range(0, len(ids), AT_ONCE):
        rows = Product.objects.in_bulk(ids[start : start + AT_ONCE])
        known = [pk for pk, row in rows.items() if row.state in WATCHED]
        latest = dict(
            NetValue.objects.filter(product__in=known).order_by().values_list("product").annotate(day=Max("day"))
        )
        if not latest:
            continue
        since = min(latest.values()) - YEAR - dt.timedelta(days=rules.window_days)
        found = NetValue.objects.filter(product__in=known, day__gte=since).order_by("product", "day")
        lines = found.values_list("product", "day", "unit_value", "accumulated")
        for pk, group in groupby(lines.iterator(chunk_size=5_000), key=lambda line: line[0]):
            values = [Value(day, unit, whole) for _pk, day, unit, whole in group]
            made += sum(_raise(rows[pk], cause, rules) for cause in causes(values, rules))
    return made


def _watched() -> list[int]:
    return list(
        Product.objects.filter(state__in=WATCHED, net_values__isnull=False).distinct().values_list("pk", flat=True)
    )


def _stale() -> int:
    """Products without a net value for longer than the policy's trading days; the matured have none any more."""
    rules, today = in_force(AlertPolicy), business_date()
    day, left = today, rules.stale_days
    while left:
        left -= is_trading(day)
        day -= dt.timedelta(days=1)
    living = Q(terms=None) | Q(terms__matures_on=None) | Q(terms__matures_on__gte=today)
    latest = dict(NetValue.objects.order_by().values_list("product").annotate(day=Max("day")).filter(day__lte=day))
    made = 0
    for row in Product.objects.filter(living, state__in=WATCHED, pk__in=latest):
        last = latest[row.pk]
        made += _raise(row, Cause(AlertKind.STALE, f"{last}", last, Decimal(0), last), rules)
    return made


def _raise(product: Product, cause: Cause, rules: AlertPolicy) -> bool:
    """Make the alert, its work and its fact; False where it stands already."""
    due = add(timezone.now(), Duration(rules.settle_days, Unit.WORKING_DAYS))
    row, new = NetValueAlert.objects.get_or_create(
        key=f"{cause.kind.value}:{product.pk}:{cause.ref}",
        defaults={
            "product": product,
            "kind": cause.kind,
            "day": cause.day,
            "facts": {"percent": str(cause.percent), "since": cause.since.isoformat()},
            "found_at": timezone.now(),
            "found_on": business_date(),
            "due_at": due.at,
            "policy_id": rules.policy_version,
        },
    )
    if not new:
        return False
    unit = OrgUnit.objects.filter(parent=None).order_by("pk").values_list("pk", flat=True).first()
    owner = duty_holder(OWNED_BY[cause.kind in FALLS], unit) if unit is not None else None
    if unit is not None and owner is not None:  # without anybody it stands on its list all the same
        open_work(
            WORK,
            unit_id=unit,
            owner_post_id=owner,
            due_at=due,
            subject_kind=LABEL,
            subject_id=row.pk,
            details={
                "product": product.name, "product_en": product.name_en, "kind": cause.kind.value,
                "day": cause.day.isoformat(), **row.facts,
            },
            priority=3,
            policy_id=rules.policy_version,
        )  # fmt: skip
    emit(NetValueAlerted(product.code, product.pk, row.pk, cause.kind.value, cause.day.isoformat()))
    return True
