"""Reactions to allauth's signals: every sign-in, refusal, sign-out and change of a factor reaches the audit."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from kexin.core.actor import Actor
from kexin.core.choices import ActorKind
from kexin.core.errors import RuleViolation
from kexin.people import openid
from kexin.people.models import User
from kexin.people.operations import sign_in


def _visitor(request: HttpRequest | None, name: str, user: User | None = None) -> Actor:
    """Somebody at the door: a name and an address, no powers."""
    meta = request.META if request is not None else {}
    session = getattr(request, "session", None)
    return Actor(
        kind=ActorKind.PERSON,
        name=name[:80],
        user_id=user.pk if user is not None else None,
        label=name[:80],
        session=((session.session_key if session is not None else "") or "")[:12],
        address=str(meta.get("REMOTE_ADDR", "")),
    )


def note_failure(request: HttpRequest, name: str) -> None:
    """A refused sign-in, told to the audit. Only names that exist are written: people type passwords there."""
    user = User.objects.filter(username=name).first()
    actor = _visitor(request, user.username if user is not None else "unknown", user)
    try:
        sign_in.record_sign_in(actor=actor, methods=("password",), accepted=False)
    except RuleViolation:
        return


def _signed_in(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:
    from kexin.people.ui.middleware import session_methods

    User.objects.filter(pk=user.pk).exclude(locked_until=None).update(locked_until=None)
    methods = tuple(sorted(session_methods(request)))
    sign_in.record_sign_in(actor=_visitor(request, user.username, user), methods=methods, accepted=True)


def _signed_out(sender: Any, request: HttpRequest, user: User | None, **_more: Any) -> None:
    if user is not None:
        sign_in.record_sign_out(actor=_visitor(request, user.username, user))


def _password_changed(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:
    sign_in.change_own_password(user, actor=_visitor(request, user.username, user))


def _factor_added(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    """Who just enrolled a factor has just shown it: it counts for this session (recovery codes do not)."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    actor = _visitor(request, user.username, user)
    sign_in.record_factor(actor=actor, factor=str(authenticator.type), added=True)


def _factor_removed(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    actor = _visitor(request, user.username, user)
    sign_in.record_factor(actor=actor, factor=str(authenticator.type), added=False)


def _factor_failed(sender: Any, request: HttpRequest, user: User, **_more: Any) -> None:
    try:
        sign_in.record_sign_in(actor=_visitor(request, user.username, user), methods=("mfa",), accepted=False)
    except RuleViolation:
        return


def connect() -> None:
    """Called once, in ``apps.ready``."""
    openid.connect()
    user_logged_in.connect(_signed_in, dispatch_uid="people.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="people.signed_out")
    password_changed.connect(_password_changed, dispatch_uid="people.password_changed")
    authenticator_added.connect(_factor_added, dispatch_uid="people.factor_added")
    authenticator_removed.connect(_factor_removed, dispatch_uid="people.factor_removed")
    authentication_failed.connect(_factor_failed, dispatch_uid="people.factor_failed")
