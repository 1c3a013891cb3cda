"""服务看板 on the screen: what is open now, how a period went against the one before, each number with its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.policy import in_force
from kexin.core.ui.fields import DayInput
from kexin.core.ui.form_page import need, put_errors
from kexin.core.ui.sending import sent
from kexin.holdings.ui.export import ExportForm
from kexin.people.models import OrgUnit
from kexin.people.queries import post_labels, units_in_reach
from kexin.service.oversight.exporting import EXPORT, board_file, export_service_board
from kexin.service.oversight.figures import (
    ANSWER_STEPS,
    KIND,
    POST,
    RESULT_STEPS,
    UNIT,
    VIEW_BOARD,
    WHOLE,
    Asked,
    Board,
    BoardColumn,
    Done,
    Key,
    Now,
    asked_for,
    board_columns,
    board_now,
    service_board,
)
from kexin.service.policies import RequestPolicy, parse_kinds
from kexin.service.queries import VIEW
from kexin.service.ui.board_lists import other_list

MOST_LINES = 60
NARROWS = {UNIT: "unit", POST: "owner", KIND: "kind"}


class BoardForm(forms.Form):
    """Unit and period."""

    unit = forms.TypedChoiceField(label=_("Unit"), required=False, coerce=int, empty_value=None)
    first = forms.DateField(label=_("From"), required=False, widget=DayInput())
    last = forms.DateField(label=_("Until"), required=False, widget=DayInput())


def _labels(board: Board) -> dict[tuple[str, str], str]:
    """Names of the units, persons and kinds that have a figure."""
    units = OrgUnit.objects.in_bulk([int(each) for each in board.keys(UNIT)])
    posts = post_labels([int(each) for each in board.keys(POST)])
    kinds = {each.code: each.label for each in parse_kinds(in_force(RequestPolicy).kinds)}
    found = {(UNIT, str(pk)): unit.shown_name for pk, unit in units.items()}
    found |= {(POST, str(pk)): label for pk, label in posts.items()}
    return found | {(KIND, code): label for code, label in kinds.items()}


def _list(asked: Asked, dimension: str, key: str, **narrowed: str) -> str:
    """The list behind a number; a unit stands for itself, the whole board's unit for those below it too."""
    wanted = dict(narrowed)
    if dimension in NARROWS:
        wanted[NARROWS[dimension]] = key
    if asked.unit_id is not None and dimension != UNIT:
        wanted["under"] = str(asked.unit_id)
    return f"{reverse('service:requests')}?{urlencode(wanted)}"


def _span(asked: Asked, name: str) -> dict[str, str]:
    return {f"{name}_after": asked.first.isoformat(), f"{name}_before": asked.last.isoformat()}


def _hours(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} %"


def _against(now: float | None, before: float | None, unit: str) -> str:
    return "" if now is None or before is None else f"{now - before:+.1f}{unit}"


def now_tiles(now: Now, asked: Asked, lists: bool) -> list[tuple[Any, int, str, str]]:
    """Label, number, list, level of what is unfinished."""

    def url(**narrowed: str) -> str:
        return _list(asked, WHOLE, "", **narrowed) if lists else ""

    return [
        (_("Open now"), now.open, url(state="unfinished"), ""),
        (_("Late"), now.late, url(state="unfinished", due="late"), "bad" if now.late else ""),
        (_("Due within 24 hours"), now.risk, url(state="unfinished", due="today"), "warn" if now.risk else ""),
        (_("Await the customer's word"), now.waiting, url(state="told"), ""),
        (pgettext_lazy("board", "Offered, not accepted"), now.offered, url(state="unfinished", went="offered"), ""),
        (_("Put aside"), now.snoozed, url(rest="snoozed"), ""),
    ]


def _lines(
    board: Board, dimension: str, labels: Mapping[Key, str], lists: bool, added: Sequence[BoardColumn], actor: Actor
) -> list[dict[str, Any]]:
    asked, found = board.asked, []
    for key in board.keys(dimension)[:MOST_LINES]:
        place = (dimension, key)
        now, done = board.now.get(place, Now()), board.period.get(place, Done())
        told = _span(asked, "told")

        def cell(text: object, **narrowed: str) -> tuple[object, str]:
            return text, _list(asked, dimension, key, **narrowed) if lists and text else ""  # noqa: B023  used at once

        found.append(
            {
                "label": labels.get(place, key),
                "cells": [
                    cell(now.open, state="unfinished"),
                    cell(now.late, state="unfinished", due="late"),
                    cell(now.risk, state="unfinished", due="today"),
                    cell(done.received, **_span(asked, "opened")),
                    cell(done.told, **told),
                    (_hours(done.answers.median), ""),
                    (_hours(done.results.median), ""),
                    (_hours(done.results.p90), ""),
                    (_percent(done.results.rate), ""),
                    (_percent(done.share(done.solved)), ""),
                    cell(_percent(done.resolution), solved="true", **told) if done.received else ("–", ""),
                    *[_other(board, column, place, actor) for column in added],
                ],
            }
        )
    return found


def _other(board: Board, column: BoardColumn, place: Key, actor: Actor) -> tuple[str, str]:
    """A figure of another room and the list behind it."""
    figure = board.others.get(column.key, {}).get(place)
    return ("–", "") if figure is None else (column.told(figure), other_list(column.key, actor, board.asked, place))


