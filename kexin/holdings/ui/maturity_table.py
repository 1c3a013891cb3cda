"""The list of maturities: filters, columns."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, days
from kexin.core.choices import WorkStatus
from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.core.ui.columns import Column
from kexin.core.ui.fields import DayInput, MoneyInput
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table, View
from kexin.core.workflow import work_kinds
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.choices import MaturityKind
from kexin.holdings.maturities.queries import PARTS, VIEW_MATURITIES, MaturityFilter, narrowed, period_start
from kexin.holdings.models import Maturity
from kexin.holdings.policies import TierPolicy
from kexin.holdings.queries import product_name
from kexin.party.naming import shown_name
from kexin.people.queries import post_labels, posts_in_reach, units_in_reach

PERIODS = (("day", _("By day")), ("week", _("By week")), ("month", _("By month")))
CONTACTS = (("none", _("No work item")), ("open", _("Contact to be made")), ("done", _("Contact made")))
PART_LABELS = {
    "renewed": _("Renewed"),
    "moved": _("To another product"),
    "stayed": _("Stayed in the account"),
    "gone": pgettext_lazy("maturity", "Left"),
}
_SPANS = {"day": 30, "week": 13 * 7 - 1, "month": 365}
POOL = "pool"


def _tiers() -> list[tuple[str, Any]]:
    rungs = in_force(TierPolicy).rungs()
    return [("", "—"), *((rung.code, tier_name(rungs, rung.code)) for rung in rungs)]


class MaturityForm(forms.Form):
    """Period of the ladder, days of the list, and what the list is narrowed by; all may stay empty."""

    by = forms.ChoiceField(label=_("Ladder"), required=False, choices=[("", _("By week")), *PERIODS])
    first = forms.DateField(label=_("From day"), required=False, widget=DayInput())
    last = forms.DateField(label=_("To day"), required=False, widget=DayInput())
    kind = forms.MultipleChoiceField(label=_("Kind"), required=False, choices=MaturityKind.choices)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    post = forms.ChoiceField(label=_("Lead manager"), required=False)
    tier = forms.ChoiceField(label=_("Tier"), required=False, choices=_tiers)
    amount_from = forms.DecimalField(
        label=_("Amount from"),
        required=False,
        min_value=0,
        max_digits=20,
        decimal_places=2,
        widget=MoneyInput(unit=""),
    )
    amount_to = forms.DecimalField(
        label=_("Amount to"),
        required=False,
        min_value=0,
        max_digits=20,
        decimal_places=2,
        widget=MoneyInput(unit=""),
    )
    contact = forms.ChoiceField(label=_("Contact made?"), required=False, choices=[("", "—"), *CONTACTS])
    part = forms.ChoiceField(label=_("Where it went"), required=False, choices=[("", "—"), *PART_LABELS.items()])
    followed = forms.BooleanField(label=_("Followed after maturity"), required=False)

    def __init__(self, data: QueryDict | None, actor: Actor) -> None:
        super().__init__(data)
        units: Any = self.fields["unit"]
        posts: Any = self.fields["post"]
        units.choices = lambda: [
            ("", "—"),
            *((str(u.pk), u.shown_name) for u in units_in_reach(actor, VIEW_MATURITIES)),
        ]
        posts.choices = lambda: [
            ("", "—"),
            (POOL, _t("Pool")),
            *((str(p.pk), f"{p.shown_name} · {p.unit.shown_name}") for p in posts_in_reach(actor, VIEW_MATURITIES)),
        ]


class MaturityFilterSet:
    """The bound form, the span it names, and the rows it leaves."""

    def __init__(self, data: QueryDict | None, actor: Actor) -> None:
        self.form = MaturityForm(data, actor)
        self.form.is_valid()
        self.data: dict[str, Any] = getattr(self.form, "cleaned_data", {})
        self.rows: QuerySet[Maturity] = Maturity.objects.none()

    @cached_property
    def by(self) -> str:
        return self.data.get("by") or "week"

    @cached_property
    def span(self) -> tuple[dt.date, dt.date]:
        """The days of the ladder: from the period that today stands in."""
        start = period_start(business_date(), self.by)
        return start, start + dt.timedelta(days=_SPANS[self.by])

    @cached_property
    def listed(self) -> tuple[dt.date, dt.date]:
        """The days of the list: those asked for, else those of the ladder from today on."""
        first, last = self.data.get("first"), self.data.get("last")
        if first and not last:
            last = max(first, self.span[1])
        if last and not first:
            first = min(last, business_date())
        return (first, last) if first and last else (business_date(), self.span[1])

    @cached_property
    def wanted(self) -> MaturityFilter:
        data = self.data
        post = data.get("post") or ""
        return MaturityFilter(
            kinds=tuple(data.get("kind") or ()),
            unit_id=int(data["unit"]) if data.get("unit") else None,
            post_id=int(post) if post and post != POOL else None,
            pool=post == POOL,
            tier=data.get("tier") or "",
            amount_from=data.get("amount_from"),
            amount_to=data.get("amount_to"),
            contact=data.get("contact") or "",
            part=data.get("part") or "",
            followed=bool(data.get("followed")),
        )

    @cached_property
    def qs(self) -> QuerySet[Maturity]:
        return narrowed(self.rows, self.wanted)


def day_shown(row: Maturity) -> str:
    """The working day; the contractual date beneath where it is another, and whether the year is published."""
    told = []
    if row.shifted:
        told.append(_t("contract %(day)s") % {"day": row.contract_on.isoformat()})
    if not days().is_settled(row.due_on):
        told.append(_t("calendar provisional"))
    if not told:
        return row.due_on.isoformat()
    return format_html('{} <small class="quiet">{}</small>', row.due_on.isoformat(), " · ".join(told))


def what_shown(row: Maturity) -> str:
    """The product's name, or the kind."""
    kind = str(row.get_kind_display())
    if row.product is None:
        return kind
    return format_html('{} <small class="quiet">{}</small>', product_name(row.product), kind)


