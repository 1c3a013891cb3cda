"""The list of standings: filters, columns, built-in views."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.ui.columns import Column
from kexin.core.ui.request import actor_of
from kexin.core.ui.table import Table, View
from kexin.party.naming import shown_name
from kexin.people.queries import post_labels, posts_in_reach, units_in_reach
from kexin.suitability.assessments.choices import Standing, ToleranceGrade
from kexin.suitability.assessments.lists import DUE, EXPIRED, OFTEN, UNCONFIRMED, StandingFilter, narrowed, used
from kexin.suitability.assessments.queries import VIEW
from kexin.suitability.assessments.standing import CurrentAssessment, current_assessments
from kexin.suitability.models import RiskStanding
from kexin.suitability.ui.words import LEVELS, grade_word, standing_word

WHAT = (
    (DUE, _("Ending soon")),
    (EXPIRED, _("Ended")),
    (UNCONFIRMED, _("Change not confirmed")),
    (OFTEN, _("Near the limit")),
)


class StandingForm(forms.Form):
    """All may stay empty."""

    what = forms.ChoiceField(label=_("Which"), required=False, choices=[("", "—"), *WHAT])
    grade = forms.ChoiceField(
        label=_("Grade by answers"),
        required=False,
        choices=[("", "—"), *((str(value), label) for value, label in ToleranceGrade.choices)],
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    post = forms.ChoiceField(label=_("Lead manager"), required=False)

    def __init__(self, data: QueryDict | None, actor: Actor) -> None:
        super().__init__(data)
        units: Any = self.fields["unit"]
        posts: Any = self.fields["post"]
        units.choices = lambda: [("", "—"), *((str(u.pk), u.shown_name) for u in units_in_reach(actor, VIEW))]
        posts.choices = lambda: [
            ("", "—"),
            *((str(p.pk), f"{p.shown_name} · {p.unit.shown_name}") for p in posts_in_reach(actor, VIEW)),
        ]


class StandingFilterSet:
    """The bound form and the rows it leaves."""

    def __init__(self, data: QueryDict | None, actor: Actor) -> None:
        self.form = StandingForm(data, actor)
        self.form.is_valid()
        self.data: dict[str, Any] = getattr(self.form, "cleaned_data", {})
        self.rows: QuerySet[RiskStanding] = RiskStanding.objects.none()

    @cached_property
    def wanted(self) -> StandingFilter:
        data = self.data
        return StandingFilter(
            what=data.get("what") or "",
            grade=int(data["grade"]) if data.get("grade") else None,
            unit_id=int(data["unit"]) if data.get("unit") else None,
            post_id=int(data["post"]) if data.get("post") else None,
        )

    @cached_property
    def qs(self) -> QuerySet[RiskStanding]:
        return narrowed(self.rows, self.wanted)


def standing_chip(now: CurrentAssessment) -> str:
    return format_html('<span class="chip {}">{}</span>', LEVELS[Standing(now.standing)], standing_word(now.standing))


class StandingTable(Table):
    """By the day on which the result ends."""

    name = "suitability.assessments"
    caption = _("Risk assessments")
    default_sort = "until"
    empty_title = _("No assessment answers to this")
    empty_text = _("Nobody within your reach, with these filters.")
    empty_icon = "gauge"
    views = (
        View("all", _("All"), ""),
        View("due", _("Ending soon"), f"what={DUE}"),
        View("expired", _("Ended"), f"what={EXPIRED}"),
        View("unconfirmed", _("Change not confirmed"), f"what={UNCONFIRMED}"),
        View("often", _("Near the limit"), f"what={OFTEN}"),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        actor = actor_of(request)
        today = business_date()
        pool = _t("Pool")
        self.columns = (
            Column("name", _("Name"), value=lambda row: shown_name(actor, row.customer), phone="title", always=True),
            Column("number", _("Customer number"), value="customer.customer_no", phone="sub"),
            Column("grade", _("Grade"), value=lambda row: grade_word(self.now[row.pk].grade, self.now[row.pk].lowest)),
            Column("standing", _("What it is worth"), value=lambda row: standing_chip(self.now[row.pk])),
            Column(
                "until",
                _("Valid until"),
                value=lambda row: row.valid_until.isoformat() if row.valid_until else "",
                sort="valid_until",
                always=True,
            ),
            Column(
                "days",
                _("Days"),
                value=lambda row: (row.valid_until - today).days if row.valid_until else None,
                align="end",
            ),
            Column("used", _("In twelve months"), value=lambda row: self.used.get(row.pk, 0), align="end"),
            Column("lead", _("Lead manager"), value=lambda row: self.leads.get(row.customer.lead_post_id, pool)),
            Column("unit", _("Unit"), value="customer.unit.shown_name", hidden=True),
        )

    @cached_property
    def now(self) -> dict[int, CurrentAssessment]:
        return current_assessments([row.customer for row in self.page.rows])

    @cached_property
    def used(self) -> dict[int, int]:
        return used([row.pk for row in self.page.rows], business_date())

    @cached_property
    def leads(self) -> dict[int, str]:
        return post_labels([row.customer.lead_post_id for row in self.page.rows])

    def row_url(self, row: RiskStanding) -> str:
        return f"{reverse('party:customer', args=[row.pk])}?tab=risk"

    def peek_url(self, row: RiskStanding) -> str:
        return reverse("party:peek", args=[row.pk])
