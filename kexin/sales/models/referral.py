"""A customer's need handed to another line of business, and what became of it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.choices import Reach
from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.party.choices import ProductLine
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.sales.referrals.choices import BusinessLine, ReferralOutcome, ReferralState


class ReferralQuerySet(ScopedQuerySet["Referral"]):
    """Giver and receiver see a referral, whoever leads the customer; one in a unit's pool is seen by that unit."""

    def visible_to(self, actor: Actor, operation: str) -> Self:
        if actor.customer_id is not None:
            return self.none()
        grants = actor.grants_for(operation)
        if any(grant.reach == Reach.ALL for grant in grants):
            return self
        posts = {g.post_id for g in grants if g.reach == Reach.PORTFOLIO and g.post_id is not None}
        units = {unit for g in grants if g.reach != Reach.PORTFOLIO for unit in g.unit_ids}
        every = self.model._default_manager
        branches = []
        if posts:
            pools = Post.objects.filter(pk__in=posts).values("unit")
            branches += [
                every.filter(giver_post__in=posts),
                every.filter(receiver_post__in=posts),
                every.filter(receiver_post=None, unit__in=pools),
            ]
        if units:
            branches += [every.filter(unit__in=units), every.filter(giver_unit__in=units)]
        if not branches:
            return self.none()
        first, *rest = [each.order_by().values("pk") for each in branches]
        return self.filter(pk__in=first.union(*rest))


class Referral(models.Model):
    """转介: giver, receiver (a post, or the pool of a unit), customer, need, clock, outcome, agreed attribution."""

    referral_no = models.CharField(_("referral number"), max_length=20, unique=True, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="referrals")
    key_id = models.UUIDField(editable=False)
    from_line = models.CharField(_("from line"), max_length=9, choices=BusinessLine.choices)
    to_line = models.CharField(_("to line"), max_length=9, choices=BusinessLine.choices)
    giver_post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="+", verbose_name=pgettext_lazy("referral", "giver")
    )
    giver_unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    given_by = models.CharField(_("given by"), max_length=80)
    given_at = models.DateTimeField(_("given"))
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("receiving unit"))
    receiver_post = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=pgettext_lazy("referral", "receiver"),
    )
    need = PersonalField(_("need"), level=Level.C2, max_length=1000)
    share = models.DecimalField(_("share of the giver in percent"), max_digits=5, decimal_places=2)
    product_line = models.CharField(_("product line"), max_length=9, choices=ProductLine.choices)
    state = models.CharField(_("state"), max_length=9, choices=ReferralState.choices, default=ReferralState.WAITING)
    due_at = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=80, blank=True)
    reason = PersonalField(_("reason"), level=Level.C2, max_length=300)
    outcome = models.CharField(_("outcome"), max_length=8, choices=ReferralOutcome.choices, blank=True)
    outcome_note = PersonalField(_("what became of it"), level=Level.C2, max_length=1000)
    closed_at = models.DateTimeField(_("outcome told"), null=True, blank=True)
    attributed_at = models.DateTimeField(_("entered as shares"), null=True, blank=True)
    attributed_by = models.CharField(max_length=80, blank=True)
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        constraints = [
            models.CheckConstraint(condition=~Q(from_line=F("to_line")), name="sales_referral_other_line"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "withdrawn"]) | Q(answered_at__isnull=False),
                name="sales_referral_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="sales_referral_closed",
            ),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=100), name="sales_referral_share"),
        ]
        indexes = [
            models.Index("unit", F("given_at").desc(), name="sales_referral_unit"),
            models.Index("giver_post", F("given_at").desc(), name="sales_referral_giver"),
            models.Index("receiver_post", F("given_at").desc(), name="sales_referral_receiver"),
            models.Index("customer", F("given_at").desc(), name="sales_referral_customer"),
        ]

    def __str__(self) -> str:
        return self.referral_no
