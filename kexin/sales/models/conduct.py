"""Who has acknowledged the rules of conduct, and what colleagues report about a sale."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import Employee
from kexin.sales.models.inspection_item import InspectionItem


class ConductAcknowledgementQuerySet(ScopedQuerySet["ConductAcknowledgement"]):
    scope_through = "employee"


class ConductAcknowledgement(models.Model):
    """行为准则确认: an employee read one version of the rules of conduct and said so; never changed."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="conduct_acknowledgements", db_index=False
    )
    policy_id = models.BigIntegerField(_("policy version"))
    at = models.DateTimeField(_("at"))

    objects = ConductAcknowledgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("acknowledgement of the rules of conduct")
        constraints = [
            models.UniqueConstraint(fields=["employee", "policy_id"], name="sales_conduct_acknowledged_once"),
        ]

    def __str__(self) -> str:
        return f"ConductAcknowledgement {self.pk}"


class ConductReport(models.Model):
    """行为反映: what a colleague saw or heard at a sale, behind an inspection item.

    ``rule`` is a code of the policy version ``policy_id``. The words lie under the customer's key: they are about the
    customer's sale. Who reported is known to those who look into the item, never to the seller.
    """

    item = models.OneToOneField(InspectionItem, on_delete=models.PROTECT, related_name="conduct_report")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(_("rule of conduct"), max_length=40, db_collation="C")
    policy_id = models.BigIntegerField(_("policy version"))
    reporter = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", verbose_name=_("reported by"))
    reported_at = models.DateTimeField(_("reported"))
    key_id = models.UUIDField()
    words = PersonalField(_("what was seen or heard"), level=Level.C2, max_length=500)

    class Meta:
        verbose_name = _("report of conduct")

    def __str__(self) -> str:
        return f"ConductReport {self.pk}"
