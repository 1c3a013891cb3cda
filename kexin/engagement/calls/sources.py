"""Rules that find customers to call: a registry that floors fill when they start.

A rule is a reading of its own: it finds only what the actor may see, most urgent first, and says why in one line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotFound, type_text
from kexin.core.policy import in_force
from kexin.core.ui import numbers
from kexin.engagement.calls.choices import ListSource
from kexin.engagement.calls.lists import Made, Wish, make_call_list
from kexin.engagement.calls.policies import CallPolicy
from kexin.holdings.aum.queries import VIEW_TIERS, tier_moves
from kexin.party.choices import CustomerStatus
from kexin.party.queries import CustomerFilter, customers

Find = Callable[[Actor, int, int], Sequence[Wish]]  # actor, days ahead, at most how many


@dataclass(frozen=True, slots=True)
class CallSource:
    """A rule: its code, words, the right to know what it finds, and how it finds it."""

    code: str
    label: type_text
    operation: str
    find: Find


_sources: dict[str, CallSource] = {}


def register_call_source(code: str, label: type_text, operation: str, find: Find) -> None:
    """A floor offers a rule (in ``apps.ready``)."""
    _sources[code] = CallSource(code, label, operation, find)


def sources_for(actor: Actor) -> list[CallSource]:
    """The rules by which this actor may make a list."""
    return [each for each in _sources.values() if actor.may(each.operation)]


def call_rules() -> list[tuple[str, type_text]]:
    """All rules with their words, for who reads what came of their lists."""
    return [(each.code, each.label) for each in _sources.values()]


def make_list_by_rule(
    *,
    actor: Actor,
    rule: str,
    days: int,
    title: str,
    why: str,
    ends_on: dt.date,
    post_id: int | None = None,
    product_id: int | None = None,
) -> Made:
    """A call list of whom a rule finds. The finding is a reading of its own, before the list is made."""
    source = next((each for each in sources_for(actor) if each.code == rule), None)
    if source is None:
        raise NotFound
    wishes = source.find(actor, days, in_force(CallPolicy).most_entries)
    return make_call_list(
        actor=actor, title=title, why=why, wishes=wishes, ends_on=ends_on, source=ListSource.RULE, rule=rule,
        post_id=post_id, product_id=product_id,
    )  # fmt: skip


def _maturing(actor: Actor, days: int, most: int) -> list[Wish]:
    """What matures soonest first, with amount and day; a customer stands once, with the first."""
    from kexin.holdings.choices import OWED
    from kexin.holdings.maturities.queries import maturity_lines

    today = business_date()
    rows = maturity_lines(actor, today, today + dt.timedelta(days=days))
    rows = rows.exclude(kind__in=[str(kind) for kind in OWED]).order_by("due_on", "pk")[: most * 2]
    found: dict[int, Wish] = {}
    for row in rows:
        values = {"day": date_format(row.due_on, "m-d"), "kind": row.get_kind_display()}
        text = _t("%(kind)s matures on %(day)s") % values
        amount = f"{numbers.exact(row.amount)} {row.currency}"
        found.setdefault(row.customer_id, Wish(row.customer_id, f"{text} · {amount}"))
    return list(found.values())[:most]


def _moving(which: str) -> Find:
    def find(actor: Actor, _days: int, most: int) -> list[Wish]:
        near = _t("%(amount)s of daily average short of the next tier")
        drop = _t("%(amount)s of daily average below the own tier")
        text = drop if which == "drop" else near
        rows: list[Any] = list(tier_moves(actor, which).order_by("missing", "-average")[:most])  # type: ignore[misc]
        return [Wish(row.pk, text % {"amount": numbers.by_size(row.missing)}) for row in rows]

    return find


def _birthdays(actor: Actor, days: int, most: int) -> list[Wish]:
    """Solar birthdays of the coming days; the nearest first."""
    today = business_date()
    ahead = {today + dt.timedelta(days=n) for n in range(days + 1)}
    codes = {each.month * 100 + each.day: each for each in ahead}
    rows = customers(actor).filter(birthday__in=codes).exclude(status=CustomerStatus.CLOSED)
    found = sorted(
        (codes[row.birthday], row.pk) for row in rows.only("pk", "birthday")[:most] if row.birthday is not None
    )
    return [Wish(pk, _t("Birthday on %(day)s") % {"day": date_format(day, "m-d")}) for day, pk in found]


def _dormant(actor: Actor, _days: int, most: int) -> list[Wish]:
    """Dormant customers, those with most to lose first."""
    rows = customers(actor, CustomerFilter(status=CustomerStatus.DORMANT)).order_by("-assets", "pk")[:most]
    return [Wish(row.pk, _t("Dormant, assets %(amount)s") % {"amount": numbers.by_size(row.assets)}) for row in rows]


def register() -> None:
    """The rules of this floor and of the floors below."""
    register_call_source("maturing", _("Something matures"), "holdings.view_maturities", _maturing)
    register_call_source("near", _("Near the next tier"), VIEW_TIERS, _moving("near"))
    register_call_source("drop", _("About to drop a tier"), VIEW_TIERS, _moving("drop"))
    register_call_source("birthdays", _("Birthday"), "party.view_customers", _birthdays)
    register_call_source("dormant", _("Dormant customers"), "party.view_customers", _dormant)
