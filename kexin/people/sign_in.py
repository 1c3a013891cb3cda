"""Adapters of django-allauth: nobody signs up, TOTP secrets are encrypted by our own suite."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from kexin.core.crypto import key_ring
from kexin.people.models import Employee, User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the institution, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in at the institution's identity provider: only staff numbers that exist here get in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie a first sign-in to the account whose staff number the provider asserts."""
        if sociallogin.is_existing:
            return
        claims = sociallogin.account.extra_data
        claims = claims.get("userinfo", claims)
        user = User.objects.filter(username=claims.get("preferred_username", ""), is_active=True).first()
        if user is not None:
            sociallogin.connect(request, user)


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors at rest under the institution's key."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(key_ring().encrypt("secrets", text.encode(), b"mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return key_ring().decrypt("secrets", base64.b64decode(encrypted_text), b"mfa").decode()

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        entity = super().get_public_key_credential_user_entity(user)
        employee = Employee.objects.filter(user=user).first()
        if employee is not None:
            entity["display_name"] = employee.name
        return entity
