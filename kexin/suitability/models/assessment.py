"""Sessions, answers, results. What a customer said and was told is only ever appended to."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.choices import ActorKind
from kexin.core.models import PolicyVersion
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer, MergeRecord
from kexin.suitability.assessments.choices import (
    LIVE,
    AssessmentChannel,
    Capacity,
    ProfessionalCategory,
    SessionState,
    ToleranceGrade,
)
from kexin.suitability.models.questionnaire import QuestionnaireVersion
from kexin.suitability.questionnaires.choices import QuestionnaireKind


class OfCustomerQuerySet(ScopedQuerySet[Any]):
    """Whoever reaches the customer reaches these; a customer who acts reaches the own ones."""

    scope_through = "customer"


class OfCustomer(models.Model):
    """A row about one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        abstract = True


def by_the_customer(name: str) -> models.CheckConstraint:
    """The row was written by the customer it is about, and by nobody else (NFRA Order 2025-7 Art. 13)."""
    condition = Q(actor_kind=ActorKind.CUSTOMER, acted_by=F("customer"))
    return models.CheckConstraint(condition=condition, name=name)


class ByCustomer(OfCustomer):
    """A row that only the customer can have written: by whom, on which device, from where."""

    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    acted_by = models.BigIntegerField()
    device = models.CharField(_("device"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)

    class Meta:
        abstract = True


class AssessmentSession(OfCustomer):
    """测评会话: from the invitation to the last answer. The version asked is the one in force when it was opened."""

    kind = models.CharField(_("kind"), max_length=20, choices=QuestionnaireKind.choices)
    questionnaire = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("version")
    )
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(_("channel"), max_length=8, choices=AssessmentChannel.choices)
    state = models.CharField(_("state"), max_length=10, choices=SessionState.choices)
    invited_by = models.CharField(_("invited by"), max_length=80, blank=True)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    last_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    ends_at = models.DateTimeField(_("kept until"))
    holder = models.CharField(max_length=64, blank=True)  # the customer's sign-in that may answer: one device at a time
    resumed = models.PositiveSmallIntegerField(_("resumed"), default=0)
    device = models.CharField(_("device"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("assessment session")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"], condition=Q(state__in=LIVE), name="suitability_session_one_live"
            ),
            models.CheckConstraint(
                condition=~Q(state=SessionState.OPEN)
                | Q(questionnaire__isnull=False, policy__isnull=False, opened_at__isnull=False),
                name="suitability_session_opened",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="suitability_session_customer"),
            models.Index("ends_at", condition=Q(state__in=LIVE), name="suitability_session_ends"),
        ]

    def __str__(self) -> str:
        return f"AssessmentSession {self.pk}"


class AssessmentAnswer(ByCustomer):
    """测评答案: one answer as it was given; a change of mind is a further row, the last one counts."""

    session = models.ForeignKey(AssessmentSession, on_delete=models.PROTECT, related_name="answers", db_index=False)
    question = models.CharField(max_length=30, db_collation="C")
    value = models.CharField(max_length=40, db_collation="C")
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("assessment answer")
        constraints = [by_the_customer("suitability_answer_by_customer")]
        indexes = [models.Index("session", "id", name="suitability_answer_session")]

    def __str__(self) -> str:
        return f"{self.session_id}:{self.question}"


