"""Beginning to record a sale: consent first, then the nodes in their order."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.sales.choices import Gate, SaleState
from kexin.sales.models import RecordingMark, RecordingPiece, Sale, SalesRecording
from kexin.sales.operations.opening import close_sale
from kexin.sales.operations.passing import is_open, passed_gates
from kexin.sales.recordings.choices import NodeKind, NodeResult, RecordingState
from kexin.sales.recordings.events import RecordingBegun, RecordingRefused
from kexin.sales.recordings.policies import RecordingPolicy, RecordingScriptPolicy
from kexin.sales.recordings.rules import Limits, Mark, Node, may_begin, may_mark

BEGIN = "sales.begin_recording"


def nodes_of(recording: SalesRecording) -> tuple[Node, ...]:
    """The nodes as they stood when the recording began."""
    return tuple(Node(each["code"], NodeKind(each["kind"]), each["text"], each["text_en"]) for each in recording.script)


def marks_of(recording: SalesRecording) -> list[Mark]:
    """What has been marked so far, in order."""
    rows = RecordingMark.objects.filter(recording=recording).order_by("position")
    return [Mark(row.code, row.began, row.ended, NodeResult(row.result)) for row in rows]


def limits_of(rules: RecordingPolicy) -> Limits:
    """What a recording may be by these numbers."""
    return Limits(
        seconds=rules.longest_minutes * 60,
        piece=rules.piece_kb * 1024,
        whole=rules.largest_mb * 1_000_000,
        rate=rules.least_kbits * 125,
    )


@operation("sales.refuse_recording", label=_("Note that the customer does not consent to be recorded"))
def refuse_recording(sale: Sale | int, *, actor: Actor) -> Sale:
    """No consent to be recorded means no sale (银监办发〔2017〕110号): it ends here as refused."""
    row = _to_record(sale, actor)
    for each in SalesRecording.objects.filter(sale=row, state=RecordingState.OPEN):
        give_up(each)
    emit(RecordingRefused(row.customer_id, row.sale_no))
    return close_sale(row, SaleState.REFUSED, _t("The customer did not consent to be recorded."), actor)


@operation(BEGIN, label=_("Record a sale"))
def begin_recording(sale: Sale | int, *, actor: Actor, consented: bool) -> SalesRecording:
    """A new recording with the script in force; one that was not finished is given up.

    RuleViolation: no consent, a sale that is not recorded, or is recorded already.
    """
    row = _to_record(sale, actor)
    may_begin(consented=consented, is_recorded=Gate.RECORDED in passed_gates(row)).enforce()
    for old in SalesRecording.objects.filter(sale=row, state=RecordingState.OPEN):
        give_up(old)
    rules, script = in_force(RecordingPolicy), in_force(RecordingScriptPolicy)
    made = SalesRecording.objects.create(
        sale=row,
        customer_id=row.customer_id,
        key_id=row.customer.party.key_id,
        round=row.round,
        script=[asdict(node) for node in script.script_for(row.product.product_class)],
        policies={"sales.recording": rules.policy_version, "sales.recording_script": script.policy_version},
        consented_at=timezone.now(),
        begun_by=actor.name,
    )
    emit(RecordingBegun(row.customer_id, row.sale_no, made.pk))
    return made


@operation("sales.mark_node", label=_("Mark a node of a recording"), plain=("code", "result"))
def mark_node(
    recording: SalesRecording | int, *, actor: Actor, code: str, began: Decimal, ended: Decimal, result: str
) -> RecordingMark:
    """What was heard or seen between two seconds; anything but a clear yes is asked again.

    RuleViolation: not this node's turn, or no such time.
    """
    row = open_recording(recording, actor)
    if result not in NodeResult.values:
        raise RuleViolation(fields={"result": _("Say what was heard or seen.")})
    nodes, marks = nodes_of(row), marks_of(row)
    longest = limits_of(in_force(RecordingPolicy)).seconds
    may_mark(nodes, marks, Mark(code, began, ended, NodeResult(result)), longest).enforce()
    return RecordingMark.objects.create(
        recording=row,
        position=len(marks),
        code=code,
        kind=next(node.kind for node in nodes if node.code == code),
        began=began,
        ended=ended,
        result=result,
        by=actor.name,
    )


def open_recording(recording: SalesRecording | int, actor: Actor) -> SalesRecording:
    """The recording, locked, if it still runs for the present round of an open sale. Inside an operation."""
    row = SalesRecording.objects.lock(recording, actor)
    sale = row.sale
    if row.state != RecordingState.OPEN or sale.round != row.round:
        raise RuleViolation(_("This recording is closed."))
    is_open(sale).enforce()
    return row


def give_up(row: SalesRecording) -> None:
    """A locked, open recording counts no more; its pieces are removed. Inside an operation."""
    row.state, row.ended_at = RecordingState.VOID, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    forget_pieces(row)


def forget_pieces(row: SalesRecording) -> None:
    """The rows now, the files when the rows are gone for good."""
    rows = RecordingPiece.objects.filter(recording=row)
    names = list(rows.values_list("stored_as", flat=True))
    rows.delete()

    def remove() -> None:
        for name in names:
            vault.remove(name)

    transaction.on_commit(remove)


def _to_record(sale: Sale | int, actor: Actor) -> Sale:
    row = Sale.objects.lock(sale, actor)
    is_open(row).enforce()
    if Gate.RECORDED not in row.needed:
        raise RuleViolation(_("This sale is not one that is recorded."))
    return row
