"""Recordings for those who inspect: the list with its counts, one with its player, what was found."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kexin.core.errors import KexinError, SecondFactorNeeded
from kexin.core.templatetags.kexin import moment
from kexin.core.ui.columns import Column, View
from kexin.core.ui.form_page import form_page
from kexin.core.ui.middleware import allow_media
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table
from kexin.party.naming import shown_name
from kexin.sales.models import SalesRecording
from kexin.sales.recordings.choices import InspectionResult, RecordingState
from kexin.sales.recordings.inspecting import LONGEST_REASON, inspect_recording
from kexin.sales.recordings.oversight import recording_figures
from kexin.sales.recordings.playing import PLAY, playable_recording
from kexin.sales.recordings.queries import AWAITED, COMPLETE, UNCORRECTED, narrowed, recording_file, recordings
from kexin.sales.recordings.serving import content_response
from kexin.sales.recordings.work import INSPECT

LEVELS = {RecordingState.OPEN: "calm", RecordingState.DONE: "good", RecordingState.VOID: "quiet"}


def clock(seconds: Any) -> str:
    """Seconds as minutes and seconds; a dash where there are none."""
    if seconds is None:
        return "–"
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


class RecordingFilter(django_filters.FilterSet):
    """Narrowing by sale, state of the inspection and day."""

    q = django_filters.CharFilter(label=_("Sale number"), field_name="sale__sale_no", lookup_expr="startswith")
    which = django_filters.ChoiceFilter(
        label=_("Inspection"),
        method="by_inspection",
        choices=[
            (AWAITED, _("Awaiting inspection")),
            *InspectionResult.choices,
            (UNCORRECTED, _("Correction owed")),
            (COMPLETE, pgettext_lazy("recording", "Complete")),
        ],
    )
    begun_at = django_filters.DateFromToRangeFilter(label=_("Recorded on"))

    class Meta:
        model = SalesRecording
        fields: list[str] = []

    def by_inspection(self, rows: QuerySet[SalesRecording], name: str, value: str) -> QuerySet[SalesRecording]:
        return narrowed(rows, value)


class RecordingTable(Table):
    """双录."""

    name = "sales.recordings"
    caption = _("Recordings of sales")
    default_sort = "-begun"
    search = "q"
    search_hint = _("Sale number")
    empty_icon = "video"
    empty_title = _("No recordings within your reach")
    empty_text = _("Where staff sell on the premises, the sale is recorded; what was recorded stands here.")
    views = (
        View("awaited", _("Awaiting inspection"), "which=awaited"),
        View("faulty", pgettext_lazy("inspection", "Fault found"), "which=faulty"),
        View("all", _("All")),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        self.columns = (
            Column("sale", _("Sale number"), value="sale.sale_no", phone="title", always=True),
            Column("customer", _("Customer"), value=lambda row: shown_name(actor, row.customer), phone="sub"),
            Column("product", _("Product"), value="sale.product.shown_name"),
            Column("seller", _("Seller"), value="sale.seller.shown_name"),
            Column("unit", _("Unit"), value="sale.unit.shown_name", hidden=True),
            Column("length", _("Length"), value=lambda row: clock(row.seconds), align="end"),
            Column("state", _("State"), value=_state),
            Column("inspection", _("Inspection"), value=_inspection),
            Column(
                "begun", _("Recorded on"), value=lambda row: moment(row.begun_at), sort=("begun_at", "pk"), first="desc"
            ),
        )

    def row_url(self, row: SalesRecording) -> str:
        return reverse("recordings:one", args=[row.pk])


def _state(row: SalesRecording) -> str:
    return format_html('<span class="chip {}">{}</span>', LEVELS[RecordingState(row.state)], row.get_state_display())


def _inspection(row: SalesRecording) -> str:
    found = getattr(row, "inspection", None)
    if found is not None:
        level = "bad" if found.result == InspectionResult.FAULTY else "good"
        return format_html('<span class="chip {}">{}</span>', level, found.get_result_display())
    return format_html('<span class="chip warn">{}</span>', _t("Awaiting inspection")) if row.sampled else "–"


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """GET /recordings/: recordings within reach, and what oversight asks."""
    actor = actor_of(request)
    rows = recordings(actor)
    filters = RecordingFilter(request.GET, queryset=rows, request=request)
    table = RecordingTable(request, rows, filters=filters)
    if request.headers.get("HX-Request") and request.headers.get("HX-Target") == "table":
        return HttpResponse(table.render())
    context = {"title": _("Recordings of sales"), "table": table, "figures": recording_figures(actor)}
    return render(request, "sales/recordings.html", context)


class InspectionForm(forms.Form):
    """What was found, and where."""

    result = forms.ChoiceField(label=_("Result"), choices=InspectionResult.choices, widget=forms.RadioSelect)
    second = forms.DecimalField(
        label=_("Second of the fault"),
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"data-second-field": "", "step": "0.1"}),
        help_text=_("Where the fault is heard or seen; needed for a fault."),
    )
    reason = forms.CharField(
        label=_("What is wrong"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: nodes, player (for those who may hear it), inspection."""
    return allow_media(_page(request, pk))


def _page(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "sales/recording.html", _context(request, pk))


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    actor = actor_of(request)
    file = recording_file(actor, pk)
    row = file.recording
    english = (get_language() or "").startswith("en")
    is_done = row.state == RecordingState.DONE
    may_inspect = (
        is_done and file.inspection is None and actor.may(INSPECT) and row.sale.seller.user_id != actor.user_id
    )
    return {
        "title": _t("Recording of %(sale)s") % {"sale": row.sale.sale_no},
        "file": file,
        "recording": row,
        "level": LEVELS[RecordingState(row.state)],
        "length": clock(row.seconds),
        "customer_name": shown_name(actor, row.customer),
        "lines": [
            (
                line.node.text_en if english else line.node.text,
                line.node.kind.label,
                [(each, clock(each.began), clock(each.ended)) for each in line.attempts],
            )
            for line in file.lines
        ],
        "may_play": is_done and row.removed_on is None and actor.may(PLAY),
        "may_inspect": may_inspect,
        "form": InspectionForm(),
        "fault_at": clock(file.inspection.second) if file.inspection else "",
        "back_url": reverse("recordings:list"),
    }


def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the page. POST result, second, reason."""
    actor = actor_of(request)
    if not actor.may(INSPECT):
        raise actor.refusal(INSPECT)
    context = _context(request, pk)
    form = InspectionForm(request.POST if request.method == "POST" else None)
    return allow_media(
        form_page(
            request,
            form,
            lambda data: inspect_recording(pk, actor=actor, **data),
            title=context["title"],
            back_url=reverse("recordings:one", args=[pk]),
            done=_("The inspection is noted."),
            template="sales/recording.html",
            context={**context, "form": form},
        )
    )


@require_GET
def content(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """GET: the recording itself, or the range the player asks for."""
    actor = actor_of(request)
    try:
        return content_response(request, pk, lambda first: playable_recording(actor, pk, first=first))
    except SecondFactorNeeded:
        raise  # leads there
    except KexinError as refusal:
        return HttpResponse(str(refusal.message), status=refusal.status, content_type="text/plain; charset=utf-8")
