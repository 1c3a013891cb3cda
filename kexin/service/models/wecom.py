"""WeCom: whose account is whose, who agreed to the archive, words that should not have been written."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_contact
from kexin.core.scope import ScopedQuerySet
from kexin.people.models import OrgUnit, Post
from kexin.service.models.conversations import ConversationMessage


class WecomAccountQuerySet(ScopedQuerySet["WecomAccount"]):
    scope_unit = "post__unit_id"
    scope_post = "post_id"


class WecomAccount(models.Model):
    """企业微信成员: which post writes under a member's id, from a day to another."""

    member = models.CharField(_("WeCom member"), max_length=64, db_collation="C")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="wecom_accounts", verbose_name=_("post"))
    since = models.DateTimeField(_("since"))
    set_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=80, blank=True)

    objects = WecomAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("WeCom account")
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ended_at=None), name="service_wecom_member_once"),
        ]

    def __str__(self) -> str:
        return self.member


class ArchiveAgreement(models.Model):
    """会话存档同意: what somebody said to the archive of their words, found by the token of their WeCom id. The last
    word counts; without it nothing is kept.
    """

    key_id = models.UUIDField(editable=False)
    address = PersonalField(_("WeCom id"), level=Level.C2, mask=mask_contact, max_length=128)
    address_token = models.BinaryField(editable=False, max_length=16)
    agreed = models.BooleanField(_("agreed"))
    said_at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=80)
    reference = models.CharField(max_length=64, null=True, blank=True, unique=True, db_collation="C")

    class Meta:
        verbose_name = _("agreement to the archive")
        indexes = [models.Index("address_token", F("said_at").desc(), name="service_archive_last")]

    def __str__(self) -> str:
        return f"ArchiveAgreement {self.pk}"


class FlaggedWordsQuerySet(ScopedQuerySet["FlaggedWords"]):
    scope_post = None


class FlaggedWords(models.Model):
    """违规用语: words of staff to a customer with a phrase that nobody may write; compliance looks into them."""

    message = models.OneToOneField(ConversationMessage, on_delete=models.PROTECT, related_name="flag")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    phrases: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=40))
    found_at = models.DateTimeField(_("found"))
    outcome = models.CharField(_("outcome"), max_length=10, blank=True, db_collation="C")
    note = models.CharField(_("what was done"), max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)

    objects = FlaggedWordsQuerySet.as_manager()

    class Meta:
        verbose_name = _("forbidden words found")
        indexes = [models.Index(F("found_at").desc(), name="service_flag_found")]

    def __str__(self) -> str:
        return f"FlaggedWords {self.pk}"
