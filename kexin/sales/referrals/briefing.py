"""What a caller is told before a call: who referred the customer, and what became of it so far."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.fields import decrypt_rows
from kexin.engagement.calls.known import Known
from kexin.party.models import Customer
from kexin.sales.models import Referral
from kexin.sales.referrals.choices import ReferralState
from kexin.sales.referrals.queries import VIEW, referrals_of

_OPEN = (ReferralState.WAITING, ReferralState.ACCEPTED)


def known(actor: Actor, customer: Customer) -> Iterator[Known]:
    """Referrals that wait for an answer or an outcome, as far as the caller may see them."""
    if not actor.may(VIEW):
        return
    rows = [row for row in referrals_of(actor, customer) if row.state in _OPEN]
    for row in decrypt_rows(Referral, rows, ("need",)):
        text = f"{row.need} · {row.get_state_display()}"
        yield Known(_("Referral"), text, reverse("referrals:referral", args=[row.pk]))
