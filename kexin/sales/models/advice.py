"""What a conversation brought: the visit and the analysis of needs. Words about a customer lie encrypted."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.engagement.choices import Channel
from kexin.engagement.models import Appointment
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.sales.advice.choices import Cover, Goal, Horizon, Liquidity, VisitPurpose, YearlyRange


class VisitQuerySet(ScopedQuerySet["Visit"]):
    scope_through = "customer"


class Visit(models.Model):
    """客户拜访: that somebody met a customer: why, where, with whom, what was learned, what comes next."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="visits")
    key_id = models.UUIDField(editable=False)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, related_name="visit", null=True, blank=True
    )
    purpose = models.CharField(_("purpose"), max_length=8, choices=VisitPurpose.choices)
    way = models.CharField(_("way"), max_length=8, choices=Channel.choices)
    visited_on = models.DateField(_("visited on"))
    place = PersonalField(_("place"), level=Level.C2, max_length=200)
    people = PersonalField(_("people present"), level=Level.C2, max_length=200)
    facts = PersonalField(_("what was learned"), level=Level.C2, max_length=4000)
    next_step = PersonalField(_("next step"), level=Level.C2, max_length=500)
    next_on = models.DateField(_("next step by"), null=True, blank=True)
    written_at = models.DateTimeField(_("written"), auto_now_add=True)
    written_by = models.CharField(_("written by"), max_length=80)
    version = models.PositiveIntegerField(default=1)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        indexes = [models.Index("customer", F("visited_on").desc(), name="sales_visit_customer")]

    def __str__(self) -> str:
        return f"Visit {self.pk}"


class NeedsQuerySet(ScopedQuerySet["NeedsAnalysis"]):
    scope_through = "customer"


class NeedsAnalysis(models.Model):
    """需求分析: what a customer wants and has, over products, services, risks and wealth. Never changed: told anew."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="needs_analyses")
    key_id = models.UUIDField(editable=False)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="analyses", null=True, blank=True)
    goals: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=12, choices=Goal.choices))
    horizon = models.CharField(_("horizon"), max_length=8, choices=Horizon.choices)
    liquidity = models.CharField(_("need of liquidity"), max_length=8, choices=Liquidity.choices)
    income = models.CharField(_("income a year"), max_length=8, choices=YearlyRange.choices)
    outgoings = models.CharField(_("outgoings a year"), max_length=8, choices=YearlyRange.choices)
    cover: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=10, choices=Cover.choices), default=list, blank=True
    )
    product_needs = PersonalField(_("needs: products"), level=Level.C2, max_length=4000)
    service_needs = PersonalField(_("needs: services"), level=Level.C2, max_length=4000)
    risk_needs = PersonalField(_("needs: risk management"), level=Level.C2, max_length=4000)
    wealth_needs = PersonalField(_("needs: wealth management"), level=Level.C2, max_length=4000)
    written_on = models.DateField(_("business date"))
    written_at = models.DateTimeField(_("written"), auto_now_add=True)
    written_by = models.CharField(_("written by"), max_length=80)

    objects = NeedsQuerySet.as_manager()

    class Meta:
        verbose_name = _("needs analysis")
        constraints = [models.UniqueConstraint(fields=["customer", "number"], name="sales_needs_number")]

    def __str__(self) -> str:
        return f"{self.customer_id}/{self.number}"
