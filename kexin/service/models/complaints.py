"""A complaint, what was said about it, and which cases are looked at together."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind, Reach
from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_name
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.choices import Channel, Reaction
from kexin.service.complaints.choices import (
    UNFINISHED,
    ComplaintEntryKind,
    ComplaintNature,
    ComplaintOutcome,
    ComplaintState,
    ComplaintWord,
    Course,
    Grade,
    LetterLanguage,
    LinkKind,
    Mandate,
    RegulatoryMajor,
    Source,
    SubjectKind,
)
from kexin.service.models.requests import ServiceRequest

OFFICERS = "service.grade_complaint"  # who may do this handles complaints: hiding a case from its branch spares them
_OPEN = Q(state__in=UNFINISHED)


class ComplaintQuerySet(ScopedQuerySet["Complaint"]):
    """Seen by who received it, handles or investigates it, by who leads the customer, by the units it concerns.

    A case hidden from its branch is seen there by those alone who have a part in it and by complaint officers. Who is
    complained about sees nothing of it, whatever the post.
    """

    scope_customer = "customer_id"
    staff_only = (
        "accused", "findings", "found_by", "grade_reasons", "graded_by", "mandate_by", "mandate_note",
        "regulator_reply",
    )  # fmt: skip

    def visible_to(self, actor: Actor, operation: str) -> Self:
        if actor.customer_id is not None:
            return self._own(actor, operation)
        rows = self._in_reach(actor, operation)
        return rows.exclude(accused__contains=[actor.name]) if actor.kind == ActorKind.PERSON else rows

    def _in_reach(self, actor: Actor, operation: str) -> Self:
        grants = actor.grants_for(operation)
        if any(grant.reach == Reach.ALL for grant in grants):
            return self
        posts = {grant.post_id for grant in grants if grant.post_id is not None}
        officers = {u for g in grants if g.reach != Reach.PORTFOLIO and OFFICERS in g.operations for u in g.unit_ids}
        units = {u for g in grants if g.reach != Reach.PORTFOLIO for u in g.unit_ids} - officers
        every = self.model._default_manager
        open_to_units = every.filter(hidden_from_unit=False)
        branches = [every.filter(unit__in=officers), every.filter(concerned_unit__in=officers)] if officers else []
        if units:
            branches += [open_to_units.filter(unit__in=units), open_to_units.filter(concerned_unit__in=units)]
        if posts:
            branches += [
                every.filter(contact_post__in=posts),
                every.filter(officer_post__in=posts),
                every.filter(investigator_post__in=posts),
                open_to_units.filter(customer__lead_post__in=posts),
            ]
        if not branches:
            return self.none()
        first, *rest = [each.order_by().values("pk") for each in branches]
        return self.filter(pk__in=first.union(*rest) if rest else first)

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)


class Complaint(models.Model):
    """消费投诉（含举报、信访）. ``contact_post`` was asked first and stays the contact; ``officer_post`` handles it.

    Two rulers: ``due_at`` is the earliest running limit of the institution, ``legal_due_at`` the one set by law; where
    none runs, ``ticking`` or ``legal_ticking`` is false. ``accused`` holds staff numbers. ``key_id`` is the customer's
    key, or one of its own where the complainant is not on file. ``round`` counts openings: new facts begin new limits.
    """

    complaint_no = models.CharField(_("complaint number"), max_length=20, unique=True, db_collation="C")
    nature = models.CharField(_("nature"), max_length=9, choices=ComplaintNature.choices)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="complaints"
    )
    key_id = models.UUIDField(editable=False)
    complainant_name = PersonalField(_("complainant"), level=Level.C2, max_length=80, mask=mask_name)
    complainant_phone = PersonalField(_("complainant's telephone"), level=Level.C2, max_length=30)
    complainant_email = PersonalField(_("complainant's e-mail"), level=Level.C2, max_length=254)
    complainant_language = models.CharField(
        _("complainant's language"), max_length=7, choices=LetterLanguage.choices, blank=True
    )
    representative_name = PersonalField(_("representative"), level=Level.C2, max_length=80, mask=mask_name)
    representative_phone = PersonalField(_("representative's telephone"), level=Level.C2, max_length=30)
    mandate = models.CharField(_("mandate"), max_length=8, choices=Mandate.choices, blank=True)
    mandate_by = models.CharField(_("mandate verified by"), max_length=80, blank=True)
    mandate_note = models.CharField(_("mandate seen"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=9, choices=Source.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    regulator_no = models.CharField(_("regulator's number"), max_length=60, blank=True, db_collation="C")
    forwarded_on = models.DateField(_("forwarded on"), null=True, blank=True)
    regulator_due_at = models.DateTimeField(_("regulator's limit"), null=True, blank=True)
    receipt_at = models.DateTimeField(_("receipt given"), null=True, blank=True)
    regulator_replied_at = models.DateTimeField(_("answered to the regulator"), null=True, blank=True)
    regulator_reply = PersonalField(_("answer to the regulator"), level=Level.C2, max_length=4000)
    suggested_grade = models.CharField(_("suggested grade"), max_length=8, choices=Grade.choices)
    grade_reasons: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=40, db_collation="C"), default=list, blank=True, verbose_name=_("signs of weight")
    )
    grade = models.CharField(_("grade"), max_length=8, choices=Grade.choices)
    graded_by = models.CharField(_("graded by"), max_length=80, blank=True)
    graded_at = models.DateTimeField(_("graded"), null=True, blank=True)
    regulatory_major = models.CharField(
        _("major consumer complaint (reported)"), max_length=10, choices=RegulatoryMajor.choices, blank=True
    )
    persons = models.PositiveIntegerField(_("persons complaining together"), default=1)
    face_to_face = models.BooleanField(_("came in person together"), default=False)
    place = models.CharField(_("facet A: where"), max_length=40, blank=True, db_collation="C")
    business = models.CharField(_("facet B: business"), max_length=40, blank=True, db_collation="C")
    causes: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=40, db_collation="C"), default=list, blank=True, verbose_name=_("facet C: causes")
    )
    subject_kind = models.CharField(_("complained about"), max_length=7, choices=SubjectKind.choices)
    subject_no = models.CharField(_("number of what is complained about"), max_length=60, blank=True, db_collation="C")
    concerned_unit = models.ForeignKey(
        OrgUnit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("unit complained about"),
    )
    accused: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=20, db_collation="C"),
        default=list,
        blank=True,
        verbose_name=_("staff complained about"),
    )
    hidden_from_unit = models.BooleanField(_("hidden from its branch"), default=False)
    subject = PersonalField(_("about"), level=Level.C2, max_length=120)
    text = PersonalField(_("what was said"), level=Level.C2, max_length=4000)
    demand = PersonalField(_("what is claimed"), level=Level.C2, max_length=1000)
    amount = models.DecimalField(_("amount claimed (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True)
    phone_token = models.BinaryField(null=True, editable=False)
    email_token = models.BinaryField(null=True, editable=False)
    representative_token = models.BinaryField(null=True, editable=False)
    text_token = models.BinaryField(null=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=ComplaintState.choices, default=ComplaintState.ACCEPTED)
    course = models.CharField(_("outside course"), max_length=9, choices=Course.choices, blank=True)
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("receiving unit")
    )
    contact_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("first asked, the contact")
    )
    officer_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("complaint officer")
    )
    investigator_post = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("investigator"),
    )
    request = models.ForeignKey(
        ServiceRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("came out of request"),
    )
    joined_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="joined")
    findings = PersonalField(_("findings"), level=Level.C2, max_length=4000)
    found_at = models.DateTimeField(_("investigated"), null=True, blank=True)
    found_by = models.CharField(_("investigated by"), max_length=80, blank=True)
    outcome = models.CharField(_("decision"), max_length=8, choices=ComplaintOutcome.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    told_at = models.DateTimeField(_("answer delivered"), null=True, blank=True)
    word = models.CharField(_("complainant's word"), max_length=9, choices=ComplaintWord.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts to get the complainant's word"), default=0)
    received_at = models.DateTimeField(_("received"))
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(_("opened by"), max_length=80)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    ticking = models.BooleanField(default=False)
    due_at = models.DateTimeField(_("next limit of ours"))
    legal_ticking = models.BooleanField(default=False)
    legal_due_at = models.DateTimeField(_("legal limit"))
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(joined_into__isnull=False), name="service_complaint_joined"
            ),
            models.CheckConstraint(
                condition=(_OPEN & Q(closed_at=None)) | (~_OPEN & Q(closed_at__isnull=False)),
                name="service_complaint_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirm", "closed", "archived"]) | Q(told_at__isnull=False),
                name="service_complaint_told",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | Q(complainant_name__isnull=False),
                name="service_complaint_whose",
            ),
            models.CheckConstraint(condition=Q(persons__gte=1), name="service_complaint_persons"),
        ]
        indexes = [
            models.Index("unit", "legal_due_at", "id", condition=_OPEN, name="service_complaint_unit"),
            models.Index("concerned_unit", "legal_due_at", "id", condition=_OPEN, name="service_complaint_concerned"),
            models.Index("officer_post", "due_at", "id", condition=_OPEN, name="service_complaint_officer"),
            models.Index("investigator_post", condition=_OPEN, name="service_complaint_inquirer"),
            models.Index("contact_post", F("opened_at").desc(), name="service_complaint_contact"),
            models.Index("due_at", "id", condition=_OPEN, name="service_complaint_due"),
            models.Index(F("opened_at").desc(), F("id").desc(), name="service_complaint_opened"),
            models.Index("customer", F("opened_at").desc(), name="service_complaint_customer"),
            models.Index("phone_token", name="service_complaint_phone"),
            models.Index("email_token", condition=Q(email_token__isnull=False), name="service_complaint_email"),
            models.Index("text_token", name="service_complaint_text"),
            models.Index("representative_token", name="service_complaint_agent"),
            models.Index("subject_kind", "subject_no", name="service_complaint_subject"),
            models.Index("regulator_no", condition=~Q(regulator_no=""), name="service_complaint_regulator"),
            GinIndex(fields=["accused"], name="service_complaint_accused", condition=~Q(accused=[])),
        ]

    @property
    def number(self) -> str:
        return self.complaint_no

    @property
    def is_open(self) -> bool:
        return self.state in UNFINISHED

    def __str__(self) -> str:
        return self.complaint_no


class ComplaintEntryQuerySet(ScopedQuerySet["ComplaintEntry"]):
    scope_through = "complaint"


class ComplaintEntry(models.Model):
    """投诉沟通记录: words exchanged with the complainant. Never changed."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, db_index=False, related_name="entries")
    key_id = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=5, choices=ComplaintEntryKind.choices)
    step = models.CharField(_("step"), max_length=40, blank=True, db_collation="C")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, blank=True)
    text = PersonalField(_("text"), level=Level.C2, max_length=4000)
    reaction = models.CharField(_("how it was taken"), max_length=7, choices=Reaction.choices, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)

    objects = ComplaintEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a complaint")
        indexes = [models.Index("complaint", "at", name="service_case_entry")]

    def __str__(self) -> str:
        return f"ComplaintEntry {self.pk}"


