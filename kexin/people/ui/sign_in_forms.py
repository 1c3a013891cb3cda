"""allauth's forms in the house's words: staff number instead of user name, no placeholders that repeat the label."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthAddWebAuthnForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

_WORDS = {
    "login": _("Staff number"),
    "password": _("Password"),
    "oldpassword": _("Present password"),
    "password1": _("New password"),
    "password2": _("New password once more"),
    "code": _("Code"),
    "name": _("Name of the passkey"),
    "passwordless": _("Sign in with this passkey alone"),
}
_HELP = {
    "password1": _("At least 10 characters; not your staff number, not a common password."),
    "passwordless": _("The device then asks for your fingerprint, face or PIN instead of the password."),
}


class _OurWords(forms.Form):
    """Labels, help and keyboards for the fields of the form it is mixed into."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _WORDS.get(name, field.label)
            field.help_text = _HELP.get(name, "")
            field.widget.attrs.pop("placeholder", None)
        code = self.fields.get("code")
        if code is not None:
            code.widget.attrs.update({"autocomplete": "one-time-code", "autofocus": "", "spellcheck": "false"})


class LoginForm(_OurWords, AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update({"autofocus": "", "spellcheck": "false", "autocapitalize": "none"})


class ChangePasswordForm(_OurWords, AllauthChangePasswordForm):
    pass


class ReauthenticateForm(_OurWords, AllauthReauthenticateForm):
    pass


class AuthenticateForm(_OurWords, AllauthAuthenticateForm):
    pass


class ReauthenticateCodeForm(_OurWords, AllauthReauthenticateCodeForm):
    pass


class ActivateTOTPForm(_OurWords, AllauthActivateTOTPForm):
    pass


class AddWebAuthnForm(_OurWords, AllauthAddWebAuthnForm):
    pass


class EditWebAuthnForm(_OurWords, AllauthEditWebAuthnForm):
    pass
