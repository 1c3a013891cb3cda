"""How a product came to its sale: admissions with their four steps, grades, and the record of every act."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.products.choices import AdmissionState, AdmissionStep, ProductAct, RatingState, RiskGrade
from kexin.products.models.product import Product


class RiskRating(models.Model):
    """产品风险等级: the scores by factor, the institution's grade from them, the issuer's beside it (Art. 22, 23)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="ratings")
    scores = models.JSONField(_("scores by factor"), default=dict)
    score = models.DecimalField(_("weighted score"), max_digits=4, decimal_places=2, null=True)
    own_grade = models.PositiveSmallIntegerField(_("the institution's own grade"), choices=RiskGrade.choices)
    issuer_grade = models.PositiveSmallIntegerField(_("the issuer's grade"), choices=RiskGrade.choices, null=True)
    grade = models.PositiveSmallIntegerField(_("grade that rules"), choices=RiskGrade.choices)
    raised_by = models.JSONField(_("floors that raised the grade"), default=list)
    reason = models.CharField(_("reason"), max_length=1000)
    policy_id = models.BigIntegerField(null=True)
    state = models.CharField(_("state"), max_length=8, choices=RatingState.choices, default=RatingState.PROPOSED)
    assessed_by = models.CharField(max_length=40, db_collation="C")
    assessor_user_id = models.BigIntegerField(null=True)
    assessed_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("product risk grade")
        ordering = ["-assessed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(state=RatingState.IN_FORCE), name="products_rating_in_force"
            ),
            models.CheckConstraint(condition=Q(grade__gte=F("own_grade")), name="products_rating_not_below_own"),
            models.CheckConstraint(
                condition=Q(issuer_grade__isnull=True) | Q(grade__gte=F("issuer_grade")),
                name="products_rating_not_below_issuer",
            ),
        ]

    def __str__(self) -> str:
        return f"R{self.grade}"


def _differ(first: str, second: str) -> Q:
    """The two are different persons, or one of them is not there yet."""
    return Q(**{f"{first}__isnull": True}) | Q(**{f"{second}__isnull": True}) | ~Q(**{first: F(second)})


class Admission(models.Model):
    """产品准入: one round from the submission to approval or return. Who did which step stands in columns, so that
    the database itself refuses a reviewer who drafted and an approver who reviewed."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="admissions")
    number = models.PositiveSmallIntegerField(_("round"))
    state = models.CharField(_("state"), max_length=8, choices=AdmissionState.choices, default=AdmissionState.OPEN)
    step = models.CharField(_("step"), max_length=10, choices=AdmissionStep.choices, blank=True)
    rating = models.ForeignKey(RiskRating, on_delete=models.PROTECT, null=True, related_name="admissions")
    drafter_user_id = models.BigIntegerField(null=True)
    compliance_user_id = models.BigIntegerField(null=True)
    risk_user_id = models.BigIntegerField(null=True)
    protection_user_id = models.BigIntegerField(null=True)
    approval_user_id = models.BigIntegerField(null=True)
    submitted_by = models.CharField(max_length=40, db_collation="C")
    submitted_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("admission")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="products_admission_round"),
            models.UniqueConstraint(
                fields=["product"], condition=Q(state=AdmissionState.OPEN), name="products_admission_open_once"
            ),
            models.CheckConstraint(
                condition=_differ("compliance_user_id", "drafter_user_id")
                & _differ("risk_user_id", "drafter_user_id")
                & _differ("protection_user_id", "drafter_user_id")
                & _differ("approval_user_id", "drafter_user_id"),
                name="products_admission_not_the_drafter",
            ),
            models.CheckConstraint(
                condition=_differ("protection_user_id", "compliance_user_id")
                & _differ("protection_user_id", "risk_user_id"),
                name="products_admission_protection_apart",
            ),
            models.CheckConstraint(
                condition=_differ("approval_user_id", "compliance_user_id")
                & _differ("approval_user_id", "risk_user_id")
                & _differ("approval_user_id", "protection_user_id"),
                name="products_admission_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(state=AdmissionState.APPROVED)
                | Q(
                    compliance_user_id__isnull=False,
                    risk_user_id__isnull=False,
                    protection_user_id__isnull=False,
                    approval_user_id__isnull=False,
                ),
                name="products_admission_all_steps",
            ),
            models.CheckConstraint(
                condition=Q(state=AdmissionState.OPEN, closed_at=None)
                | (~Q(state=AdmissionState.OPEN) & Q(closed_at__isnull=False)),
                name="products_admission_closed_at",
            ),
        ]

    def person_of(self, step: str) -> int | None:
        """Who did a step, None while nobody has."""
        found: int | None = getattr(self, f"{step}_user_id")
        return found

    def __str__(self) -> str:
        return f"{self.product_id}/{self.number}"


class ProductStep(models.Model):
    """One act on a product: who, when, what was said. Never changed (the database refuses it)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="steps")
    admission = models.ForeignKey(Admission, on_delete=models.CASCADE, null=True, related_name="steps")
    act = models.CharField(_("act"), max_length=10, choices=ProductAct.choices)
    step = models.CharField(_("step"), max_length=10, choices=AdmissionStep.choices, blank=True)
    text = models.TextField(_("what was said"), blank=True)
    details = models.JSONField(default=dict)
    done_by = models.CharField(max_length=40, db_collation="C")
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("record of a product")
        ordering = ["-done_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.act} {self.product_id}"
