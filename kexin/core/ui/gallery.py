"""One page with every component in every state, to be looked at in both languages and both themes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.query import query
from kexin.core.ui import numbers
from kexin.core.ui.columns import BulkAction, Column, View
from kexin.core.ui.fields import DayInput, MoneyInput, SearchSelect
from kexin.core.ui.panels import Fact, ShownTab
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table


@dataclass(frozen=True)
class Sample:
    """An invented row."""

    pk: int
    name: str
    number: str
    tier: str
    average: Decimal
    change: Decimal
    due_on: date | None
    phone: str
    note: str


NAMES = (
    "陈秀兰",
    "周建国",
    "上海澄明贸易有限公司",
    "吴敏",
    "何嘉怡",
    "买买提·艾力",
    "欧阳子涵",
    "Anna Kowalska-Lindqvist",
)
SAMPLES = tuple(
    Sample(
        pk=n,
        name=NAMES[n % len(NAMES)],
        number=f"C00{38617204 + n * 37}",
        tier=("钻石", "白金", "金卡", "")[n % 4],
        average=Decimal(2146380 - n * 31277) + Decimal("0.52"),
        change=Decimal(((n * 7) % 11) - 5) / 2,
        due_on=date(2026, 12, 1 + n % 28) if n % 3 else None,
        phone="138****5678",
        note="近 90 天转出较平时多 3.1 倍，App 登录减少一半" if n % 5 == 0 else "",
    )
    for n in range(64)
)


@query("core.view_gallery", label=_("See the gallery of components"))
def gallery_samples(actor: Actor) -> tuple[Sample, ...]:
    """The invented rows of the gallery."""
    return SAMPLES


class SampleTable(Table):
    name = "core.gallery"
    caption = _("Sample customers")
    page_size = 12
    default_sort = "-average"
    views: ClassVar[Sequence[View]] = (View("all", _("All")), View("rising", _("Rising first"), "sort=-change"))
    columns = (
        Column("name", _("Name"), phone="title", sort_key=lambda row: row.name, always=True),
        Column("number", _("Customer number"), phone="sub"),
        Column(
            "tier", _("Tier"), value=lambda row: row.tier and format_html('<span class="chip calm">{}</span>', row.tier)
        ),
        Column(
            "average",
            _("AUM, monthly average"),
            value=lambda row: numbers.exact(row.average),
            sort_key=lambda row: row.average,
            first="desc",
            align="end",
        ),
        Column(
            "change",
            _("Change of AUM"),
            value=lambda row: _arrow(row.change),
            sort_key=lambda row: row.change,
            first="desc",
            align="end",
        ),
        Column("due_on", _("Next maturity"), sort_key=lambda row: row.due_on),
        Column("phone", _("Mobile"), phone="hide"),
        Column("note", _("Signal"), phone="sub", width="wide"),
        Column("pk", _("Record"), hidden=True, align="end"),
    )

    def row_url(self, row: Any) -> str:
        return f"{self.request.path}?row={row.pk}"


class EmptyTable(SampleTable):
    name = "core.gallery_empty"
    views = ()
    empty_title = _("No customers yet")
    empty_text = _("Import a file or enter the first one.")
    empty_icon = "users"


def _arrow(value: Decimal) -> str:
    css = "up" if value > 0 else "down" if value < 0 else ""
    return format_html('<span class="{}">{}%</span>', css, numbers.signed(value))


class SampleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=20)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("p", _("Individual")), ("e", _("Enterprise"))])
    amount = forms.DecimalField(label=_("Amount"), widget=MoneyInput(), required=False)
    born_on = forms.DateField(label=_("Date of birth"), widget=DayInput(), help_text=_("As on the identity document."))
    manager = forms.ChoiceField(
        label=_("Relationship manager"),
        choices=[(str(n), name) for n, name in enumerate(NAMES)],
        widget=SearchSelect(),
        required=False,
    )
    channel = forms.ChoiceField(
        label=_("Preferred channel"),
        choices=[("tel", _("By telephone")), ("sms", _("Text message")), ("branch", _("At the branch"))],
        widget=forms.RadioSelect(),
        initial="tel",
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label=_("The customer has read the notice"), required=False)


FACTS = (
    Fact(_("Risk tolerance"), "C3 平衡型", "2027-01-05"),
    Fact(_("AUM, monthly average"), "214.6 万", "85.4 万"),
    Fact(_("Signal of leaving"), "62%", level="warn"),
    Fact(_("Maturing in 30 days"), "62 万", "12-18", url="?"),
    Fact(_("First answer"), "1:12", "24 h", level="bad"),
    Fact(_("Complaint"), "–", level="good"),
)
LINE = {
    "type": "area",
    "unit": "元",
    "x": ["12月", "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月"],
    "series": [
        {
            "name": "AUM",
            "data": [2.46e6, 2.55e6, 2.7e6, 2.76e6, 2.74e6, 2.68e6, 2.64e6, 2.66e6, 2.71e6, 2.77e6, 2.66e6, 2.49e6],
        }
    ],
}
BARS = {
    "type": "bar",
    "unit": "元",
    "x": ["7月", "8月", "9月", "10月", "11月"],
    "series": [
        {"name": "转入", "data": [420000, 300000, 250000, 180000, 90000]},
        {"name": "转出", "data": [120000, 160000, 280000, 410000, 460000]},
    ],
}
DONUT = {
    "type": "donut",
    "unit": "元",
    "parts": [
        {"name": "存款", "value": 1046380},
        {"name": "理财产品", "value": 620000},
        {"name": "基金", "value": 480512},
    ],
}
GRAPH = {
    "type": "graph",
    "nodes": [
        {"id": "1", "name": "陈秀兰", "main": True, "group": 0},
        {"id": "2", "name": "王志强", "group": 1},
        {"id": "3", "name": "王澄", "group": 1},
        {"id": "4", "name": "澄明贸易", "group": 2},
    ],
    "links": [
        {"source": "1", "target": "2", "label": "配偶"},
        {"source": "1", "target": "3", "label": "女儿"},
        {"source": "1", "target": "4", "label": "受益所有人 30%"},
    ],
}


def gallery(request: HttpRequest) -> HttpResponse:
    """GET /gallery/, for who may `core.view_gallery`."""
    samples = gallery_samples(actor_of(request))
    actions = [
        BulkAction("assign", _("Assign"), request.path, icon="user-share"),
        BulkAction("close", _("Close"), request.path, danger=True, confirm=_("Close the selected records?")),
    ]
    wrong = SampleForm({"name": "", "kind": "p", "amount": "1234567", "born_on": "2099-13-01", "channel": "tel"})
    wrong.is_valid()
    tabs = [
        ShownTab("overview", _("Overview"), request.path, True, None),
        ShownTab("service", _("Service"), "?tab=service", False, 14),
        ShownTab("history", _("History"), "?tab=history", False, None),
    ]
    return render(
        request,
        "core/gallery.html",
        {
            "table": SampleTable(request, samples, actions=actions, save_view_url=request.path),
            "empty_table": EmptyTable(request, ()),
            "form": SampleForm(auto_id="plain_%s"),
            "wrong_form": wrong,
            "facts": FACTS,
            "tabs": tabs,
            "line": LINE,
            "bars": BARS,
            "donut": DONUT,
            "graph": GRAPH,
            "gain": Decimal("0.41"),
            "loss": Decimal("-5.2"),
            "large": Decimal("128412000.50"),
            "middle": Decimal("620000"),
            "small": Decimal("980.5"),
        },
    )


def gallery_peek(request: HttpRequest) -> HttpResponse:
    """What the side panel shows when the gallery's button is pressed."""
    return render(request, "core/gallery_peek.html", {"facts": FACTS})
