"""A line of an accepted plan becomes a sale, with nothing typed twice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.sales.advice.choices import PlanState
from kexin.sales.advice.events import PlanSaleOpened
from kexin.sales.advice.work import taken_up
from kexin.sales.choices import SaleState
from kexin.sales.models import Plan, PlanLine, Sale
from kexin.sales.operations.opening import open_sale

ENDED = (SaleState.REFUSED, SaleState.CANCELLED, SaleState.FAILED, SaleState.LAPSED, SaleState.WITHDRAWN)


@operation("sales.open_planned_sale", label=_("Open a sale from a plan"), plain=("channel",))
def open_planned_sale(
    line: PlanLine | int, *, actor: Actor, channel: str, staff_took_part: bool, decision_no: int
) -> Sale:
    """Customer, product and amount are the plan's; the matching opinion is of today and for this channel.

    Raises RuleViolation where the plan was not accepted or counts no more, or a sale of the line runs already, and
    whatever speaks against opening any sale.
    """
    if not actor.may("sales.open_sale"):
        raise actor.refusal("sales.open_sale")
    pk = line.pk if isinstance(line, PlanLine) else line
    found = PlanLine.objects.select_related("plan_version").filter(pk=pk).first()
    if found is None:
        raise NotFound
    plan = Plan.objects.lock(found.plan_version.plan_id, actor)
    row = PlanLine.objects.select_for_update(of=("self",)).select_related("plan_version", "sale", "product").get(pk=pk)
    if row.plan_version.state != PlanState.ACCEPTED:
        raise RuleViolation(_("The customer has to accept this version of the plan first."))
    if row.sale is not None and row.sale.state not in ENDED:
        raise RuleViolation(_("The sale of this product runs already: %(sale_no)s.") % {"sale_no": row.sale.sale_no})
    sale = open_sale(
        plan.customer,
        row.product,
        actor=actor,
        amount=row.amount,
        channel=channel,
        staff_took_part=staff_took_part,
        decision_no=decision_no,
    )
    row.sale = sale
    row.save(update_fields=["sale"])
    taken_up(plan, actor.name)
    emit(PlanSaleOpened(plan.customer_id, plan.plan_no, plan.pk, sale.sale_no))
    return sale
