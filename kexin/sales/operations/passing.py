"""Passing a gate: the one place where a gate's row is written. Inside an operation only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date
from kexin.core.choices import ActorKind
from kexin.core.decision import ALLOWED, Decision, refused
from kexin.core.events import emit
from kexin.sales.choices import Gate, Party, SaleState
from kexin.sales.events import GatePassed
from kexin.sales.models import Sale, SaleGate
from kexin.sales.rules import may_pass


def party_of(actor: Actor) -> Party:
    """Customer, staff or the system: who the actor is to a gate."""
    if actor.kind == ActorKind.CUSTOMER:
        return Party.CUSTOMER
    return Party.STAFF if actor.kind == ActorKind.PERSON else Party.SYSTEM


def passed_gates(sale: Sale) -> list[int]:
    """The gates passed in this round."""
    return list(SaleGate.objects.filter(sale=sale, round=sale.round).order_by("gate").values_list("gate", flat=True))


def is_open(sale: Sale, *states: SaleState) -> Decision:
    """May anything still be done in this sale? An unfinished one may not after its last day, closed yet or not."""
    if sale.state == SaleState.OPEN and sale.lapses_on < business_date():
        return refused("lapsed", _("This sale was not finished in time: begin a new one with a new matching opinion."))
    if sale.state in (states or (SaleState.OPEN,)):
        return ALLOWED
    return refused("state", _("This sale is closed: nothing can be done in it any more."))


def pass_gate(sale: Sale, gate: Gate, *, actor: Actor, evidence: Mapping[str, Any]) -> SaleGate:
    """Write that the gate was passed. ``sale`` is locked. Raises RuleViolation with everything that is missing."""
    party = party_of(actor)
    may_pass(gate, sale.needed, passed_gates(sale), by=party).enforce()
    row = SaleGate.objects.create(
        sale=sale,
        round=sale.round,
        gate=gate,
        at=timezone.now(),
        by=actor.name,
        party=party,
        evidence=dict(evidence),
    )
    emit(GatePassed(sale.customer_id, sale.sale_no, sale.pk, int(gate), party.value))
    return row
