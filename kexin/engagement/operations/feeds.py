"""The secret address of one's calendar feed: made, made anew, ended."""

from __future__ import annotations

import secrets

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.engagement.models import CalendarFeed
from kexin.engagement.tokens import digest_of

TOKEN_BYTES = 32


@operation("engagement.renew_feed", label=_("Make an address for one's calendar feed"))
def renew_feed(*, actor: Actor) -> str:
    """A new secret token, told this once; the address before it ends at once."""
    if actor.user_id is None:
        raise RuleViolation(_("Only persons have a calendar feed."))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    given = {"digest": digest_of(token), "made_at": timezone.now()}
    CalendarFeed.objects.update_or_create(user_id=actor.user_id, defaults=given)
    return token


@operation("engagement.revoke_feed", label=_("End one's calendar feed"))
def revoke_feed(*, actor: Actor) -> None:
    """The address leads nowhere from now on."""
    if actor.user_id is None:
        raise NotFound
    removed, _tables = CalendarFeed.objects.filter(user_id=actor.user_id).delete()
    if not removed:
        raise NotFound
