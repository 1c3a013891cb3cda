"""The work that sales give: an approval, a return call."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.calendar import Deadline, add
from kexin.core.errors import RuleViolation
from kexin.core.models import WorkItem
from kexin.core.values import Duration
from kexin.core.workflow import WorkKind, close_work, duty_holder, open_work, register_work_kind
from kexin.sales.models import Sale
from kexin.sales.sale_policies import SalePolicy

APPROVAL = "sales.approval"
FOLLOW_UP = "sales.follow_up"
NOTICE = "sales.offering_failed"
SALE = "sales.Sale"


def owe_approval(sale: Sale, rules: SalePolicy, seller_user_id: int | None, right: str) -> WorkItem:
    """Owed by the nearest one who may approve and is not the seller. Raises RuleViolation where there is nobody."""
    owner = duty_holder(right, sale.unit_id, seller_user_id)
    if owner is None:
        raise RuleViolation(_("Nobody else may approve this sale; a second person needs the right to approve."))
    return _owe(APPROVAL, sale, owner, add(timezone.now(), Duration(rules.approval_days, "working_days")), rules)


def owe_notice(sale: Sale, reason: str) -> WorkItem:
    """The seller tells the customer that the product is not established and the money comes back."""
    due = add(timezone.now(), Duration(1, "working_days"))
    item = _owe(NOTICE, sale, sale.seller_post_id, due, None)
    item.details["reason"] = reason
    item.save(update_fields=["details"])
    return item


def _owe(kind: str, sale: Sale, owner: int, due: Deadline, rules: SalePolicy | None) -> WorkItem:
    return open_work(
        kind,
        unit_id=sale.unit_id,
        owner_post_id=owner,
        due_at=due,
        customer_id=sale.customer_id,
        subject_kind=SALE,
        subject_id=sale.pk,
        details={"sale_no": sale.sale_no, "product": sale.product.name, "amount": str(sale.amount)},
        policy_id=rules.policy_version if rules is not None else None,
    )


def settle(kind: str, sale: Sale, *, outcome: str, by: str, cancelled: bool = False) -> None:
    """The matter of the work is done."""
    close_work(kind, SALE, sale.pk, outcome=outcome, by=by, cancelled=cancelled)


def _approval(item: WorkItem) -> str:
    return _t("Sale %(sale_no)s of %(product)s awaits your approval.") % item.details


def _follow_up(item: WorkItem) -> str:
    return _t("Call the customer back after sale %(sale_no)s of %(product)s.") % item.details


def _notice(item: WorkItem) -> str:
    return _t("%(product)s is not established: tell the customer of sale %(sale_no)s.") % item.details


def _page(item: WorkItem) -> str:
    return reverse("sales:sale", args=[item.subject_id])


def register() -> None:
    """Declare the kinds, when the floor starts."""
    register_work_kind(
        WorkKind(
            APPROVAL,
            _("Approval of a sale"),
            _approval,
            _page,
            icon="signature",
            outcomes={"approved": _("Approved"), "returned": _("Returned")},
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            FOLLOW_UP,
            _("Return call after a sale"),
            _follow_up,
            lambda item: reverse("return_calls:of_sale", args=[item.subject_id]),
            icon="phone-check",
            outcomes={
                "understood": _("All understood"),
                "contradicted": _("Contradicted"),
                "unreached": pgettext_lazy("return call", "Not reached"),
                "closed": _("Sale closed"),
            },
            closable=False,
        )
    )
    register_work_kind(
        WorkKind(
            NOTICE,
            _("Tell the customer: offering failed"),
            _notice,
            _page,
            icon="speakerphone",
            outcomes={"told": _("Customer told")},
        )
    )
