"""Telephone calls, and whose telephone rings."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_contact
from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.service.models.conversations import Conversation
from kexin.service.telephony.choices import CallBack, CallDirection, CallState


class PhoneExtensionQuerySet(ScopedQuerySet["PhoneExtension"]):
    scope_unit = "post__unit_id"
    scope_post = "post_id"


class PhoneExtension(models.Model):
    """分机: whose telephone it is, from a day to another. A number stands at one post at a time."""

    extension = models.CharField(_("extension"), max_length=20, db_collation="C")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("post"))
    since = models.DateTimeField(_("since"))
    set_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)

    objects = PhoneExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("telephone extension")
        constraints = [
            models.UniqueConstraint(fields=["extension"], condition=Q(ended_at=None), name="service_extension_once"),
        ]

    def __str__(self) -> str:
        return self.extension


class PhoneCallQuerySet(ScopedQuerySet["PhoneCall"]):
    """Seen by whose telephone it was, by who leads the customer, and by their units."""

    scope_customer = None

    def visible_to(self, actor: Actor, operation: str) -> Self:
        grants = actor.grants_for(operation)
        if actor.customer_id is not None:
            return self.none()
        if any(grant.reach == Reach.ALL for grant in grants):
            return self
        posts = {g.post_id for g in grants if g.reach == Reach.PORTFOLIO and g.post_id is not None}
        units = {unit for g in grants if g.reach != Reach.PORTFOLIO for unit in g.unit_ids}
        every = self.model._default_manager
        branches = []
        if posts:
            branches += [
                every.filter(post__in=posts),
                every.filter(customer__lead_post__in=posts),
                every.filter(state=CallState.RINGING, rung_posts__overlap=list(posts)),
            ]
        if units:
            branches += [every.filter(unit__in=units), every.filter(customer__unit__in=units)]
        if not branches:
            return self.none()
        first, *rest = [each.order_by().values("pk") for each in branches]
        return self.filter(pk__in=first.union(*rest))


class PhoneCall(models.Model):
    """来电去电: one call as the telephone system tells of it. ``reference`` is the system's own number for it.

    ``post`` is whose telephone rang last or took it; while it rings, ``rung_posts`` are all at which it does. Until
    the caller is known there is no customer; ``key_id`` is then a key of the number's own, and stays so. ``version``
    grows with every change, and rings at the posts (kexin/core/live.py).
    """

    call_no = models.CharField(_("call number"), max_length=20, unique=True, db_collation="C")
    reference = models.CharField(max_length=64, unique=True, editable=False, db_collation="C")
    direction = models.CharField(_("direction"), max_length=3, choices=CallDirection.choices)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="phone_calls"
    )
    key_id = models.UUIDField(editable=False)
    number = PersonalField(_("number"), level=Level.C2, mask=mask_contact, max_length=40)
    number_token = models.BinaryField(editable=False, max_length=16, null=True)
    extension = models.CharField(_("extension"), max_length=20, blank=True, db_collation="C")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    rung_posts = ArrayField(models.BigIntegerField(), default=list)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    state = models.CharField(
        pgettext_lazy("phone call", "state"), max_length=7, choices=CallState.choices, default=CallState.RINGING
    )
    began_at = models.DateTimeField(_("began"))
    answered_at = models.DateTimeField(_("taken"), null=True, blank=True)
    ended_at = models.DateTimeField(_("over"), null=True, blank=True)
    recording = PersonalField(_("recording"), level=Level.C2, max_length=500)
    back = models.CharField(_("called back"), max_length=9, choices=CallBack.choices, blank=True)
    conversation = models.OneToOneField(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="phone_call"
    )
    version = models.PositiveIntegerField(default=1)

    objects = PhoneCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("telephone call")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="missed") | Q(answered_at=None, ended_at__isnull=False), name="service_call_missed"
            ),
            models.CheckConstraint(condition=~Q(state="ended") | Q(ended_at__isnull=False), name="service_call_ended"),
        ]
        indexes = [
            models.Index("post", F("began_at").desc(), name="service_call_post"),
            models.Index("unit", F("began_at").desc(), name="service_call_unit"),
            models.Index("customer", F("began_at").desc(), name="service_call_customer"),
            models.Index("number_token", F("began_at").desc(), name="service_call_number"),
            models.Index(F("began_at").desc(), name="service_call_began"),
            models.Index("began_at", condition=Q(state__in=("ringing", "talking")), name="service_call_live"),
        ]

    def __str__(self) -> str:
        return self.call_no
