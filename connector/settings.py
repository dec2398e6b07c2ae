"""Settings of the whole project, read from the environment.

Every variable has a safe default: with no environment at all the product runs on SQLite in
`./data`. A variable may also be given as NAME_FILE, the path of a file that holds its value
(Docker and systemd secrets). An empty variable counts as not set; a bad value stops the
start and says which. Two more, CLOCK_SCALE and CLOCK_BASE, are read by `lib/clock.py`:
they make time run faster in load tests.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from connector.lib import keys, logs
from connector.lib.environment import Env, origin

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()

# --- Where things are ---------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).expanduser().resolve()
SECRET_KEY = env.secret("SECRET_KEY", DATA_DIR, keys.new_secret_key)
# Newest first: the first encrypts, all decrypt. Base64 of 32 bytes each.
FIELD_ENCRYPTION_KEYS = [
    key.strip()
    for key in env.secret("FIELD_ENCRYPTION_KEYS", DATA_DIR, keys.new_encryption_key).split(",")
    if key.strip()
]

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
PUBLIC_URL = env.address("PUBLIC_URL", "http://localhost:8000")
SANDBOX = env.bool("SANDBOX", default=False)
ALLOW_PRIVATE_HOSTS = env.bool("ALLOW_PRIVATE_HOSTS", default=False)

# --- Django -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "connector",
    "stores",
    "accounts_mapping",
    "xero",
    "sync",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Under runserver whitenoise serves the static files too: one way, everywhere.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, which the parts build on
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "connector.serving.machines.machines_first",
    "connector.lib.outgoing.patience.patient",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "connector.serving.plain_text.plain_text_only",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "connector.urls"
WSGI_APPLICATION = "connector.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
# One language so far, with the formats of those who speak it; a language is offered once `locale/`
# has it.
LANGUAGES = [
    ("en", "English"),
    ("en-au", "English (Australia)"),
    ("en-ca", "English (Canada)"),
    ("en-gb", "English (United Kingdom)"),
    ("en-ie", "English (Ireland)"),
    ("en-nz", "English (New Zealand)"),
    ("en-us", "English (United States)"),
    ("en-za", "English (South Africa)"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORM_RENDERER = "connector.pages.parts.rendering.Renderer"
USE_TZ = True
TIME_ZONE = "UTC"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
# Counters of one process would be no counters: all processes share this one. Its table is made
# by a migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "connector_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Log-in and security ------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "connector.log_in.accounts.AccountAdapter"  # closes sign-up
# How many proxies of yours stand between the browsers and this program: so many entries at the
# end of X-Forwarded-For are believed.
TRUSTED_PROXY_COUNT = env.count("TRUSTED_PROXY_COUNT", 0)
# Passwords are counted by `connector.log_in.tries`, never for all people of an address
# together; what is left here is for the codes of authenticator apps, by account.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/300s/key"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
MFA_ADAPTER = "connector.log_in.second_factors.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Shop to Xero"

_https = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [origin(PUBLIC_URL)]
SESSION_SERIALIZER = "connector.log_in.sessions.SealedJSON"
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
# Lax: the way back from the log-in at Xero is a link from another site and needs the session.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
# Behind a proxy that ends TLS. Believed only if the administrator has said https.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: not ours to say for somebody's whole domain
    "security.W021",  # nor to put it on the preload list
    "security.W008",  # redirects to https are the proxy's work; health checks come by http
    *(() if _https else ("security.W004", "security.W012", "security.W016")),  # plain http
]

XERO_LOGIN_URL = env.address("XERO_LOGIN_URL", "https://login.xero.com")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        # Browsers also check where a redirect after a POST leads: the log-in at Xero.
        "form-action": [SELF, origin(XERO_LOGIN_URL)],
    },
}

# --- Static files -------------------------------------------------------------------------
# A built image has run `collectstatic`: names with hashes, compressed, cached for ever. A
# fresh clone has not: files come from where they lie, and `connector.serving.static_files`
# appends the hash of their content to the address. Only an image build should run
# `collectstatic`: what it collected wins over newer files in a checkout.

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
_collected = not DEBUG and (STATIC_ROOT / "staticfiles.json").is_file()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _collected
        else "connector.serving.static_files.HashedAddressStorage"
    },
}
WHITENOISE_USE_FINDERS = not _collected
if not _collected:  # whitenoise would mention the missing STATIC_ROOT at every start
    warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- Logs and e-mail ----------------------------------------------------------------------

logs.configure_structlog()
LOGGING = logs.logging_config(console=DEBUG or sys.stderr.isatty())
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # an IP address is personal data

# Not set: mail goes nowhere (never to stdout, which commands use for JSON).
globals().update(
    env.mail("EMAIL_URL", "dummymail://", sender=f"shop-to-xero@{urlsplit(PUBLIC_URL).hostname}")
)
EMAIL_TIMEOUT = 10

# --- Shops and Xero -----------------------------------------------------------------------

# Of a platform whose shops cannot be read yet, its profile alone.
STORE_ADAPTERS = {
    "magento": "stores.adapters.magento.adapter.MagentoAdapter",
    "opencart": "stores.adapters.opencart.adapter.OpenCartAdapter",
    "cscart": "stores.adapters.cscart.adapter.CSCartAdapter",
}

XERO_IDENTITY_URL = env.address("XERO_IDENTITY_URL", "https://identity.xero.com")
XERO_API_URL = env.address("XERO_API_URL", "https://api.xero.com")
XERO_CALLS_PER_MINUTE = env.positive("XERO_CALLS_PER_MINUTE", 60)
XERO_CONCURRENT_CALLS = env.positive("XERO_CONCURRENT_CALLS", 5)
# How long a write that got no answer may still be running at Xero.
UNKNOWN_WAIT_SECONDS = env.positive("UNKNOWN_WAIT_SECONDS", 90)

# --- Celery: the doorbell, never the queue -------------------------------------------------

# Empty: the embedded broker of DATA_DIR, looked up at each use by `connector.processes.broker`.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=False)
# As with a real worker: an error in a task is logged and does not break the page.
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
# A message is acknowledged before its task runs: the columns know what is left to do, and a
# task that kills its worker must not come back from the broker to kill the next one.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2
# A page rings the bell; with the broker down it must go on at once.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "max_retries": 0,
    # What a killed worker had reserved, and countdowns longer than this, ring again.
    "visibility_timeout": 900,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
