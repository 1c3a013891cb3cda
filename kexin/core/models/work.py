"""Work: somebody owes something by some time; somebody must approve what another proposed; saved views of lists."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, StandIn
from kexin.core.choices import ActorKind, ApprovalStatus, WorkStatus
from kexin.core.scope import ScopedQuerySet

APPROVAL_KIND = "core.approval"
DELEGABLE = frozenset({"core.view_work", "core.complete_work", "core.snooze_work"})


class WorkItemQuerySet(ScopedQuerySet["WorkItem"]):
    scope_unit = "unit_id"
    scope_post = "owner_post_id"
    staff_only = ("kept_from",)

    def visible_to(self, actor: Actor, operation: str) -> Self:
        """The reach of the grants, without what is kept from this person."""
        rows = super().visible_to(actor, operation)
        return rows.exclude(kept_from__contains=[actor.name]) if actor.kind == ActorKind.PERSON else rows

    def open(self) -> WorkItemQuerySet:
        return self.filter(status=WorkStatus.OPEN)

    def delegated(self, actor: Actor, operation: str) -> list[Q]:
        """Work of those the actor stands in for. A proposal is decided by one's own right and reach, never by this."""
        if operation not in DELEGABLE:
            return []
        return [self.of(each) & ~Q(kind=APPROVAL_KIND) for each in actor.stand_ins]

    @staticmethod
    def of(stand_in: StandIn) -> Q:
        """The items that a delegation covers."""
        mine = Q(owner_post_id=stand_in.post_id)
        return mine & Q(kind__in=stand_in.kinds) if stand_in.kinds else mine


class WorkItem(models.Model):
    """待办. ``kind`` is declared by a floor with its words and link; scope reads unit and owner, never the subject."""

    kind = models.CharField(_("kind"), max_length=60, db_collation="C")
    customer_id = models.BigIntegerField(null=True, blank=True)
    unit_id = models.BigIntegerField(_("unit"))
    owner_post_id = models.BigIntegerField(_("owner"))
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    details: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # Staff numbers of those whose own matter it is: they neither see the item nor does it climb to them.
    kept_from: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=20, db_collation="C"), default=list, blank=True
    )
    priority = models.SmallIntegerField(_("priority"), default=2)
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"))
    due_provisional = models.BooleanField(_("due date provisional"), default=False)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    escalation_level = models.SmallIntegerField(_("escalation"), default=0)
    escalated_to: ArrayField[list[int], list[int]] = ArrayField(models.BigIntegerField(), default=list, blank=True)
    ladder = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ladder_step = models.SmallIntegerField(default=0)  # how many steps of the ladder have been taken
    next_step_at = models.DateTimeField(null=True, blank=True)  # none: the ladder is at its end
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=WorkStatus.choices, default=WorkStatus.OPEN)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("work item")
        indexes = [
            models.Index("owner_post_id", "due_at", condition=Q(status="open"), name="core_workitem_owner"),
            models.Index("unit_id", "due_at", condition=Q(status="open"), name="core_workitem_unit"),
            models.Index("customer_id", condition=Q(status="open"), name="core_workitem_customer"),
            models.Index("due_at", condition=Q(status="open"), name="core_workitem_due"),
            models.Index(
                "closed_at",
                condition=Q(closed_at__gt=models.F("due_at")) & ~Q(status="open"),
                name="core_workitem_closed_late",
            ),
            models.Index("next_step_at", condition=Q(status="open"), name="core_workitem_step"),
            GinIndex(
                fields=["escalated_to"],
                condition=Q(status="open", escalation_level__gt=0),
                name="core_workitem_escalated",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(status="open"),
                name="core_workitem_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status="open") | Q(closed_at__isnull=False), name="core_workitem_closed_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class ApprovalQuerySet(ScopedQuerySet["Approval"]):
    scope_unit = "unit_id"
    scope_post = "maker_post_id"


class Approval(models.Model):
    """经办／复核: what one person proposes and another decides. ``operation`` is applied on approval."""

    operation = models.CharField(_("operation"), max_length=80, db_collation="C")
    arguments = models.BinaryField(_("arguments"))  # encrypted JSON: may hold personal data
    summary: models.JSONField[Any, Any] = models.JSONField(_("summary"), default=dict)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    customer_id = models.BigIntegerField(null=True, blank=True)
    unit_id = models.BigIntegerField()
    maker_user_id = models.BigIntegerField(null=True)
    maker_name = models.CharField(_("maker"), max_length=80)
    maker_post_id = models.BigIntegerField(null=True)
    reason = models.TextField(_("reason"))
    made_at = models.DateTimeField(_("proposed"))
    status = models.CharField(max_length=10, choices=ApprovalStatus.choices, default=ApprovalStatus.OPEN)
    checker_user_id = models.BigIntegerField(null=True, blank=True)
    checker_name = models.CharField(_("checker"), max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(_("note of the checker"), blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        indexes = [models.Index("unit_id", "made_at", condition=Q(status="open"), name="core_approval_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(checker_user_id=None) | ~Q(checker_user_id=models.F("maker_user_id")),
                name="core_approval_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} #{self.pk}"


class SavedView(models.Model):
    """A named set of filters, sort and columns of one list: a person's own, or shared with a unit."""

    list_name = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    owner_user_id = models.BigIntegerField()
    unit_id = models.BigIntegerField(null=True, blank=True)
    shared = models.BooleanField(_("shared with my unit"), default=False)
    query = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_name", "owner_user_id", "name"], name="core_savedview_name")
        ]

    def __str__(self) -> str:
        return self.name
