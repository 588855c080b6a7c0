"""Django's settings. What differs between installations comes from the environment; README.md lists it."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tracker.environment import Environment, is_loopback
from tracker.requests import LARGEST_BODY
from tracker.security import REPORTING

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# Who publishes this tracker, and where.
SITE = env.site_url("SITE_URL")
SITE_URL = SITE.geturl()
SITE_NAME = env.text("SITE_NAME", "Pledge Tracker")
SITE_PUBLISHER = env.text("SITE_PUBLISHER", SITE_NAME)
SITE_CONTACT = env.text("SITE_CONTACT", f"editors@{SITE.hostname}")
SITE_LICENCE = env.text("SITE_LICENCE", "CC BY 4.0")
TIME_ZONE = env.time_zone("SITE_TIME_ZONE", "Europe/London")
USE_TZ = True
PURGE_URL = env.address("PURGE_URL")
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("British English"))]
FORMAT_MODULE_PATH = "tracker.formats"

SECRET_KEY = env.secret("DJANGO_SECRET_KEY")
DEBUG = env.yes_or_no("DJANGO_DEBUG")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", [SITE.hostname or ""])
ROOT_URLCONF = "tracker.urls"
FORCE_SCRIPT_NAME = ""  # no prefix: what guards editors' pages goes by how their addresses begin
WSGI_APPLICATION = "tracker.wsgi.application"
AUTH_USER_MODEL = "pledges.Editor"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "pledges",
    "tracker.admin_config.TrackerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "markdownx",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "tracker.newsletter.apps.NewsletterConfig",
    "csp",
]

MIDDLEWARE = [
    "tracker.security.SecurityHeadersMiddleware",
    "tracker.elsewhere.say_how_it_may_be_kept",
    "tracker.newsletter.link_headers.LinkHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tracker.errors.ErrorPageMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.requests.guard_requests",
    "tracker.outages.refuse_at_once",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tracker.accounts.account_pages",
    "allauth.account.middleware.AccountMiddleware",
    "tracker.accounts.AskForPasswordAgain",
    "tracker.accounts.end_lost_sessions",
    "tracker.second_factor.require_second_factor",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "tracker.site.site",
                "tracker.newsletter.wording.sign_up",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Mail is handed over by `send_newsletter` alone; readers' requests never wait for a mail server.
MAIL_SERVER = env.mail_server("EMAIL_URL")
NEWSLETTER_FROM = env.mail_address("NEWSLETTER_FROM", SITE_CONTACT)

DATABASES = {
    "default": env.database(
        "DATABASE_URL",
        pool_size=env.count("DATABASE_POOL_SIZE", 0),
        may_be_made=env.count("DATABASE_MAY_BE_MADE", 1) != 0,
    )
}

# The newsletter says how many get it once there are so many.
SUBSCRIBERS_SHOWN_FROM = env.count("SUBSCRIBERS_SHOWN_FROM", 100)

# Shared by all processes: what throttles count must not be counted once a process.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        # A full cache throws away counters that still hold; at Django's 300 a visitor could fill it.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # What `{% cache %}` keeps in each process: parts that are the same on every page.
    "template_fragments": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
    },
}

# OWASP's least Argon2 setting: Django's own default takes 100 MiB and half a second of a small machine.
PASSWORD_HASHERS = ["tracker.passwords.SmallArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Editors log in with django-allauth; tracker.accounts says what differs from its own ways.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "tracker.accounts.EditorAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # Failures: the key is a name when the password was wrong, an account when the code was.
    "login_failed": "10/m/ip,5/5m/key,60/d/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.yes_or_no("BEHIND_PROXY") else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {"authenticate_webauthn": "tracker.accounts.NoSecurityKey"}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = SITE_NAME

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env.folder("MEDIA_ROOT", BASE_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "tracker.static_files.OneSheetStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# The last good page of every address, for when the database does not answer; not older than so many seconds.
LAST_PAGES_ROOT = env.folder("LAST_PAGES_ROOT", BASE_DIR / "last_pages")
MAX_STALE = env.count("MAX_STALE", 86_400)
MARKDOWNX_MARKDOWNIFY_FUNCTION = "pledges.markdown.render"

# What belongs to TLS follows the scheme of the site's own address.
IS_SECURE = SITE.scheme == "https"
BEHIND_PROXY = env.yes_or_no("BEHIND_PROXY")
IS_LOOPBACK = is_loopback(SITE)
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 63_072_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_HSTS_PRELOAD = IS_SECURE
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if IS_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_SECURE else "csrf"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tracker.errors.csrf_failure"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

# The public policy; the admin's differs in tracker.security.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        **REPORTING,
    }
}

# What removes text, by order of a court, from that which repeats a pledge's page (pledges.actions.echoes).
ALSO_REDACTED = ["tracker.newsletter.actions.redaction.remove"]

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
# In memory only, and no more than a request may have: nobody outside can fill the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_BODY

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"hide_path": {"()": "tracker.logs.PathFilter"}},
    "formatters": {"json": {"()": "tracker.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # What visitors ask for in error is neither our business nor a reason to fill the disk.
        "django.request": {"level": "ERROR", "filters": ["hide_path"]},
        "tracker.requests": {"level": "INFO" if env.yes_or_no("REQUEST_LOG", default=True) else "WARNING"},
        "django.security": {"level": "CRITICAL"},
        "gunicorn.http.wsgi": {"level": "ERROR"},  # warns of every HEAD
    },
}
