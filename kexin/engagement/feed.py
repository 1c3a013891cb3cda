"""Appointments as iCalendar (RFC 5545), as far as the reader may see them and the policy lets names leave the house."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.masking import mask_name
from kexin.core.policy import in_force
from kexin.engagement.appointment_queries import Entry, calendar_entries
from kexin.engagement.policies import AppointmentPolicy

if TYPE_CHECKING:
    from icalendar import Event  # heavy: imported where a file is written, and no part of a start


def calendar_of(actor: Actor) -> tuple[bytes, str]:
    """The file of one's own appointments around today, and its entity tag, which changes when an appointment does."""
    from icalendar import Calendar

    rules = in_force(AppointmentPolicy)
    today, span = business_date(), dt.timedelta(days=rules.feed_days)
    entries = [each for each in calendar_entries(actor, today - span, today + span) if not each.busy]
    made = Calendar()
    made.add("prodid", "-//Kexin//Appointments//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _t("Appointments"))
    now = dt.datetime.now(dt.UTC)
    for entry in entries:
        made.add_component(_event(entry, now, whole=rules.feed_names))
    if entries:
        made.add_missing_timezones()
    facts = repr((rules.feed_names, entries)).encode("utf-8", "surrogatepass")
    return made.to_ical(), hashlib.sha256(facts).hexdigest()[:32]


def _event(entry: Entry, now: dt.datetime, *, whole: bool) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"appointment-{entry.id}@kexin")
    event.add("dtstamp", now)
    event.add("sequence", entry.version)
    event.add("dtstart", entry.starts_at.astimezone(zone()))
    event.add("dtend", entry.ends_at.astimezone(zone()))
    who = entry.customer if whole else mask_name(entry.customer)
    event.add("summary", " ".join(each for each in (entry.purpose_label, who) if each))
    if whole or entry.customer_id is None:
        if entry.place:
            event.add("location", entry.place)
        if entry.about:
            event.add("description", entry.about)
    event.add("class", "PRIVATE")
    return event
