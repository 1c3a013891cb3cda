"""Lists of customers to call, their lines, and the conversations that came of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kexin.core.actor import Actor
from kexin.core.fields import Level, PersonalField
from kexin.core.scope import ScopedQuerySet
from kexin.engagement.calls.choices import EntryState, ListSource
from kexin.engagement.models.appointments import Appointment
from kexin.party.models import Customer
from kexin.people.models import OrgUnit, Post
from kexin.products.models import Product


class CallListQuerySet(ScopedQuerySet["CallList"]):
    scope_unit = "unit_id"
    scope_post = "post_id"


class CallEntryQuerySet(ScopedQuerySet["CallEntry"]):
    scope_unit = "unit_id"
    scope_post = "post_id"

    def open(self) -> CallEntryQuerySet:
        return self.filter(state=EntryState.OPEN)

    def to_be_called_by(self, actor: Actor) -> CallEntryQuerySet:
        """Lines of the actor's own posts and lines that whoever is free takes."""
        return self.filter(Q(post_id__in=actor.post_ids) | Q(post=None))


class ContactQuerySet(ScopedQuerySet["Contact"]):
    scope_through = "customer"


class CallList(models.Model):
    """电访名单: customers to call for one reason, within a period; perhaps about one product."""

    title = models.CharField(pgettext_lazy("call list", "title"), max_length=80)
    why = models.CharField(_("why they are called"), max_length=200)
    source = models.CharField(_("source"), max_length=8, choices=ListSource.choices)
    rule = models.CharField(_("rule"), max_length=40, blank=True, db_collation="C")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.CharField(_("made by"), max_length=80)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )  # what is spoken of; none: no product
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))  # the last day
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CallListQuerySet.as_manager()

    class Meta:
        verbose_name = _("call list")
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="engagement_list_period")]

    def __str__(self) -> str:
        return f"CallList {self.pk}"


class CallEntry(models.Model):
    """名单中的一位客户: who is to call, why, when next, and what came of it. ``post`` empty: whoever is free."""

    call_list = models.ForeignKey(CallList, on_delete=models.PROTECT, related_name="entries")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="call_entries")
    key_id = models.UUIDField(editable=False)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    reason = PersonalField(_("reason"), level=Level.C2, max_length=200)
    rank = models.IntegerField(_("rank"))  # the smallest is called first; 0: a day was agreed with the customer
    state = models.CharField(_("state"), max_length=8, choices=EntryState.choices, default=EntryState.OPEN)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("not before"))
    result = models.CharField(_("result"), max_length=20, blank=True, db_collation="C")
    held_by = models.CharField(max_length=80, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    opinion = models.BigIntegerField(null=True, blank=True)  # number of the last decision on the list's product

    objects = CallEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a call list")
        constraints = [
            models.UniqueConstraint(fields=["call_list", "customer"], name="engagement_call_once"),
            models.CheckConstraint(
                condition=Q(state=EntryState.OPEN, closed_at=None)
                | (~Q(state=EntryState.OPEN) & Q(closed_at__isnull=False)),
                name="engagement_call_closed_at",
            ),
        ]
        indexes = [
            models.Index("post", "rank", "due_at", condition=Q(state="open"), name="engagement_call_post"),
            models.Index("unit", "rank", "due_at", condition=Q(state="open"), name="engagement_call_unit"),
            models.Index("customer", name="engagement_call_customer"),
            models.Index("held_by", condition=Q(state="open") & ~Q(held_by=""), name="engagement_call_held"),
        ]

    def __str__(self) -> str:
        return f"CallEntry {self.pk}"


class Contact(models.Model):
    """联系记录: a conversation had, or tried. ``before`` is what taking it back restores."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False, related_name="contacts")
    key_id = models.UUIDField(editable=False)
    entry = models.ForeignKey(CallEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
    channel = models.CharField(_("channel"), max_length=8, default="phone")
    result = models.CharField(_("result"), max_length=20, db_collation="C")
    reached = models.BooleanField(_("reached"))
    note = PersonalField(_("note"), level=Level.C2, max_length=1000)
    on = models.DateField(_("day"))  # of the institution
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.CharField(_("by"), max_length=80)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    next_at = models.DateTimeField(_("next"), null=True, blank=True)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="agreed_by"
    )
    before: models.JSONField[object, object] = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("conversation", "contact")
        indexes = [
            models.Index("customer", F("at").desc(), name="engagement_contact_customer"),
            models.Index("on", "by", name="engagement_contact_day"),
        ]

    def __str__(self) -> str:
        return f"Contact {self.pk}"
