"""Reads of referrals."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.party.models import Customer
from kexin.sales.models import Referral
from kexin.sales.referrals.choices import ReferralState

VIEW = "sales.view_referrals"
TEXTS = ("need", "reason", "outcome_note")


@query(VIEW, label=_("See referrals"), record="list", plain=("state", "side"))
def referrals(actor: Actor, *, state: str = "", side: str = "") -> QuerySet[Referral]:
    """Referrals given or received within reach; ``side``: ``given`` or ``received`` by oneself."""
    rows = Referral.objects.visible_to(actor, VIEW).select_related("customer__party", "unit", "giver_unit")
    if state in ReferralState.values:
        rows = rows.filter(state=state)
    if side == "given":
        rows = rows.filter(giver_post__in=actor.post_ids)
    elif side == "received":
        rows = rows.exclude(giver_post__in=actor.post_ids)
    return rows


@query(VIEW, label=_("See referrals"), record="open")
def referral_file(actor: Actor, pk: int) -> Referral:
    """One referral within reach, its words opened. NotFound."""
    rows = Referral.objects.visible_to(actor, VIEW).select_related("customer__party", "unit", "giver_unit")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return decrypt_rows(Referral, [row], TEXTS)[0]


@query(VIEW, label=_("See referrals"))
def referrals_of(actor: Actor, customer: Customer) -> list[Referral]:
    """The newest referrals of a customer that the reader may see."""
    rows = Referral.objects.visible_to(actor, VIEW).filter(customer=customer).select_related("unit", "giver_unit")
    return list(rows.order_by("-given_at", "-pk")[:10])
