"""What helps at the desk: related requests, visits until a matter is settled, prepared acts, who has one open now."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit, Post
from kexin.service.choices import FollowUpState, MacroState
from kexin.service.models.requests import ServiceRequest


class RequestLinkQuerySet(ScopedQuerySet["RequestLink"]):
    scope_through = "low"


class RequestLink(models.Model):
    """关联工单: two requests have to do with each other and stay two; the lower key stands first."""

    low = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, db_index=False, related_name="links_up")
    high = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, related_name="links_down")
    why = models.CharField(_("why"), max_length=120)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RequestLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link between requests")
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], condition=Q(ended_at=None), name="service_link_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="service_link_order"),
        ]

    def __str__(self) -> str:
        return f"{self.low_id}–{self.high_id}"


class FollowUpQuerySet(ScopedQuerySet["FollowUp"]):
    scope_through = "request"


class FollowUp(models.Model):
    """跟进回访: a dated visit or call after the result, again until the customer says it is settled (F-19, G-09)."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, db_index=False, related_name="follow_ups")
    customer_id = models.BigIntegerField(editable=False, null=True)
    key_id = models.UUIDField(editable=False)
    due_on = models.DateField(_("return visit on"))
    owner_post = models.ForeignKey(Post, on_delete=models.PROTECT, db_index=False, related_name="+")
    state = models.CharField(_("outcome"), max_length=9, choices=FollowUpState.choices, default=FollowUpState.PLANNED)
    number = models.PositiveSmallIntegerField(_("which attempt"), default=1)
    note = PersonalField(_("what the customer said"), level=Level.C2, max_length=4000)
    planned_by = models.CharField(max_length=80)
    planned_at = models.DateTimeField()
    settled_by = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("return visit after a request")
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(state="planned"), name="service_follow_one_planned"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", settled_at=None) | (~Q(state="planned") & Q(settled_at__isnull=False)),
                name="service_follow_settled",
            ),
        ]
        indexes = [models.Index("request", "number", name="service_follow_request")]

    def __str__(self) -> str:
        return f"FollowUp {self.request_id}/{self.number}"


class MacroQuerySet(ScopedQuerySet["Macro"]):
    """Seen by whom the grant reaches by unit; who works in the unit or below uses them (see the queries)."""

    scope_post = None

    def usable_in(self, paths: list[str]) -> Self:
        """Reviewed ones of these units and of the units above them; ``paths`` are tree paths like ``/1/4/``."""
        above = {int(each) for path in paths for each in path.strip("/").split("/") if each}
        return self.filter(state=MacroState.ACTIVE, unit__in=above)

    def visible_to(self, actor: Actor, operation: str) -> Self:
        return self if actor.everything else super().visible_to(actor, operation)


class Macro(models.Model):
    """快捷办理: words, note, stage and pause done in one go, drafted by a head, reviewed by somebody else."""

    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("for the unit"))
    name = models.CharField(pgettext_lazy("macro", "name"), max_length=40)
    kind = models.CharField(_("kind of request"), max_length=40, blank=True, db_collation="C")
    words = models.CharField(_("words to the customer"), max_length=2000, blank=True)
    note = models.CharField(_("internal note"), max_length=1000, blank=True)
    stage = models.CharField(_("stage"), max_length=40, blank=True, db_collation="C")
    pause_reason = models.CharField(_("reason for a pause"), max_length=40, blank=True, db_collation="C")
    state = models.CharField(_("state"), max_length=8, choices=MacroState.choices, default=MacroState.DRAFT)
    drafted_by = models.CharField(max_length=80)
    drafted_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=80, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=200, blank=True)
    used = models.PositiveIntegerField(_("used"), default=0)

    objects = MacroQuerySet.as_manager()

    class Meta:
        verbose_name = _("macro")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(state__in=["draft", "active"]), name="service_macro_named_once"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by="") | ~Q(reviewed_by=F("drafted_by")), name="service_macro_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(reviewed_at__isnull=False), name="service_macro_reviewed"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Presence(models.Model):
    """同时查看: who has a record open in a browser at this moment; a row that is half a minute old means nothing."""

    subject = models.CharField(max_length=20, db_collation="C")
    subject_id = models.BigIntegerField()
    by = models.CharField(max_length=80, db_collation="C")
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("record open in a browser")
        constraints = [models.UniqueConstraint(fields=["subject", "subject_id", "by"], name="service_presence_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.by}"
