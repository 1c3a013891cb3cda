"""面客视图: while a customer looks at the screen, the session shows that customer's own things and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.errors import NotPermitted
from kexin.core.fields import decrypt_rows
from kexin.core.masking import mask_account, mask_contact
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.desk.policies import FacingPolicy
from kexin.holdings.models import Account
from kexin.holdings.queries import Portfolio, Position, portfolio
from kexin.party.models import ContactPoint, Customer, Party

AHEAD_DAYS = 366


@dataclass(frozen=True, slots=True)
class Line:
    """One position as its owner reads it."""

    position: Position
    account: str


@dataclass(frozen=True, slots=True)
class Facing:
    """What the customer sees: own name, own holdings, own contact data masked as one's own."""

    customer: Customer
    name: str
    portfolio: Portfolio
    lines: list[Line]
    maturing: list[Line]
    contacts: list[tuple[str, str]]

    @property
    def totals(self) -> list[tuple[str, Decimal]]:
        return list(self.portfolio.totals.items())


@operation("desk.face_customer", label=_("Turn the screen to the customer"))
def begin_facing(customer_id: int, *, actor: Actor) -> Customer:
    """The session shows only this customer from now on; the caller keeps that in the session."""
    if not actor.may("holdings.view_accounts"):
        raise NotPermitted
    found = Customer.objects.select_related("party").fetch(customer_id, actor, "party.view_customer")
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("party.Customer", found.pk), found.pk
    return found


@operation("desk.leave_facing", label=_("Turn the screen back"), open_to_all=True)
def leave_facing(customer_id: int, *, actor: Actor) -> None:
    """Back to work; written down like the beginning, so that the time between is known."""
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("party.Customer", customer_id), customer_id


@query("desk.face_customer", label=_("Turn the screen to the customer"))
def facing(actor: Actor, customer_id: int) -> Facing:
    """What the customer sees. Five reads."""
    found = Customer.objects.select_related("party").fetch(customer_id, actor, "party.view_customer")
    held = portfolio(actor, found)
    decrypt_rows(Party, [found.party], ("name",))
    decrypt_rows(Account, list({each.account.pk: each.account for each in held.positions}.values()), ("number",))
    contacts = ContactPoint.objects.filter(party=found.party, do_not_use=False).order_by("-preferred", "pk")
    today = business_date()
    order = list(held.totals)
    return Facing(
        customer=found,
        name=str(found.party.name or found.customer_no),
        portfolio=held,
        lines=[
            Line(each, mask_account(each.account.number))
            for each in sorted(held.positions, key=lambda one: (order.index(one.currency), -one.value))
        ],
        maturing=[
            Line(each, mask_account(each.account.number))
            for each in held.maturities(today, today + dt.timedelta(days=AHEAD_DAYS))
        ],
        contacts=[(str(each.get_kind_display()), mask_contact(each.value)) for each in contacts],
    )


def password_wanted() -> bool:
    """Does the policy in force ask for the password before the view is left?"""
    return in_force(FacingPolicy).password_to_leave
