"""What a ladder would do to a work item opened now: the preview on the pages of policies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.core.calendar import add, zone
from kexin.core.ladder import parse_ladder, recipients_of, step_times, time_of
from kexin.core.values import Duration

EXAMPLE = Duration(3, "working_days")


def ladder_preview(value: Any) -> list[tuple[str, str]]:
    """The example item with its due time, then step by step: when, to whom, and at which moment."""
    from kexin.core.models import Role

    steps = parse_ladder(value)
    names = {role.code: by_language(role) for role in Role.objects.all()}
    opened = timezone.now()
    due = add(opened, EXAMPLE).at
    times = step_times(steps, opened, due, lambda start, duration: add(start, duration).at)
    lines = [(_t("An item opened now and due in %(duration)s") % {"duration": EXAMPLE}, _moment(due))]
    for step, at in zip(steps, times, strict=True):
        act = _t("reminds %(whom)s") if step.reminds_only else _t("goes to %(whom)s")
        lines.append((f"{time_of(step)} · {act % {'whom': recipients_of(step, names)}}", _moment(at)))
    return lines


def _moment(at: dt.datetime) -> str:
    return at.astimezone(zone()).strftime("%Y-%m-%d %H:%M")


def by_language(role: Any) -> str:
    """A role's name in the reader's language."""
    return str(role.name_en if role.name_en and (get_language() or "").startswith("en") else role.name)
