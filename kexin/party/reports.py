"""Customers as a dataset of reports."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, IntegerField, Value
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.reports.fields import Dataset, Dimension, Figure, Params, by_band, by_choice, register_dataset
from kexin.party.choices import CustomerStatus, EnterpriseScale, PartyKind
from kexin.party.models import Customer
from kexin.party.tiers import tier_choices
from kexin.people.reports import by_post, by_unit

VIEW = "party.view_customers"
FIGURES = "holdings.view_accounts"  # what the customer list asks for, too, before it shows assets and tiers
BASE = _("in the base currency")
BAND = 10  # years of age that stand together


def _rows(actor: Actor, right: str) -> Any:
    return Customer.objects.visible_to(actor, right).exclude(status=CustomerStatus.MERGED)


def _age_band(path: str) -> Any:
    """The age at which the band of ten years begins; whole numbers divide downwards in PostgreSQL."""
    age = Value(business_date().year, output_field=IntegerField()) - F(path)
    return age / Value(BAND, output_field=IntegerField()) * Value(BAND, output_field=IntegerField())


def _band_words(begin: int) -> str:
    return _t("%(first)s to %(last)s years") % {"first": begin, "last": begin + BAND - 1}


def _band_listed(begin: Any) -> Params | None:
    return None if begin is None else {"age_from": str(begin), "age_to": str(begin + BAND - 1)}


def _year_words(year: int) -> str:
    return str(year)


def age_dimension(path: str = "born_year", *, listed: bool = False) -> Dimension:
    """Bands of ten years; ``listed``: the list of customers can show one."""
    more = {"listed": _band_listed} if listed else {}
    return by_band("age", _("Age band"), lambda: _age_band(path), _band_words, **more)


def tier_dimension(path: str = "tier", param: str = "", right: str = "") -> Dimension:
    """客户等级, in the order of the ladder."""

    def order(key: Any) -> int:
        codes = [code for code, _name in tier_choices()]
        return codes.index(key) if key in codes else len(codes)

    return by_choice(
        "tier", _("Tier"), path, tier_choices, param=param, ordered=True, order=order, nothing=_("No tier"), right=right
    )


def _list_url(params: dict[str, str], _first: dt.date | None, _last: dt.date | None) -> str:
    return f"{reverse('party:customers')}?{urlencode(params)}"


def register() -> None:
    """Called once, when the floor is ready."""
    register_dataset(
        Dataset(
            code="party.customers",
            label=_("Customers"),
            counted=_("Customers"),
            right=VIEW,
            rows=_rows,
            dimensions=(
                by_choice("kind", _("Type"), "kind", lambda: PartyKind.choices, param="kind"),
                by_choice(
                    "scale",
                    _("Size of enterprise"),
                    "party__enterprise__scale",
                    lambda: EnterpriseScale.choices,
                    param="scale",
                ),
                by_choice("status", _("State"), "status", lambda: CustomerStatus.choices, param="status"),
                tier_dimension(param="tier", right=FIGURES),
                by_unit(VIEW, "unit", param="unit"),
                by_post(VIEW, "lead_post", pool="pool=on"),
                age_dimension(listed=True),
                by_band("since", _("Customer since (year)"), lambda: ExtractYear("admitted_on"), _year_words),
            ),
            figures=(
                Figure("assets", _("Assets"), lambda _day: F("assets"), BASE, right=FIGURES),
                Figure("average", _("Monthly daily average"), lambda _day: F("average"), BASE, right=FIGURES),
            ),
            list_url=_list_url,
        ),
        10,
    )
