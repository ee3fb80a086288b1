"""All settings. What differs between installations comes from the environment or the file .env, see .env.example.

A missing or malformed value stops the start with a sentence that names the variable (configuration.py).
Without DEBUG there is no default for a secret. What only the tests need stands in tests/settings.py.
"""

import os
from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from environ import Env

from jinxian import configuration as read

BASE_DIR = Path(__file__).resolve().parent.parent

# ENV_FILE names another file, or none when it is set and empty. What the environment already holds wins.
ENV_FILE = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
if ENV_FILE and Path(ENV_FILE).is_file():
    Env.read_env(ENV_FILE)

DEBUG = read.flag("DEBUG", default=False)

# Secrets: fixed ones for development only.
SECRET_KEY = read.secret("SECRET_KEY", default="for-development-only-" * 3 if DEBUG else None, shortest=50)
ID_NUMBER_KEYS = read.fernet_keys(
    "ID_NUMBER_KEYS", default=["ZGV2ZWxvcG1lbnQtb25seS1rZXktb2YtMzItYnl0ZXM="] if DEBUG else None
)
ID_NUMBER_HASH_KEY = read.secret("ID_NUMBER_HASH_KEY", default="development-only-" * 2 if DEBUG else None, shortest=32)

# Address and transport
ALLOWED_HOSTS = read.hosts("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else None)
CSRF_TRUSTED_ORIGINS = read.origins("CSRF_TRUSTED_ORIGINS")
HTTPS = read.flag("HTTPS", default=not DEBUG)
BEHIND_PROXY = read.flag("BEHIND_PROXY", default=False)

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = (
    read.whole_number("HSTS_SECONDS", default=31_536_000, lowest=0, highest=63_072_000) if HTTPS else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Tabler draws arrows and ticks of form controls as data: images
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Application
INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "jinxian",  # first, so that its commands and templates win over Django's own
    "workbook",
    "assessments",
    "members",
    "service_areas",
    "accounts",
    "jinxian.admin_config.SetUpConfig",  # django.contrib.admin, behind our own door
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tables2",
    "django_filters",
    "simple_history",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a page of 90 kB is 6 kB on a bad line; it hides lengths by itself
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.SignInRequiredMiddleware",
    "accounts.sessions.SlidingSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jinxian.wrong_method.WrongMethodMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jinxian.urls"
WSGI_APPLICATION = "jinxian.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jinxian.shell.shell",
            ]
        },
    }
]

# Database. ATOMIC_REQUESTS stays off: transactions are short and stand where the rule is.
DATABASES = {
    "default": {
        **read.database("DATABASE_URL", default=BASE_DIR / "var" / "jinxian.sqlite3"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
if DATABASES["default"]["ENGINE"] == read.EMBEDDED:
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)

# Sign-in and sessions
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failed"

# The first backend refuses a locked-out attempt before a password is hashed, which costs half a second.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.UnlikeTheAccount"},
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# accounts.sessions moves the end of a session on while it is used.
SESSION_COOKIE_AGE = 60 * read.whole_number("SESSION_IDLE_MINUTES", default=120, lowest=5, highest=10_080)

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # fifteen minutes are fifteen minutes
AXES_CLIENT_IP_CALLABLE = "jinxian.lib.addresses.forwarded_address" if BEHIND_PROXY else None
AXES_VERBOSE = False

# Histories of records are read by record, not by day.
SIMPLE_HISTORY_DATE_INDEX = False

# Language and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Where a run of the workbook is locked and says how far it is (workbook/processes.py); one machine, one folder.
RUNS_DIR = Path(read.raw("RUNS_DIR") or BASE_DIR / "var" / "runs")

# Processes of the web server (jinxian/gunicorn.py); read here, so that a slip stops the start with its name.
WEB_CONCURRENCY = read.whole_number("WEB_CONCURRENCY", default=2, lowest=1, highest=64)

# Limits of a request. A branch's largest sheet posts some 1,500 fields; a workbook is read from memory up to 10 MB.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Everything goes to standard error, where the service manager keeps it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
