"""A request of a customer, and the record of what was said about it."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind, Reach
from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_contact, mask_name
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.choices import (
    Channel,
    Confirmation,
    EntryKind,
    Mode,
    Reaction,
    RequestState,
    Urgency,
)
from kexin.service.models.queues import QueueMember, RequestQueue

WIDE = 8  # units from which a reach is asked as one condition instead of branch by branch (docs/benchmarks.md)


class ServiceRequestQuerySet(ScopedQuerySet["ServiceRequest"]):
    """Seen by who owns it, was asked first or is offered it, by who leads the customer, and by their units."""

    scope_customer = "customer_id"

    def visible_to(self, actor: Actor, operation: str) -> Self:
        if actor.customer_id is not None:
            return self._own(actor, operation)
        rows = self._in_reach(actor, operation)
        return rows.exclude(kept_from__contains=[actor.name]) if actor.kind == ActorKind.PERSON else rows

    def _in_reach(self, actor: Actor, operation: str) -> Self:
        grants = actor.grants_for(operation)
        if any(grant.reach == Reach.ALL for grant in grants):
            return self
        posts = {g.post_id for g in grants if g.reach == Reach.PORTFOLIO and g.post_id is not None}
        units = {unit for g in grants if g.reach != Reach.PORTFOLIO for unit in g.unit_ids}
        found: list[Q] = []
        if posts:
            found += [
                Q(owner_post__in=posts),
                Q(first_post__in=posts),
                Q(offered_post__in=posts),
                Q(asked_posts__overlap=sorted(posts)) & ~Q(asked_posts=[]),  # the second is said for the index
                Q(customer__lead_post__in=posts),
                Q(queued_at__isnull=False, queue__in=_queues_of(posts)),
            ]
        if units:
            found += [Q(unit__in=units), Q(customer__unit__in=units)]
        if not found:
            return self.none()
        if len(units) >= WIDE:  # many are within reach: the first in order are soon found by going through them
            return self.filter(functools.reduce(operator.or_, found))
        # Each branch has what is asked already, and finds the few by its own index.
        first, *rest = [self.filter(each).order_by().values("pk") for each in found]
        return self.filter(pk__in=first.union(*rest))

    @staticmethod
    def is_wide(actor: Actor, operation: str) -> bool:
        """Is so much within reach that nobody counts it to the end?"""
        grants = actor.grants_for(operation)
        units = {unit for grant in grants if grant.reach != Reach.PORTFOLIO for unit in grant.unit_ids}
        return len(units) >= WIDE or any(grant.reach == Reach.ALL for grant in grants)

    def unfinished(self) -> Self:
        return self.filter(state__in=(RequestState.OPEN, RequestState.TOLD))

    def awake(self, at: dt.datetime, wake_hours: int) -> Self:
        """Not put aside at a moment, or back already: the time came, or the next limit is near."""
        return self.filter(awake_at(at, wake_hours))

    def asleep(self, at: dt.datetime, wake_hours: int) -> Self:
        """Put aside at a moment."""
        return self.unfinished().exclude(awake_at(at, wake_hours))


def _queues_of(posts: set[int]) -> models.QuerySet[QueueMember, int]:
    """Queues in which these posts work: what waits there is seen by each member."""
    return QueueMember.objects.filter(post__in=posts, left_at=None).values_list("queue", flat=True)


def awake_at(at: dt.datetime, wake_hours: int) -> Q:
    """Not put aside at a moment, or back already."""
    near = Q(ticking=True, due_at__lte=at + dt.timedelta(hours=wake_hours))
    return Q(snoozed_until=None) | Q(snoozed_until__lte=at) | near


class ServiceRequest(models.Model):
    """服务工单. ``owner_post`` is never empty: the first asked, until somebody else accepted (首问负责制).

    Of a caller who is not on file there is no customer but ``caller_*``, and ``key_id`` is a key of its own; the tokens
    find the caller again. Once it is known whose it is, ``customer`` is set; the words keep the key they have.
    ``due_at`` is the earliest of its running clocks, for lists; where none runs, ``ticking`` is false and it is the
    last one that ran. ``round`` counts how often the request was opened again.
    ``queue`` is the queue through which it came; since ``queued_at`` it waits there, until a member takes it;
    ``passed_posts`` did not want it meanwhile.
    ``asked_posts`` are colleagues who were asked in a note. ``kept_from`` are staff numbers of those about whom a
    complaint came out of it: they see it no more.
    """

    request_no = models.CharField(_("request number"), max_length=20, unique=True, db_collation="C")
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="requests"
    )
    key_id = models.UUIDField(editable=False)
    caller_name = PersonalField(_("caller"), level=Level.C2, mask=mask_name, max_length=80)
    caller_phone = PersonalField(_("caller's telephone"), level=Level.C2, mask=mask_contact, max_length=30)
    caller_email = PersonalField(_("caller's e-mail"), level=Level.C2, mask=mask_contact, max_length=254)
    phone_token = models.BinaryField(null=True, editable=False)
    email_token = models.BinaryField(null=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40, db_collation="C")
    category = models.CharField(_("category"), max_length=40, db_collation="C")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    mode = models.CharField(_("mode of service"), max_length=6, choices=Mode.choices)
    urgency = models.CharField(_("urgency"), max_length=9, choices=Urgency.choices, default=Urgency.GENERAL)
    subject = PersonalField(_("about"), level=Level.C2, max_length=120)
    text = PersonalField(_("what was said"), level=Level.C2, max_length=4000)
    state = models.CharField(_("state"), max_length=9, choices=RequestState.choices, default=RequestState.OPEN)
    stage = models.CharField(_("stage"), max_length=40, db_collation="C")
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("responsible unit")
    )
    owner_post = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=pgettext_lazy("request", "responsible"),
    )
    first_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("first asked")
    )
    offered_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    offered_by = models.CharField(max_length=80, blank=True)
    offer_reason = models.CharField(max_length=200, blank=True)
    asked_posts: ArrayField[list[int], list[int]] = ArrayField(models.BigIntegerField(), default=list, blank=True)
    queue = models.ForeignKey(
        RequestQueue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("queue"),
    )
    queued_at = models.DateTimeField(_("waits in the queue since"), null=True, blank=True)
    passed_posts: ArrayField[list[int], list[int]] = ArrayField(
        models.BigIntegerField(), default=list, blank=True, editable=False
    )
    kept_from: ArrayField[list[str], list[str]] = ArrayField(
        models.CharField(max_length=20, db_collation="C"), default=list, blank=True, editable=False
    )
    received_at = models.DateTimeField(_("received"))
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.CharField(_("opened by"), max_length=80)
    round = models.PositiveSmallIntegerField(default=1)
    ticking = models.BooleanField(default=False)
    due_at = models.DateTimeField(_("next limit"))
    snoozed_until = models.DateTimeField(_("put aside until"), null=True, blank=True)
    result_text = PersonalField(_("result"), level=Level.C2, max_length=4000)
    solved = models.BooleanField(_("solved"), null=True, blank=True)
    told_at = models.DateTimeField(_("result told"), null=True, blank=True)
    told_by_channel = models.CharField(_("told by"), max_length=8, choices=Channel.choices, blank=True)
    confirmation = models.CharField(_("customer's word"), max_length=9, choices=Confirmation.choices, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    joined_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="joined")
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("service request")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(joined_into__isnull=False), name="service_request_joined"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "told"], closed_at=None)
                | (~Q(state__in=["open", "told"]) & Q(closed_at__isnull=False)),
                name="service_request_closed",
            ),
            models.CheckConstraint(
                condition=~Q(customer=None) | Q(caller_name__isnull=False), name="service_request_of_somebody"
            ),
            models.CheckConstraint(condition=Q(queued_at=None) | ~Q(queue=None), name="service_request_queued"),
            models.CheckConstraint(
                condition=~Q(state__in=["told", "closed"]) | Q(told_at__isnull=False, solved__isnull=False),
                name="service_request_told",
            ),
        ]
        indexes = [
            models.Index(
                "owner_post", "due_at", "id", condition=Q(state__in=["open", "told"]), name="service_owner_due"
            ),
            models.Index("unit", "due_at", "id", condition=Q(state__in=["open", "told"]), name="service_unit_due"),
            models.Index("due_at", "id", condition=Q(state__in=["open", "told"]), name="service_due"),
            models.Index(F("opened_at").desc(), F("id").desc(), name="service_opened"),
            models.Index("customer", F("opened_at").desc(), name="service_customer"),
            models.Index("unit", F("opened_at").desc(), name="service_unit_opened"),
            models.Index("owner_post", F("opened_at").desc(), name="service_owner_opened"),
            models.Index("first_post", name="service_first"),
            models.Index(
                "first_post", "due_at", "id", condition=Q(state__in=["open", "told"]), name="service_first_due"
            ),
            models.Index("offered_post", condition=Q(offered_post__isnull=False), name="service_offered"),
            models.Index("told_at", condition=Q(state="told"), name="service_told"),
            models.Index("queue", "due_at", "id", condition=Q(queued_at__isnull=False), name="service_queue_waits"),
            models.Index("phone_token", condition=Q(phone_token__isnull=False), name="service_caller_phone"),
            models.Index("email_token", condition=Q(email_token__isnull=False), name="service_caller_email"),
            GinIndex(fields=["asked_posts"], name="service_asked", condition=~Q(asked_posts=[])),
        ]

    @property
    def number(self) -> str:
        return self.request_no

    def __str__(self) -> str:
        return self.request_no


class RequestEntryQuerySet(ScopedQuerySet["RequestEntry"]):
    scope_through = "request"


class RequestEntry(models.Model):
    """工单记录: words exchanged with the customer. Never changed."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, db_index=False, related_name="entries")
    customer_id = models.BigIntegerField(editable=False, null=True)
    key_id = models.UUIDField(editable=False)
    kind = models.CharField(_("kind"), max_length=5, choices=EntryKind.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, blank=True)
    text = PersonalField(_("text"), level=Level.C2, max_length=4000)
    reaction = models.CharField(_("how the customer took it"), max_length=7, choices=Reaction.choices, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)

    objects = RequestEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a request")
        indexes = [models.Index("request", "at", name="service_entry_request")]

    def __str__(self) -> str:
        return f"RequestEntry {self.pk}"


class RequestNoteQuerySet(ScopedQuerySet["RequestNote"]):
    scope_through = "request"


class RequestNote(models.Model):
    """内部备注: what no customer reads, in a table that the portal's own database role cannot read. Never changed."""

    request = models.ForeignKey(ServiceRequest, on_delete=models.PROTECT, db_index=False, related_name="notes")
    customer_id = models.BigIntegerField(editable=False, null=True)
    key_id = models.UUIDField(editable=False)
    text = PersonalField(_("text"), level=Level.C2, max_length=4000)
    asked_posts: ArrayField[list[int], list[int]] = ArrayField(models.BigIntegerField(), default=list, blank=True)
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)

    objects = RequestNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("internal note on a request")
        indexes = [models.Index("request", "at", name="service_note_request")]

    def __str__(self) -> str:
        return f"RequestNote {self.pk}"
