"""Reads of consents and restrictions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.models.lookups import Keys
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.party.choices import ConsentChannel
from kexin.party.consents.policies import ConsentPolicy
from kexin.party.models import Consent, Customer, Restriction
from kexin.party.queries import files_behind

VIEW = "party.view_customer"
VIEW_RESTRICTIONS = "party.view_restrictions"
OWN = "party.give_own_consent"


@dataclass(frozen=True, slots=True)
class Agreed:
    """One channel and the last word on it; ``row`` is None where nothing was ever said."""

    channel: str
    label: str
    granted: bool
    row: Consent | None


def _agreed(customer_id: int) -> list[Agreed]:
    last = {channel: row for (_pk, channel), row in _last_words([customer_id]).items()}
    return [
        Agreed(value, str(label), bool(value in last and last[value].granted), last.get(value))
        for value, label in ConsentChannel.choices
    ]


def _last_words(customers: Collection[int]) -> dict[tuple[int, str], Consent]:
    """By customer and channel the last word, whichever of the merged files it was given for."""
    files = files_behind(customers)
    rows = Consent.objects.filter(customer__any_of=[*customers, *files]).order_by("customer", "channel", "-id")
    last = rows.distinct("customer", "channel")
    by_age = sorted(last, key=lambda row: row.pk)
    return {(files.get(row.customer_id, row.customer_id), row.channel): row for row in by_age}


@query(VIEW, label=_("See what a customer agreed to"))
def consents_of(actor: Actor, customer_id: int) -> list[Agreed]:
    """Every channel with the last word of a customer within reach."""
    return _agreed(Customer.objects.fetch(customer_id, actor, VIEW).pk)


@query(OWN, label=_("See what one has agreed to"))
def own_consents(actor: Actor) -> list[Agreed]:
    """The same for the customer who acts."""
    if actor.customer_id is None:
        raise NotFound
    return _agreed(actor.customer_id)


def wording() -> str:
    """What a customer agrees to, in the reader's language."""
    policy = in_force(ConsentPolicy)
    return policy.wording_en if (get_language() or "").startswith("en") else policy.wording


@query(VIEW_RESTRICTIONS, label=_("See restrictions on customers"))
def restrictions_of(actor: Actor, customer_id: int) -> list[Restriction]:
    """Standing and lifted ones, the newest first."""
    row = Customer.objects.fetch(customer_id, actor, VIEW_RESTRICTIONS)
    return list(Restriction.objects.filter(customer=row).order_by("lifted_at", "-placed_at"))


def agreed_channels(customers: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The channels by which customers may be addressed with offers."""
    found: dict[int, list[str]] = {}
    for (pk, channel), row in sorted(_last_words(customers).items()):
        if row.granted:
            found.setdefault(pk, []).append(channel)
    return {pk: tuple(channels) for pk, channels in found.items()}


def standing_restrictions(customers: list[int], on: dt.date) -> dict[int, tuple[str, ...]]:
    """Codes of the restrictions that stand, those of files merged into a customer's included."""
    keys = Keys(customers)
    standing = Restriction.objects.filter(lifted_at=None).filter(
        Q(customer__any_of=keys) | Q(customer__merged_into__any_of=keys)
    )
    found: dict[int, set[str]] = {}
    for pk, survivor, code in standing.values_list("customer_id", "customer__merged_into_id", "code"):
        found.setdefault(survivor or pk, set()).add(code)
    return {pk: tuple(sorted(codes)) for pk, codes in found.items()}
