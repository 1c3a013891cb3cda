"""A party and what identifies and reaches it. Personal fields are encrypted under the party's own key."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import Level, PersonalField
from kexin.core.masking import mask_address, mask_contact, mask_identity, mask_name
from kexin.party.choices import (
    AddressKind,
    Channel,
    ContactKind,
    DocumentType,
    EnterpriseScale,
    IncomeBand,
    NameKind,
    PartyKind,
    Sex,
)


class Party(models.Model):
    """当事人. A person or an organisation; being a customer is a role of it (:class:`Customer` shares its key)."""

    key_id = models.UUIDField(editable=False)
    kind = models.CharField(_("type"), max_length=12, choices=PartyKind.choices)
    name = PersonalField(_("name"), level=Level.C2, mask=mask_name, max_length=200)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True, default="")
    born_on = PersonalField(_("born on"), level=Level.C2, kind="date")
    lunar_birthday = models.CharField(_("lunar birthday"), max_length=5, blank=True)
    nationality = models.CharField(_("nationality"), max_length=2, blank=True, default="")
    tax_residence = models.CharField(_("tax residence"), max_length=40, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    occupation = models.CharField(_("occupation"), max_length=60, blank=True, default="")
    income_band = models.CharField(_("income"), max_length=8, choices=IncomeBand.choices, blank=True, default="")
    preferred_channel = models.CharField(
        _("preferred channel"), max_length=8, choices=Channel.choices, blank=True, default=""
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("party")
        indexes = [
            models.Index("lunar_birthday", condition=models.Q(lunar_birthday__gt=""), name="party_party_lunar"),
        ]

    def __str__(self) -> str:
        return f"Party {self.pk}"

    @property
    def scale(self) -> str:
        """The size class of an enterprise; empty where it is not known, and for everybody else."""
        return self.enterprise.scale if self.kind == PartyKind.ENTERPRISE and hasattr(self, "enterprise") else ""

    def get_scale_display(self) -> str:
        """The size class in words."""
        return str(EnterpriseScale(self.scale).label) if self.scale else ""


class PersonalRow(models.Model):
    """A row that belongs to a party and is encrypted under a key named in the row itself (a merge moves rows)."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT)
    key_id = models.UUIDField(editable=False)

    class Meta:
        abstract = True

    @property
    def customer_id(self) -> int:
        return self.party_id


class PartyName(PersonalRow):
    """A name in another script, a former or another name."""

    kind = models.CharField(_("kind"), max_length=8, choices=NameKind.choices)
    name = PersonalField(_("name"), level=Level.C2, mask=mask_name, max_length=200)

    class Meta:
        verbose_name = _("other name")


class IdentityDocument(PersonalRow):
    """证件. The number is unique per type and country among documents in use: by keyed token, never by value."""

    type = models.CharField(_("document type"), max_length=10, choices=DocumentType.choices)
    country = models.CharField(_("issuing country"), max_length=2, default="CN")
    number = PersonalField(_("number"), level=Level.C2, mask=mask_identity, max_length=60)
    token = models.BinaryField(editable=False, max_length=16)
    token_next = models.BinaryField(editable=False, max_length=16, null=True)
    last4_token = models.BinaryField(editable=False, max_length=16, null=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    long_term = models.BooleanField(_("long-term validity"), default=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    retired_at = models.DateTimeField(_("no longer used"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity document")
        constraints = [
            models.UniqueConstraint(fields=["token"], condition=Q(retired_at=None), name="party_identity_once"),
            models.UniqueConstraint(
                fields=["token_next"], condition=Q(retired_at=None), name="party_identity_once_next"
            ),
        ]
        indexes = [
            models.Index("token", name="party_identity_token"),  # of retired ones, too: duplicates are looked for there
            models.Index(fields=["last4_token"], include=["party"], name="party_identity_last4"),
            models.Index("expires_on", condition=Q(retired_at=None), name="party_identity_expiry"),
        ]


class ContactPoint(PersonalRow):
    """联系方式: mobile, telephone, e-mail."""

    kind = models.CharField(_("kind"), max_length=8, choices=ContactKind.choices)
    value = PersonalField(_("value"), level=Level.C2, mask=mask_contact, max_length=200)
    token = models.BinaryField(editable=False, max_length=16)
    token_next = models.BinaryField(editable=False, max_length=16, null=True)
    last4_token = models.BinaryField(editable=False, max_length=16, null=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    preferred = models.BooleanField(_("preferred"), default=False)
    do_not_use = models.BooleanField(_("do not use"), default=False)
    note = models.CharField(_("when to call"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("contact point")
        constraints = [
            models.UniqueConstraint(fields=["party", "kind", "token"], name="party_contact_once"),
            models.UniqueConstraint(
                fields=["party", "kind"], condition=Q(preferred=True), name="party_contact_one_preferred"
            ),
        ]
        indexes = [
            models.Index("token", name="party_contact_token"),
            models.Index("token_next", name="party_contact_token_next"),
            models.Index(fields=["last4_token"], include=["party"], name="party_contact_last4"),
        ]


class Address(PersonalRow):
    """地址: the area to the district stands plain, the rest is encrypted."""

    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind.choices)
    country = models.CharField(_("country"), max_length=2, default="CN")
    area = models.CharField(_("province, city, district"), max_length=120, blank=True)
    detail = PersonalField(_("street and number"), level=Level.C2, mask=mask_address, max_length=300)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("address")


class PartyAttribute(PersonalRow):
    """What another system knows of a party and Kexin does not interpret, for example a birth number.

    Never an identity document; two parties with the same token under one code become a duplicate candidate.
    """

    code = models.CharField(_("attribute"), max_length=40, db_collation="C")
    value = PersonalField(_("value"), level=Level.C2, mask=mask_identity, max_length=200)
    token = models.BinaryField(editable=False, max_length=16, null=True)

    class Meta:
        verbose_name = _("attribute")
        constraints = [models.UniqueConstraint(fields=["party", "code"], name="party_attribute_once")]
        indexes = [models.Index("code", "token", name="party_attribute_token")]


class EnterpriseProfile(models.Model):
    """What only organisations have."""

    party = models.OneToOneField(Party, on_delete=models.PROTECT, primary_key=True, related_name="enterprise")
    legal_form = models.CharField(_("legal form"), max_length=60, blank=True)
    industry = models.CharField(_("industry"), max_length=60, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    registered_capital = models.DecimalField(
        _("registered capital"), max_digits=20, decimal_places=2, null=True, blank=True
    )
    staff_count = models.PositiveIntegerField(_("staff"), null=True, blank=True)
    business_scope = models.TextField(_("business scope"), blank=True)
    scale = models.CharField(
        _("size of enterprise"), max_length=6, choices=EnterpriseScale.choices, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("enterprise data")

    def __str__(self) -> str:
        return f"Enterprise {self.pk}"
