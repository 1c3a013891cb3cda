"""How old the facts of a file are: when each kind of data was last confirmed, and when the next review falls due."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kexin.party.choices import FactKind, FactSource
from kexin.party.models.customer import Customer


class FactConfirmation(models.Model):
    """资料核实: the last time somebody said that a kind of data is right. Earlier times lie in the row history.

    A kind without a row was never confirmed since the customer was admitted.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="confirmations")
    kind = models.CharField(_("kind of data"), max_length=20, choices=FactKind.choices)
    confirmed_on = models.DateField(_("confirmed on"))
    source = models.CharField(_("how it is known"), max_length=8, choices=FactSource.choices)
    confirmed_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("confirmation of data")
        constraints = [models.UniqueConstraint(fields=["customer", "kind"], name="party_confirmation_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind}: {self.confirmed_on}"


class CustomerReview(models.Model):
    """资料复核: the earliest day on which a kind of a customer's data is to be confirmed again.

    Derived from the confirmations and the policy every night and whenever something is confirmed; without a row
    nothing is ever due.
    """

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="review")
    due_on = models.DateField(_("review due on"))

    class Meta:
        verbose_name = _("review of customer data")
        indexes = [models.Index("due_on", name="party_review_due")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.due_on}"
