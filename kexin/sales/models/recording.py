"""Recordings of sales: their nodes, the pieces of an upload, and what an inspection found."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.sales.models.sale import Sale
from kexin.sales.recordings.choices import InspectionResult, NodeKind, NodeResult, RecordingState


class SalesRecordingQuerySet(ScopedQuerySet["SalesRecording"]):
    scope_through = "sale"


class SalesRecording(models.Model):
    """双录 of one round of a sale. ``script`` holds the nodes as they stood when it began; ``sha256`` the content's.

    The bytes lie encrypted in the vault of documents, under the customer's key. ``removed_on``: they were kept as long
    as the rules ask, and are gone; what is known of the recording stays.
    """

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="recordings")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    key_id = models.UUIDField(editable=False)
    round = models.PositiveSmallIntegerField(_("round"))
    state = models.CharField(_("state"), max_length=4, choices=RecordingState.choices, default=RecordingState.OPEN)
    script = models.JSONField(_("nodes"))
    policies = models.JSONField(_("policy versions"), default=dict)
    consented_at = models.DateTimeField(_("consented"))
    begun_at = models.DateTimeField(_("begun"), auto_now_add=True)
    begun_by = models.CharField(_("begun by"), max_length=80)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    seconds = models.DecimalField(_("length"), max_digits=8, decimal_places=1, null=True)
    media_type = models.CharField(max_length=40, blank=True, db_collation="C")
    size = models.BigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True, db_collation="C")
    stored_as = models.CharField(max_length=120, blank=True, db_collation="C", db_index=True)
    sampled = models.BooleanField(_("chosen for inspection"), default=False)
    kept_until = models.DateField(_("kept until at least"), null=True, blank=True)
    removed_on = models.DateField(_("content removed"), null=True, blank=True)

    objects = SalesRecordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("recording of a sale")
        indexes = [
            models.Index(F("begun_at").desc(), F("id").desc(), name="sales_recording_begun"),
            models.Index("kept_until", condition=Q(state="done", removed_on=None), name="sales_recording_kept"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sale", "round"], condition=~Q(state="void"), name="sales_recording_once"),
            models.CheckConstraint(
                condition=~Q(state="done")
                | (Q(seconds__gt=0, size__gt=0, ended_at__isnull=False) & ~Q(sha256="") & ~Q(stored_as="")),
                name="sales_recording_done",
            ),
            models.CheckConstraint(
                condition=Q(removed_on=None) | Q(state="done", removed_on__gte=F("kept_until")),
                name="sales_recording_kept_until",
            ),
        ]

    def __str__(self) -> str:
        return f"Recording {self.pk}"


class RecordingMark(models.Model):
    """双录节点: when a node of the script began and ended, and what was heard or seen. Never changed.

    ``position`` counts every attempt: a node that was not answered clearly is asked again, and both stay.
    """

    recording = models.ForeignKey(SalesRecording, on_delete=models.PROTECT, related_name="marks")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("node"), max_length=30, db_collation="C")
    kind = models.CharField(_("kind"), max_length=8, choices=NodeKind.choices)
    began = models.DecimalField(_("from second"), max_digits=8, decimal_places=1)
    ended = models.DecimalField(_("to second"), max_digits=8, decimal_places=1)
    result = models.CharField(_("result"), max_length=7, choices=NodeResult.choices)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("node recorded")
        constraints = [
            models.UniqueConstraint(fields=["recording", "position"], name="sales_mark_once"),
            models.CheckConstraint(condition=Q(began__gte=0, ended__gt=F("began")), name="sales_mark_seconds"),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id}/{self.code}"


class RecordingPiece(models.Model):
    """A piece of a recording that is on its way, encrypted; gone when the whole is stored."""

    recording = models.ForeignKey(SalesRecording, on_delete=models.PROTECT, related_name="pieces")
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    stored_as = models.CharField(max_length=120, db_collation="C", unique=True)

    class Meta:
        verbose_name = _("piece of a recording")
        constraints = [models.UniqueConstraint(fields=["recording", "number"], name="sales_piece_once")]

    def __str__(self) -> str:
        return f"{self.recording_id}/{self.number}"


class RecordingInspection(models.Model):
    """双录质检: what somebody who did not sell found, citing the second. Never changed."""

    recording = models.OneToOneField(SalesRecording, on_delete=models.PROTECT, related_name="inspection")
    result = models.CharField(_("result"), max_length=6, choices=InspectionResult.choices)
    second = models.DecimalField(_("second"), max_digits=8, decimal_places=1, null=True)
    reason = models.CharField(_("what is wrong"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.CharField(_("inspected by"), max_length=80)
    inspector_user_id = models.BigIntegerField()
    seller_user_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("inspection of a recording")
        constraints = [
            models.CheckConstraint(
                condition=Q(result="passed") | (Q(second__gte=0) & ~Q(reason="")), name="sales_inspection_cites"
            ),
            models.CheckConstraint(
                condition=Q(seller_user_id=None) | ~Q(inspector_user_id=F("seller_user_id")),
                name="sales_inspection_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.result}"
