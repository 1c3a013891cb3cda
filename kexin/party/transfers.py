"""Reads of portfolio transfers: the list, one with its signatures, and the hand-over list 移交清单."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.models import WorkItem
from kexin.core.query import query
from kexin.party.choices import SignatureRole, TransferState
from kexin.party.models import CustomerTransfer, TransferLine, TransferSignature
from kexin.party.queries import open_names
from kexin.people.queries import post_labels

VIEW = "party.view_transfers"


@dataclass(frozen=True, slots=True)
class ReceiverLine:
    """What one receiver gets, or got."""

    post_id: int
    label: str
    customers: int
    assets: Decimal
    work: int


@dataclass(frozen=True, slots=True)
class TransferFile:
    """A transfer with its signatures and what each receiver gets; ``mine`` is the side the reader may sign now."""

    transfer: CustomerTransfer
    giver: str
    signatures: list[TransferSignature]
    labels: dict[int, str]  # post → who holds it
    receivers: list[ReceiverLine]
    mine: str  # giver, receiver, supervisor, or nothing


def _within(actor: Actor) -> QuerySet[CustomerTransfer]:
    """Transfers of one's units or one's own customers, and those that one signs."""
    reach = CustomerTransfer.objects.visible_to(actor, VIEW).order_by().values("pk")
    signs = TransferSignature.objects.filter(post__in=actor.post_ids).values("transfer")
    return CustomerTransfer.objects.filter(Q(pk__in=reach) | Q(pk__in=signs) | Q(made_by=actor.name))


@query(VIEW, label=_("See portfolio transfers"), record="list")
def transfers(actor: Actor, state: str = "") -> QuerySet[CustomerTransfer]:
    """Transfers within reach, or signed or to be signed by the actor; of one state only, if said."""
    rows = _within(actor).select_related("giver", "unit")
    return rows.filter(state=state) if state else rows


@query(VIEW, label=_("See portfolio transfers"), record="open")
def transfer_file(actor: Actor, pk: int) -> TransferFile:
    """One transfer: who signed when, and what each receiver gets."""
    row = _within(actor).select_related("giver", "unit", "counter_of").filter(pk=pk).first()
    if row is None:
        raise NotFound
    signatures = list(row.signatures.order_by("pk"))
    labels = post_labels({row.giver_id, *(each.post_id for each in signatures)})
    sums = (
        row.lines.order_by("receiver")
        .values("receiver")
        .annotate(number=Count("pk"), total=Sum("assets"), items=Sum("work"))
    )
    waiting = _work_of(row) if row.state == TransferState.SIGNING else {}
    receivers = [
        ReceiverLine(
            each["receiver"],
            labels.get(each["receiver"], ""),
            each["number"],
            each["total"],
            waiting.get(each["receiver"], 0) if waiting or row.state == TransferState.SIGNING else each["items"],
        )
        for each in sums
    ]
    return TransferFile(row, labels.get(row.giver_id, str(row.giver)), signatures, labels, receivers, _mine(actor, row))


def _work_of(row: CustomerTransfer) -> dict[int, int]:
    """Open items of the giver for these customers, by who will receive them."""
    receiver = dict(row.lines.values_list("customer_id", "receiver_id"))
    counts: dict[int, int] = {}
    owed = WorkItem.objects.open().filter(owner_post_id=row.giver_id, customer_id__in=receiver)
    for customer in owed.values_list("customer_id", flat=True):
        counts[receiver[customer]] = counts.get(receiver[customer], 0) + 1  # type: ignore[index]
    return counts


def _mine(actor: Actor, row: CustomerTransfer) -> str:
    if row.state != TransferState.SIGNING:
        return ""
    owed = row.signatures.filter(signed_by="")
    own = owed.filter(post__in=actor.post_ids).exclude(role=SignatureRole.SUPERVISOR).first()
    if own is not None:
        return str(own.role)
    third = owed.filter(role=SignatureRole.SUPERVISOR).exists()
    reach = actor.may("party.approve_transfer") and third
    if reach and CustomerTransfer.objects.visible_to(actor, "party.approve_transfer").filter(pk=row.pk).exists():
        return SignatureRole.SUPERVISOR.value
    return ""


@query(VIEW, label=_("See portfolio transfers"), record="list")
def handover_list(actor: Actor, transfer: CustomerTransfer) -> Sequence[TransferLine]:
    """The hand-over list: every customer with receiver, assets and open work, by receiver and number; names opened."""
    if not _within(actor).filter(pk=transfer.pk).exists():
        raise NotFound
    rows = TransferLine.objects.filter(transfer=transfer).select_related("customer__party", "customer__unit")
    lines = list(rows.order_by("receiver", "customer__customer_no"))
    open_names([line.customer for line in lines])
    return lines
