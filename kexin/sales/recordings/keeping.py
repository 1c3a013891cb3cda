"""The clock's duties: recordings nobody ended, inspections nobody owes, content kept as long as the rules ask."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core import frame, vault
from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted
from kexin.core.events import emit
from kexin.core.models import PolicyVersion, WorkItem
from kexin.core.operation import operation
from kexin.core.policy import in_force, numbers_of
from kexin.party.choices import CustomerStatus
from kexin.sales.choices import SaleState
from kexin.sales.models import SalesRecording
from kexin.sales.recordings.begun import give_up
from kexin.sales.recordings.choices import RecordingState
from kexin.sales.recordings.events import RecordingRemoved
from kexin.sales.recordings.policies import RecordingPolicy
from kexin.sales.recordings.rules import may_forget, years_after
from kexin.sales.recordings.work import INSPECT, LABEL, owe_inspection

BATCH: Final = 500


@operation("sales.tidy_recordings", label=_("Tidy recordings"))
def tidy_recordings(*, actor: Actor) -> int:
    """Give up recordings whose sale has ended or begun a new round; ask again for inspections nobody owed; how many."""
    if not actor.everything:
        raise NotPermitted
    running = SalesRecording.objects.filter(state=RecordingState.OPEN).select_related("sale")
    left = [row for row in running[:BATCH] if row.sale.state != SaleState.OPEN or row.sale.round != row.round]
    for row in left:
        give_up(row)
    rules = in_force(RecordingPolicy)
    known = WorkItem.objects.filter(kind=INSPECT, subject_kind=LABEL).values("subject_id")
    unowed = SalesRecording.objects.filter(state=RecordingState.DONE, sampled=True, inspection=None)
    owed = [owe_inspection(row, rules) for row in unowed.exclude(pk__in=known).select_related("sale__seller")[:BATCH]]
    return len(left) + sum(item is not None for item in owed)


@operation("sales.remove_recordings", label=_("Remove recordings whose time is over"))
def remove_recordings(*, actor: Actor, today: dt.date) -> int:
    """Remove the content of recordings kept as long as the rules ask; nodes, checksum and inspection stay; how many.

    The years are those promised when the recording was made, or today's where they are more.
    """
    if not actor.everything:
        raise NotPermitted
    rules = in_force(RecordingPolicy)
    over = Q()
    for regime, years in rules.keep_years.items():
        over |= Q(sale__product__regime=regime, customer__closed_on__lte=years_after(today, -years))
    rows = (
        SalesRecording.objects.filter(over, state=RecordingState.DONE, removed_on=None, kept_until__lte=today)
        .filter(customer__status=CustomerStatus.CLOSED)
        .select_related("sale__product", "customer")
        .order_by("kept_until", "pk")[:BATCH]
    )
    names: list[str] = []
    for row in rows:
        regime = row.sale.product.regime
        promised = numbers_of(RecordingPolicy, PolicyVersion.objects.get(pk=row.policies["sales.recording"]))
        years = max(rules.keep_years[regime], promised.keep_years[regime])
        assert row.kept_until is not None
        if not may_forget(today, kept_until=row.kept_until, ended_on=row.customer.closed_on, years=years):
            continue
        row.removed_on = today
        row.save(update_fields=["removed_on"])
        names.append(row.stored_as)
        emit(RecordingRemoved(row.customer_id, row.sale.sale_no, row.pk))

    def remove() -> None:
        for name in names:
            vault.remove(name)

    transaction.on_commit(remove)
    act = frame.current.get()
    assert act is not None
    act.notes["removed"] = len(names)
    return len(names)
