"""The institution keeps its own calendar; deadlines that stood on an unpublished year are dated anew."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core import calendar
from kexin.core.actor import Actor
from kexin.core.choices import WorkStatus
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.models import CalendarDay, WorkItem
from kexin.core.operation import operation
from kexin.core.values import Duration
from kexin.core.work_ladder import set_next_step
from kexin.core.working_days import TRADING, WORKING

MOST_ROWS = 5_000
LARGEST_UPLOAD = 1_000_000  # bytes
_COLUMNS = ("day", "kind", "open", "name")
_YES, _NO = {"1", "true", "yes", "y", "是", "开"}, {"0", "false", "no", "n", "否", "休"}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload did, and which of its years are still not published by it (deadlines stay provisional)."""

    created: int
    updated: int
    unchanged: int
    unpublished_years: tuple[int, ...]


@operation("core.set_calendar_day", label=_("Set a day of the institution's calendar"), plain=("kind", "name"))
def set_calendar_day(*, actor: Actor, day: dt.date, is_open: bool, kind: str = WORKING, name: str = "") -> CalendarDay:
    """State whether one day is worked (or traded), whatever the published calendar says."""
    if kind not in (WORKING, TRADING):
        raise RuleViolation(fields={"kind": _("This calendar does not exist.")})
    stated, _made = CalendarDay.objects.update_or_create(
        kind=kind, day=day, defaults={"is_open": is_open, "name": name.strip()[:60]}
    )
    _changed()
    return stated


@operation("core.remove_calendar_day", label=_("Remove a day of the institution's calendar"), plain=("kind",))
def remove_calendar_day(*, actor: Actor, day: dt.date, kind: str = WORKING) -> None:
    """The published calendar decides about this day again."""
    removed, _tables = CalendarDay.objects.filter(kind=kind, day=day).delete()
    if not removed:
        raise NotFound
    _changed()


@operation("core.upload_calendar", label=_("Upload days of the institution's calendar"))
def upload_calendar(*, actor: Actor, content: bytes) -> Uploaded:
    """Enter many days at once, all or none; days not in the file stay as they are.

    ``content`` is CSV with the header ``day,kind,open,name`` (UTF-8 or GB 18030; ``kind`` may be left out), or the
    public ``holiday-cn`` JSON of a year. Raises RuleViolation naming the lines that cannot be read.
    """
    rows = _read(content)
    stated = {(row.kind, row.day): row for row in CalendarDay.objects.filter(day__in=[each[1] for each in rows])}
    created, updated = [], []
    for (kind, day), (is_open, name) in rows.items():
        row = stated.get((kind, day))
        if row is None:
            created.append(CalendarDay(kind=kind, day=day, is_open=is_open, name=name))
        elif (row.is_open, row.name) != (is_open, name):
            row.is_open, row.name = is_open, name
            updated.append(row)
    CalendarDay.objects.bulk_create(created)
    CalendarDay.objects.bulk_update(updated, ["is_open", "name"])
    _changed()
    known = calendar.days()
    years = sorted({day.year for _kind, day in rows})
    return Uploaded(
        created=len(created),
        updated=len(updated),
        unchanged=len(rows) - len(created) - len(updated),
        unpublished_years=tuple(year for year in years if not known.is_published(year)),
    )


@operation("core.redate_work", label=_("Date provisional deadlines anew"))
def redate(*, actor: Actor) -> int:
    """Compute the provisional deadlines of open work items again; how many changed or became final.

    Only items whose details hold :meth:`kexin.core.calendar.Deadline.memo` can be dated anew.
    """
    changed = 0
    items = WorkItem.objects.select_for_update().filter(
        status=WorkStatus.OPEN, due_provisional=True, details__has_key="due"
    )
    for item in items.order_by("pk").iterator(chunk_size=1000):
        memo: dict[str, Any] = item.details["due"]
        duration = Duration(Decimal(memo["amount"]), memo["unit"])
        deadline = calendar.add(dt.datetime.fromisoformat(memo["start"]), duration)
        if deadline.at == item.due_at and deadline.provisional:
            continue
        item.due_at, item.due_provisional = deadline.at, deadline.provisional
        set_next_step(item)
        if not deadline.provisional:
            del item.details["due"]
        item.version += 1
        item.save(update_fields=["due_at", "due_provisional", "details", "next_step_at", "version"])
        changed += 1
    return changed


def _changed() -> None:
    """Use the new days at once here, within seconds elsewhere; deadlines follow as a job after the commit."""
    from kexin.core import tasks

    calendar.forget_cache()
    tasks.redate_work.defer()


def _read(content: bytes) -> dict[tuple[str, dt.date], tuple[bool, str]]:
    if len(content) > LARGEST_UPLOAD:
        raise RuleViolation(_("The file is larger than a calendar can be (1 MB)."))
    text = _decoded(content)
    lines = _from_json(text) if text.lstrip().startswith("{") else _from_csv(text)
    rows: dict[tuple[str, dt.date], tuple[bool, str]] = {}
    wrong: dict[str, Any] = {}
    for number, line in enumerate(lines, start=2):
        try:
            kind = (line.get("kind") or WORKING).strip()
            day = dt.date.fromisoformat(line["day"].strip())
            said = line["open"].strip().lower()
            if kind not in (WORKING, TRADING) or said not in _YES | _NO or not 1990 <= day.year <= 2100:
                raise ValueError
            if (kind, day) in rows:
                raise ValueError
        except (ValueError, KeyError, AttributeError):
            if len(wrong) < 20:
                wrong[f"line {number}"] = _("This line is not a day of a calendar, or repeats one.")
            continue
        rows[kind, day] = (said in _YES, (line.get("name") or "").strip()[:60])
    if wrong:
        raise RuleViolation(_("The calendar was not changed: some lines cannot be read."), fields=wrong)
    if not rows:
        raise RuleViolation(_("The file holds no days."))
    return rows


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleViolation(_("The file is neither UTF-8 nor GB 18030 text."))


def _from_csv(text: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text))
    missing = {"day", "open"} - set(reader.fieldnames or ())
    if missing:
        raise RuleViolation(_("The first line must name the columns %(columns)s.") % {"columns": ", ".join(_COLUMNS)})
    try:
        return _limited(list(reader))
    except csv.Error as error:
        raise RuleViolation(_("The file is not CSV.")) from error


def _from_json(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)["days"]
        return _limited(
            [
                {
                    "day": each["date"],
                    "kind": WORKING,
                    "open": "no" if each["isOffDay"] else "yes",
                    "name": each["name"],
                }
                for each in found
            ]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RuleViolation(_("The file is not the public holiday JSON of a year.")) from error


def _limited(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(lines) > MOST_ROWS:
        raise RuleViolation(_("At most %(most)d days at once.") % {"most": MOST_ROWS})
    return lines
