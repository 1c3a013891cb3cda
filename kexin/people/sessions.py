"""Where somebody is signed in: one's own browsers, and those of an employee within reach."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.query import query
from kexin.people.models import Employee

MOST_SESSIONS = 50


def _of(user_id: int | None) -> list[UserSession]:
    if user_id is None:
        return []
    return list(UserSession.objects.filter(user_id=user_id).order_by("-last_seen_at", "-pk")[:MOST_SESSIONS])


@query("people.view_own_sessions", label=_("See one's own sessions"), open_to_all=True)
def own_sessions(actor: Actor) -> list[UserSession]:
    """Where the actor is signed in, the latest first; a service account has no sessions."""
    return _of(actor.user_id)


def is_this_one(actor: Actor, session: UserSession) -> bool:
    """Is it the session that asks? The actor carries the beginning of its key."""
    return bool(actor.session) and session.session_key.startswith(actor.session.partition("#")[0])


@query("people.end_session", label=_("End a session of an employee"))
def sessions_of(actor: Actor, employee_id: int) -> list[UserSession]:
    """Where an employee within reach is signed in, the latest first, to who may end these sessions."""
    row = Employee.objects.visible_to(actor, "people.end_session").filter(pk=employee_id).first()
    if row is None:
        raise NotFound
    return _of(row.user_id)
