"""What happens at the door: signing in and out, own passwords and second factors, sessions ended from afar.

allauth does the work; these doors write it into the audit (B-03, B-07) and hold what is ours.
"""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.operation import operation
from kexin.people.models import Employee, User


@operation("people.sign_in", label=_("Sign in"), plain=("methods",), open_to_all=True)
def record_sign_in(*, actor: Actor, methods: tuple[str, ...], accepted: bool) -> None:
    """Note that somebody signed in, or (as a refusal) that the name and proof did not fit."""
    if not accepted:
        raise RuleViolation(_("Staff number or password is wrong."))


@operation("people.sign_out", label=_("Sign out"), open_to_all=True)
def record_sign_out(*, actor: Actor) -> None:
    """Note that somebody signed out."""


@operation("people.change_own_password", label=_("Change one's own password"), open_to_all=True)
def change_own_password(user: User, *, actor: Actor) -> User:
    """The person chose a password of their own: the first one need not be changed any more."""
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    return user


@operation("people.change_own_factor", label=_("Change one's own second factor"), plain=("factor",), open_to_all=True)
def record_factor(*, actor: Actor, factor: str, added: bool) -> None:
    """Note that somebody added or removed a second factor of their own."""


@operation("people.end_own_session", label=_("End one's own session elsewhere"), open_to_all=True)
def end_own_session(*, actor: Actor, session_id: int) -> None:
    """Sign out another browser of one's own."""
    _end(session_id, actor.user_id)


@operation("people.end_session", label=_("End a session of an employee"))
def end_session(employee: Employee, *, actor: Actor, session_id: int) -> Employee:
    """Sign an employee out of one browser at once."""
    row = Employee.objects.visible_to(actor, "people.end_session").filter(pk=employee.pk).first()
    if row is None:
        raise NotFound
    _end(session_id, row.user_id)
    return row


def _end(session_id: int, user_id: int | None) -> None:
    session = UserSession.objects.filter(pk=session_id, user_id=user_id).first()
    if session is None or user_id is None:
        raise NotFound
    session.end()


def end_all_sessions(user: User, keep: str = "") -> int:
    """Sign an account out everywhere, inside another operation (lock, leave, reset); how many sessions ended."""
    ended = 0
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep):
        session.end()
        ended += 1
    return ended
