"""The approval of a sale by somebody who does not sell it: a head, or a senior where an enterprise's size asks it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.operation import operation
from kexin.sales.choices import Gate, Party, SaleState
from kexin.sales.matching import opinion_of
from kexin.sales.models import Sale
from kexin.sales.operations.confirming import rules_of
from kexin.sales.operations.opening import close_sale
from kexin.sales.operations.passing import is_open, pass_gate, passed_gates
from kexin.sales.rules import SENIOR, may_pass, next_gate
from kexin.sales.work import APPROVAL, owe_approval, settle

APPROVE, APPROVE_SENIOR = "sales.approve_sale", "sales.approve_senior_sale"


def right_to_approve(sale: Sale) -> str:
    """The operation by which this sale is decided: the matching opinion says whether a senior does it."""
    senior = sale.decision_no is not None and SENIOR in opinion_of(sale.decision_no).conditions
    return APPROVE_SENIOR if senior else APPROVE


def ask_for_approval(sale: Sale) -> None:
    """Owe somebody the decision as soon as nothing but it is missing. Inside an operation, on a locked sale."""
    if next_gate(sale.needed, passed_gates(sale)) == Gate.APPROVED:
        owe_approval(sale, rules_of(sale), sale.seller.user_id, right_to_approve(sale))


@operation(APPROVE, label=_("Approve a sale"), plain=("note",))
def approve_sale(sale: Sale | int, *, actor: Actor, approve: bool, note: str = "") -> Sale:
    """Approve it, or refuse it with a reason. The seller never decides. RuleViolation where a senior has to."""
    row = Sale.objects.lock(sale, actor)
    if right_to_approve(row) != APPROVE:
        raise RuleViolation(_("For an enterprise of this size a senior decides."))
    return _decide(row, actor, approve, note, {})


@operation(APPROVE_SENIOR, label=_("Approve a sale that takes a senior"), plain=("note",))
def approve_senior_sale(sale: Sale | int, *, actor: Actor, approve: bool, note: str = "") -> Sale:
    """Approve a sale that takes a senior, or refuse it with a reason. The seller never decides."""
    row = Sale.objects.lock(sale, actor)
    if right_to_approve(row) != APPROVE_SENIOR:
        raise RuleViolation(_("This sale does not take a senior."))
    return _decide(row, actor, approve, note, {"senior": True})


def _decide(row: Sale, actor: Actor, approve: bool, note: str, evidence: dict[str, Any]) -> Sale:
    is_open(row).enforce()
    if row.seller.user_id == actor.user_id:
        raise RuleViolation(_("Nobody approves a sale of their own."))
    if not approve and not note.strip():
        raise RuleViolation(fields={"note": _("Say why it is refused.")})
    if not approve:
        may_pass(Gate.APPROVED, row.needed, passed_gates(row), by=Party.STAFF).enforce()
        settle(APPROVAL, row, outcome="returned", by=actor.name)
        return close_sale(row, SaleState.REFUSED, note.strip(), actor)
    pass_gate(row, Gate.APPROVED, actor=actor, evidence={"note": note.strip(), **evidence})
    settle(APPROVAL, row, outcome="approved", by=actor.name)
    return row
