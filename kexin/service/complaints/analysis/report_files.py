"""The files of a statutory report: XLSX and PDF/A, made from what was kept, the same to the byte each time.

They carry no watermark of who takes them out (they would differ then); the audit keeps who took which fingerprint.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation, type_text
from kexin.core.export import need_purpose, safe_cell
from kexin.core.operation import operation
from kexin.core.typeset import typeset
from kexin.service.complaints.analysis.disclosure import OVERVIEW
from kexin.service.complaints.analysis.exporting import FLAG_HEADS
from kexin.service.complaints.analysis.figures import BUSINESS, CAUSE, PLACE, REGION, SOURCE, TOLD_BY
from kexin.service.complaints.analysis.reporting import LANGUAGES, ReportFile, file_of
from kexin.service.complaints.choices import ReportKind
from kexin.service.models import ComplaintReport

DOWNLOAD = "service.download_complaint_report"
TEMPLATE = Path(__file__).parents[2] / "typeset" / "complaint_report.typ"
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
HEADS: dict[str, type_text] = {
    "value": pgettext_lazy("complaint report", "Number"),
    "brought": pgettext_lazy("complaint figures", "Brought in"),
    "joined": pgettext_lazy("complaint report", "Joined with another"),
    "cases": pgettext_lazy("complaint figures", "Complaints after joining"),
    "share": pgettext_lazy("complaint report", "Share (%)"),
    "told": _("Answered"),
    "major": _("Major consumer complaints (to be reported)"),
    "groups": pgettext_lazy("complaint report", "Group complaints"),
    "grouped": pgettext_lazy("complaint report", "Cases in group complaints"),
    "groups_reported": pgettext_lazy("complaint report", "Group complaints reported as major"),
    "customers": _("Personal customers"),
    "per_customers": _("Per 10 million customers"),
    "outlets": _("Outlets"),
    "per_outlets": _("Per 1,000 outlets"),
    **FLAG_HEADS,
}
TITLES: dict[str, type_text] = {
    BUSINESS: pgettext_lazy("complaint report", "By business"),
    CAUSE: pgettext_lazy("complaint report", "By cause"),
    REGION: pgettext_lazy("complaint report", "By region"),
    PLACE: pgettext_lazy("complaint report", "By place"),
    SOURCE: pgettext_lazy("complaint report", "By source"),
}
DECIMALS = ("share", "per_customers", "per_outlets")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP file can name


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file of a report with its name, kind of content and fingerprint."""

    name: str
    content: bytes
    media: str
    sha256: str


@operation(DOWNLOAD, label=_("Download a statutory report of complaints"), plain=("purpose", "form", "language"))
def download_complaint_report(
    report: ComplaintReport | int, *, actor: Actor, purpose: str, form: str, language: str = "zh"
) -> MadeFile:
    """An approved report as ``xlsx`` or ``pdf``, Chinese or English. RuleViolation before its approval."""
    row = ComplaintReport.objects.lock(report, actor)
    need_purpose(purpose)
    if form not in MEDIA or language not in LANGUAGES:
        raise RuleViolation(fields={"form": _("Choose one of the list.")})
    found = file_of(row)
    if found.decision is None or not found.decision.approved:
        raise RuleViolation(_("A report leaves the house once it is approved."))
    if not found.intact:
        raise RuleViolation(_("What was kept of this report does not fit its signature. Tell the auditor."))
    made = made_file(found, form, language)
    act = frame.current.get()
    assert act is not None
    act.notes["sha256"] = made.sha256
    return made


def made_file(found: ReportFile, form: str, language: str) -> MadeFile:
    """The file, made anew from what was kept."""
    with translation.override(LANGUAGES[language]):
        content = _pdf(found, language) if form == "pdf" else _xlsx(found, language)
    name = f"{found.row.report_no}-{language}.{form}"
    return MadeFile(name, content, MEDIA[form], hashlib.sha256(content).hexdigest())


def title_of(code: str) -> str:
    """The head of a table."""
    if code == OVERVIEW:
        return pgettext("complaint report", "Overview")
    return str(TITLES[code])


def name_of(content: Mapping[str, Any], code: str, key: str, language: str) -> str:
    """The first cell of a line: the figure's own name, or what the code was called when it was counted."""
    if code == OVERVIEW:
        return str(HEADS[key])
    return str(content["names"].get(code, {}).get(key, {}).get(language) or key)


