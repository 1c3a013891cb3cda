"""A plan agreed with a customer, in versions; each version is read and answered as a whole."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.products.models import Product
from kexin.sales.advice.choices import PlanState
from kexin.sales.models.advice import NeedsAnalysis, Visit
from kexin.sales.models.sale import Sale


class PlanQuerySet(ScopedQuerySet["Plan"]):
    scope_through = "customer"


class Plan(models.Model):
    """方案: what the institution will do for a customer and proposes to buy. Its words stand in its versions."""

    plan_no = models.CharField(_("plan number"), max_length=20, unique=True, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="plans")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("newest version"), default=1)
    state = models.CharField(_("state"), max_length=9, choices=PlanState.choices, default=PlanState.DRAFT)
    made_at = models.DateTimeField(_("made"))
    made_by = models.CharField(_("made by"), max_length=80)
    version = models.PositiveIntegerField(default=1)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        indexes = [
            models.Index("customer", F("made_at").desc(), name="sales_plan_customer"),
            models.Index("unit", F("made_at").desc(), name="sales_plan_unit"),
        ]

    def __str__(self) -> str:
        return self.plan_no


class PlanVersion(models.Model):
    """方案版本: content, term, fees and risk as one author wrote them. Once it was sent its words never change."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    key_id = models.UUIDField(editable=False)
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=9, choices=PlanState.choices, default=PlanState.DRAFT)
    title = PersonalField(_("name of the plan"), level=Level.C2, max_length=80)
    content = PersonalField(_("content of the services"), level=Level.C2, max_length=4000)
    term = PersonalField(_("term"), level=Level.C2, max_length=4000)
    fees = PersonalField(_("fees"), level=Level.C2, max_length=4000)
    risk = PersonalField(_("risk"), level=Level.C2, max_length=4000)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    needs = models.ForeignKey(NeedsAnalysis, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    written_at = models.DateTimeField(_("written"))
    written_by = models.CharField(_("written by"), max_length=80)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.CharField(_("sent by"), max_length=80, blank=True)
    sha256 = models.CharField(_("fingerprint of what was sent"), max_length=64, blank=True, db_collation="C")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    evidence = models.JSONField(_("evidence of the answer"), default=dict, blank=True)
    reason = PersonalField(_("reason"), level=Level.C2, max_length=300)
    policies = models.JSONField(_("policy versions"), default=dict, blank=True)

    class Meta:
        verbose_name = _("version of a plan")
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="sales_plan_version_once"),
            models.UniqueConstraint(fields=["plan"], condition=Q(state=PlanState.DRAFT), name="sales_plan_one_draft"),
            models.UniqueConstraint(
                fields=["plan"],
                condition=Q(state__in=[PlanState.SENT, PlanState.ACCEPTED]),
                name="sales_plan_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PlanState.DRAFT, PlanState.WITHDRAWN]) | Q(sent_at__isnull=False),
                name="sales_plan_sent_first",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[PlanState.ACCEPTED, PlanState.DECLINED]) | Q(answered_at__isnull=False),
                name="sales_plan_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"


class PlanLine(models.Model):
    """方案产品: a product that a version proposes, how much and why, the opinion it rests on, the sale it became."""

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="lines")
    key_id = models.UUIDField(editable=False)
    place = models.PositiveSmallIntegerField(_("place"))
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    why = PersonalField(_("why"), level=Level.C2, max_length=300)
    grade = models.PositiveSmallIntegerField(_("risk grade when sent"), null=True, blank=True)
    fee_text = models.CharField(_("fees when sent"), max_length=300, blank=True)
    decision_no = models.BigIntegerField(_("matching opinion"), null=True, blank=True)
    sale = models.OneToOneField(Sale, on_delete=models.PROTECT, related_name="plan_line", null=True, blank=True)

    class Meta:
        verbose_name = _("product of a plan")
        constraints = [
            models.UniqueConstraint(fields=["plan_version", "product"], name="sales_plan_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="sales_plan_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_version_id}/{self.place}"