def _bars(steps: tuple[int, ...], bars: tuple[int, ...]) -> list[tuple[str, int]]:
    heads = [f"≤ {step} h" if step < 48 else f"≤ {step // 24} d" for step in steps]
    last = f"> {steps[-1] // 24} d"
    return list(zip([*heads, last], bars, strict=False))


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """GET /service-board/?unit=&first=&last=: the last 30 days where nothing is said."""
    actor = need(request, VIEW_BOARD)
    form = BoardForm(request.GET)
    choices = [("", _("All within reach")), *((each.pk, each.shown_name) for each in units_in_reach(actor, VIEW_BOARD))]
    form.fields["unit"].choices = choices  # type: ignore[attr-defined]
    context: dict[str, Any] = {"title": _("Service board"), "form": form}
    if not form.is_valid():
        return render(request, "service/board.html", context | {"refused": _said(form)}, status=422)
    try:
        asked = asked_for(form.cleaned_data["first"], form.cleaned_data["last"], form.cleaned_data["unit"])
    except RuleViolation as refusal:
        put_errors(form, refusal)
        return render(request, "service/board.html", context | {"refused": _said(form)}, status=422)
    found, lists = service_board(actor, asked), actor.may(VIEW)
    whole, before = found.period.get((WHOLE, ""), Done()), found.before.get((WHOLE, ""), Done())
    labels, told = _labels(found), _span(asked, "told")

    def url(**narrowed: str) -> str:
        return _list(asked, WHOLE, "", **narrowed) if lists else ""

    query = urlencode({"unit": asked.unit_id or "", "first": asked.first.isoformat(), "last": asked.last.isoformat()})
    tiles: list[tuple[Any, object, str, str]] = [
        (pgettext_lazy("board", "Received"), whole.received, _diff(whole.received, before.received),
         url(**_span(asked, "opened"))),
        (_("Results told"), whole.told, _diff(whole.told, before.told), url(**told)),
        (_("Solved"), _percent(whole.share(whole.solved)),
         _against(whole.share(whole.solved), before.share(before.solved), ""), url(solved="true", **told)),
        (_("Resolution rate"), _percent(whole.resolution), _against(whole.resolution, before.resolution, ""),
         url(solved="true", **told)),
        (_("Solved at first contact"), _percent(whole.share(whole.at_once)),
         _against(whole.share(whole.at_once), before.share(before.at_once), ""), url(went="at_once", **told)),
        (_("Opened again"), whole.again, _diff(whole.again, before.again), url(went="again", **told)),
        (_("Answers on time"), _percent(whole.answers.rate),
         _against(whole.answers.rate, before.answers.rate, ""), url(went="late_answer", **told)),
        (_("Results on time"), _percent(whole.results.rate),
         _against(whole.results.rate, before.results.rate, ""), url(went="late_result", **told)),
    ]  # fmt: skip
    added = board_columns(actor)
    for column in added:
        figure, list_url = _other(found, column, (WHOLE, ""), actor)
        tiles.append((column.label, figure, "", list_url))
    context |= {
        "found": found,
        "tiles": tiles,
        "now_tiles": now_tiles(found.now.get((WHOLE, ""), Now()), asked, lists),
        "now_url": f"{reverse('service:board_now')}?unit={asked.unit_id or ''}",
        "times": [
            (_("Time to the first answer"), whole.answers, before.answers, _bars(ANSWER_STEPS, whole.answers.bars)),
            (_("Time to the result"), whole.results, before.results, _bars(RESULT_STEPS, whole.results.bars)),
        ],
        "tables": [
            (_("By unit"), _lines(found, UNIT, labels, lists, added, actor), added),
            (_("By person"), _lines(found, POST, labels, lists, added, actor), added),
            (_("By kind"), _lines(found, KIND, labels, lists, [], actor), []),
        ],
        "export_url": f"{reverse('service:export_board')}?{query}" if actor.may(EXPORT) else "",
    }
    return render(request, "service/board.html", context)


def _diff(now: int, before: int) -> str:
    return f"{now - before:+d}" if now or before else ""


def _said(form: forms.Form) -> list[str]:
    return [str(text) for texts in form.errors.values() for text in texts]


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """GET /service-board/now/?unit=: the tiles of now; asked again every half minute by an open page."""
    actor = need(request, VIEW_BOARD)
    unit = request.GET.get("unit", "")
    asked = asked_for(unit_id=int(unit) if unit.isdigit() else None)
    tiles = now_tiles(board_now(actor, asked.unit_id), asked, actor.may(VIEW))
    return render(request, "service/part_board_now.html", {"now_tiles": tiles})


def export(request: HttpRequest) -> HttpResponseBase:
    """GET, POST /service-board/export/: the purpose first, then the file."""
    actor = need(request, EXPORT)
    asking = BoardForm(request.GET)
    asking.fields["unit"].choices = [("", ""), *((u.pk, "") for u in units_in_reach(actor, VIEW_BOARD))]  # type: ignore[attr-defined]
    data = asking.cleaned_data if asking.is_valid() else {}
    asked = asked_for(data.get("first"), data.get("last"), data.get("unit"))
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = export_service_board(asked, actor=actor, purpose=form.cleaned_data["purpose"])
        except RuleViolation as refusal:
            put_errors(form, refusal)
        else:
            return sent(form.cleaned_data["format"], board_file(found, _labels(found), actor), actor)
    context = {"form": form, "title": _("Export the service board"), "submit_label": _("Export")}
    context |= {"back_url": f"{reverse('service:board')}?{request.GET.urlencode()}"}
    return render(request, "core/form.html", context, status=422 if form.is_bound else 200)
