"""An enterprise and the people behind it, side by side."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Amount, Day, Id, Shown
from kexin.desk.linked import Amounts, LinkedParty, linked
from kexin.party.naming import shown_name

router = Endpoints("linked parties", _("Enterprises and their owners"))


class CurrencyAmount(Shown):
    """An amount in one currency."""

    currency: str = Field(examples=["CNY"])
    amount: Amount


class LinkedRole(Shown):
    """What one side is in the other."""

    kind: str = Field(examples=["legal_representative"])
    share: Decimal | None = Field(examples=["30.000"])


class LinkedMaturity(Shown):
    """What matures soon, in its own currency."""

    name: str = Field(examples=["三年期整存整取"])
    matures_on: Day
    currency: str = Field(examples=["CNY"])
    value: Amount


class LinkedPartyShown(Shown):
    """One side within reach; the customer asked for comes first and has no role."""

    customer_id: Id
    name: str = Field(examples=["江澜木业有限公司"])
    kind: str = Field(examples=["enterprise"])
    roles: list[LinkedRole]
    lead: str | None = Field(examples=["林晓雯 · 理财经理"])
    assets: Amount
    deposits: list[CurrencyAmount]
    loans: list[CurrencyAmount]
    maturing: list[LinkedMaturity]
    last_contact: dt.date | None = Field(
        description="When last reached; nobody's for those who may not see contacts", examples=["2026-11-02"]
    )


class LinkedShown(Shown):
    """Both sides, as far as you reach them; there may be more."""

    parties: list[LinkedPartyShown]
    assets: Amount = Field(description="Of all that are shown")
    maturing_days: int = Field(description="How far maturities look", examples=[90])


@router.read("/customers/{customer_id}/linked", "desk.view_linked")
def read_linked(request: ApiRequest, customer_id: Id) -> LinkedShown:
    """The enterprises of a person, or the people behind an enterprise, with what they have. Reading it is recorded."""
    found = linked(request.actor, customer_id)
    return LinkedShown(
        parties=[_party(request, each) for each in found.parties],
        assets=found.assets,
        maturing_days=found.days,
    )


def _party(request: ApiRequest, each: LinkedParty) -> LinkedPartyShown:
    return LinkedPartyShown(
        customer_id=each.customer.pk,
        name=shown_name(request.actor, each.customer),
        kind=each.customer.kind,
        roles=[LinkedRole(kind=role.kind, share=role.share) for role in each.roles],
        lead=each.lead or None,
        assets=each.assets,
        deposits=_amounts(each.deposits),
        loans=_amounts(each.loans),
        maturing=[
            LinkedMaturity(name=line.name, matures_on=line.matures_on, currency=line.currency, value=line.value)
            for line in each.maturing
            if line.matures_on is not None
        ],
        last_contact=each.last_contact,
    )


def _amounts(amounts: Amounts) -> list[CurrencyAmount]:
    return [CurrencyAmount(currency=currency, amount=amount) for currency, amount in sorted(amounts.items())]
