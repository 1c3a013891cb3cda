"""The contacts that somebody logged in some days: the list behind a count of them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.core.scope import scope_filters
from kexin.engagement.calls.queries import VIEW_CALLS
from kexin.engagement.models.calls import Contact
from kexin.people.models import Post


@query(VIEW_CALLS, label=_("See call lists"), record="list")
def contacts_of(
    actor: Actor, post_id: int, first: dt.date, last: dt.date, *, reached: bool | None = None
) -> QuerySet[Contact]:
    """Contacts logged in the name of a post from the first to the last day; taken-back ones are left out.

    ``reached`` narrows to conversations (True) or attempts in vain (False). Customers who have left the reader's reach
    are in the list, so that it counts what the figure counts; whose they are the page does not say. NotFound for a post
    out of reach.
    """
    filters = scope_filters(actor, VIEW_CALLS, unit="unit_id", post="pk")
    posts = Post.objects.filter(pk=post_id)
    if filters is not None:
        within = Q(pk__in=[])
        for each in filters:
            within |= Q(**each)
        posts = posts.filter(within)
    if not posts.exists():
        raise NotFound
    rows = Contact.objects.filter(post=post_id, on__gte=first, on__lte=last, undone_at=None)
    return rows if reached is None else rows.filter(reached=reached)
