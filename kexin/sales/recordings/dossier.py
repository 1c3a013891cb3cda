"""What the dossier of a sale says of its recordings: checksum, nodes with their seconds, inspection."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.sales.dossier.parts import Part
from kexin.sales.dossier.tree import Fact, RecordingEvidence, Section
from kexin.sales.models import RecordingMark, Sale, SalesRecording
from kexin.sales.recordings.begun import nodes_of
from kexin.sales.recordings.choices import InspectionResult, NodeResult, RecordingState


def recordings_part(sale: Sale) -> Part:
    """One section for each recording, those begun anew too, and the evidence of every complete one."""
    rows = list(SalesRecording.objects.filter(sale=sale).select_related("inspection").order_by("pk"))
    done = [row for row in rows if row.state == RecordingState.DONE]
    return Part(
        tuple(_section(row) for row in rows),
        tuple(RecordingEvidence(f"{sale.sale_no}/{row.round}", row.sha256) for row in done),
    )


def _section(row: SalesRecording) -> Section:
    english = (get_language() or "").startswith("en")
    texts = {node.code: node.text_en if english else node.text for node in nodes_of(row)}
    marks = list(RecordingMark.objects.filter(recording=row).order_by("position"))
    found = getattr(row, "inspection", None)
    facts = [
        Fact(_t("Round"), str(row.round)),
        Fact(_t("State"), str(RecordingState(row.state).label)),
        Fact(_t("Consented to be recorded"), f"{localtime(row.consented_at):%Y-%m-%d %H:%M:%S}"),
        Fact(_t("Recorded by"), row.begun_by),
    ]
    if row.state == RecordingState.DONE:
        facts += [
            Fact(_t("Length"), _t("%(seconds)s seconds") % {"seconds": row.seconds}),
            Fact(_t("Kind and size"), f"{row.media_type} · {row.size}"),
            Fact("SHA-256", row.sha256),
            Fact(_t("Kept until at least"), str(row.kept_until)),
        ]
    if row.removed_on is not None:
        facts.append(Fact(_t("Content of a recording removed"), str(row.removed_on)))
    if found is not None:
        facts.append(Fact(_t("Inspection"), " · ".join(_found(found))))
    return Section(
        "recording",
        _t("Recording of %(sale)s") % {"sale": f"{row.sale.sale_no}/{row.round}"},
        tuple(facts),
        (_t("Seconds"), _t("Nodes of the script"), _t("Result")),
        tuple(
            (f"{mark.began}–{mark.ended}", texts.get(mark.code, mark.code), str(NodeResult(mark.result).label))
            for mark in marks
        ),
        data=_data(row, marks, found),
    )


def _found(found: Any) -> list[str]:
    told = [str(InspectionResult(found.result).label), found.by]
    if found.result == InspectionResult.FAULTY:
        told += [_t("%(seconds)s seconds") % {"seconds": found.second}, found.reason]
    return told


def _data(row: SalesRecording, marks: list[RecordingMark], found: Any) -> dict[str, Any]:
    return {
        "recording": row.pk,
        "round": row.round,
        "state": row.state,
        "consented_at": row.consented_at.isoformat(),
        "policies": row.policies,
        "script": row.script,
        "seconds": str(row.seconds) if row.seconds is not None else None,
        "size": row.size,
        "media_type": row.media_type,
        "sha256": row.sha256,
        "kept_until": row.kept_until.isoformat() if row.kept_until else None,
        "removed_on": row.removed_on.isoformat() if row.removed_on else None,
        "marks": [
            {
                "code": each.code,
                "began": str(each.began),
                "ended": str(each.ended),
                "result": each.result,
                "at": each.at.isoformat(),
                "by": each.by,
            }
            for each in marks
        ],
        "inspection": {
            "result": found.result,
            "second": str(found.second) if found.second is not None else None,
            "reason": found.reason,
            "by": found.by,
            "at": found.at.isoformat(),
        }
        if found is not None
        else None,
    }