class RiskAssessment(ByCustomer):
    """风险测评: answers, points, band, ceilings and grade, by which version and policy. ``grade`` is by the answers;
    ``told_grade`` is what the customer was told, after the care for the elderly."""

    session = models.OneToOneField(AssessmentSession, on_delete=models.PROTECT, null=True, related_name="result")
    kind = models.CharField(_("kind"), max_length=20, choices=QuestionnaireKind.choices)
    questionnaire = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("version")
    )
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    answers: models.JSONField[Any, Any] = models.JSONField(_("answers"))
    points = models.PositiveSmallIntegerField(_("points"))
    band = models.PositiveSmallIntegerField(_("grade by points"), choices=ToleranceGrade.choices)
    ceilings: models.JSONField[Any, Any] = models.JSONField(_("ceilings"), default=list)
    grade = models.PositiveSmallIntegerField(_("grade by answers"), choices=ToleranceGrade.choices)
    told_grade = models.PositiveSmallIntegerField(_("grade"), choices=ToleranceGrade.choices)
    lowest = models.BooleanField(_("lowest class"), default=False)
    age = models.PositiveSmallIntegerField(_("age"), null=True)
    previous_grade = models.PositiveSmallIntegerField(
        _("grade before"), choices=ToleranceGrade.choices, null=True, blank=True
    )
    needs_confirmation = models.BooleanField(_("changed: to be confirmed"), default=False)
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_on = models.DateField(_("assessed on"))
    of_day = models.PositiveSmallIntegerField(_("assessment of the day"))
    valid_until = models.DateField(_("valid until"))
    channel = models.CharField(_("channel"), max_length=8, choices=AssessmentChannel.choices)
    invited_by = models.CharField(_("invited by"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("risk assessment")
        constraints = [
            by_the_customer("suitability_assessment_by_customer"),
            models.UniqueConstraint(fields=["customer", "submitted_on", "of_day"], name="suitability_assessment_nth"),
            models.CheckConstraint(
                condition=Q(grade__gte=1, band__lte=5, told_grade__gte=1, of_day__gte=1, points__lte=100)
                & Q(grade__lte=F("band"))
                & Q(told_grade__lte=F("grade"))
                & (Q(lowest=False) | Q(grade=1)),
                name="suitability_assessment_grades",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("submitted_on")), name="suitability_assessment_period"
            ),
        ]

    def __str__(self) -> str:
        return f"RiskAssessment {self.pk}"


class ResultConfirmation(ByCustomer):
    """结果确认: the customer saw the old grade beside the new one and confirmed the new one."""

    assessment = models.OneToOneField(RiskAssessment, on_delete=models.PROTECT, related_name="confirmation")
    confirmed_at = models.DateTimeField(_("confirmed"))

    class Meta:
        verbose_name = _("confirmation of a changed result")
        constraints = [by_the_customer("suitability_confirmation_by_customer")]

    def __str__(self) -> str:
        return f"ResultConfirmation {self.pk}"


class ElderReview(OfCustomer):
    """长者复核: a supervisor looked at the result of an elderly customer and lifted its ceiling, or left it."""

    assessment = models.OneToOneField(RiskAssessment, on_delete=models.PROTECT, related_name="review")
    lifted = models.BooleanField(_("ceiling lifted"))
    reason = models.CharField(_("reason"), max_length=500)
    reviewed_by = models.CharField(_("reviewed by"), max_length=80)
    reviewed_at = models.DateTimeField(_("reviewed"))

    class Meta:
        verbose_name = _("review of an elderly customer's result")

    def __str__(self) -> str:
        return f"ElderReview {self.pk}"


class RiskStanding(models.Model):
    """风险承受能力现状: the assessment that counts for a customer now, derived from the appended rows.

    ``grade`` is by the answers; who is elderly today may be capped below it (``kexin.suitability.assessments.rules``).
    ``pending`` is a changed result that the customer has not confirmed yet.
    """

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="risk_standing")
    assessment = models.ForeignKey(RiskAssessment, on_delete=models.PROTECT, null=True, related_name="+")
    grade = models.PositiveSmallIntegerField(_("grade"), choices=ToleranceGrade.choices, null=True)
    lowest = models.BooleanField(_("lowest class"), default=False)
    lifted = models.BooleanField(_("ceiling lifted"), default=False)
    assessed_on = models.DateField(_("assessed on"), null=True)
    valid_until = models.DateField(_("valid until"), null=True)
    pending = models.ForeignKey(RiskAssessment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk standing")
        indexes = [
            models.Index("valid_until", "customer", name="suitability_standing_until"),
            models.Index("grade", "customer", name="suitability_standing_grade"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(assessment=None, grade=None, valid_until=None)
                | Q(assessment__isnull=False, grade__isnull=False, valid_until__isnull=False),
                name="suitability_standing_whole",
            )
        ]

    @property
    def customer_no(self) -> str:
        return self.customer.customer_no

    def __str__(self) -> str:
        return f"RiskStanding {self.pk}"


class MergedStanding(models.Model):
    """合并后测评认定: which assessment counts for a file after a merge or its undoing, and which were set aside."""

    merge = models.ForeignKey(MergeRecord, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    undone = models.BooleanField(_("after the merge was undone"))
    assessment = models.ForeignKey(RiskAssessment, on_delete=models.PROTECT, null=True, related_name="+")
    set_aside: models.JSONField[Any, Any] = models.JSONField(_("set aside"), default=list)  # numbers of assessments
    doubtful = models.BooleanField(_("in doubt"))
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing after a merge")
        constraints = [models.UniqueConstraint(fields=["merge", "customer", "undone"], name="suitability_merged_once")]

    def __str__(self) -> str:
        return f"MergedStanding {self.pk}"


class InsuranceNeeds(ByCustomer):
    """保险需求与交费能力: what the customer stated; amounts in yuan, income and budget per year."""

    session = models.OneToOneField(AssessmentSession, on_delete=models.PROTECT, null=True, related_name="needs")
    questionnaire = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("version")
    )
    answers: models.JSONField[Any, Any] = models.JSONField(_("answers"))
    household_income = models.DecimalField(_("household income a year"), max_digits=18, decimal_places=2)
    annual_budget = models.DecimalField(_("budget for premiums a year"), max_digits=18, decimal_places=2)
    payment_years = models.PositiveSmallIntegerField(_("years of paying"))
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_on = models.DateField(_("stated on"))
    valid_until = models.DateField(_("valid until"))
    channel = models.CharField(_("channel"), max_length=8, choices=AssessmentChannel.choices)
    invited_by = models.CharField(_("invited by"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("insurance needs")
        constraints = [
            by_the_customer("suitability_needs_by_customer"),
            models.CheckConstraint(
                condition=Q(household_income__gte=0, annual_budget__gte=0, payment_years__lte=100),
                name="suitability_needs_amounts",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="suitability_needs_customer")]

    def __str__(self) -> str:
        return f"InsuranceNeeds {self.pk}"


class CapacityNote(OfCustomer):
    """行为能力: what staff recorded of a customer's civil capacity, on which evidence; the last note counts."""

    capacity = models.CharField(_("civil capacity"), max_length=8, choices=Capacity.choices)
    guardian = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evidence = models.CharField(_("supporting document"), max_length=200)
    noted_by = models.CharField(_("by"), max_length=80)
    noted_at = models.DateTimeField(_("noted"))

    class Meta:
        verbose_name = _("note of civil capacity")
        constraints = [
            models.CheckConstraint(
                condition=~Q(guardian=F("customer")), name="suitability_capacity_guardian_is_another"
            ),
            models.CheckConstraint(
                condition=Q(capacity=Capacity.FULL) | Q(guardian__isnull=False), name="suitability_capacity_guardian"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="suitability_capacity_customer")]

    def __str__(self) -> str:
        return f"CapacityNote {self.pk}"


class ProfessionalStatus(OfCustomer):
    """专业投资者: an institution or product that is exempt, on which evidence and until when; two persons."""

    customer_kind = models.CharField(max_length=12)
    category = models.CharField(_("category"), max_length=14, choices=ProfessionalCategory.choices)
    evidence = models.CharField(_("supporting document"), max_length=200)
    valid_until = models.DateField(_("valid until"))
    proposed_by = models.CharField(_("proposed by"), max_length=80)
    approved_by = models.CharField(_("approved by"), max_length=80)
    approved_at = models.DateTimeField(_("approved"))

    class Meta:
        verbose_name = _("professional investor")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer_kind__in=("enterprise", "institution")),
                name="suitability_professional_no_person",
            ),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("approved_by")), name="suitability_professional_two_persons"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="suitability_prof_customer")]

    def __str__(self) -> str:
        return f"ProfessionalStatus {self.pk}"
