"""Showing a whole account or card number to one person, for a purpose, and writing that down."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.choices import Outcome
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.models import AuditEntry
from kexin.core.operation import operation
from kexin.core.policies import RevealPolicy
from kexin.core.policy import in_force
from kexin.holdings.events import AccountNumberRevealed
from kexin.holdings.models import Card
from kexin.holdings.queries import account_in_reach
from kexin.party.operations.reveal import PURPOSES, Revealed

_REVEALS = ("party.reveal", "holdings.reveal_account_number")


@operation("holdings.reveal_account_number", label=_("Reveal an account or card number"), plain=("purpose",))
def reveal_account_number(account_id: int, *, actor: Actor, purpose: str, card_id: int | None = None) -> Revealed:
    """The whole number of an account, or of a card on it. The hourly limit counts all reveals of the person."""
    account = account_in_reach(actor, account_id, "holdings.reveal_account_number").account
    act = frame.current.get()
    if act is not None:
        act.subject, act.customer_id = ("holdings.Account", account.pk), account.customer_id
    if purpose not in PURPOSES:
        raise RuleViolation(fields={"purpose": _("Say what you need it for.")})
    rules = in_force(RevealPolicy)
    since = timezone.now() - dt.timedelta(hours=1)
    done = AuditEntry.objects.filter(
        actor_name=actor.name, operation__in=_REVEALS, outcome=Outcome.DONE, at__gte=since
    ).count()
    if done >= rules.per_hour:
        raise RuleViolation(
            _("You have revealed %(count)s values within an hour; this is the limit.") % {"count": done}
        )
    if card_id is None:
        emit(AccountNumberRevealed(account.customer_id, account.customer.customer_no, "account"))
        return Revealed(str(account.number or ""), rules.shown_seconds)
    card = Card.objects.filter(pk=card_id, account_id=account.pk).first()
    if card is None:
        raise NotFound
    emit(AccountNumberRevealed(card.customer_id, account.customer.customer_no, "card"))
    return Revealed(str(card.number or ""), rules.shown_seconds)
