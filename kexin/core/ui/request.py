"""What the middleware put on a request, with its type."""

from __future__ import annotations

from django.http import HttpRequest

from kexin.core.actor import Actor
from kexin.core.errors import NotPermitted


def actor_of(request: HttpRequest) -> Actor:
    """Who asks; a request that nobody signed in for is refused."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise NotPermitted
    return actor
