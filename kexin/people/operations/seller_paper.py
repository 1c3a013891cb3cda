"""The qualification file 资质档案 of one employee as a PDF, every attached file with its checksum."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.listing import listed
from kexin.core.operation import operation
from kexin.core.typeset import typeset
from kexin.people.evidence_queries import roles_of
from kexin.people.models import Employee, OrgUnit, QualificationFile
from kexin.people.seller_queries import CertificateLine, SellerFile, file_of

TEMPLATE = Path(__file__).parents[1] / "typeset" / "seller_file.typ"
LONGEST_PURPOSE = 200


@dataclass(frozen=True, slots=True)
class SellerPaper:
    """The document, its name and its checksum, which the audit keeps."""

    name: str
    content: bytes
    sha256: str


@operation("people.export_seller_file", label=_("Export a qualification file"), plain=("purpose",))
def export_seller_file(employee: Employee, *, actor: Actor, purpose: str) -> SellerPaper:
    """The file of an employee within reach, for a purpose; what left and why is in the audit."""
    row = Employee.objects.lock(employee, actor)
    if not purpose.strip() or len(purpose) > LONGEST_PURPOSE:
        raise RuleViolation(fields={"purpose": _("Say what the file is for.")})
    now = timezone.localtime()
    content = typeset(TEMPLATE, _data(row, file_of(row), actor, purpose.strip(), now), made_at=now)
    made = SellerPaper(
        f"qualification-file-{row.staff_no}-{now:%Y%m%d}.pdf", content, hashlib.sha256(content).hexdigest()
    )
    act = frame.current.get()
    assert act is not None
    act.notes["sha256"] = made.sha256
    return made


def _data(row: Employee, file: SellerFile, actor: Actor, purpose: str, now: dt.datetime) -> dict[str, Any]:
    english = (get_language() or "").startswith("en")
    root = OrgUnit.objects.filter(parent=None).order_by("path").first()
    roles = listed(roles_of(row, business_date()).values())
    return {
        "lang": "en" if english else "zh",
        "region": "us" if english else "cn",
        "title": f"{_t('Qualification file')} · {row.shown_name}",
        "subtitle": " · ".join(each for each in (row.staff_no, row.unit.shown_name, roles) if each),
        "institution": root.shown_name if root else "",
        "demo": _t("Demo data") if settings.KEXIN_DEMO else "",
        "made": _t("Made %(moment)s by %(who)s for: %(purpose)s")
        % {"moment": f"{now:%Y-%m-%d %H:%M}", "who": actor.label or actor.name, "purpose": purpose},
        "sections": [_gaps(file), _certificates(file), _trainings(file), _authorisations(file), _files(file)],
    }


def _section(title: str, heads: list[str], widths: list[int], rows: list[list[str]], empty: str) -> dict[str, Any]:
    return {"title": title, "heads": heads, "widths": widths, "rows": rows, "empty": empty}


def _gaps(file: SellerFile) -> dict[str, Any]:
    words = {"bad": _t("not in order"), "warn": _t("to be put in order")}
    rows = [[words[gap.level], str(gap.text)] for gap in file.gaps]
    return _section(_t("What is missing"), [_t("State"), _t("What")], [2, 9], rows, _t("Nothing is missing."))


def _state(line: CertificateLine) -> str:
    return _t("in force") if line.running else _t("not valid")


def _certificates(file: SellerFile) -> dict[str, Any]:
    rows = [
        [
            line.label,
            f"{line.row.number} · {line.row.issuer}",
            f"{line.row.issued_on} – {line.row.valid_until or _t('no end')}",
            _state(line),
            str(len(line.files)),
        ]
        for line in file.certificates
    ]
    heads = [_t("Kind of certificate"), _t("Certificate number"), _t("Period"), _t("State"), _t("Files")]
    return _section(_t("Certificates"), heads, [3, 5, 4, 2, 1], rows, _t("No certificates recorded"))


def _trainings(file: SellerFile) -> dict[str, Any]:
    rows = [
        [str(line.row.held_on), line.row.subject, str(line.row.hours), str(line.row.ethics_hours), str(len(line.files))]
        for line in file.trainings
    ]
    heads = [_t("Day"), _t("Training subject"), _t("Hours"), _t("Of which ethics"), _t("Files")]
    return _section(_t("Training"), heads, [3, 7, 2, 2, 1], rows, _t("No training recorded"))


def _authorisations(file: SellerFile) -> dict[str, Any]:
    rows = [
        [
            listed(line.classes),
            f"R{line.row.highest_grade}",
            f"{line.row.starts_on} – {line.row.ends_on}",
            _t("in force") if line.running else _t("not in force"),
        ]
        for line in file.authorisations
    ]
    heads = [_t("May sell"), _t("Up to"), _t("Period"), _t("State")]
    return _section(_t("Product authorisations"), heads, [7, 2, 4, 2], rows, _t("Authorised for no products"))


def _files(file: SellerFile) -> dict[str, Any]:
    rows: list[list[str]] = []
    for line in file.certificates:
        rows += [_line(f"{line.label} {line.row.number}", each) for each in line.files]
    for training in file.trainings:
        rows += [_line(training.row.subject, each) for each in training.files]
    heads = [
        pgettext("file of evidence", "Belongs to"),
        pgettext("upload", "File"),
        _t("Version"),
        _t("Added"),
        "SHA-256",
    ]
    return _section(_t("Attached files"), heads, [4, 4, 1, 3, 4], rows, _t("No files attached"))


def _line(about: str, row: QualificationFile) -> list[str]:
    name = str(row.file_name or "") if row.removed_on is None else _t("no longer kept")
    return [about, name, str(row.number), f"{timezone.localtime(row.added_at):%Y-%m-%d %H:%M}", str(row.sha256 or "–")]
