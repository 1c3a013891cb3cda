"""Adapters of django-allauth: nobody signs up, wrong passwords lock for a while, secrets lie under our own suite."""

from __future__ import annotations

import base64
import datetime as dt
import io
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.crypto import key_ring
from kexin.people.models import Employee, User

LOCKED_FOR = dt.timedelta(minutes=15)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the institution, never by signing up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many wrong attempts. The account is locked for 15 minutes."),
        "username_password_mismatch": _("Staff number or password is wrong."),
        "incorrect_password": _("The password is wrong."),
        "enter_current_password": _("Please enter your current password."),
        "account_inactive": _("This account is locked."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        own = {"allauth.mfa.stages.AuthenticateStage": "kexin.people.openid.SecondFactorStage"}
        return [own.get(each, each) for each in super().get_login_stages()]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a locked name, known or not, before the password is looked at; too many failures lock it.

        The rate limit counts in this process's memory; the lock is a row, holds for all processes and after a
        restart, and the administrator sees it.
        """
        name = str(credentials.get("username", ""))
        now = timezone.now()
        if User.objects.filter(username=name, locked_until__gt=now).exists():
            raise self.validation_error("too_many_login_attempts")
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            User.objects.filter(username=name).update(locked_until=now + LOCKED_FOR)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        from kexin.people.signed import note_failure

        note_failure(request, str(credentials.get("username", "")))


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in at the institution's identity provider: only staff numbers that exist here get in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie a first sign-in to the account whose staff number the provider asserts."""
        if sociallogin.is_existing:
            return
        told = sociallogin.account.extra_data
        claims = told.get("userinfo") or told.get("id_token") or told
        user = User.objects.filter(username=claims.get("preferred_username", ""), is_active=True).first()
        if user is not None:
            sociallogin.connect(request, user)


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors at rest under the institution's key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong or was used already."),
        "cannot_delete_authenticator": _("The second factor cannot be removed now."),
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(key_ring().encrypt("secrets", text.encode(), b"mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return key_ring().decrypt("secrets", base64.b64decode(encrypted_text), b"mfa").decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code as SVG: dark on white in every theme, or phones do not read it."""
        picture = io.BytesIO()
        segno.make(url, error="m").save(picture, kind="svg", scale=6, border=3, light="white", xmldecl=False)
        return picture.getvalue().decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        from allauth.mfa.models import Authenticator

        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return str(_("Passkey %(number)d") % {"number": number})

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        entity = super().get_public_key_credential_user_entity(user)
        employee = Employee.objects.filter(user=user).first()
        if employee is not None:
            entity["display_name"] = employee.name
        return entity
