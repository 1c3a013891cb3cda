"""Recordings behind the sales of the past that had to be recorded: a real small file, its nodes, what inspection found.

The film is one of the demonstration's own, with no person in it; each file ends in a void element that names its sale,
so that no two are the same. It lies in the vault under the customer's key, as a recording of today does. Nodes, length,
kind and size pass the rules that a recording of today passes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from kexin.core import vault
from kexin.core.imports.staging import copy_text, line
from kexin.core.policy import in_force
from kexin.people.models import Employee
from kexin.project.demo.past_rows import Facts, reserve
from kexin.project.demo.sale_story import SaleStory
from kexin.sales.choices import Gate
from kexin.sales.models import Sale, SalesRecording
from kexin.sales.recordings.begun import limits_of
from kexin.sales.recordings.choices import InspectionResult, NodeResult, RecordingState
from kexin.sales.recordings.policies import RecordingPolicy, RecordingScriptPolicy
from kexin.sales.recordings.rules import Mark, Node, is_media, may_complete, may_mark, years_after
from kexin.sales.recordings.work import owe_inspection

FILM: Final = Path(__file__).with_name("recorded.webm")
MEDIA: Final = "video/webm"
SECONDS: Final = Decimal("71.5")
FIRST_NODE, EACH_NODE, SPOKEN = Decimal(2), Decimal(8), Decimal("6.4")  # seconds of the film
INSPECTED_AFTER, STILL_TO_INSPECT = 3, 3  # days; recordings, the newest
EVERY: Final = 2  # of so many recordings one is chosen for inspection
INSPECTOR: Final = "wu"
COMPLETED = (
    "state", "begun_at", "ended_at", "seconds", "media_type", "size", "sha256", "stored_as", "sampled", "kept_until",
)  # fmt: skip
MARK = ("recording_id", "position", "code", "kind", "began", "ended", "result", "at", "by")
INSPECTION = ("recording_id", "result", "second", "reason", "at", "by", "inspector_user_id", "seller_user_id")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A complete recording of a sale of the past."""

    number: int
    sha256: str
    nodes: int

    @property
    def evidence(self) -> dict[str, object]:
        """What the gate "recorded" keeps."""
        return {"recording": self.number, "sha256": self.sha256, "seconds": str(SECONDS), "nodes": self.nodes}


def film_of(sale_no: str) -> bytes:
    """The film with the number of a sale at its end, in a void element (RFC 8794, 11.3.2), which players pass over."""
    words = sale_no.encode("ascii")
    return FILM.read_bytes() + b"\xec" + bytes([0x80 | len(words)]) + words


def marks_of_film(nodes: tuple[Node, ...]) -> list[Mark]:
    """When each node is heard or seen; the rules agree with every one."""
    marks: list[Mark] = []
    for place, node in enumerate(nodes):
        began = FIRST_NODE + EACH_NODE * place
        mark = Mark(node.code, began, began + SPOKEN, NodeResult.YES)
        may_mark(nodes, marks, mark, int(SECONDS)).enforce()
        marks.append(mark)
    return marks


