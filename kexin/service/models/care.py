"""Care plans, what came of them for whom, and pauses."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit
from kexin.service.care.choices import CareAct, CareState, HeldReason, Occasion, TouchState


class CarePlanQuerySet(ScopedQuerySet["CarePlan"]):
    scope_post = None


class CarePlan(models.Model):
    """关怀计划: an occasion, for whom (unit and all below it, tiers; none: all), how long before, what comes of it."""

    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    occasion = models.CharField(_("occasion"), max_length=11, choices=Occasion.choices)
    festivals: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=6), default=list, blank=True)
    tiers: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    every_months = models.PositiveSmallIntegerField(_("months without a conversation"), default=0)
    ahead_days = models.PositiveSmallIntegerField(_("days before"), default=0)
    act = models.CharField(_("what comes of it"), max_length=7, choices=CareAct.choices)
    text = models.CharField(_("words"), max_length=300)
    text_en = models.CharField(_("English words"), max_length=300)
    state = models.CharField(_("state"), max_length=8, choices=CareState.choices, default=CareState.DRAFT)
    made_by = models.CharField(_("made by"), max_length=80)
    approved_by = models.CharField(_("approved by"), max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CarePlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("care plan")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="running") | (~Q(approved_by="") & ~Q(approved_by=F("made_by"))),
                name="service_care_two_persons",
            ),
            models.CheckConstraint(condition=~Q(occasion="festival") | ~Q(festivals=[]), name="service_care_festival"),
            models.CheckConstraint(condition=~Q(occasion="visit") | Q(every_months__gte=1), name="service_care_visit"),
        ]

    @property
    def shown_name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name

    def __str__(self) -> str:
        return self.name


class CareTouchQuerySet(ScopedQuerySet["CareTouch"]):
    scope_through = "customer"


class CareTouch(models.Model):
    """关怀记录: what came of one occasion of one customer. ``key`` names the occasion: it comes once."""

    key = models.CharField(max_length=60, unique=True, db_collation="C")
    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="touches")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="care")
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=4, choices=TouchState.choices)
    held = models.CharField(_("held back because"), max_length=7, choices=HeldReason.choices, blank=True)
    channel = models.CharField(_("channel"), max_length=8, blank=True)
    made_at = models.DateTimeField(_("made"))

    objects = CareTouchQuerySet.as_manager()

    class Meta:
        verbose_name = _("care record")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="held") & ~Q(held="") | ~Q(state="held") & Q(held=""), name="service_touch_held"
            ),
        ]
        indexes = [
            models.Index("customer", F("made_at").desc(), name="service_touch_customer"),
            models.Index("plan", F("made_at").desc(), name="service_touch_plan"),
        ]

    def __str__(self) -> str:
        return self.key


class CarePauseQuerySet(ScopedQuerySet["CarePause"]):
    scope_through = "customer"


class CarePause(models.Model):
    """暂停关怀: until when a customer is left in peace by all plans, and why."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="care_pause")
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    paused_by = models.CharField(_("by"), max_length=80)
    paused_at = models.DateTimeField(auto_now=True)

    objects = CarePauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause of care")

    def __str__(self) -> str:
        return f"CarePause {self.pk}"
