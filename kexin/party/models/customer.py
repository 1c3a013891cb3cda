"""The customer's file: its number, state, unit and lead post, and what lists sort and search by."""

from __future__ import annotations

from fnmatch import fnmatchcase

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.models import WorkItem
from kexin.core.models.work import APPROVAL_KIND, WorkItemQuerySet
from kexin.core.scope import ScopedQuerySet
from kexin.party.choices import CustomerStatus, LifecycleProcess, PartyKind
from kexin.party.models.party import Party
from kexin.people.models import DateSpan, OrgUnit, Post


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    scope_unit = "unit_id"
    scope_post = "lead_post_id"
    scope_customer = "party_id"

    def delegated(self, actor: Actor, operation: str) -> list[Q]:
        """Customers with open work of those the actor stands in for, by the operations the policy opens."""
        opened = [each for each in actor.stand_ins if any(fnmatchcase(operation, one) for one in each.opens)]
        work = WorkItem.objects.open().filter(customer_id__isnull=False).exclude(kind=APPROVAL_KIND)
        return [Q(pk__in=work.filter(WorkItemQuerySet.of(each)).values("customer_id")) for each in opened]


class Customer(models.Model):
    """客户. One file per party: the primary key is the party's.

    ``assets`` (AUM at the last known point in time), ``average`` (this month's daily average so far) and ``tier`` (code
    of the ladder's rung) are written by the holdings floor.
    """

    party = models.OneToOneField(Party, on_delete=models.PROTECT, primary_key=True, related_name="customer")
    customer_no = models.CharField(_("customer number"), max_length=20, unique=True, db_collation="C")
    kind = models.CharField(_("type"), max_length=12, choices=PartyKind.choices)
    status = models.CharField(_("state"), max_length=10, choices=CustomerStatus.choices)
    unit = models.ForeignKey(  # no index of its own: those of the lists begin with it, as with the lead post
        OrgUnit, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("unit")
    )
    lead_post = models.ForeignKey(
        Post,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("lead manager"),
    )
    admitted_on = models.DateField(_("customer since"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    merged_into = models.ForeignKey(  # its index holds the merged ones only: each figure of a customer writes them all
        "self", on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="absorbed"
    )
    born_year = models.SmallIntegerField(null=True, blank=True)
    birthday = models.SmallIntegerField(_("birthday"), null=True, blank=True)  # month * 100 + day
    search_tokens: ArrayField[list[int], list[int]] = ArrayField(models.BigIntegerField(), default=list)
    name_match = models.BigIntegerField(null=True, blank=True)  # keyed token of the normalised whole name
    assets = models.DecimalField(_("assets"), max_digits=20, decimal_places=2, default=0)
    average = models.DecimalField(_("monthly daily average"), max_digits=20, decimal_places=2, default=0, db_default=0)
    tier = models.CharField(_("tier"), max_length=20, blank=True, default="", db_default="", db_collation="C")
    source = models.CharField(max_length=20, blank=True, db_collation="C")
    source_no = models.CharField(max_length=40, blank=True, db_collation="C")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_no"], condition=~Q(source_no=""), name="party_customer_source"
            ),
            models.CheckConstraint(
                condition=Q(status=CustomerStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=CustomerStatus.MERGED) & Q(merged_into=None)),
                name="party_customer_merged",
            ),
            models.CheckConstraint(
                condition=~Q(status=CustomerStatus.CLOSED) | Q(closed_on__isnull=False),
                name="party_customer_closed_on",
            ),
        ]
        indexes = [  # a list that falls by a column falls by the key, too: an import gives thousands the same moment
            GinIndex(fields=["search_tokens"], name="party_customer_search", fastupdate=True),
            models.Index("lead_post", "customer_no", name="party_customer_post_no"),
            models.Index("lead_post", F("assets").desc(), F("party").desc(), name="party_customer_post_assets"),
            models.Index("lead_post", F("average").desc(), F("party").desc(), name="party_customer_post_average"),
            models.Index("lead_post", F("updated_at").desc(), F("party").desc(), name="party_customer_post_changed"),
            models.Index("lead_post", "birthday", "party", name="party_customer_post_birthday"),
            models.Index("unit", "customer_no", name="party_customer_unit_no"),
            models.Index(
                "unit", F("assets").desc(), F("party").desc(), include=("status",), name="party_customer_unit_assets"
            ),
            models.Index("unit", F("average").desc(), F("party").desc(), name="party_customer_unit_average"),
            models.Index("unit", F("updated_at").desc(), F("party").desc(), name="party_customer_unit_changed"),
            models.Index(F("assets").desc(), F("party").desc(), include=("status",), name="party_customer_assets"),
            models.Index(F("average").desc(), F("party").desc(), name="party_customer_average"),
            models.Index(F("updated_at").desc(), F("party").desc(), name="party_customer_changed"),
            models.Index("name_match", "born_year", "birthday", name="party_customer_same_person"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="party_customer_absorbed"
            ),
        ]

    def __str__(self) -> str:
        return self.customer_no

    @property
    def customer_id(self) -> int:
        return self.pk


class PortfolioAssignment(models.Model):
    """管户: which post led which customer from when until when; one lead at a time."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="assignments")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)  # the first day that no longer belongs to it
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("portfolio assignment")
        constraints = [
            ExclusionConstraint(
                name="party_assignment_one_lead",
                expressions=[
                    (
                        Func(F("customer"), F("customer"), models.Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (DateSpan("starts_on", "ends_on", models.Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="party_assignment_period"
            ),
        ]
        indexes = [models.Index("customer", "starts_on", name="party_assignment_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} → {self.post_id}"


class LifecycleCheck(models.Model):
    """One ticked line of the checklist of admission or exit (H-17)."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="checks")
    process = models.CharField(max_length=10, choices=LifecycleProcess.choices)
    item = models.CharField(max_length=40, db_collation="C")
    note = models.CharField(_("note"), max_length=200, blank=True)
    checked_by = models.CharField(max_length=80)
    checked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("checklist line")
        constraints = [models.UniqueConstraint(fields=["customer", "process", "item"], name="party_check_once")]

    def __str__(self) -> str:
        return f"{self.process}:{self.item}"
