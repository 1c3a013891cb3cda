"""Who shares in a customer, who must stay with whom, and the hand-over from one manager to others."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.choices import ProductLine, SignatureRole, SplitRule, TransferReason, TransferState
from kexin.party.models.customer import Customer
from kexin.people.models import DateSpan, OrgUnit, Post


def _same(column: str) -> Func:
    return Func(F(column), F(column), models.Value("[]"), function="int8range")


class PortfolioShare(models.Model):
    """业绩归属: a post's part in a customer's product line from a day on, in percent.

    Where a line has no shares of its own on a day, those of ``all`` count; where there are none either, the lead of
    that day (:class:`PortfolioAssignment`) counts whole. ``ends_on`` is the first day that no longer belongs to it.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="shares")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("manager"))
    line = models.CharField(_("product line"), max_length=12, choices=ProductLine.choices)
    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("share of attribution")
        constraints = [
            *(
                ExclusionConstraint(
                    name=f"party_share_once_{line}",
                    expressions=[
                        (_same("customer"), RangeOperators.OVERLAPS),
                        (_same("post"), RangeOperators.OVERLAPS),
                        (DateSpan("starts_on", "ends_on", models.Value("[)")), RangeOperators.OVERLAPS),
                    ],
                    condition=Q(line=line),
                )
                for line in ("all", "deposits", "wealth", "funds", "insurance", "gold", "loans")
            ),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="party_share_percent"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="party_share_period"
            ),
        ]
        indexes = [models.Index("post", "customer", condition=Q(ends_on=None), name="party_share_running")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.line}: {self.percent} % → {self.post_id}"


class PortfolioProtection(models.Model):
    """管户保护: this customer is neither claimed nor transferred until somebody lifts it, and why."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, primary_key=True, related_name="protection")
    reason = models.CharField(_("reason"), max_length=200)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("protection of a portfolio")

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.reason}"


class TransferQuerySet(ScopedQuerySet["CustomerTransfer"]):
    scope_unit = "unit_id"
    scope_post = "giver_id"


class CustomerTransfer(models.Model):
    """管户移交: from one giver to one or several receivers, with three signatures by three persons."""

    giver = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("giver"))
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    reason = models.CharField(_("reason"), max_length=12, choices=TransferReason.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    rule = models.CharField(_("rule of division"), max_length=12, choices=SplitRule.choices)
    state = models.CharField(_("state"), max_length=10, choices=TransferState.choices, default=TransferState.SIGNING)
    customers = models.PositiveIntegerField(_("customers"))
    assets = models.DecimalField(_("assets"), max_digits=20, decimal_places=2)
    carried: models.JSONField[Any, Any] = models.JSONField(default=dict)  # {"customers": n, "work": n, "notices": n}
    counter_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="counters"
    )  # the transfer that this one takes back
    made_by = models.CharField(_("prepared by"), max_length=80)
    made_at = models.DateTimeField(_("prepared"), auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    effective_on = models.DateField(_("takes effect on"), null=True, blank=True)
    policy = models.ForeignKey("core.PolicyVersion", on_delete=models.PROTECT, null=True, related_name="+")

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("portfolio transfer")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=TransferState.SIGNING, ended_at=None)
                | (~Q(state=TransferState.SIGNING) & Q(ended_at__isnull=False)),
                name="party_transfer_ended",
            ),
        ]
        indexes = [models.Index("unit", F("made_at").desc(), name="party_transfer_unit")]

    def __str__(self) -> str:
        return f"{self.giver_id} #{self.pk}"


class TransferLine(models.Model):
    """One customer of a transfer and who receives it. ``open`` while it is signed: a customer is in one at a time."""

    transfer = models.ForeignKey(CustomerTransfer, on_delete=models.PROTECT, related_name="lines")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+", verbose_name=_("receiver"))
    assets = models.DecimalField(_("assets"), max_digits=20, decimal_places=2)  # when the transfer was prepared
    open = models.BooleanField(default=True)
    moved = models.BooleanField(default=False)
    work = models.PositiveIntegerField(_("open work items"), default=0)  # how many travelled

    class Meta:
        verbose_name = _("line of a transfer")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "customer"], name="party_transferline_once"),
            models.UniqueConstraint(fields=["customer"], condition=Q(open=True), name="party_transferline_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.customer_id} → {self.receiver_id}"


class TransferSignature(models.Model):
    """A signature owed or given: for which side and post, by whom, when. No person signs a transfer twice."""

    transfer = models.ForeignKey(CustomerTransfer, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(_("side"), max_length=10, choices=SignatureRole.choices)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    signed_by = models.CharField(_("signed by"), max_length=80, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)
    on_behalf = models.BooleanField(default=False)  # the giver is gone: the head signed for that side
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("signature of a transfer")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "role", "post"], name="party_signature_once"),
            models.UniqueConstraint(
                fields=["transfer", "signed_by"], condition=~Q(signed_by=""), name="party_signature_other_person"
            ),
            models.CheckConstraint(
                condition=Q(signed_by="", signed_at=None, agreed=None)
                | (~Q(signed_by="") & Q(signed_at__isnull=False, agreed__isnull=False)),
                name="party_signature_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.role}: {self.signed_by}"
