"""What a seller has learned and may sell: certificates, training, authorisations for products."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.people.models.organisation import Employee


class QualificationQuerySet(ScopedQuerySet["Qualification"]):
    scope_through = "employee"


class Qualification(models.Model):
    """资格证书. ``kind`` is a code of the policy ``people.qualifications``; no end means valid until it is ended."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="qualifications")
    kind = models.CharField(_("kind of certificate"), max_length=30, db_collation="C")
    number = models.CharField(_("certificate number"), max_length=60, db_collation="C")
    issuer = models.CharField(_("issued by"), max_length=80)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)  # the last day
    evidence = models.CharField(_("evidence"), max_length=200)  # where it was checked, or where the copy is kept
    recorded_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(auto_now_add=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)  # the first day without it
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        indexes = [
            models.Index("employee", "kind", name="people_qualification_who"),
            models.Index("valid_until", condition=Q(ended_on=None), name="people_qualification_end"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="people_qualification_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("issued_on")), name="people_qualification_period"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by="", end_reason="")
                | (Q(ended_on__isnull=False) & ~Q(ended_by="") & ~Q(end_reason="")),
                name="people_qualification_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class TrainingQuerySet(ScopedQuerySet["TrainingRecord"]):
    scope_through = "employee"


class TrainingRecord(models.Model):
    """培训记录: hours that count for the yearly training of some certificates; ``ethics_hours`` are part of them."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="trainings")
    held_on = models.DateField(_("day of the training"))
    subject = models.CharField(_("training subject"), max_length=120)
    kinds: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=30, db_collation="C"), verbose_name=_("counts for")
    )
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1)
    ethics_hours = models.DecimalField(_("of which ethics"), max_digits=5, decimal_places=1, default=0)
    evidence = models.CharField(_("evidence"), max_length=200)
    recorded_by = models.CharField(max_length=80)
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training record")
        indexes = [models.Index("employee", "held_on", name="people_training_who")]
        constraints = [
            models.UniqueConstraint(fields=["employee", "held_on", "subject"], name="people_training_once"),
            models.CheckConstraint(
                condition=Q(hours__gt=0, ethics_hours__gte=0, ethics_hours__lte=F("hours")),
                name="people_training_hours",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class AuthorisationQuerySet(ScopedQuerySet["ProductAuthorisation"]):
    scope_through = "employee"


class ProductAuthorisation(models.Model):
    """产品授权: which products somebody may recommend and sell, from when until when; granted by two others.

    ``classes`` and ``regimes`` hold codes of the products floor; no regime means all of them. ``highest_grade`` is the
    highest risk grade of a product; ``own_grade`` the seller's own grade, where the institution grades its sellers.
    """

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="authorisations")
    classes: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=20, db_collation="C"), verbose_name=_("product classes")
    )
    regimes: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=20, db_collation="C"), verbose_name=_("rules of sale"), default=list, blank=True
    )
    highest_grade = models.PositiveSmallIntegerField(_("up to the risk grade"))
    own_grade = models.PositiveSmallIntegerField(_("the seller's own grade"), null=True, blank=True)
    private = models.BooleanField(_("private offerings too"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))  # the last day
    proposed_by = models.CharField(max_length=80)
    granted_by = models.CharField(max_length=80)
    granted_at = models.DateTimeField(auto_now_add=True)
    withdrawn_on = models.DateField(null=True, blank=True)  # the first day without it
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdraw_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AuthorisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("product authorisation")
        indexes = [
            models.Index("employee", name="people_authorisation_who"),
            models.Index("ends_on", condition=Q(withdrawn_on=None), name="people_authorisation_end"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), highest_grade__gte=1, highest_grade__lte=5),
                name="people_authorisation_period",
            ),
            models.CheckConstraint(condition=~Q(proposed_by=F("granted_by")), name="people_authorisation_two_persons"),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None, withdrawn_by="", withdraw_reason="")
                | (Q(withdrawn_on__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdraw_reason="")),
                name="people_authorisation_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id}: {', '.join(self.classes)}"
