"""The lists behind the figures that complaints and surveys add to the service board."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from kexin.core.actor import Actor
from kexin.service.complaints.analysis.asking import FiguresAsked
from kexin.service.complaints.queries import VIEW as VIEW_COMPLAINTS
from kexin.service.oversight.figures import POST, UNIT, WHOLE, Asked, Key
from kexin.service.oversight.others import SATISFACTION
from kexin.service.surveys.queries import ANSWERS
from kexin.service.ui.complaint_figures import list_of

CASES_BY = {WHOLE: WHOLE, UNIT: "unit", POST: "lead"}


def other_list(column: str, actor: Actor, asked: Asked, place: Key) -> str:
    """Where the cases or answers behind a figure stand; empty for who may not read them one by one."""
    dimension, key = place
    if column == SATISFACTION:
        return _answers(asked, dimension, key) if actor.may(ANSWERS) else ""
    if not actor.may(VIEW_COMPLAINTS):
        return ""
    return list_of(FiguresAsked(asked.first, asked.last, asked.unit_id), CASES_BY[dimension], key)


def _answers(asked: Asked, dimension: str, key: str) -> str:
    wanted = {
        "state": "answered",
        "answered_after": asked.first.isoformat(),
        "answered_before": asked.last.isoformat(),
        **({"below": str(asked.unit_id)} if asked.unit_id is not None else {}),
        **({dimension: key} if dimension != WHOLE else {}),
    }
    return f"{reverse('service:survey_answers')}?{urlencode(wanted)}"
