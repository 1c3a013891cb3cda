"""Links, sessions and codes. Secrets are never kept, only what recognises them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.scope import ScopedQuerySet
from kexin.party.models import Customer
from kexin.portal.choices import Delivery, Proof, SessionState


class LinkQuerySet(ScopedQuerySet["Link"]):
    scope_through = "customer"


class PortalSessionQuerySet(ScopedQuerySet["PortalSession"]):
    scope_through = "customer"


class Link(models.Model):
    """链接: an invitation of one customer for one purpose. ``digest`` recognises the token; an invitation to open the
    app has none. Opened once (``opened_at``), for one device.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="links", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=40, db_collation="C")
    subject_no = models.CharField(_("number"), max_length=40, blank=True, db_collation="C")
    delivery = models.CharField(_("way"), max_length=8, choices=Delivery.choices)
    digest = models.CharField(  # noqa: DJ001  several links without a token
        max_length=64, unique=True, null=True, editable=False, db_collation="C"
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.CharField(_("made by"), max_length=80)
    expires_at = models.DateTimeField(_("valid until"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    revoked_by = models.CharField(max_length=80, blank=True)
    refusals = models.PositiveSmallIntegerField(_("refused openings"), default=0)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        indexes = [models.Index(fields=["customer", "-made_at"], name="portal_link_customer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivery=Delivery.APP, digest=None) | ~Q(delivery=Delivery.APP), name="portal_link_app"
            ),
        ]

    def __str__(self) -> str:
        return f"Link {self.pk}"


class PortalSession(models.Model):
    """门户会话: what one device of a customer may do for a while, for one purpose. ``digest`` recognises its cookie."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(Link, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    purpose = models.CharField(_("purpose"), max_length=40, db_collation="C")
    digest = models.CharField(max_length=64, unique=True, editable=False, db_collation="C")
    state = models.CharField(_("state"), max_length=8, choices=SessionState.choices)
    proof = models.CharField(_("proof shown"), max_length=8, choices=Proof.choices, default=Proof.NONE)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    entered_at = models.DateTimeField(_("entered"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last seen"))
    ends_at = models.DateTimeField(_("ends at the latest"))
    ended_at = models.DateTimeField(null=True, blank=True)
    device = models.CharField(_("device"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)

    objects = PortalSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("portal session")
        indexes = [models.Index(fields=["customer", "-made_at"], name="portal_session_customer")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=SessionState.OPEN) | (~Q(proof=Proof.NONE) & Q(entered_at__isnull=False)),
                name="portal_session_proved",
            ),
            models.CheckConstraint(
                condition=Q(state=SessionState.ENDED, ended_at__isnull=False)
                | (~Q(state=SessionState.ENDED) & Q(ended_at=None)),
                name="portal_session_ended",
            ),
            models.UniqueConstraint(fields=["link"], condition=~Q(state=SessionState.ENDED), name="portal_session_one"),
        ]

    def __str__(self) -> str:
        return f"PortalSession {self.pk}"


class PortalCode(models.Model):
    """验证码: a code sent to the customer's mobile number for one session; only a keyed digest of it is kept."""

    session = models.ForeignKey(PortalSession, on_delete=models.PROTECT, related_name="codes")
    digest = models.BinaryField(max_length=16, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")

    def __str__(self) -> str:
        return f"PortalCode {self.pk}"


class AppEntry(models.Model):
    """应用登录凭据: a sign-in by the institution's app that was used; it is not taken a second time."""

    digest = models.CharField(max_length=64, unique=True, db_collation="C")
    used_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used sign-in by the app")

    def __str__(self) -> str:
        return f"AppEntry {self.pk}"
