"""Appointments and reminders. What is said about a customer lies encrypted under the customer's key."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.engagement.choices import AppointmentPurpose, AppointmentState
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post, User


class AppointmentQuerySet(ScopedQuerySet["Appointment"]):
    """Scope reads the unit and the post that holds the appointment; who also attends sees it too."""

    scope_unit = "unit_id"
    scope_post = "post_id"

    def visible_to(self, actor: Actor, operation: str) -> Self:
        own = [g.post_id for g in actor.grants_for(operation) if g.reach == Reach.PORTFOLIO and g.post_id is not None]
        if not own:
            return super().visible_to(actor, operation)
        every = AppointmentQuerySet(self.model)
        held = ScopedQuerySet.visible_to(every, actor, operation).order_by().values("pk")
        attended = every.filter(others__overlap=own).order_by().values("pk")
        return self.filter(pk__in=held.union(attended))

    def attended_by(self, posts: list[int]) -> Self:
        """Those that one of these posts holds or attends; two branches, each with its index."""
        every = self.model._default_manager
        holds = every.filter(post__in=posts).order_by().values("pk")
        return self.filter(pk__in=holds.union(every.filter(others__overlap=posts).order_by().values("pk")))


class Appointment(models.Model):
    """预约: a meeting from when until when, with a customer or among colleagues, and what came of it.

    Place, subject, outcome and next step are personal where there is a customer (encrypted); without a customer
    they stand in ``internal``.
    """

    TEXTS = ("place", "about", "outcome", "next_step")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="appointments", null=True, blank=True)
    key_id = models.UUIDField(editable=False, null=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments")
    others: ArrayField[list[int], list[int]] = ArrayField(models.BigIntegerField(), default=list, blank=True)
    purpose = models.CharField(_("purpose"), max_length=16, choices=AppointmentPurpose.choices)
    place = PersonalField(_("place"), level=Level.C2, max_length=200)
    about = PersonalField(_("subject"), level=Level.C2, max_length=500)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    remind_minutes = models.PositiveIntegerField(_("reminder"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=AppointmentState.choices, default=AppointmentState.PLANNED
    )
    times_moved = models.PositiveSmallIntegerField(default=0)
    outcome = PersonalField(_("outcome"), level=Level.C2, max_length=2000)
    next_step = PersonalField(_("next step"), level=Level.C2, max_length=500)
    next_on = models.DateField(_("next step by"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    arrived_told_by = models.CharField(max_length=80, blank=True)
    internal: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        indexes = [
            models.Index("post", "starts_at", name="engagement_appointment_post"),
            models.Index("unit", "starts_at", name="engagement_appointment_unit"),
            models.Index("customer", "starts_at", name="engagement_appointment_cust"),
            models.Index("ends_at", condition=Q(state="planned"), name="engagement_appointment_open"),
            models.Index("arrived_at", condition=Q(arrived_at__isnull=False), name="engagement_appointment_came"),
            GinIndex(fields=["others"], name="engagement_appointment_others"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="engagement_appointment_span"),
            models.CheckConstraint(
                condition=Q(customer=None, key_id=None) | Q(customer__isnull=False, key_id__isnull=False),
                name="engagement_appointment_key",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", closed_at=None) | (~Q(state="planned") & Q(closed_at__isnull=False)),
                name="engagement_appointment_closed",
            ),
        ]

    def said(self, name: str) -> str:
        """One of the :attr:`TEXTS`, wherever it lies."""
        return str((getattr(self, name) if self.key_id else self.internal.get(name)) or "")

    def say(self, name: str, text: str) -> None:
        """Put one of the :attr:`TEXTS` where it belongs."""
        if self.key_id:
            setattr(self, name, text or None)
        else:
            self.internal = {**self.internal, name: text}

    def __str__(self) -> str:
        return f"Appointment {self.pk}"


class Reminder(models.Model):
    """提醒: what somebody wants to be told at a time. Its work item says whether it is open and who may read it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="reminders", null=True, blank=True)
    key_id = models.UUIDField(editable=False, null=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="reminders")
    text = PersonalField(_("text"), level=Level.C2, max_length=500)
    internal = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField(_("due"))
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("reminder")
        constraints = [
            models.CheckConstraint(
                condition=Q(customer=None, key_id=None) | Q(customer__isnull=False, key_id__isnull=False),
                name="engagement_reminder_key",
            ),
        ]

    def said(self) -> str:
        """The text, wherever it lies."""
        return str((self.text if self.key_id else self.internal) or "")

    def __str__(self) -> str:
        return f"Reminder {self.pk}"


class CalendarFeed(models.Model):
    """日历订阅: the secret address at which calendar programs read appointments of one person; its digest is kept."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="calendar_feed")
    digest = models.CharField(max_length=64, unique=True, db_collation="C")
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("calendar feed")

    def __str__(self) -> str:
        return f"CalendarFeed {self.pk}"