def facts_of_report(found: ReportFile) -> list[tuple[str, str]]:
    """What the last page says of the report itself; people by staff number: names change."""
    row, decision = found.row, found.decision
    facts = [
        (_t("Report number"), row.report_no),
        (_t("Kind"), str(ReportKind(row.kind).label)),
        *([(_t("Unit and those below"), unit_of(row.content))] if "unit" in row.content else []),
        (_t("Period"), f"{row.first_day.isoformat()} – {row.last_day.isoformat()}"),
        (_t("Counted at"), _moment(row.made_at)),
        (_t("Made by"), row.made_by),
    ]
    if decision is not None:
        facts.append((_t("Approved by"), decision.by))
        facts.append((_t("Approved at"), _moment(decision.at)))
    facts.append((_t("Fingerprint of tables and cases (SHA-256)"), row.sha256))
    if decision is not None and decision.signature is not None:
        facts.append((_t("Signature (Ed25519)"), bytes(decision.signature).hex()))
    return facts


def unit_of(content: Mapping[str, Any]) -> str:
    """The unit of a report as it was called then, in the language that is on; empty for the whole institution."""
    english = (translation.get_language() or "").startswith("en")
    return str(content.get("unit", {}).get("en" if english else "zh", ""))


def notes_of() -> list[str]:
    """How it was counted, in the words of the figures."""
    return [
        _t("Consumer complaints count by the day they were opened, once each: what was joined counts with the other."),
        _t("A complaint with several causes counts under each; the causes add up to more than the complaints."),
        _t("Customers and outlets as of the last day of the period; rates after joining."),
    ]


def _moment(value: dt.datetime) -> str:
    return localtime(value).strftime("%Y-%m-%d %H:%M:%S")


def _pdf(found: ReportFile, language: str) -> bytes:
    row, decision = found.row, found.decision
    assert decision is not None
    content = row.content
    data = {
        "lang": language,
        "region": "cn" if language == "zh" else "us",
        "institution": content["institution"][language],
        "title": str(_("Consumer complaints")),
        "kind": _kind(row),
        "period": f"{row.first_day.isoformat()} – {row.last_day.isoformat()}",
        "number": row.report_no,
        "tables": [
            {
                "title": title_of(table["code"]),
                "heads": [_first_head(table["code"]), *(str(HEADS[head]) for head in table["heads"])],
                "rows": [
                    [name_of(content, table["code"], line[0], language), *(digits(value) for value in line[1:])]
                    for line in table["rows"]
                ],
            }
            for table in content["tables"]
        ],
        "notes_title": _t("How it was counted"),
        "notes": notes_of(),
        "facts_title": _t("About this report"),
        "facts": [list(each) for each in facts_of_report(found)],
        "none": _t("None."),
    }
    return typeset(TEMPLATE, data, made_at=decision.at)


def _kind(row: ComplaintReport) -> str:
    """What it is, and of which unit where it is not the whole institution's."""
    told, unit = str(ReportKind(row.kind).label), unit_of(row.content)
    return f"{told} · {unit}" if unit else told


def _first_head(code: str) -> str:
    return pgettext("complaint report", "Figure") if code == OVERVIEW else str(TOLD_BY[code])


def digits(value: Any) -> str:
    """A number as people read it: grouped by thousands, a dash for none."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{Decimal(value):,}" if value else "–"


def _xlsx(found: ReportFile, language: str) -> bytes:
    from openpyxl import Workbook  # a second of start-up that only files should pay

    row, content = found.row, found.row.content
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in content["tables"]:
        sheet = book.create_sheet(title_of(table["code"])[:31])
        sheet.append([_first_head(table["code"]), *(str(HEADS[head]) for head in table["heads"])])
        for line in table["rows"]:
            heads = table["heads"] if table["code"] != OVERVIEW else [line[0]]
            first = safe_cell(name_of(content, table["code"], line[0], language))
            sheet.append([first, *(_number(head, value) for head, value in zip(heads, line[1:], strict=True))])
        sheet.column_dimensions["A"].width = 36
        sheet.freeze_panes = "B2"
    about = book.create_sheet(_t("About this report")[:31])
    for name, value in facts_of_report(found):
        about.append([name, safe_cell(value)])
    for note in notes_of():
        about.append([note])
    file = io.BytesIO()
    book.save(file)
    return _settled(file.getvalue(), row.made_at)


def _number(head: str, value: Any) -> Any:
    return (Decimal(value) if value else None) if head in DECIMALS else value


def _settled(content: bytes, at: dt.datetime) -> bytes:
    """The workbook without the moment of its making: its parts in order, dated alike."""
    told = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            body = old.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + told, body)
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, body)
    return made.getvalue()
