"""Who knows whom, who owns what, who speaks for whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kexin.party.choices import RelationshipKind
from kexin.party.models.party import Party


class Relationship(models.Model):
    """``from_party`` is the ``kind`` of ``to_party``, for example the legal representative of an enterprise."""

    from_party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="relationships_from")
    to_party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="relationships_to")
    kind = models.CharField(_("relationship"), max_length=20, choices=RelationshipKind.choices)
    share = models.DecimalField(_("share in %"), max_digits=6, decimal_places=3, null=True, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("relationship")
        constraints = [
            models.UniqueConstraint(
                fields=["from_party", "to_party", "kind"], condition=Q(ends_on=None), name="party_relationship_once"
            ),
            models.CheckConstraint(condition=~Q(from_party=F("to_party")), name="party_relationship_two"),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gt=0, share__lte=100), name="party_relationship_share"
            ),
        ]
        indexes = [models.Index("to_party", name="party_relationship_to")]

    def __str__(self) -> str:
        return f"{self.from_party_id} {self.kind} {self.to_party_id}"