class ComplaintNoteQuerySet(ScopedQuerySet["ComplaintNote"]):
    scope_through = "complaint"


class ComplaintNote(models.Model):
    """投诉处理留痕: notes and steps of the course, in a table closed to the portal's own role. Never changed."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, db_index=False, related_name="notes")
    key_id = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=5, choices=ComplaintEntryKind.choices)
    step = models.CharField(_("step"), max_length=40, blank=True, db_collation="C")
    text = PersonalField(_("text"), level=Level.C2, max_length=4000)
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)

    objects = ComplaintNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on a complaint")
        indexes = [models.Index("complaint", "at", name="service_case_note")]

    def __str__(self) -> str:
        return f"ComplaintNote {self.pk}"


class ComplaintLinkQuerySet(ScopedQuerySet["ComplaintLink"]):
    scope_through = "complaint"


class ComplaintLink(models.Model):
    """关联投诉: a case and an earlier one that it resembles, and why."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="links")
    earlier = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="later_links")
    kind = models.CharField(_("why"), max_length=9, choices=LinkKind.choices)
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)

    objects = ComplaintLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of complaints")
        constraints = [
            models.UniqueConstraint(fields=["complaint", "earlier", "kind"], name="service_complaintlink_once"),
            models.CheckConstraint(condition=~Q(complaint=F("earlier")), name="service_complaintlink_two"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} → {self.earlier_id}"
