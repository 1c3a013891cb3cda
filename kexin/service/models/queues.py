"""Queues: what they take, who works in them, what their members can."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit, Post, by_language


class RequestQueueQuerySet(ScopedQuerySet["RequestQueue"]):
    scope_post = None


def _codes(label: Any) -> ArrayField[list[str], list[str]]:
    return ArrayField(models.CharField(max_length=40, db_collation="C"), verbose_name=label, default=list, blank=True)


class RequestQueue(models.Model):
    """工单队列: requests of a unit and all below it, by kind, category, way, tier and language; none named: all.

    ``needs`` are skills with their level. Proposed by one, let into use by another; who works in it is the head's.
    """

    name = models.CharField(pgettext_lazy("queue", "name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=40)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    rank = models.PositiveSmallIntegerField(pgettext_lazy("queue", "order"), default=10)
    kinds = _codes(_("kinds"))
    categories = _codes(_("categories"))
    channels = _codes(pgettext_lazy("queue", "by which way"))
    tiers = _codes(_("tiers"))
    languages = _codes(_("languages"))
    conversations = models.BooleanField(_("conversations too"), default=False)
    needs: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(
        _("skills needed"), default=dict, blank=True
    )
    proposed_by = models.CharField(max_length=80)
    approved_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RequestQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("queue of requests")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(retired_at=None), name="service_queue_named_once"
            ),
            models.CheckConstraint(condition=~Q(proposed_by=F("approved_by")), name="service_queue_two_persons"),
        ]

    @property
    def shown_name(self) -> str:
        return by_language(self.name, self.name_en)

    def __str__(self) -> str:
        return self.name


class QueueMemberQuerySet(ScopedQuerySet["QueueMember"]):
    scope_through = "queue"

    def lock_room(self, posts: Iterable[int] | models.QuerySet[Any, int]) -> None:
        """What posts carry is counted by nobody else until the end of the transaction, in none of their queues.

        Always in the order of the keys, so that two who share several members do not wait for each other.
        """
        rows = self.filter(left_at=None, post__in=posts).select_for_update(of=("self",)).order_by("pk")
        list(rows.values_list("pk", flat=True))


class QueueMember(models.Model):
    """队列成员: a post that takes items of a queue. ``away_from``–``away_until``: gets nothing new on these days."""

    queue = models.ForeignKey(RequestQueue, on_delete=models.PROTECT, db_index=False, related_name="members")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, db_index=False, related_name="+")
    capacity = models.PositiveSmallIntegerField(_("carries at most"))
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    last_given_at = models.DateTimeField(null=True, blank=True)
    added_by = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    objects = QueueMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a queue")
        constraints = [
            models.UniqueConstraint(fields=["queue", "post"], condition=Q(left_at=None), name="service_queue_member"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="service_queue_capacity"),
            models.CheckConstraint(
                condition=Q(away_from=None, away_until=None) | Q(away_until__gte=F("away_from")),
                name="service_queue_away",
            ),
        ]
        indexes = [models.Index("post", condition=Q(left_at=None), name="service_queue_post")]

    def __str__(self) -> str:
        return f"{self.queue_id}: {self.post_id}"


class PostSkill(models.Model):
    """岗位技能: what who stands at a post can, from 1 (begins) to 3 (teaches others); the same in every queue."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, db_index=False, related_name="+")
    code = models.CharField(_("skill"), max_length=40, db_collation="C")
    level = models.PositiveSmallIntegerField(_("level"))
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("skill of a post")
        constraints = [
            models.UniqueConstraint(fields=["post", "code"], name="service_skill_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="service_skill_level"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.code} {self.level}"
