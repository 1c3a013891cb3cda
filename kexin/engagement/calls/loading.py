"""A call list from a file: customer number, mobile or identity number, and a reason. Bad rows are left out alone."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation, type_text
from kexin.core.imports.guess import file_format
from kexin.core.imports.profile import FileFormat
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import LINE, Limits, examine, pieces
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.engagement.calls.choices import ListSource
from kexin.engagement.calls.lists import Made, Wish, make_call_list
from kexin.engagement.calls.policies import CallPolicy
from kexin.party.models import Customer
from kexin.party.queries import found_ids

LARGEST = 2_000_000  # bytes
_LIMITS = Limits(LARGEST, 20 * LARGEST)
_KEY = re.compile(r"(?=.*\d)[0-9A-Za-z+\-]{7,30}")  # a name has no digit: names find nobody here
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its line, whom it names, why."""

    line: int
    key: str
    reason: str


@dataclass(slots=True)
class Found:
    """Customers found, with the line each came from, and the lines that name nobody."""

    wishes: list[Wish] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)  # customer: line
    refused: list[tuple[int, type_text]] = field(default_factory=list)


def rows_of(content: bytes, name: str) -> list[Row]:
    """The rows of a CSV or XLSX file: the first column names the customer, the second says why.

    The content lies readable in a file of this process only while it is read. Raises RuleViolation for a file that
    cannot be read.
    """
    if len(content) > LARGEST:
        raise RuleViolation(fields={"file": _("The file is larger than %(most)s MB.") % {"most": LARGEST // 1_000_000}})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{Path(name).suffix.lower()[:8]}"
        path.write_bytes(content)
        try:
            form = FileFormat(**file_format(path))
            facts = examine(path, form, _LIMITS)
            first, second = facts.columns[0], facts.columns[1] if len(facts.columns) > 1 else ""
            rows = []
            for piece in pieces(facts, form, _LIMITS):
                reasons = piece.table.column(second).to_pylist() if second else [""] * piece.table.num_rows
                lines, keys = piece.table.column(LINE).to_pylist(), piece.table.column(first).to_pylist()
                whole = zip(lines, keys, reasons, strict=True)
                rows += [Row(line, key or "", reason or "") for line, key, reason in whole]
                if len(rows) > in_force(CallPolicy).most_entries * 2:
                    raise RuleViolation(fields={"file": _("The file has too many rows.")})
        except BadFile as bad:
            raise RuleViolation(fields={"file": str(bad)}) from bad
    return rows


@query("engagement.make_call_list", label=_("Make a call list"), record="list")
def customers_of(actor: Actor, rows: Iterable[Row]) -> Found:
    """The customers within reach that the rows name by number, mobile or identity number."""
    reach = Customer.objects.visible_to(actor, "engagement.make_call_list")
    found = Found()
    listed = [(row, _SPACE.sub("", row.key)) for row in rows]
    numbers = dict(reach.filter(customer_no__in={key.upper() for _row, key in listed}).values_list("customer_no", "pk"))
    for row, key in listed:
        if not key:
            found.refused.append((row.line, _("Nobody is named.")))
            continue
        if not _KEY.fullmatch(key):
            found.refused.append((row.line, _("Neither a customer number, a mobile nor an identity number.")))
            continue
        known = numbers.get(key.upper())
        ids = [known] if known else found_ids(reach, key)
        if len(ids) != 1:
            several, nobody = _("Several customers answer to it."), _("Not found, or outside your reach")
            found.refused.append((row.line, several if ids else nobody))
        elif ids[0] in found.lines:
            again = _("Stands in line %(line)s already.") % {"line": found.lines[ids[0]]}
            found.refused.append((row.line, again))
        else:
            found.lines[ids[0]] = row.line
            found.wishes.append(Wish(ids[0], row.reason))
    act = frame.current.get()
    if act is not None:
        act.notes["found"] = len(found.wishes)
    return found


def load_call_list(
    *,
    actor: Actor,
    content: bytes,
    name: str,
    title: str,
    why: str,
    ends_on: dt.date,
    product_id: int | None = None,
) -> tuple[Made, list[tuple[int, type_text]]]:
    """A list of the customers that a file names; and the refused lines with their reasons, in the file's order."""
    found = customers_of(actor, rows_of(content, name))
    if not found.wishes:
        told = " ".join(sorted({str(text) for _line, text in found.refused})[:5])
        raise RuleViolation(fields={"file": _("No row can be used. %(why)s") % {"why": told}})
    made = make_call_list(
        actor=actor, title=title, why=why, wishes=found.wishes, ends_on=ends_on, source=ListSource.FILE,
        product_id=product_id,
    )  # fmt: skip
    refused = found.refused + [(found.lines[pk], text) for pk, text in made.left_out]
    return made, sorted(refused, key=lambda each: each[0])
