"""Reads of the portal: what customers see of their own, and what staff see of links."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.engagement.models import Document
from kexin.engagement.queries import customer_for
from kexin.holdings.queries import Portfolio, portfolio
from kexin.portal.models import Link, PortalSession
from kexin.portal.policies import RoomsPolicy

VIEW_LINKS = "portal.view_links"
VIEW_HOLDINGS = "portal.view_own_holdings"
VIEW_DOCUMENTS = "portal.view_own_documents"
MOST = 50


def _customer(actor: Actor) -> int:
    if actor.customer_id is None:
        raise NotFound
    return actor.customer_id


@query(VIEW_HOLDINGS, label=_("See one's own holdings"), record="open")
def own_holdings(actor: Actor) -> Portfolio:
    """What the customer who acts has."""
    return portfolio(actor, _customer(actor))


@query(VIEW_DOCUMENTS, label=_("See one's own documents"), record="list")
def own_documents(actor: Actor) -> list[Document]:
    """Documents of the own file of the kinds that customers may read, newest first."""
    shown = in_force(RoomsPolicy).documents
    rows = Document.objects.visible_to(actor, VIEW_DOCUMENTS).filter(
        customer_id=_customer(actor), category__in=shown, withdrawn_at=None
    )
    return decrypt_rows(Document, rows.order_by("-added_at", "-pk")[:MOST], ("title",))


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link with the session it opened and where the two stand: waiting, pending, open, done, expired, revoked."""

    link: Link
    session: PortalSession | None
    state: str


def _line(link: Link) -> LinkLine:
    session = max(link.sessions.all(), key=lambda each: each.pk, default=None)
    if link.revoked_at is not None:
        state = "revoked"
    elif session is not None:
        state = {"pending": "pending", "open": "open"}.get(session.state, "done")
    elif link.opened_at is None and link.expires_at <= timezone.now():
        state = "expired"
    else:
        state = "waiting"
    return LinkLine(link, session, state)


@query(VIEW_LINKS, label=_("See invitations to the portal"))
def links_of(actor: Actor, customer_id: int) -> list[LinkLine]:
    """The newest invitations of a customer within reach."""
    customer_for(actor, customer_id, VIEW_LINKS)
    rows = Link.objects.filter(customer_id=customer_id).prefetch_related("sessions").order_by("-made_at", "-pk")[:10]
    return [_line(each) for each in rows]


@query(VIEW_LINKS, label=_("See invitations to the portal"))
def link_in_reach(actor: Actor, link_id: int) -> LinkLine:
    """One invitation, or :class:`NotFound`."""
    return _line(Link.objects.fetch(link_id, actor, VIEW_LINKS))
