"""Panels of engagement on the customer page: timeline, documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _t

from kexin.core import names as known_names
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.models import Event
from kexin.core.policy import in_force
from kexin.core.ui.keyset import Cursor, KeysetPage, Order
from kexin.core.ui.request import actor_of
from kexin.engagement.models import Note
from kexin.engagement.policies import DocumentPolicy
from kexin.engagement.queries import TimelineFilter, documents, notes_for, timeline_events
from kexin.engagement.timeline import GROUPS, Rendering, Text, rendering_of
from kexin.engagement.ui import large
from kexin.people.queries import post_labels

PAGE = 20
ORDER: Order = (("at", "desc"), ("id", "desc"))
Shown = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline, ready for the template."""

    at: dt.datetime
    rendering: Rendering
    sentence: Text
    who: str
    note: Note | None = None
    whole_day: bool = False
    url: str = ""


def timeline_panel(request: HttpRequest, pk: int) -> Shown:
    """Overview: pinned notes, a box for a new one, then what happened, newest first. Nine reads at most.

    With ``at`` in the address only the next lines come, to be put behind those already shown.
    """
    actor = actor_of(request)
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    page = KeysetPage(timeline_events(actor, pk, TimelineFilter(group)), ORDER, request.GET.get("at", ""), PAGE)
    mine = [row.payload.get("note_id") for row in page.rows if row.payload.get("note_id")]
    first = not request.GET.get("at")
    found = notes_for(actor, pk, mine, pinned=first)
    pinned = [note for note in found if note.pinned] if first else []
    names = known_names.people({row.actor_name for row in page.rows} | {note.written_by for note in pinned})
    lines = _lines(page.rows, {note.pk: note for note in found}, names)
    bookings = _bookings(actor, pk, page, _begun(request.GET.get("at", ""))) if group in ("", large.GROUP) else []
    lines = sorted([*lines, *bookings], key=lambda line: line.at, reverse=True)
    context = {
        "lines": lines,
        "most": large.MOST if len(bookings) == large.MOST else 0,
        "group": group,
        "next": page.next_cursor,
        "panel_url": request.path,
        "me": actor.name,
        "may_change": actor.may("engagement.change_note"),
        "may_pin": actor.may("engagement.pin_note"),
        "may_withdraw": actor.may("engagement.withdraw_note"),
    }
    if not first:
        return "engagement/timeline_lines.html", context
    return "engagement/panel_timeline.html", context | {
        "customer_pk": pk,
        "groups": [each for each in GROUPS.items() if each[0] != large.GROUP or large.seen_by(actor)],
        "pinned": [(note, names.get(note.written_by, note.written_by)) for note in pinned],
        "may_write": actor.may("engagement.write_note"),
        "text": "",
    }


def _lines(rows: list[Event], written: Mapping[int, Note], names: Mapping[str, str]) -> list[Line]:
    """Events with their sentences; posts are looked up once for all of them, notes come with their text.

    A pinned note's text stands on top; its line further down says so.
    """
    posts = {row.payload.get(key) for row in rows for key in ("post_id", "before_post_id")} - {None}
    labels = post_labels(posts) if posts else {}
    shown: set[int] = set()
    lines = []
    for row in rows:
        rendering = rendering_of(row.name)
        if rendering is None:
            continue
        payload = dict(row.payload)
        payload["post"] = labels.get(payload.get("post_id") or 0, "")
        payload["before_post"] = labels.get(payload.get("before_post_id") or 0, "")
        sentence = rendering.sentence(payload)
        note = written.get(payload.get("note_id", 0))
        if note is not None and note.pk in shown and row.name == "engagement.NoteWritten" and note.handed_at:
            continue  # written and handed over in one step: one line
        if note is not None and note.pinned:
            note, sentence = None, sentence or _t("pinned above")
        elif note is not None and note.pk in shown:
            note = None  # changed twice: the text stands once, at its newest line
        elif note is not None:
            shown.add(note.pk)
        who = names.get(row.actor_name, row.actor_name)
        lines.append(Line(row.at, rendering, sentence, who, note))
    return lines


def _bookings(actor: Actor, customer_id: int, page: KeysetPage[Event], before: dt.datetime | None) -> list[Line]:
    """Large transactions of the time that this page of events covers; all earlier ones where it is the last page."""
    return [
        Line(
            at,
            large.rendering(row),
            large.sentence(row),
            "",
            whole_day=whole_day,
            url=reverse("holdings:account", args=[row.account_id]),
        )
        for (at, whole_day), row in large.between(
            actor, customer_id, page.rows[-1].at if page.has_next else None, before
        )
    ]


def _begun(text: str) -> dt.datetime | None:
    """The moment before which a further page of events begins; None for the first."""
    cursor = Cursor.read(text) if text else None
    try:
        return dt.datetime.fromisoformat(str(cursor.values[0])) if cursor else None
    except (ValueError, IndexError):
        return None


def documents_panel(request: HttpRequest, pk: int) -> Shown:
    """Tab: documents with what may be done. Four reads at most."""
    actor = actor_of(request)
    found = documents(actor, pk)
    today = business_date()
    soon = today + dt.timedelta(days=in_force(DocumentPolicy).warn_days)
    names = known_names.people({each.added_by for each in found})
    lines = [
        {
            "document": each,
            "who": names.get(each.added_by, each.added_by),
            "validity": "bad" if each.expires_on and each.expires_on < today else "warn",
            "marked": bool(each.expires_on and each.expires_on <= soon and not each.withdrawn_at),
        }
        for each in found
    ]
    return "engagement/panel_documents.html", {
        "customer_pk": pk,
        "lines": lines,
        "may_add": actor.may("engagement.add_document"),
        "may_download": actor.may("engagement.download_document"),
        "may_withdraw": actor.may("engagement.withdraw_document"),
    }
