"""Recordings on the day of loading, through the doors: one made this morning, one still missing, some inspected, one of
them with a fault; and the sales of the year looked at for signs of wrong selling, so that the mis-sold are found.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Final

from kexin.core.actor import Actor, system
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.project.demo.casting import cast
from kexin.project.demo.day_sales import fitting, signed_sale
from kexin.project.demo.recorded import INSPECTOR, MEDIA, SECONDS, film_of, marks_of_film
from kexin.sales.choices import SaleChannel
from kexin.sales.models import Sale, SalesRecording
from kexin.sales.oversight.examining import examine_sales
from kexin.sales.recordings.begun import begin_recording, limits_of, mark_node, nodes_of
from kexin.sales.recordings.choices import InspectionResult
from kexin.sales.recordings.completing import add_piece, complete_recording
from kexin.sales.recordings.inspecting import inspect_recording
from kexin.sales.recordings.policies import RecordingPolicy
from kexin.sales.recordings.rules import whole_digest

ON_PREMISES: Final = 2  # sales of Lin's this morning: the first is recorded, the second not yet
LOOKED_AT: Final = 60
PIECE: Final = 32 * 1024  # bytes
FAULT_AT: Final = Decimal("35.0")  # seconds: where the customer says whether it is clear that it is no deposit
FAULT: Final = "客户对“该产品不是存款”的回答听不清，须与客户重新确认。"


def tell_of_recordings(today: dt.date) -> None:
    """Lin sells on the premises. Where nothing on the shelf fits, nothing is told."""
    lin = cast("lin")
    mine = Customer.objects.filter(lead_post=lin.post_id, kind="individual", status="active").select_related("party")
    busy = Sale.objects.filter(state="open").values("customer")
    told = 0
    for row in mine.exclude(pk__in=busy).order_by("-assets", "pk")[3 : 3 + LOOKED_AT]:
        found = next(fitting(lin, row, today, grade=2, channel=SaleChannel.PREMISES), None)
        if found is None:
            continue
        sale = signed_sale(lin, row, found[0], SaleChannel.PREMISES)
        if told == 0:
            _record(lin, sale)
        told += 1
        if told == ON_PREMISES:
            return


def _record(lin: Actor, sale: Sale) -> None:
    """As the page of the recording does it: consent, nodes, pieces, the whole."""
    recording = begin_recording(sale, actor=lin, consented=True)
    for mark in marks_of_film(nodes_of(recording)):
        mark_node(recording, actor=lin, code=mark.code, began=mark.began, ended=mark.ended, result=mark.result)
    content, size = film_of(sale.sale_no), min(PIECE, limits_of(in_force(RecordingPolicy)).piece)
    digests = []
    for number, start in enumerate(range(0, len(content), size)):
        piece = content[start : start + size]
        digests.append(hashlib.sha256(piece).hexdigest())
        add_piece(recording, actor=lin, number=number, content=piece, sha256=digests[-1])
    whole = whole_digest(digests)
    complete_recording(recording, actor=lin, seconds=SECONDS, whole=whole, media_type=MEDIA)


def tell_of_inspection() -> None:
    """Compliance hears the oldest two that wait: one passes, one has a fault. The clock looks at the signed sales."""
    wu = cast(INSPECTOR)
    waiting = SalesRecording.objects.filter(state="done", sampled=True, inspection=None).order_by("begun_at", "pk")
    for result, row in zip((InspectionResult.PASSED, InspectionResult.FAULTY), waiting[:2], strict=False):
        if result == InspectionResult.FAULTY:
            inspect_recording(row, actor=wu, result=result, second=FAULT_AT, reason=FAULT)
        else:
            inspect_recording(row, actor=wu, result=result)
    clock = system("clock.oversight")
    for pk in Sale.objects.filter(signatures__isnull=False).order_by("pk").values_list("pk", flat=True).distinct():
        examine_sales(actor=clock, sale_id=pk)
