"""What staff do: invite a customer for one purpose, withdraw an invitation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.engagement.messages.choices import MessageChannel
from kexin.engagement.messages.policies import MessagePolicy
from kexin.engagement.messages.sending import write_message
from kexin.party.choices import CustomerStatus
from kexin.party.models import Customer
from kexin.portal import secrets
from kexin.portal.choices import Delivery, SessionState
from kexin.portal.events import CustomerInvited, LinkRevoked
from kexin.portal.models import Link, PortalSession
from kexin.portal.policies import AccessPolicy
from kexin.portal.purposes import Purpose, purposes

_ENDED = (CustomerStatus.CLOSED, CustomerStatus.MERGED)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was made; ``address`` is told once and kept nowhere, empty where the app is to be opened."""

    link: Link
    address: str = field(repr=False)


def link_address(token: str) -> str:
    """The token stands behind ``#``: browsers send that part to no server, so it is in no log and no Referer."""
    return f"{settings.KEXIN_PORTAL_URL.rstrip('/')}/open#{token}"


@operation("portal.invite_customer", label=_("Invite a customer to the portal"), plain=("purpose", "delivery"))
def invite_customer(
    customer: Customer | int, *, actor: Actor, purpose: str, delivery: str, subject_no: str = ""
) -> Invitation:
    """Make a link, or write the customer to open the app. Invitations of the same purpose still open are withdrawn."""
    row = Customer.objects.lock(customer, actor)
    wanted, rules, now = purposes.get(purpose), in_force(AccessPolicy), timezone.now()
    if row.status in _ENDED:
        raise RuleViolation(_("The file is closed and can only be read."))
    if wanted is None:
        raise RuleViolation(fields={"purpose": _("Choose what the customer is invited to.")})
    if wanted.needs and not actor.may(wanted.needs):
        raise actor.refusal(wanted.needs)
    if delivery not in Delivery.values:
        raise RuleViolation(fields={"delivery": _("Choose a way.")})
    if delivery == Delivery.SMS and not in_force(MessagePolicy).link_in_sms:
        raise RuleViolation(fields={"delivery": _("A short message carries no link: let the customer open the app.")})
    today = now - dt.timedelta(days=1)
    if Link.objects.filter(customer=row, made_at__gt=today).count() >= rules.links_a_day:
        raise RuleViolation(_("This customer was invited %(n)s times within a day.") % {"n": rules.links_a_day})
    if wanted.before is not None:
        wanted.before(row, actor)
    _withdraw(Link.objects.filter(customer=row, purpose=purpose, subject_no=subject_no), actor, now)
    short = delivery == Delivery.QR
    valid = dt.timedelta(minutes=rules.qr_minutes) if short else dt.timedelta(hours=rules.link_hours)
    token = "" if delivery == Delivery.APP else secrets.new_token()
    link = Link.objects.create(
        customer=row,
        purpose=purpose,
        subject_no=subject_no,
        delivery=delivery,
        digest=secrets.digest(token) if token else None,
        made_by=actor.name,
        expires_at=now + valid,
    )
    address = link_address(token) if token else ""
    if not short:
        _write(row, actor, wanted, delivery, address)
    emit(CustomerInvited(row.pk, row.customer_no, link.pk, purpose, delivery))
    return Invitation(link, address)


def _withdraw(links: object, actor: Actor, now: dt.datetime) -> None:
    """Invitations of the same kind that were not opened yet lose their force: one stands at a time."""
    links.filter(opened_at=None, revoked_at=None, expires_at__gt=now).update(  # type: ignore[attr-defined]
        revoked_at=now, revoked_by=actor.name
    )


def _write(customer: Customer, actor: Actor, purpose: Purpose, delivery: str, address: str) -> None:
    with translation.override(language_of(customer)):
        words = {"what": str(purpose.invited), "address": address}
        if delivery == Delivery.APP:
            text = _t("Your bank invites you to %(what)s. Please open our app. We never send links or ask for codes.")
        else:
            text = _t("Your bank invites you to %(what)s: %(address)s Open it yourself; a code follows to your phone.")
        write_message(
            customer,
            actor=actor,
            channel=MessageChannel.EMAIL if delivery == Delivery.EMAIL else MessageChannel.SMS,
            purpose=f"portal.{purpose.code}",
            subject_line=_t("An invitation of your bank"),
            body=text % words,
            secret=bool(address),
        )


def language_of(customer: Customer) -> str:
    """The language for texts to a customer: what the file says, else Chinese."""
    return "en" if customer.party.language.startswith("en") else "zh-hans"


@operation("portal.revoke_link", label=_("Withdraw an invitation to the portal"))
def revoke_link(link: Link | int, *, actor: Actor) -> Link:
    """The link opens no more, and a session that it opened ends. Repeated, nothing more happens."""
    row = Link.objects.lock(link, actor)
    if row.revoked_at is not None:
        return row
    now = timezone.now()
    row.revoked_at, row.revoked_by = now, actor.name
    row.save(update_fields=["revoked_at", "revoked_by"])
    PortalSession.objects.filter(link=row).exclude(state=SessionState.ENDED).update(
        state=SessionState.ENDED, ended_at=now
    )
    emit(LinkRevoked(row.customer_id, row.customer.customer_no, row.pk, row.purpose))
    return row


def prompt_survey(customer: Customer, actor: Actor, invitation_no: str, channel: str) -> None:
    """Tell a customer that a survey waits, inside the service floor's own operation: a link by e-mail; by short message
    a link only where the policy allows one, else a word to open the app. Raises RuleViolation where it cannot be."""
    delivery = Delivery.EMAIL
    if channel == MessageChannel.SMS:
        delivery = Delivery.SMS if in_force(MessagePolicy).link_in_sms else Delivery.APP
    invite_customer(customer, actor=actor, purpose="survey", delivery=delivery, subject_no=invitation_no)
