"""The doors on the first page of the portal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.party.consents.queries import OWN
from kexin.portal.queries import VIEW_DOCUMENTS, VIEW_HOLDINGS
from kexin.sales.advice.answering import VIEW_OWN as VIEW_OWN_PLANS
from kexin.sales.notices.own import VIEW_OWN as VIEW_OWN_NOTICES
from kexin.sales.notices.own import unread
from kexin.sales.own import VIEW_OWN
from kexin.service.assistant.talking import VIEW as VIEW_OWN_TALK
from kexin.service.complaints.own import VIEW_OWN as VIEW_OWN_COMPLAINTS
from kexin.service.conversations.queries import VIEW_OWN as VIEW_OWN_CONVERSATIONS
from kexin.service.feedback.queries import VIEW_OWN as VIEW_OWN_FEEDBACK
from kexin.service.queries import VIEW_OWN as VIEW_OWN_REQUESTS
from kexin.service.surveys.answering import VIEW_OWN as VIEW_OWN_SURVEYS
from kexin.service.surveys.queries import surveys_waiting

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Tile:
    """A door: shown to sessions whose purpose has the operation."""

    label: Text
    sentence: Text
    url_name: str
    icon: str
    operation: str
    count: int = 0


TILES = (
    Tile(
        _("Messages"),
        _("What we have to tell you about your products"),
        "portal:messages",
        "mail",
        VIEW_OWN_NOTICES,
    ),
    Tile(
        _("My holdings"),
        _("Deposits, wealth products and their values"),
        "portal:holdings",
        "wallet",
        VIEW_HOLDINGS,
    ),
    Tile(
        _("My risk assessment"),
        _("How much risk suits you, and until when it counts"),
        "portal:assessment",
        "clipboard-check",
        "suitability.view_own_result",
    ),
    Tile(
        _("Ask the assistant"),
        _("Answers at once, day and night, and a person when you want one"),
        "portal:assistant",
        "message-chatbot",
        VIEW_OWN_TALK,
    ),
    Tile(
        _("Ask and follow up"),
        _("Questions and wishes, and what became of them"),
        "portal:requests",
        "headset",
        VIEW_OWN_REQUESTS,
    ),
    Tile(
        _("Complain"),
        _("Say what went wrong, and follow what we do about it"),
        "portal:complaints",
        "message-exclamation",
        VIEW_OWN_COMPLAINTS,
    ),
    Tile(
        _("Tell us what you think"),
        _("Short surveys about our service"),
        "portal:surveys",
        "mood-smile",
        VIEW_OWN_SURVEYS,
    ),
    Tile(
        _("Talk to us"),
        _("Write, send a picture, read our answer"),
        "portal:talk",
        "messages",
        VIEW_OWN_CONVERSATIONS,
    ),
    Tile(
        _("Praise and criticism"),
        _("Say what was good or bad; we answer"),
        "portal:feedback",
        "message-report",
        VIEW_OWN_FEEDBACK,
    ),
    Tile(_("My plans"), _("What we agreed to do for you"), "portal:plans", "clipboard-text", VIEW_OWN_PLANS),
    Tile(_("My purchases"), _("Read, confirm and sign"), "portal:purchases", "shopping-bag", VIEW_OWN),
    Tile(_("My documents"), _("Contracts and letters of your file"), "portal:documents", "files", VIEW_DOCUMENTS),
    Tile(_("My consents"), _("Whether and how we may send you offers"), "portal:consents", "checkbox", OWN),
)


def tiles_for(actor: Actor) -> list[Tile]:
    """The doors that this actor may open; messages with how many are unread, surveys with how many wait."""
    counts = {VIEW_OWN_NOTICES: unread, VIEW_OWN_SURVEYS: surveys_waiting}
    mine = [each for each in TILES if actor.may(each.operation)]
    return [replace(each, count=counts[each.operation](actor)) if each.operation in counts else each for each in mine]
