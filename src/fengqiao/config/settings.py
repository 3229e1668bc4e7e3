"""Django settings. Everything an installation may change comes from the environment; see docs/reference/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from fengqiao.config import home
from fengqiao.config.databases import database, parse, url

BASE = Path(__file__).resolve().parents[1]
SOURCE = home.SOURCE
HOME = home.home()


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


DEBUG = flag("FENGQIAO_DEBUG")
DEMO = flag("FENGQIAO_DEMO")
SECRET_KEY = os.environ.get("FENGQIAO_SECRET_KEY") or home.key("secret-key")
FIELD_KEY = os.environ.get("FENGQIAO_FIELD_KEY") or home.key("field-key")
INDEX_KEY = os.environ.get("FENGQIAO_INDEX_KEY") or home.key("index-key")
ALLOWED_HOSTS = os.environ.get("FENGQIAO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
SITE_URL = os.environ.get("FENGQIAO_SITE_URL", "http://127.0.0.1:8000")
LIVE_URL = os.environ.get("FENGQIAO_LIVE_URL", "")  # of the live process; empty behind a proxy that joins both
SITE_NAME = _("Fengqiao")
USE_X_FORWARDED_HOST = False
SECURE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "fengqiao.config",
    "fengqiao.kernel",
    "fengqiao.shell",
    "fengqiao.people",
    "fengqiao.evidence",
    "fengqiao.disputes",
    "fengqiao.mediation",
    "fengqiao.intake",
    "fengqiao.prepaid",
    "fengqiao.court",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "fengqiao.shell.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "fengqiao.shell.middleware.AnswersMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fengqiao.people.middleware.ActorMiddleware",
    "fengqiao.people.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "fengqiao.config.urls"
WSGI_APPLICATION = "fengqiao.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fengqiao.shell.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "fengqiao.shell.templatetags.fq"],
        },
    }
]

DATABASES = {"default": database()}
# Whom migrations admit to the ledger's functions: the role that serves pages, also while the owner is connected.
APPLICATION_ROLE = os.environ.get("FENGQIAO_APP_ROLE") or parse(url())["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "fengqiao.people.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "fengqiao.people.passwords.NotEverybodys"},
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "fengqiao.people.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key", "login": "300/m/ip"}
ACCOUNT_FORMS = {
    "login": "fengqiao.people.forms.SignIn",
    "reauthenticate": "fengqiao.people.forms.Again",
    "change_password": "fengqiao.people.forms.NewPassword",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("FENGQIAO_PROXIES", "0"))
MFA_ADAPTER = "fengqiao.people.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_FORMS = {
    "authenticate": "fengqiao.people.forms.SecondFactor",
    "reauthenticate": "fengqiao.people.forms.SecondFactorAgain",
    "activate_totp": "fengqiao.people.forms.ActivateApp",
    "deactivate_totp": "fengqiao.people.forms.DeactivateApp",
    "generate_recovery_codes": "fengqiao.people.forms.RecoveryCodes",
    "add_webauthn": "fengqiao.people.forms.AddKey",
    "edit_webauthn": "fengqiao.people.forms.EditKey",
}
MFA_TOTP_ISSUER = "Fengqiao"
MFA_RECOVERY_CODE_COUNT = 10
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 12 * 3600

UNDER_TEST = flag("FENGQIAO_UNDER_TEST")
if UNDER_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "fq_language"
LOCALE_PATHS = [BASE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
BUILD = SOURCE / "build"
STATIC_ROOT = Path(os.environ.get("FENGQIAO_STATIC", BUILD / "collected"))
VENDORED = {
    "vendor/tabler": SOURCE / "node_modules/@tabler/core/dist",
    "vendor/icons": SOURCE / "node_modules/@tabler/icons-webfont/dist",
    "vendor/echarts": SOURCE / "node_modules/echarts/dist",
    "vendor/leaflet": SOURCE / "node_modules/leaflet/dist",
}
STATICFILES_DIRS: list[Path | tuple[str, Path]] = (
    [BUILD / "static"]  # the few files we need, made by tools/assets.py
    if (BUILD / "static").is_dir()
    else [(name, path) for name, path in VENDORED.items() if path.is_dir()]
)
HASHED = flag("FENGQIAO_COLLECT") or (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "fengqiao.config.assets.Hashed"
        if HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or not HASHED
MEDIA_ROOT = HOME / "files"
SEALS = Path(os.environ.get("FENGQIAO_SEALS", HOME / "secrets" / "seals"))
TSA_URL = os.environ.get("FENGQIAO_TSA_URL", "")
ERASABLE_KEYS = HOME / "keys"  # never in a backup: destroying one erases what it sealed

SESSION_COOKIE_NAME = "__Host-fq_session" if SECURE else "fq_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "__Host-fq_csrf" if SECURE else "fq_csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "fengqiao.shell.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    # No nonces and nothing inline: scripts, styles and pictures come from here, data: only for Tabler's small arrows.
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "blob:"],
        "connect-src": ["'self'", *([LIVE_URL] if LIVE_URL else [])],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "report-uri": ["/csp-report/"],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

OPEN311_JURISDICTION = os.environ.get("FENGQIAO_OPEN311_JURISDICTION", "")
API_PER_MINUTE = int(os.environ.get("FENGQIAO_API_PER_MINUTE", "600"))
LIMITS_OWN_CONNECTION = flag("FENGQIAO_LIMITS_OWN_CONNECTION", True)
FILE_LIMITS_MB = {"image": 20, "audio": 30, "video": 100, "document": 30, "text": 2}
IMAGE_MEGAPIXELS = 60
IMAGE_SIDE_PIXELS = 3000
RULE_JURISDICTIONS = os.environ.get("FENGQIAO_JURISDICTIONS", "demo-local,demo-province,national").split(",")
REFERENCE_CHECK_SECONDS = float(os.environ.get("FENGQIAO_REFERENCE_CHECK_SECONDS", "2"))

EVIDENCE_ROOT = Path(os.environ.get("FENGQIAO_EVIDENCE", HOME / "evidence"))
EVIDENCE_ORIGIN = os.environ.get("FENGQIAO_EVIDENCE_ORIGIN") or SITE_URL.split("://", 1)[-1].strip("/") + "/evidence"
EVIDENCE_KEY = os.environ.get("FENGQIAO_EVIDENCE_KEY") or home.key("evidence-key")
EVIDENCE_SM2_KEY = os.environ.get("FENGQIAO_EVIDENCE_SM2_KEY", "")  # a PEM file; empty: no SM2 line
EVIDENCE_VAULT = Path(os.environ.get("FENGQIAO_EVIDENCE_VAULT", HOME / "secrets" / "evidence-vault"))
EVIDENCE_POLICY = Path(os.environ.get("FENGQIAO_EVIDENCE_POLICY", HOME / "evidence-policy"))
EVIDENCE_ANCHORS = [name for name in os.environ.get("FENGQIAO_EVIDENCE_ANCHORS", "").split(",") if name]

ROOM_ICE_SERVERS = [url for url in os.environ.get("FENGQIAO_ICE", "").split() if url]
ROOM_TURN_SECRET = os.environ.get("FENGQIAO_TURN_SECRET", "")

NOTIFY_PORTS = {
    "email": "fengqiao.kernel.notify.ports.Email",
    "sms": os.environ.get("FENGQIAO_SMS_PORT", "fengqiao.kernel.notify.ports.FileSink"),
    "chat": "fengqiao.kernel.notify.ports.Chat",
}
CHAT_SERVICES = ["wecombot", "dingtalk", "feishu", "lark"]
SMS_PER_DAY = 10
WEBHOOK_LOOPBACK = flag("FENGQIAO_WEBHOOK_LOOPBACK")
EMAIL_HOST = os.environ.get("FENGQIAO_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("FENGQIAO_MAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("FENGQIAO_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("FENGQIAO_MAIL_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_PORT == 587
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = HOME / "outbox" / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("FENGQIAO_MAIL_FROM", "fengqiao@localhost")

CACHES = {
    # allauth counts wrong second factors here and remembers codes that were used: one count for all processes. So many
    # entries fit that nobody can push a count out by filling it.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "fengqiao.config.logs.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
