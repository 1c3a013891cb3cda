"""The file of a recording: pieces one after another, then the whole, and with it the gate of the sale.

Pieces arrive with checksums of their own; the same piece again is no error, so that an upload goes on where the
network failed. At the end the whole is put together in the vault, and the pieces are removed.
"""

from __future__ import annotations

import hashlib
import secrets
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import vault
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.sales.choices import Gate
from kexin.sales.models import RecordingPiece, Sale, SalesRecording
from kexin.sales.operations.approving import ask_for_approval
from kexin.sales.operations.passing import party_of, pass_gate, passed_gates
from kexin.sales.recordings.begun import forget_pieces, limits_of, marks_of, nodes_of, open_recording
from kexin.sales.recordings.choices import RecordingState
from kexin.sales.recordings.events import RecordingCompleted
from kexin.sales.recordings.policies import RecordingPolicy
from kexin.sales.recordings.rules import (
    is_media,
    is_sampled,
    may_complete,
    may_take_piece,
    whole_digest,
    years_after,
)
from kexin.sales.recordings.work import owe_inspection
from kexin.sales.rules import may_pass

PIECE = "sales.add_recording_piece"


@operation(PIECE, label=_("Store a piece of a recording"), plain=("sha256",))
def add_piece(recording: SalesRecording | int, *, actor: Actor, number: int, content: bytes, sha256: str) -> int:
    """Store the next piece, encrypted; how many there are now. Come already: nothing is done.

    ``number`` counts from nought, ``sha256`` (hex) is of this piece. RuleViolation: damaged, out of turn, too large.
    """
    row = open_recording(recording, actor)
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise RuleViolation(fields={"sha256": _("This piece was damaged on its way; send it again.")})
    pieces = list(RecordingPiece.objects.filter(recording=row).order_by("number").values_list("sha256", "size"))
    if 0 <= number < len(pieces):
        if pieces[number][0] != sha256.lower():
            raise RuleViolation(fields={"number": _("Another piece has this number already.")})
        return len(pieces)
    may_take_piece(
        number=number,
        expected=len(pieces),
        size=len(content),
        total=sum(size for _sha256, size in pieces),
        limits=limits_of(in_force(RecordingPolicy)),
    ).enforce()
    writer = vault.Writer(row.key_id)
    try:
        writer.write(content)
    except BaseException:
        writer.discard()
        raise
    stored = writer.finish(media_type="application/octet-stream", file_name="piece")
    RecordingPiece.objects.create(
        recording=row, number=number, size=len(content), sha256=sha256.lower(), stored_as=stored.stored_as
    )
    return len(pieces) + 1


@operation("sales.complete_recording", label=_("Complete a recording"), plain=("whole", "media_type"))
def complete_recording(
    recording: SalesRecording | int, *, actor: Actor, seconds: Decimal, whole: str, media_type: str
) -> SalesRecording:
    """Put the pieces together and pass the gate "recorded"; chance decides whether it is inspected.

    ``whole`` is the sender's checksum over the pieces (:func:`whole_digest`), ``seconds`` the length. RuleViolation:
    a node or a piece is missing, the file is no recording, or the sale is not so far (the customer has not signed).
    """
    key = recording.pk if isinstance(recording, SalesRecording) else recording
    sale = Sale.objects.select_for_update().filter(recordings=key).first()  # before the recording, as `begin` does
    row = open_recording(recording, actor)
    assert sale is not None
    may_pass(Gate.RECORDED, sale.needed, passed_gates(sale), by=party_of(actor)).enforce()
    rules = in_force(RecordingPolicy)
    pieces = list(RecordingPiece.objects.filter(recording=row).order_by("number"))
    size = sum(piece.size for piece in pieces)
    may_complete(nodes_of(row), marks_of(row), seconds, size, limits_of(rules)).enforce()
    if whole.lower() != whole_digest(piece.sha256 for piece in pieces):
        raise RuleViolation(fields={"whole": _("The recording did not arrive as it was sent: a piece is missing.")})
    stored, row.sha256 = _put_together(row, pieces, media_type)
    try:
        row.state, row.ended_at, row.seconds = RecordingState.DONE, timezone.now(), seconds
        row.media_type, row.size, row.stored_as = media_type, stored.size, stored.stored_as
        row.kept_until = years_after(business_date(), rules.keep_years[sale.product.regime])
        row.sampled = is_sampled(secrets.randbelow(100), rules.percent_of(sale.product.product_class))
        row.save()
        evidence = {"recording": row.pk, "sha256": row.sha256, "seconds": str(seconds), "nodes": len(row.script)}
        pass_gate(sale, Gate.RECORDED, actor=actor, evidence=evidence)
    except BaseException:
        vault.remove(stored.stored_as)
        raise
    forget_pieces(row)
    if row.sampled:
        owe_inspection(row, rules)
    ask_for_approval(sale)
    emit(RecordingCompleted(row.customer_id, sale.sale_no, row.pk, row.sha256))
    return row


def _put_together(row: SalesRecording, pieces: list[RecordingPiece], media_type: str) -> tuple[vault.StoredFile, str]:
    """One file of all pieces, each read back and compared with its checksum; and the SHA-256 of the content."""
    writer, content = vault.Writer(row.key_id), hashlib.sha256()
    try:
        for piece in pieces:
            data = b"".join(vault.read(piece.stored_as, row.key_id))
            if piece.number == 0:
                is_media(media_type, data[:16]).enforce()
            if hashlib.sha256(data).hexdigest() != piece.sha256:
                raise RuleViolation(_("A stored piece is damaged: begin the recording anew."))
            content.update(data)
            writer.write(data)
    except BaseException:
        writer.discard()
        raise
    return writer.finish(media_type=media_type, file_name="recording"), content.hexdigest()
