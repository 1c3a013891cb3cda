"""Whoever complains without being signed in: a number or an address proved by a code, for a short while."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.portal.choices import SessionState
from kexin.service.complaints.choices import LetterLanguage
from kexin.service.models import Complaint


class Visitor(models.Model):
    """来访人: one device that shows by a code that a mobile number or an e-mail address is its own, and sees its cases.

    Number (or address) and code are sealed by the institution's key; the code is forgotten when it has been sent.
    ``number_digest`` counts the codes of a number or address. Rows are deleted after two days.
    """

    sealed_number = models.BinaryField(editable=False)
    number_digest = models.BinaryField(max_length=16, editable=False, db_index=True)
    sealed_code = models.BinaryField(null=True, editable=False)
    code_digest = models.BinaryField(max_length=16, editable=False)
    code_ends_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    digest = models.CharField(max_length=64, unique=True, editable=False, db_collation="C")
    state = models.CharField(_("state"), max_length=8, choices=SessionState.choices, default=SessionState.PENDING)
    cases = models.PositiveSmallIntegerField(_("complaints sent"), default=0)
    made_at = models.DateTimeField(_("made"), db_index=True)
    proved_at = models.DateTimeField(_("proved"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at the latest"))
    language = models.CharField(
        _("language"), max_length=7, choices=LetterLanguage.choices, default=LetterLanguage.CHINESE
    )
    device = models.CharField(_("device"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("visitor")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=SessionState.OPEN) | Q(proved_at__isnull=False), name="portal_visitor_proved"
            )
        ]

    def __str__(self) -> str:
        return f"Visitor {self.pk}"


class VisitorSigning(models.Model):
    """签署验证码: the code with which a visitor confirms one signature under one agreement. Deleted with the visit.

    The code is sealed until it is sent; what recognises it is bound to visit, case and agreement.
    """

    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="signings")
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    agreement_sha256 = models.CharField(max_length=64, db_collation="C")
    sealed_code = models.BinaryField(null=True, editable=False)
    code_digest = models.BinaryField(max_length=16, editable=False)
    code_ends_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(_("made"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("code for a signature")

    def __str__(self) -> str:
        return f"VisitorSigning {self.pk}"
