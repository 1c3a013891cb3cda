"""Group complaints: cases about the same matter, looked at and answered together; each keeps its own clock."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit, Post
from kexin.service.complaints.choices import GroupBy, GroupState, RegulatoryMajor
from kexin.service.models.complaints import Complaint


class ComplaintGroupQuerySet(ScopedQuerySet["ComplaintGroup"]):
    """Seen by who sees one of its cases, or owns it; never by who is complained about in any of them."""

    def visible_to(self, actor: Actor, operation: str) -> Self:
        if actor.everything:
            return self
        if actor.customer_id is not None or not actor.may(operation):
            return self.none()
        seen = Complaint.objects.visible_to(actor, operation).order_by().values("pk")
        members = ComplaintGroupMember.objects.filter(left_at=None)
        within = members.filter(complaint__in=seen).values("group")
        rows = self.filter(Q(pk__in=within) | Q(owner_post__in=actor.post_ids))
        if actor.kind == ActorKind.PERSON:
            about = members.filter(complaint__accused__contains=[actor.name])
            rows = rows.exclude(pk__in=about.values("group"))
        return rows


class ComplaintGroup(models.Model):
    """群体投诉. Its words are of the institution, never of a complainant. ``by`` and ``key``: what its cases share.

    ``regulatory_major`` is what a person decided of the group (``decided_at``); nothing is copied to its cases.
    """

    group_no = models.CharField(_("group number"), max_length=20, unique=True, db_collation="C")
    title = models.CharField(_("matter"), max_length=120)
    by = models.CharField(_("what the cases share"), max_length=7, choices=GroupBy.choices)
    key = models.CharField(max_length=60, blank=True, db_collation="C")
    state = models.CharField(_("state"), max_length=6, choices=GroupState.choices, default=GroupState.OPEN)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    owner_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    regulatory_major = models.CharField(
        _("major consumer complaint (reported)"), max_length=10, choices=RegulatoryMajor.choices, blank=True
    )
    reference = models.CharField(_("number at the regulator"), max_length=60, blank=True)
    decision_note = models.CharField(_("why"), max_length=500, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    answered_at = models.DateTimeField(_("same answer drafted"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(_("opened by"), max_length=80)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    close_note = models.CharField(_("note"), max_length=500, blank=True)
    policy_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ComplaintGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group complaint")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | Q(state="closed", closed_at__isnull=False),
                name="service_complaintgroup_closed",
            ),
            models.CheckConstraint(
                condition=Q(regulatory_major="") | Q(decided_at__isnull=False), name="service_complaintgroup_decided"
            ),
        ]
        indexes = [models.Index(F("opened_at").desc(), F("id").desc(), name="service_complaintgroup_new")]

    def __str__(self) -> str:
        return self.group_no


class ComplaintGroupMemberQuerySet(ScopedQuerySet["ComplaintGroupMember"]):
    scope_through = "group"


class ComplaintGroupMember(models.Model):
    """群体成员: a case in a group, since when and why; that it left stays known."""

    group = models.ForeignKey(ComplaintGroup, on_delete=models.PROTECT, related_name="members")
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="memberships")
    reason = models.CharField(_("why it belongs there"), max_length=500)
    joined_at = models.DateTimeField(_("since"))
    joined_by = models.CharField(_("by"), max_length=80)
    left_reason = models.CharField(_("why it left"), max_length=500, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    left_by = models.CharField(max_length=80, blank=True)

    objects = ComplaintGroupMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("case of a group complaint")
        constraints = [
            models.UniqueConstraint(fields=["complaint"], condition=Q(left_at=None), name="service_complaintgroup_one"),
            models.CheckConstraint(
                condition=Q(left_at=None) | ~Q(left_reason=""), name="service_complaintgroup_why_left"
            ),
        ]

    def __str__(self) -> str:
        return f"ComplaintGroupMember {self.pk}"
