"""Settings of one installation, from environment variables; every default suits a laptop."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import environ

env = environ.Env()

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(env.str("KEXIN_VAR", default=str(ROOT / "var")))
KEXIN_ENV = env.str("KEXIN_ENV", default="production")  # production | test | development
TESTING = KEXIN_ENV == "test"
DEBUG = KEXIN_ENV == "development"


def _secret_key() -> str:
    """The signing key of cookies: from the environment, else a private file made once."""
    given = env.str("KEXIN_SECRET_KEY", default="")
    if given:
        return given
    if TESTING:
        return "test-only-" + "0" * 50
    path = VAR / "keys" / "django-secret"
    if not path.exists():
        from django.core.management.utils import get_random_secret_key

        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(get_random_secret_key())
    return path.read_text()


SECRET_KEY = _secret_key()
KEXIN_KEYS_DIR = Path(env.str("KEXIN_KEYS_DIR", default=str(VAR / "keys")))
KEXIN_FILES_DIR = Path(env.str("KEXIN_FILES_DIR", default=str(VAR / "files")))
KEXIN_BUSINESS_DATE_FILE = VAR / "business-date"  # written by the import of a historical bank
KEXIN_BUSINESS_DATE = env.str(  # a historical bank opens on its own day
    "KEXIN_BUSINESS_DATE",
    default=KEXIN_BUSINESS_DATE_FILE.read_text().strip() if KEXIN_BUSINESS_DATE_FILE.exists() and not TESTING else "",
)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG or TESTING else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
KEXIN_PROXIES = env.int("KEXIN_PROXIES", default=0)  # our own ones in front, each of which appends X-Forwarded-For

INSTALLED_APPS = [
    "kexin.core",
    "kexin.people",
    "kexin.party",
    "kexin.products",
    "kexin.holdings",
    "kexin.engagement",
    "kexin.suitability",
    "kexin.sales",
    "kexin.service",
    "kexin.desk",
    "kexin.portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "kexin.project.proxies.ClientAddressMiddleware",
    "kexin.core.ui.middleware.DatabaseAwayMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "kexin.core.ui.middleware.ContentSecurityPolicyMiddleware",
    "kexin.project.static_files.StaticFilesMiddleware",
    "kexin.engagement.ui.pulse.PulseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kexin.people.ui.middleware.ActorMiddleware",
    "kexin.desk.ui.middleware.FacingMiddleware",
    "kexin.core.ui.middleware.ErrorsMiddleware",
]

ROOT_URLCONF = "kexin.project.urls"
WSGI_APPLICATION = "kexin.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kexin.core.ui.context.shell",
            ],
            "builtins": ["kexin.core.templatetags.kexin", "template_partials.templatetags.partials"],
        },
    }
]

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgres:///kexin"),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
if TESTING:
    DATABASES["default"]["TEST"] = {"NAME": env.str("KEXIN_TEST_NAME", default="test_kexin")}
else:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 16, "timeout": 10}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:  # Argon2 costs a tenth of a second by design; only the tests of sign-in itself use it
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_NAME = "kexin_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
KEXIN_HTTPS = env.bool("KEXIN_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = KEXIN_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if KEXIN_HTTPS else None
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS: list[str] = []
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("KEXIN_TIME_ZONE", default="Asia/Shanghai")

NODE_MODULES = ROOT / "node_modules"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [
    (prefix, str(NODE_MODULES / path))
    for prefix, path in {
        "vendor/tabler": "@tabler/core/dist",
        "vendor/htmx": "htmx.org/dist",
        "vendor/echarts": "echarts/dist",
        "vendor/tom-select": "tom-select/dist",
    }.items()
    if (NODE_MODULES / path).exists()
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(KEXIN_FILES_DIR)},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
SILENCED_SYSTEM_CHECKS: list[str] = []

EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
# Messages to customers: "outbox" keeps them in the house; "smtp" and "http" hand them to a server of the institution.
KEXIN_MAIL = env.str("KEXIN_MAIL", default="outbox")
KEXIN_SMTP_URL = env.str("KEXIN_SMTP_URL", default="")
KEXIN_MAIL_FROM = env.str("KEXIN_MAIL_FROM", default="")
# Mail of customers: the mailbox that is read, imaps://user:password@host:993/INBOX; empty: none.
KEXIN_WECOM_URL = env.str("KEXIN_WECOM_URL", default="")
KEXIN_WECOM_TOKEN = env.str("KEXIN_WECOM_TOKEN", default="")
KEXIN_IMAP_URL = env.str("KEXIN_IMAP_URL", default="")
# Drafts by a language model: an endpoint that speaks as OpenAI's does; empty, or switched off by policy: none.
KEXIN_DRAFT_URL = env.str("KEXIN_DRAFT_URL", default="")
KEXIN_DRAFT_MODEL = env.str("KEXIN_DRAFT_MODEL", default="")
KEXIN_DRAFT_KEY = env.str("KEXIN_DRAFT_KEY", default="")
KEXIN_SMS = env.str("KEXIN_SMS", default="outbox")
KEXIN_SMS_URL = env.str("KEXIN_SMS_URL", default="")
KEXIN_SMS_TOKEN = env.str("KEXIN_SMS_TOKEN", default="")
# The portal for customers: where their browsers find it, and the public key (PEM, Ed25519) of the institution's app.
# Open pages that one process tells of changes, of its 256 threads (docs/adr/0025); tests commit nothing to be told of.
KEXIN_PORTAL_PROCESS = env.bool("KEXIN_PORTAL_PROCESS", default=False)  # the portal's own settings say yes
KEXIN_LIVE_STREAMS = env.int("KEXIN_LIVE_STREAMS", default=0 if TESTING else 200)
KEXIN_PORTAL_URL = env.str("KEXIN_PORTAL_URL", default="http://127.0.0.1:8001")
KEXIN_APP_KEY_FILE = env.str("KEXIN_APP_KEY_FILE", default="")
# Time stamps of signatures: by the house itself, or by the authority (RFC 3161) at this address; ROOTS is a PEM file.
KEXIN_TIME_STAMP_URL = env.str("KEXIN_TIME_STAMP_URL", default="")
KEXIN_TIME_STAMP_ROOTS = env.str("KEXIN_TIME_STAMP_ROOTS", default="")
KEXIN_DEMO = env.bool("KEXIN_DEMO", default=(VAR / "demo-sign-ins.txt").exists())
# Orders: "file" leaves them in a directory, "http" hands them to a server, "demonstration" confirms them by itself.
KEXIN_CORE = env.str("KEXIN_CORE", default="demonstration" if KEXIN_DEMO else "file")
KEXIN_CORE_DIR = env.str("KEXIN_CORE_DIR", default=str(VAR / "core"))
KEXIN_CORE_URL = env.str("KEXIN_CORE_URL", default="")
KEXIN_CORE_TOKEN = env.str("KEXIN_CORE_TOKEN", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}

from kexin.project.sign_in import *  # noqa: E402,F403  allauth's many switches have a page of their own
