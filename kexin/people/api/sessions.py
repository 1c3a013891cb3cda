"""Where people are signed in, and signing them out there."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kexin.core.actor import Actor
from kexin.core.api.endpoints import ApiRequest, Endpoints
from kexin.core.api.shapes import Id, Moment, Shown
from kexin.people.models import Employee
from kexin.people.operations import end_own_session, end_session
from kexin.people.sessions import is_this_one, own_sessions, sessions_of

router = Endpoints("sessions", _("Sessions"))


class SessionShown(Shown):
    """One browser in which somebody is signed in."""

    id: Id
    address: str = Field(examples=["10.8.0.14"])
    browser: str = Field(examples=["Mozilla/5.0 (Windows NT 10.0; Win64; x64)"])
    since: Moment
    last_seen_at: Moment
    current: bool = Field(description="The session that asks")


class Sessions(Shown):
    """The latest first, at most 50."""

    items: list[SessionShown]


def _session(actor: Actor, row: UserSession) -> SessionShown:
    return SessionShown(
        id=row.pk,
        address=str(row.ip),
        browser=row.user_agent,
        since=row.created_at,
        last_seen_at=row.last_seen_at,
        current=is_this_one(actor, row),
    )


@router.read("/me/sessions", "people.view_own_sessions")
def list_own_sessions(request: ApiRequest) -> Sessions:
    """Where one is signed in oneself; a service account has no sessions."""
    return Sessions(items=[_session(request.actor, row) for row in own_sessions(request.actor)])


@router.write("DELETE", "/me/sessions/{session_id}", "people.end_own_session")
def sign_out_own(request: ApiRequest, session_id: Id) -> None:
    """Sign out another browser of one's own."""
    end_own_session(actor=request.actor, session_id=session_id)


@router.read("/employees/{employee_id}/sessions", "people.end_session", _("See the sessions of an employee"))
def list_sessions(request: ApiRequest, employee_id: Id) -> Sessions:
    """Where an employee is signed in."""
    return Sessions(items=[_session(request.actor, row) for row in sessions_of(request.actor, employee_id)])


@router.write("DELETE", "/employees/{employee_id}/sessions/{session_id}", "people.end_session")
def sign_out(request: ApiRequest, employee_id: Id, session_id: Id) -> None:
    """Sign an employee out of one browser at once."""
    end_session(Employee(pk=employee_id), actor=request.actor, session_id=session_id)
