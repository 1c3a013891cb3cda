"""Switches of django-allauth: password, MFA (TOTP, passkeys, recovery codes), sessions, OpenID Connect."""

from __future__ import annotations

import environ

env = environ.Env()

ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "kexin.people.sign_in.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "kexin.people.ui.sign_in_forms.LoginForm",
    "change_password": "kexin.people.ui.sign_in_forms.ChangePasswordForm",
    "reauthenticate": "kexin.people.ui.sign_in_forms.ReauthenticateForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}

MFA_ADAPTER = "kexin.people.sign_in.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "kexin.people.ui.sign_in_forms.AuthenticateForm",
    "reauthenticate": "kexin.people.ui.sign_in_forms.ReauthenticateCodeForm",
    "activate_totp": "kexin.people.ui.sign_in_forms.ActivateTOTPForm",
    "add_webauthn": "kexin.people.ui.sign_in_forms.AddWebAuthnForm",
    "edit_webauthn": "kexin.people.ui.sign_in_forms.EditWebAuthnForm",
}
MFA_TOTP_ISSUER = "Kexin"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.bool("KEXIN_INSECURE_PASSKEYS", default=True)

USERSESSIONS_TRACK_ACTIVITY = False  # the actor middleware notes "last seen" twice a minute, not at every request

SOCIALACCOUNT_ADAPTER = "kexin.people.sign_in.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "bank",
                "name": env.str("OIDC_NAME", default="OpenID Connect"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {
                    "server_url": env.str("OIDC_SERVER_URL", default=""),
                    # What the provider must state in the ID token for its sign-in to be a second factor; see
                    # kexin.people.openid. Empty: it is one factor, whatever it states.
                    "second_factor_amr": env.list("OIDC_SECOND_FACTOR_AMR", default=[]),
                    "second_factor_acr": (_levels := env.list("OIDC_SECOND_FACTOR_ACR", default=[])),
                    "auth_params": {"acr_values": " ".join(_levels)} if _levels else {},
                },
            }
        ]
        if env.str("OIDC_SERVER_URL", default="")
        else []
    }
}
