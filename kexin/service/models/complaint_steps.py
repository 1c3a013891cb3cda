"""What a case goes through: extensions, the reply letter, statutory review, settlement, the remedy of its cause."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit, Post
from kexin.service.complaints.choices import (
    Addressee,
    ComplaintOutcome,
    DeliveryWay,
    LetterLanguage,
    LetterState,
    PaperReason,
    Remedy,
    RemedyState,
    ReviewResult,
    SettlementState,
    SignedWay,
)
from kexin.service.models.complaint_evidence import ComplaintEvidence
from kexin.service.models.complaints import Complaint


class ExtensionQuerySet(ScopedQuerySet["ComplaintExtension"]):
    scope_through = "complaint"


class ComplaintExtension(models.Model):
    """投诉延期: asked for by one person, decided by another before the day it needs; the complainant is told."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="extensions")
    to_days = models.PositiveSmallIntegerField(_("to days from acceptance"))
    right = models.CharField(max_length=80, db_collation="C")
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.CharField(_("asked by"), max_length=80)
    asked_at = models.DateTimeField(_("asked for"))
    approved = models.BooleanField(_("approved"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    due_before = models.DateTimeField(_("due before"))
    due_after = models.DateTimeField(_("due after"), null=True, blank=True)
    told_at = models.DateTimeField(_("complainant told"), null=True, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension of a complaint")
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(approved=None), name="service_extension_one_open"
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="service_extension_two_persons"),
        ]

    def __str__(self) -> str:
        return f"ComplaintExtension {self.pk}"


class LetterQuerySet(ScopedQuerySet["ComplaintLetter"]):
    scope_through = "complaint"


class ComplaintLetter(models.Model):
    """答复函（处理决定）: verified facts, basis, reasons, decision, remedies; drafted, reviewed, delivered."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="letters")
    key_id = models.UUIDField(editable=False)
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("state"), max_length=9, choices=LetterState.choices, default=LetterState.DRAFT)
    outcome = models.CharField(_("decision"), max_length=8, choices=ComplaintOutcome.choices, blank=True)
    facts = PersonalField(_("verified facts"), level=Level.C2, max_length=4000)
    basis = PersonalField(_("basis"), level=Level.C2, max_length=2000)
    reasons = PersonalField(_("reasons"), level=Level.C2, max_length=4000)
    decision = PersonalField(_("what was decided"), level=Level.C2, max_length=4000)
    remedies: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=11, choices=Remedy.choices), default=list, blank=True, verbose_name=_("remedies")
    )
    addressee = models.CharField(
        _("addressed to"), max_length=5, choices=Addressee.choices, default=Addressee.COMPLAINANT
    )
    language = models.CharField(
        _("language"), max_length=7, choices=LetterLanguage.choices, default=LetterLanguage.CHINESE
    )
    drafted_by = models.CharField(_("drafted by"), max_length=80)
    drafted_at = models.DateTimeField(_("drafted"))
    reviewed_by = models.CharField(_("reviewed by"), max_length=80, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    review_note = models.CharField(_("note of the reviewer"), max_length=1000, blank=True)
    way = models.CharField(_("delivered by"), max_length=6, choices=DeliveryWay.choices, blank=True)
    proof = models.CharField(_("proof of delivery"), max_length=200, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_collation="C")

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply letter")
        constraints = [
            models.UniqueConstraint(fields=["complaint", "round"], name="service_letter_once"),
            models.CheckConstraint(condition=~Q(reviewed_by=F("drafted_by")), name="service_letter_two_persons"),
            models.CheckConstraint(
                condition=~Q(state="delivered") | (Q(delivered_at__isnull=False) & ~Q(proof="")),
                name="service_letter_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"ComplaintLetter {self.pk}"


class StatutoryReviewQuerySet(ScopedQuerySet["StatutoryReview"]):
    scope_through = "complaint"


class StatutoryReview(models.Model):
    """核查: the upper unit looks at a branch's decision once more, by another person, within 30 days."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="reviews")
    key_id = models.UUIDField(editable=False)
    asked_at = models.DateTimeField(_("asked for"))
    words = PersonalField(_("what the complainant writes"), level=Level.C2, max_length=4000)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewing unit"))
    reviewer_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    due_at = models.DateTimeField(_("due"))
    result = models.CharField(_("result"), max_length=7, choices=ReviewResult.choices, blank=True)
    findings = PersonalField(_("findings"), level=Level.C2, max_length=4000)
    decided_by = models.CharField(_("decided by"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = StatutoryReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("statutory review")
        constraints = [
            models.UniqueConstraint(fields=["complaint"], condition=Q(result=""), name="service_review_one_open"),
            models.CheckConstraint(condition=Q(result="") | Q(decided_at__isnull=False), name="service_review_decided"),
        ]

    def __str__(self) -> str:
        return f"StatutoryReview {self.pk}"


class SettlementQuerySet(ScopedQuerySet["Settlement"]):
    scope_through = "complaint"
    staff_only = (
        "right", "proposed_by", "proposed_at", "approved_by", "note", "paper_id", "paper_reason", "paper_by",
        "paper_at", "paper_confirmed_by", "paper_confirmed_at", "tax", "paid_on",
        "checked_by", "payment_note",
    )  # fmt: skip


class Settlement(models.Model):
    """协商和解: an amount in CNY within somebody's authority, a signed agreement, payment and tax checked."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="settlements")
    key_id = models.UUIDField(editable=False)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    terms = PersonalField(_("terms"), level=Level.C2, max_length=2000)
    language = models.CharField(
        _("language"), max_length=7, choices=LetterLanguage.choices, default=LetterLanguage.CHINESE
    )
    right = models.CharField(max_length=80, db_collation="C")
    state = models.CharField(
        _("state"), max_length=8, choices=SettlementState.choices, default=SettlementState.PROPOSED
    )
    proposed_by = models.CharField(_("proposed by"), max_length=80)
    proposed_at = models.DateTimeField(_("proposed"))
    approved_by = models.CharField(_("decided by"), max_length=80, blank=True)
    approved_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    agreement_no = models.CharField(_("number of the agreement"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signed_way = models.CharField(_("how it was signed"), max_length=6, choices=SignedWay.choices, blank=True)
    paper = models.ForeignKey(
        ComplaintEvidence, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    paper_reason = models.CharField(_("why on paper"), max_length=7, choices=PaperReason.choices, blank=True)
    paper_by = models.CharField(_("copy recorded by"), max_length=80, blank=True)
    paper_at = models.DateTimeField(_("copy recorded"), null=True, blank=True)
    paper_confirmed_by = models.CharField(_("copy confirmed by"), max_length=80, blank=True)
    paper_confirmed_at = models.DateTimeField(_("copy confirmed"), null=True, blank=True)
    tax = models.DecimalField(_("tax withheld"), max_digits=18, decimal_places=2, null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    checked_by = models.CharField(_("payment checked by"), max_length=80, blank=True)
    payment_note = models.CharField(_("payment reference"), max_length=200, blank=True)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement")
        constraints = [
            models.UniqueConstraint(fields=["complaint"], condition=~Q(state="refused"), name="service_settlement_one"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="service_settlement_amount"),
            models.CheckConstraint(
                condition=~Q(approved_by=F("proposed_by")) & (Q(checked_by="") | ~Q(checked_by=F("proposed_by"))),
                name="service_settlement_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(signed_way="paper") | (Q(paper__isnull=False) & ~Q(paper_reason="")),
                name="service_settlement_paper",
            ),
            models.CheckConstraint(  # of copies recorded since there is a second person
                condition=Q(paper_by="")
                | ~Q(state__in=("signed", "paid"))
                | (
                    ~Q(paper_confirmed_by="")
                    & ~Q(paper_confirmed_by=F("paper_by"))
                    & ~Q(paper_confirmed_by=F("proposed_by"))
                ),
                name="service_settlement_paper_two",
            ),
        ]

    def __str__(self) -> str:
        return f"Settlement {self.pk}"


class RemediationQuerySet(ScopedQuerySet["Remediation"]):
    scope_unit = "owner_unit_id"
    scope_post = "owner_post_id"


class Remediation(models.Model):
    """溯源整改: the cause of a case, its owner outside the complaint team, a measure, a date, its verified effect.

    Who owns a cause needs not see the case: nothing here is a word of the complainant. ``cases_before`` and
    ``cases_after`` are what the verifier had before the eyes: cases of the cause within ``days_compared`` on each side.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="remediations")
    cause = models.CharField(_("cause"), max_length=40, db_collation="C")
    problem = models.CharField(_("what is wrong"), max_length=500)
    owner_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner unit"))
    owner_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    measure = models.CharField(_("measure"), max_length=1000, blank=True)
    due_on = models.DateField(_("by"))
    state = models.CharField(_("state"), max_length=8, choices=RemedyState.choices, default=RemedyState.OPEN)
    opened_by = models.CharField(_("opened by"), max_length=80)
    opened_at = models.DateTimeField(_("opened"))
    done_by = models.CharField(_("done by"), max_length=80, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_note = models.CharField(_("what was done"), max_length=1000, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=80, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    effect = models.CharField(_("effect seen"), max_length=1000, blank=True)
    cases_before = models.PositiveIntegerField(_("cases before"), null=True, blank=True)
    cases_after = models.PositiveIntegerField(_("cases after"), null=True, blank=True)
    days_compared = models.PositiveSmallIntegerField(_("days compared"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RemediationQuerySet.as_manager()

    class Meta:
        verbose_name = _("root-cause remediation")
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_by="") | ~Q(verified_by=F("done_by")), name="service_remediation_two_persons"
            )
        ]
        indexes = [
            models.Index("owner_unit", "due_on", condition=~Q(state="verified"), name="service_remediation_unit"),
            models.Index(F("opened_at").desc(), F("id").desc(), name="service_remediation_opened"),
        ]

    def __str__(self) -> str:
        return f"Remediation {self.pk}"