def amount_shown(row: Maturity) -> str:
    """In the account's currency; what the customer pays carries a minus."""
    sign = numbers.MINUS if row.is_owed else ""
    code = "" if row.currency == "CNY" else f" {row.currency}"
    return format_html('<span class="num">{}{}{}</span>', sign, numbers.exact(row.amount), code)


def contact_shown(row: Maturity) -> str:
    """The state of its work item."""
    if row.work is None:
        return ""
    if row.work.status == WorkStatus.OPEN:
        return format_html('<span class="chip warn">{}</span>', _("Contact to be made"))
    kind = work_kinds.get(row.work.kind)
    outcome = (kind.outcomes if kind else {}).get(row.work.outcome, _("Contact made"))
    return format_html('<span class="chip good">{}</span>', outcome)


def part_shown(row: Maturity, part: str) -> str | None:
    """One of the four parts; empty where nothing went that way or it is not known yet."""
    amount = getattr(row, part)
    return numbers.exact(amount) if amount else None


class MaturityTable(Table):
    """到期台账: by day, then in the order of the ledger."""

    name = "holdings.maturities"
    caption = _("Maturities")
    default_sort = "due"
    empty_title = _("Nothing matures in these days")
    empty_text = _("No maturity within your reach answers to these filters.")
    empty_icon = "calendar-dollar"
    views = (
        View("weeks", _("By week"), ""),
        View("days", _("By day"), "by=day"),
        View("months", _("By month"), "by=month"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        today = business_date()
        rungs = in_force(TierPolicy).rungs()
        pool = _t("Pool")
        self.columns = (
            Column(
                "name",
                _("Name"),
                value=lambda row: shown_name(actor, row.customer),
                phone="title",
                always=True,
            ),
            Column("due", _("Due on"), value=day_shown, sort="due_on", phone="sub", always=True),
            Column("days", _("Days"), value=lambda row: (row.due_on - today).days, align="end", phone="meta"),
            Column("what", _("What matures"), value=what_shown, phone="meta"),
            Column("amount", _("Amount"), value=amount_shown, align="end", always=True, phone="meta"),
            Column("tier", _("Tier"), value=lambda row: tier_name(rungs, row.customer.tier), phone="meta"),
            Column("unit", _("Unit"), value="unit.shown_name", hidden=True),
            Column("lead", _("Lead manager"), value=lambda row: self.leads.get(row.post_id, pool)),
            Column("contact", _("Contact made?"), value=contact_shown, phone="meta"),
            *(_part_column(part, label) for part, label in PART_LABELS.items()),
        )
        if request.GET.get("followed") or request.GET.get("part"):
            shown = {"name", "due", "what", "amount", *PARTS}
            self.columns = tuple(_shown(each, each.key in shown) for each in self.columns)

    @cached_property
    def leads(self) -> dict[int, str]:
        return post_labels([row.post_id for row in self.page.rows])

    def row_url(self, row: Maturity) -> str:
        return f"{reverse('party:customer', args=[row.customer_id])}?tab=assets"

    def peek_url(self, row: Maturity) -> str:
        return reverse("party:peek", args=[row.customer_id])


def _shown(column: Column, shown: bool) -> Column:
    """The same column, hidden or not."""
    return dataclasses.replace(column, hidden=not shown)


def _part_column(part: str, label: Any) -> Column:
    """How much of it went this way; shown where maturities of the past are listed."""
    return Column(part, label, value=lambda row: part_shown(row, part), align="end", hidden=True)
