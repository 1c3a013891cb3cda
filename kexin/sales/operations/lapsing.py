"""Unfinished sales end with their last day."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotPermitted
from kexin.core.operation import operation
from kexin.sales.choices import SaleState
from kexin.sales.models import Sale
from kexin.sales.operations.opening import close_sale

AT_ONCE: Final = 500  # in one transaction


def past_their_last_day() -> QuerySet[Sale]:
    """Unfinished sales whose last day is over by the institution's date."""
    return Sale.objects.filter(state=SaleState.OPEN, lapses_on__lt=business_date())


@operation("sales.lapse_sales", label=_("Let unfinished sales lapse"))
def lapse_sales(*, actor: Actor) -> int:
    """Close unfinished sales after their last day; how many. A sale that somebody works in waits for the next turn."""
    if not actor.everything:
        raise NotPermitted
    rows = past_their_last_day().select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:AT_ONCE]
    done = [close_sale(row, SaleState.LAPSED, "", actor) for row in rows]
    act = frame.current.get()
    assert act is not None
    act.notes["lapsed"] = len(done)
    return len(done)