def bring_recordings(numbered: Mapping[int, SaleStory], facts: Facts) -> dict[int, Recorded]:
    """The recordings by sale; before the gates that need them are written. Inside the operation that loads the bank."""
    told = {pk: story for pk, story in numbered.items() if Gate.RECORDED in story.passed()}
    if not told:
        return {}
    rules, script = in_force(RecordingPolicy), in_force(RecordingScriptPolicy)
    rows = Sale.objects.select_related("customer__party", "product", "seller").in_bulk(list(told))
    first = reserve("sales_salesrecording", len(told))
    made, marked, found = {}, [], {}
    for number, (pk, story) in enumerate(told.items(), first):
        nodes = script.script_for(story.product.product_class)
        ended, by = story.at(Gate.RECORDED), story.selling.employee.staff_no
        made[pk] = SalesRecording(
            pk=number,
            sale=rows[pk],
            customer=story.customer,
            key_id=rows[pk].customer.party.key_id,
            round=1,
            script=[asdict(node) for node in nodes],
            policies={"sales.recording": rules.policy_version, "sales.recording_script": script.policy_version},
            consented_at=ended - dt.timedelta(seconds=int(SECONDS)),
            begun_by=by,
        )
        marks = marks_of_film(nodes)
        kinds = {node.code: node.kind for node in nodes}
        for place, each in enumerate(marks):
            moment = made[pk].consented_at + dt.timedelta(seconds=float(each.ended))
            marked.append(
                line((number, place, each.code, kinds[each.code].value, each.began, each.ended, "yes", moment, by))
            )
        found[pk] = _kept(made[pk], rules, nodes, marks, ended, sampled=number % EVERY == 0)
        _tell(made[pk], story, facts)
    SalesRecording.objects.bulk_create([_begun(row) for row in made.values()])
    copy_text("sales_recordingmark", MARK, [b"".join(marked)])
    SalesRecording.objects.bulk_update(made.values(), COMPLETED)
    _inspect(made, facts, rules)
    return found


def _begun(row: SalesRecording) -> SalesRecording:
    """The row as it stands while it is recorded: a recording begins open."""
    names = ("pk", "sale", "customer", "key_id", "round", "script", "policies", "consented_at", "begun_by")
    return SalesRecording(**{name: getattr(row, name) for name in names})


def _kept(
    row: SalesRecording, rules: RecordingPolicy, nodes: tuple[Node, ...], marks: list[Mark], at: dt.datetime, *,
    sampled: bool,
) -> Recorded:  # fmt: skip
    """Put the film into the vault, and write down that the recording is complete."""
    content = film_of(row.sale.sale_no)
    is_media(MEDIA, content[:16]).enforce()
    may_complete(nodes, marks, SECONDS, len(content), limits_of(rules)).enforce()
    writer = vault.Writer(row.key_id)
    try:
        writer.write(content)
    except BaseException:
        writer.discard()
        raise
    stored = writer.finish(media_type=MEDIA, file_name="recording")
    row.state, row.begun_at, row.ended_at, row.seconds = RecordingState.DONE, row.consented_at, at, SECONDS
    row.media_type, row.size, row.stored_as = MEDIA, stored.size, stored.stored_as
    row.sha256, row.sampled = hashlib.sha256(content).hexdigest(), sampled
    row.kept_until = years_after(row.sale.opened_on, rules.keep_years[row.sale.product.regime])
    return Recorded(row.pk, row.sha256, len(nodes))


def _tell(row: SalesRecording, story: SaleStory, facts: Facts) -> None:
    about, by, sale_no = {"recording_id": row.pk}, row.begun_by, row.sale.sale_no
    facts.tell(row.begun_at, "sales.RecordingBegun", story.customer.pk, sale_no, about, by)
    done = {**about, "sha256": row.sha256}
    facts.tell(story.at(Gate.RECORDED), "sales.RecordingCompleted", story.customer.pk, sale_no, done, by)


def _inspect(made: Mapping[int, SalesRecording], facts: Facts, rules: RecordingPolicy) -> None:
    """The older ones that were chosen passed; the newest are still to be inspected."""
    chosen = sorted((row for row in made.values() if row.sampled), key=lambda row: (row.begun_at, row.pk))
    inspector = Employee.objects.get(staff_no=INSPECTOR)
    rows = []
    for row in chosen[:-STILL_TO_INSPECT]:
        moment = row.begun_at + dt.timedelta(days=INSPECTED_AFTER)
        passed = InspectionResult.PASSED.value
        rows.append(line((row.pk, passed, None, "", moment, INSPECTOR, inspector.user_id, row.sale.seller.user_id)))
        about = {"recording_id": row.pk, "result": passed}
        facts.tell(moment, "sales.RecordingInspected", row.customer_id, row.sale.sale_no, about, INSPECTOR)
    copy_text("sales_recordinginspection", INSPECTION, [b"".join(rows)])
    for row in chosen[-STILL_TO_INSPECT:]:
        owe_inspection(row, rules)
