"""The blocks of the day on the workbench, in the order of a morning: each with a count, its first lines, its list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import type_text
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import near_day
from kexin.core.ui import numbers
from kexin.core.ui.request import actor_of
from kexin.desk.day import MOST, Day, my_day
from kexin.holdings.aum.queries import tier_name
from kexin.holdings.choices import TargetMeasure
from kexin.holdings.policies import Rung, TierPolicy
from kexin.holdings.ui.tables import signed_amount
from kexin.party.models import Customer
from kexin.party.naming import shown_name


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block: who, what about, and the telling figure at its end."""

    name: str
    url: str
    sub: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the day. ``count`` 200 reads "200+"."""

    code: str
    title: type_text
    count: int
    url: str
    nothing: type_text
    lines: list[Line] = field(default_factory=list)
    aside: str = ""

    @property
    def shown_count(self) -> str:
        """The count as it is said."""
        return f"{MOST}+" if self.count >= MOST else str(self.count)


def day_blocks(request: HttpRequest) -> HttpResponse:
    """GET /today/: the figures of one's own day, asked for by the workbench when it stands."""
    actor = actor_of(request)
    day = my_day(actor)
    measures = dict(TargetMeasure.choices)
    today = [each for each in _today(day) if each is not None]
    context = {
        "today": today,
        "blocks": [each for each in _blocks(actor, day) if each is not None],
        "as_of": next((each.as_of for each in day.reached if each.as_of), None),
        "targets_url": reverse("holdings:targets"),
        "reached": [
            {"row": each, "label": measures[each.measure], "change": each.reached - each.last_month}
            for each in day.reached
        ],
    }
    return render(request, "desk/day.html", context)


def _customer(row: Customer | int) -> str:
    return reverse("party:customer", args=[row if isinstance(row, int) else row.pk])


def _today(day: Day) -> Iterator[Block | None]:
    """What has an hour: meetings and calls."""
    if day.appointments is not None:
        yield Block(
            "appointments",
            _("Appointments today"),
            day.appointments.count,
            f"{reverse('engagement:calendar')}?view=day",
            _("Nobody is expected today."),
            [
                Line(
                    each.customer or each.purpose_label,
                    reverse("engagement:appointment", args=[each.id]),
                    " · ".join(filter(None, [each.purpose_label if each.customer else "", each.place])),
                    f"{each.starts_at:%H:%M}",
                )
                for each in day.appointments.lines
            ],
        )
    if day.calls is not None:
        yield Block(
            "calls",
            _("Calls today"),
            day.calls.count,
            reverse("engagement:calls"),
            _("Nobody waits to be called."),
            [Line(each.name, reverse("engagement:calls"), each.entry.call_list.title, "") for each in day.calls.lines],
        )


def _blocks(actor: Actor, day: Day) -> Iterator[Block | None]:
    rungs = in_force(TierPolicy).rungs()
    if day.week is not None:
        yield Block(
            "week",
            _("Maturing this week"),
            day.week.count + day.week.owed_count,
            f"{reverse('holdings:maturities')}?first={day.first}&last={day.last}",
            _("Nothing matures."),
            [
                Line(
                    shown_name(actor, each.customer),
                    _customer(each.customer_id),
                    f"{near_day(each.due_on)} · {each.get_kind_display()}",
                    numbers.exact(each.amount) + (f" {each.currency}" if each.currency != "CNY" else ""),
                )
                for each in day.maturing
            ],
            numbers.by_size(day.week.amount),
        )
    moves = reverse("holdings:tiers")
    for code, title, url, part, nothing in (
        ("drop", _("About to drop a tier"), f"{moves}?which=drop", day.drop, _("Nobody stands below the own tier.")),
        ("near", _("Near the next tier"), moves, day.near, _("Nobody stands close to the next tier.")),
    ):
        if part is not None:
            lines = [_move(actor, rungs, row, missing) for row, missing in part.lines]
            yield Block(code, title, part.count, url, nothing, lines)
    yield from _people(actor, day, rungs)


def _move(actor: Actor, rungs: Sequence[Rung], row: Customer, missing: Any) -> Line:
    missing_words = _t("%(amount)s missing") % {"amount": numbers.by_size(missing)}
    return Line(shown_name(actor, row), _customer(row), tier_name(rungs, row.tier), missing_words)


def _people(actor: Actor, day: Day, rungs: Sequence[Rung]) -> Iterator[Block | None]:
    if day.movements is not None:
        yield Block(
            "movements",
            _("Large movements"),
            day.movements.count,
            f"{reverse('holdings:movements')}?days=1",
            _("No large movement since yesterday."),
            [
                Line(
                    shown_name(actor, each.account.customer),
                    _customer(each.account.customer_id),
                    f"{near_day(each.booked_on)} · {each.get_kind_display()}",
                    str(signed_amount(each)),
                )
                for each in day.movements.lines
            ],
        )
    if day.birthdays is not None:
        yield Block(
            "birthdays",
            _("Birthdays of the next seven days"),
            day.birthdays.count,
            f"{reverse('party:customers')}?birthday_month={day.first.month}",
            _("No birthday in these days."),
            [
                Line(
                    shown_name(actor, each.customer),
                    _customer(each.customer),
                    " · ".join(filter(None, [near_day(each.day), _t("lunar") if each.lunar else ""])),
                    _t("turns %(age)s") % {"age": each.turns} if each.turns else "",
                )
                for each in day.birthdays.lines
            ],
        )
    if day.dormant is not None:
        yield Block(
            "dormant",
            _("Dormant customers"),
            day.dormant.count,
            reverse("holdings:dormant"),
            _("Everybody within your reach has done something lately."),
            [
                Line(shown_name(actor, row), _customer(row), tier_name(rungs, row.tier), numbers.by_size(row.assets))
                for row in day.dormant.lines
            ],
        )
