"""Who gets a customer gets the open calls to that customer; two files that become one are called once."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.events import subscribe
from kexin.core.operation import operation
from kexin.engagement.calls.choices import EntryState
from kexin.engagement.models.calls import CallEntry
from kexin.party.events import CustomersMerged, MergeUndone, PortfolioAssigned
from kexin.party.models import Customer, MergeRecord


@operation("engagement.move_calls", label=_("Move open calls to the new lead manager"))
def move_calls(customer_id: int, *, actor: Actor, before: int, after: int | None) -> int:
    """Open lines of the former lead manager become the new one's; how many. In the pool whoever is free calls."""
    rows = CallEntry.objects.open().filter(customer=customer_id, post=before)
    return rows.update(post=after, held_by="", held_until=None)


@subscribe(PortfolioAssigned)
def follow_portfolio(fact: PortfolioAssigned) -> None:
    """Repeated delivery finds nothing more to move."""
    if fact.before_post_id is not None and fact.before_post_id != fact.post_id:
        move_calls(fact.customer_id, actor=system("clock.work"), before=fact.before_post_id, after=fact.post_id)


BY_MERGE = "merge"  # in ``held_by`` of a dropped line: it was dropped because the list holds the kept file, too


@operation("engagement.merge_calls", label=_("Let calls follow a merge of two files"))
def merge_calls(record: MergeRecord, *, actor: Actor) -> int:
    """Open lines that came to the kept file become its lead's; where both stood on one list one of them is dropped."""
    before, after = record.absorbed.lead_post_id, record.kept.lead_post_id
    rows = CallEntry.objects.open()
    moved = 0
    if before is not None and before != after:
        came = rows.filter(pk__in=_came(record), customer=record.kept_id, post=before)
        moved = came.update(post=after, unit=record.kept.unit_id, held_by="", held_until=None)
    double = rows.filter(customer=record.absorbed_id)
    return moved + double.update(state=EntryState.DROPPED, closed_at=timezone.now(), held_by=BY_MERGE, held_until=None)


@operation("engagement.part_calls", label=_("Let calls follow the undoing of a merge"))
def part_calls(record: MergeRecord, *, actor: Actor) -> int:
    """Lines that went back to the restored file are its own lead's again; those dropped by the merge are open again."""
    before, after = record.kept.lead_post_id, record.absorbed.lead_post_id
    rows = CallEntry.objects.filter(customer=record.absorbed_id)
    moved = 0
    if after is not None and before is not None and before != after:
        back = rows.filter(pk__in=_came(record), state=EntryState.OPEN, post=before)
        moved = back.update(post=after, unit=record.absorbed.unit_id, held_by="", held_until=None)
    dropped = rows.filter(state=EntryState.DROPPED, held_by=BY_MERGE)
    return moved + dropped.update(state=EntryState.OPEN, closed_at=None, held_by="")


def _came(record: MergeRecord) -> list[int]:
    """The lines that the merge moved."""
    return [pk for label, _column, pk, _extra in record.moved["rows"] if label == CallEntry._meta.label]


@subscribe(CustomersMerged)
def follow_merge(fact: CustomersMerged) -> None:
    """Repeated delivery finds nothing more to do."""
    record = MergeRecord.objects.filter(kept=fact.customer_id, absorbed__customer_no=fact.absorbed, undone_at=None)
    found = record.select_related("kept", "absorbed").order_by("-pk").first()
    if found is not None:
        merge_calls(found, actor=system("clock.work"))


@subscribe(MergeUndone)
def follow_parting(fact: MergeUndone) -> None:
    """Told for both files; the restored one decides."""
    if not Customer.objects.filter(pk=fact.customer_id, customer_no=fact.restored).exists():
        return
    record = MergeRecord.objects.filter(absorbed=fact.customer_id).exclude(undone_at=None)
    found = record.select_related("kept", "absorbed").order_by("-undone_at").first()
    if found is not None:
        part_calls(found, actor=system("clock.work"))
