"""The page on which a sale is recorded: consent, then node by node, in pieces that outlive a lost network."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kexin.core.errors import KexinError, RuleViolation
from kexin.core.ui.form_page import need, post_only
from kexin.core.ui.middleware import allow_media
from kexin.core.ui.request import actor_of
from kexin.party.naming import shown_name
from kexin.sales.choices import Gate, SaleState
from kexin.sales.queries import sale_file
from kexin.sales.recordings.begun import BEGIN, begin_recording, mark_node, refuse_recording
from kexin.sales.recordings.choices import NodeResult, RecordingState
from kexin.sales.recordings.completing import add_piece, complete_recording
from kexin.sales.recordings.queries import NodeLine, recording_file, recordings_of_sale
from kexin.sales.recordings.rules import MEDIA
from kexin.sales.recordings.serving import sent_digest


@require_GET
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /sales/1/recording/: the question for consent, or the recording that runs."""
    actor = need(request, BEGIN)
    file = sale_file(actor, pk)
    sale = file.sale
    found = [each for each in recordings_of_sale(actor, sale) if each.round == sale.round]
    running = next((each for each in found if each.state == RecordingState.OPEN), None)
    done = next((each for each in found if each.state == RecordingState.DONE), None)
    context: dict[str, Any] = {
        "title": _("Record the sale"),
        "sale": sale,
        "customer_name": shown_name(actor, sale.customer),
        "done": done,
        "recordable": Gate.RECORDED in sale.needed and sale.state == SaleState.OPEN,
        "back_url": reverse("sales:sale", args=[pk]),
    }
    if running is not None and context["recordable"] and done is None:
        recording = recording_file(actor, running.pk)
        passed = {int(gate) for line in file.stages for gate, row in line.gates if row is not None}
        context |= {
            "file": recording,
            "lines": [(line, _text(line)) for line in recording.lines],
            "signed": Gate.SIGNED in passed,
            "results": NodeResult.choices,
            "media": ",".join(MEDIA),
            "longest": recording.limits.seconds,
            "piece_bytes": recording.limits.piece,
        }
    return allow_media(render(request, "sales/recording_session.html", context), capture=True)


def _text(line: NodeLine) -> str:
    return line.node.text_en if (get_language() or "").startswith("en") else line.node.text


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """POST consented=1: the recording begins; one that was not finished is given up."""
    actor = actor_of(request)
    consented = request.POST.get("consented") == "1"
    return post_only(
        request,
        lambda: begin_recording(pk, actor=actor, consented=consented),
        back_url=reverse("recordings:session", args=[pk]),
        done=_("Consent is noted. Choose how to record."),
    )


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: the customer does not consent, and the sale ends."""
    actor = actor_of(request)
    return post_only(
        request,
        lambda: refuse_recording(pk, actor=actor),
        back_url=reverse("sales:sale", args=[pk]),
        done=_("The sale has ended: no consent, no sale."),
    )


@require_GET
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: whether the customer has signed meanwhile."""
    file = sale_file(need(request, BEGIN), pk)
    signed = any(gate == Gate.SIGNED and row is not None for line in file.stages for gate, row in line.gates)
    return JsonResponse({"signed": signed, "open": file.sale.state == SaleState.OPEN})


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """POST {code, began, ended, result}."""
    actor = actor_of(request)

    def act(told: dict[str, Any]) -> dict[str, Any]:
        mark_node(
            pk,
            actor=actor,
            code=str(told.get("code", "")),
            began=_second(told, "began"),
            ended=_second(told, "ended"),
            result=str(told.get("result", "")),
        )
        return {}

    return _answered(request, act)


@require_http_methods(["PUT"])
def piece(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """PUT of raw bytes with their ``Content-Digest``."""
    actor = need(request, "sales.add_recording_piece")
    try:
        digest = sent_digest(request.headers.get("Content-Digest", ""))
        content = request.body
        return JsonResponse({"pieces": add_piece(pk, actor=actor, number=number, content=content, sha256=digest)})
    except RequestDataTooBig:
        return _problem(_t("A piece is empty or too large."))
    except UnreadablePostError:
        return JsonResponse({}, status=503)
    except KexinError as refusal:
        return _problem(_words(refusal), refusal.status)


@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """POST {seconds, whole, media_type}: where to go next."""
    actor = actor_of(request)

    def act(told: dict[str, Any]) -> dict[str, Any]:
        row = complete_recording(
            pk,
            actor=actor,
            seconds=_second(told, "seconds"),
            whole=str(told.get("whole", "")),
            media_type=str(told.get("media_type", "")),
        )
        return {"next": reverse("sales:sale", args=[row.sale_id])}

    return _answered(request, act)


def _answered(request: HttpRequest, act: Callable[[dict[str, Any]], dict[str, Any]]) -> HttpResponse:
    """What ``act`` says, or its refusal in words, as JSON for the page's script."""
    try:
        told = json.loads(request.body)
        if not isinstance(told, dict):
            raise ValueError("no object")
        return JsonResponse(act(told))
    except KexinError as refusal:
        return _problem(_words(refusal), refusal.status)
    except ValueError:
        return _problem(_t("This was not understood."), 400)


def _second(told: dict[str, Any], name: str) -> Decimal:
    """Raises RuleViolation where it is no number of seconds with one place."""
    try:
        value = Decimal(str(told.get(name)))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value < 1_000_000:
        raise RuleViolation(fields={name: _("Enter seconds.")})
    return value.quantize(Decimal("0.1"))


def _words(refusal: KexinError) -> str:
    return " ".join(str(each) for each in refusal.fields.values()) or str(refusal.message)


def _problem(text: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"problem": text}, status=status)
