"""What was decided: matching opinions, and who counts as a qualified investor. Rows are only ever appended."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.models import PolicyVersion
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import Employee, OrgUnit, Post
from kexin.products.models import Product
from kexin.suitability.matching.choices import MatchOutcome, Purpose, QualifiedBasis, SaleChannel


class DecisionQuerySet(ScopedQuerySet["SuitabilityDecision"]):
    scope_through = "customer"


class SuitabilityDecision(models.Model):
    """适当性匹配意见: facts, policy version, outcome, reasons. Stored as it was, never recomputed, never changed.

    ``refusals`` and ``conditions`` hold code, words in two languages and legal basis; ``facts`` everything it stood on.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    channel = models.CharField(_("channel"), max_length=12, choices=SaleChannel.choices)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2, null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=MatchOutcome.choices)
    refusals: models.JSONField[Any, Any] = models.JSONField(_("reasons against"), default=list)
    conditions: models.JSONField[Any, Any] = models.JSONField(_("conditions to be met"), default=list)
    checks: models.JSONField[Any, Any] = models.JSONField(_("three checks"), default=dict)
    facts: models.JSONField[Any, Any] = models.JSONField(_("facts"))
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    seller = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    decided_on = models.DateField(_("decided on"))
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)
    decided_by = models.CharField(_("decided by"), max_length=80)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("matching opinion")
        indexes = [
            models.Index(fields=["customer", "-id"], name="suitability_decision_customer"),
            models.Index(fields=["product", "-id"], name="suitability_decision_product"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(outcome=MatchOutcome.REFUSE) & ~Q(refusals=[]))
                | (Q(outcome=MatchOutcome.CONDITIONS, refusals=[]) & ~Q(conditions=[]))
                | Q(outcome=MatchOutcome.ALLOW, refusals=[], conditions=[]),
                name="suitability_decision_reasons",
            )
        ]

    def __str__(self) -> str:
        return f"SuitabilityDecision {self.pk}"


class QualifiedQuerySet(ScopedQuerySet["QualifiedInvestor"]):
    scope_through = "customer"


class QualifiedInvestor(models.Model):
    """合格投资者: on which evidence a customer may buy private products, and until when; the last row counts."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    basis = models.CharField(_("ground"), max_length=12, choices=QualifiedBasis.choices)
    evidence = models.CharField(_("evidence"), max_length=200)
    valid_until = models.DateField(_("valid until"))
    verified_on = models.DateField(_("verified on"))
    verified_at = models.DateTimeField(auto_now_add=True)
    proposed_by = models.CharField(max_length=80)
    verified_by = models.CharField(max_length=80)

    objects = QualifiedQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualified investor")
        indexes = [models.Index(fields=["customer", "-id"], name="suitability_qualified_customer")]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("verified_on")), name="suitability_qualified_period"),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("verified_by")), name="suitability_qualified_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"QualifiedInvestor {self.pk}"


class Rematch(models.Model):
    """重新匹配: all holders of a product looked at again after its grade changed. Nobody is made to sell."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    before = models.PositiveSmallIntegerField(_("grade before"))
    after = models.PositiveSmallIntegerField(_("grade after"))
    holders = models.PositiveIntegerField(_("holders"))
    decided = models.PositiveIntegerField(_("decided one by one"))
    changed = models.PositiveIntegerField(_("changed"))
    held = models.DecimalField(_("held on the day"), max_digits=22, decimal_places=2, null=True)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    done_on = models.DateField(_("done on"))
    done_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("rematching of holders")
        constraints = [
            models.UniqueConstraint(fields=["product", "before", "after", "done_on"], name="suitability_rematch_once"),
            models.CheckConstraint(
                condition=Q(changed__lte=F("decided"), decided__lte=F("holders")), name="suitability_rematch_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"Rematch {self.pk}"


class RematchQuerySet(ScopedQuerySet["RematchLine"]):
    scope_through = "customer"


class RematchLine(models.Model):
    """重新匹配结果: what changed for one holder; ``codes`` are the reasons against keeping more of it.

    Unit, post and the value ``held`` are those of the day: the list can be taken out again and agrees.
    """

    rematch = models.ForeignKey(Rematch, on_delete=models.PROTECT, related_name="lines")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    before = models.CharField(_("before"), max_length=10, choices=MatchOutcome.choices)
    after = models.CharField(_("after"), max_length=10, choices=MatchOutcome.choices)
    tolerance = models.PositiveSmallIntegerField(_("tolerance"), null=True)
    codes: models.JSONField[Any, Any] = models.JSONField(_("reasons"), default=list)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    held = models.DecimalField(_("held on the day"), max_digits=20, decimal_places=2, null=True)

    objects = RematchQuerySet.as_manager()

    class Meta:
        verbose_name = _("holder rematched")
        indexes = [models.Index(fields=["customer", "-id"], name="suitability_rematch_customer")]
        constraints = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="suitability_rematch_changed"),
        ]

    def __str__(self) -> str:
        return f"RematchLine {self.pk}"
