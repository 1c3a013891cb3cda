"""The approval of a sale by somebody who does not sell it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.operation import operation
from kexin.sales.choices import Gate, Party, SaleState
from kexin.sales.models import Sale
from kexin.sales.operations.confirming import rules_of
from kexin.sales.operations.opening import close_sale
from kexin.sales.operations.passing import is_open, pass_gate, passed_gates
from kexin.sales.rules import may_pass, next_gate
from kexin.sales.work import APPROVAL, owe_approval, settle


def ask_for_approval(sale: Sale) -> None:
    """Owe somebody the decision as soon as nothing but it is missing. Inside an operation, on a locked sale."""
    if next_gate(sale.needed, passed_gates(sale)) == Gate.APPROVED:
        owe_approval(sale, rules_of(sale), sale.seller.user_id)


@operation("sales.approve_sale", label=_("Approve a sale"), plain=("note",))
def approve_sale(sale: Sale | int, *, actor: Actor, approve: bool, note: str = "") -> Sale:
    """Approve it, or refuse it with a reason. The seller never decides."""
    row = Sale.objects.lock(sale, actor)
    is_open(row).enforce()
    if row.seller.user_id == actor.user_id:
        raise RuleViolation(_("Nobody approves a sale of their own."))
    if not approve and not note.strip():
        raise RuleViolation(fields={"note": _("Say why it is refused.")})
    if not approve:
        may_pass(Gate.APPROVED, row.needed, passed_gates(row), by=Party.STAFF).enforce()
        settle(APPROVAL, row, outcome="returned", by=actor.name)
        return close_sale(row, SaleState.REFUSED, note.strip(), actor)
    pass_gate(row, Gate.APPROVED, actor=actor, evidence={"note": note.strip()})
    settle(APPROVAL, row, outcome="approved", by=actor.name)
    return row
