"""Settings of the portal's process: the same installation, with a host, addresses, cookies and rights of its own.

No page, session or middleware of the staff is reachable here; where roles are used, ``PORTAL_DATABASE_URL`` signs in as
``kexin_portal``, which may do less (deploy/database/roles.sql).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from kexin.project.settings import *  # noqa: F403
from kexin.project.settings import DATABASES, DEBUG, INSTALLED_APPS, KEXIN_PORTAL_URL, TESTING, env

ROOT_URLCONF = "kexin.project.portal_urls"
WSGI_APPLICATION = "kexin.project.portal_wsgi.application"
KEXIN_PORTAL_PROCESS = True
_OWN = urlsplit(KEXIN_PORTAL_URL)
_HOSTS = ["localhost", "127.0.0.1", "[::1]", *([_OWN.hostname] if _OWN.hostname else [])]
ALLOWED_HOSTS = env.list("PORTAL_HOSTS", default=["*"] if DEBUG or TESTING else _HOSTS)
CSRF_TRUSTED_ORIGINS = [f"https://{_OWN.netloc}"] if _OWN.scheme == "https" else []
CSRF_COOKIE_NAME = "kexin_portal_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kexin.portal.ui.entrance.csrf_failure"
LANGUAGE_COOKIE_NAME = "kexin_portal_language"

INSTALLED_APPS = [
    "kexin.project.portal_apps.ModelsOnlyAccountConfig" if name == "allauth.account" else name
    for name in INSTALLED_APPS
]
MIDDLEWARE = [
    "kexin.project.proxies.ClientAddressMiddleware",
    "kexin.core.ui.middleware.DatabaseAwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "kexin.core.ui.middleware.ContentSecurityPolicyMiddleware",
    "kexin.project.static_files.StaticFilesMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kexin.portal.ui.session.PortalSessionMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "kexin.portal.ui.context.frame",
            ],
            "builtins": ["kexin.core.templatetags.kexin", "template_partials.templatetags.partials"],
        },
    }
]

if env.str("PORTAL_DATABASE_URL", default=""):
    DATABASES = {"default": {**DATABASES["default"], **env.db_url("PORTAL_DATABASE_URL")}}
    DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"

OVERRIDES = (  # what the tests put over the settings of the staff's process
    "KEXIN_PORTAL_PROCESS",
    "ROOT_URLCONF",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_FAILURE_VIEW",
    "LANGUAGE_COOKIE_NAME",
    "MIDDLEWARE",
    "TEMPLATES",
)
