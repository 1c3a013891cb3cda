"""Planning the return call of an executed sale. Inside the operation that executes it."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from kexin.core.calendar import zone
from kexin.core.events import emit
from kexin.core.policy import in_force
from kexin.core.workflow import duty_holder, open_work
from kexin.sales.choices import Gate
from kexin.sales.followup.events import ReturnCallPlanned
from kexin.sales.followup.policies import ReturnCallPolicy
from kexin.sales.models import ReturnCall, Sale, SaleGate
from kexin.sales.sale_policies import SalePolicy
from kexin.sales.work import FOLLOW_UP, SALE

ANSWER = "sales.answer_return_call"


def plan_return_call(sale: Sale, rules: SalePolicy) -> ReturnCall:
    """The return call of a sale, owed by the nearest person who makes such calls and is not the seller.

    Classes that the policy names (insurance: within the cooling-off period) count from the customer's signature, all
    others from now. Where nobody may call, it stands on the list of return calls all the same.
    """
    numbers, now = in_force(ReturnCallPolicy), timezone.now()
    days = numbers.class_days.get(sale.product.product_class)
    due = now + dt.timedelta(days=rules.follow_up_days)
    if days is not None:
        due = _signed_at(sale, now) + dt.timedelta(days=days)
    row = ReturnCall.objects.create(
        sale=sale,
        customer_id=sale.customer_id,
        key_id=sale.customer.party.key_id,
        unit_id=sale.unit_id,
        sheet=numbers.sheet_of(sale.product.product_class).code,
        policy_id=numbers.policy_version,
        due_at=due,
        next_at=min(due, now + dt.timedelta(hours=numbers.first_after_hours)),
    )
    owner = duty_holder(ANSWER, sale.unit_id, sale.seller.user_id)
    if owner is not None:
        open_work(
            FOLLOW_UP,
            unit_id=sale.unit_id,
            owner_post_id=owner,
            due_at=due,
            customer_id=sale.customer_id,
            subject_kind=SALE,
            subject_id=sale.pk,
            details={"sale_no": sale.sale_no, "product": sale.product.name, "amount": str(sale.amount)},
            policy_id=numbers.policy_version,
        )
    local = due.astimezone(zone()).isoformat(timespec="minutes")
    emit(ReturnCallPlanned(sale.customer_id, sale.sale_no, row.pk, local))
    return row


def _signed_at(sale: Sale, now: dt.datetime) -> dt.datetime:
    gate = SaleGate.objects.filter(sale=sale, round=sale.round, gate=Gate.SIGNED).first()
    return gate.at if gate is not None else now
