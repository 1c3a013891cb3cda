"""What customers see of notices: their own, on the portal. Opening one leaves the receipt."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import NotFound, NotPermitted
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.query import query
from kexin.sales.models import CustomerNotice
from kexin.sales.notices.events import NoticeOpened

VIEW_OWN = "sales.view_own_notices"
OPEN_OWN = "sales.open_own_notice"
MOST = 100


def _own(actor: Actor) -> QuerySet[CustomerNotice]:
    """By the customer who acts, whatever the grants: nobody else has an inbox."""
    if actor.customer_id is None:
        raise NotFound
    return CustomerNotice.objects.filter(customer=actor.customer_id).select_related("notice__product", "customer")


@query(VIEW_OWN, label=_("See one's own messages"), record="list")
def own_notices(actor: Actor) -> list[CustomerNotice]:
    """The newest messages of the customer who acts."""
    return list(_own(actor).order_by("-told_at", "-pk")[:MOST])


@query(VIEW_OWN, label=_("See one's own messages"))
def unread(actor: Actor) -> int:
    """How many were never opened."""
    return _own(actor).filter(opened_at=None).count()


@query(VIEW_OWN, label=_("See one's own messages"), record="open")
def own_notice(actor: Actor, pk: int) -> CustomerNotice:
    """One message of one's own. NotFound for any other."""
    row = _own(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@operation(OPEN_OWN, label=_("Open one's own message"))
def open_own_notice(pk: int, *, actor: Actor) -> CustomerNotice:
    """Note when it was opened first; opened again nothing changes. Only the customer: staff open nothing for them."""
    if actor.kind != ActorKind.CUSTOMER:
        raise NotPermitted
    row = _own(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotFound
    if row.opened_at is None:
        row.opened_at = timezone.now()
        row.save(update_fields=["opened_at"])
        notice = row.notice
        emit(NoticeOpened(row.customer_id, row.customer.customer_no, notice.pk, notice.matter, notice.product.name))
    return row
