"""Settings of a Conurb node. Everything that differs between nodes comes from the environment.

`docs/running.md` lists the variables; `conurb serve` sets the region and the data folder.
"""

import os
import secrets
import tomllib
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured


def flag(name: str, *, default: bool = False) -> bool:
    """Read an on/off environment variable: 1, true, yes and on are on."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


PACKAGE = Path(__file__).resolve().parent.parent
PROJECT = PACKAGE.parent.parent

REGION_PATH = Path(os.environ.get("CONURB_REGION", PROJECT / "regions" / "changzhutan")).resolve()
DATA_PATH = Path(os.environ.get("CONURB_DATA", PROJECT / ".data")).resolve()
DEMO = flag("CONURB_DEMO")
# the cities whose keys and records this node keeps, by code; none named: all of the region
CITIES = tuple(code for code in os.environ.get("CONURB_CITIES", "").split(",") if code)
DEBUG = flag("CONURB_DEBUG")


def region_time_zone(folder: Path) -> str:
    """The zone in which the region reads its clocks, from its region.toml."""
    file = folder / "region.toml"
    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise ImproperlyConfigured(
            f"No region at {folder}: region.toml is missing. "
            "Set CONURB_REGION to a region folder, for example regions/changzhutan."
        ) from missing
    except tomllib.TOMLDecodeError as broken:
        raise ImproperlyConfigured(f"{file} is not valid TOML: {broken}") from broken
    return str(declared.get("region", {}).get("timezone", "Asia/Shanghai"))


def kept_secret(folder: Path) -> str:
    """The signing secret of this node: from the environment, else made once and kept."""
    given = os.environ.get("CONURB_SECRET_KEY")
    if given:
        return given
    file = folder / "secret-key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass  # another process of this node made it in the same moment
        else:
            with os.fdopen(handle, "w", encoding="ascii") as opened:
                opened.write(secrets.token_urlsafe(64))
    return file.read_text(encoding="ascii")


SECRET_KEY = kept_secret(DATA_PATH)
ALLOWED_HOSTS = os.environ.get("CONURB_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CONURB_ORIGINS", "").split(",") if o]
SITE_ADDRESS = os.environ.get("CONURB_ADDRESS", "http://127.0.0.1:8000").rstrip("/")

# A folder below sames/ with a pack.py is a pack: adding one is adding a folder.
PACKS = sorted(f"conurb.sames.{file.parent.name}" for file in PACKAGE.glob("sames/*/pack.py"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "conurb.region",
    "conurb.journal",
    "conurb.background",
    "conurb.records",
    "conurb.atlas",
    "conurb.plan",
    "conurb.desk",
    *PACKS,
    "conurb.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "conurb.region.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "conurb.scoping.ScopeMiddleware",
    "conurb.portal.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "conurb.config.urls"
WSGI_APPLICATION = "conurb.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # the portal's own templates come first, so that it can dress allauth's pages
        "DIRS": [PACKAGE / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "conurb.portal.shell.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "conurb.region.templatetags.looks",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_PATH / 'conurb.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # a writer takes its lock at BEGIN, so that two writers queue instead of one failing
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "region.User"
AUTHENTICATION_BACKENDS = ["conurb.portal.backends.Backend"]
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
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "conurb.portal.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO or DEBUG
SOCIALACCOUNT_PROVIDERS = {}
if os.environ.get("CONURB_OIDC_SERVER"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": os.environ.get("CONURB_OIDC_NAME", "OpenID Connect"),
                "client_id": os.environ.get("CONURB_OIDC_CLIENT", ""),
                "secret": os.environ.get("CONURB_OIDC_SECRET", ""),
                "settings": {"server_url": os.environ["CONURB_OIDC_SERVER"]},
            }
        ]
    }

SOCIALACCOUNT_ADAPTER = "conurb.portal.logins.SocialAccountAdapter"
# which claims of the provider hold what a person is known by
OIDC_CLAIMS = {
    "number": os.environ.get("CONURB_OIDC_NUMBER", "resident_number"),
    "name": os.environ.get("CONURB_OIDC_PERSON", "name"),
    "phone": os.environ.get("CONURB_OIDC_PHONE", "phone_number"),
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "conurb_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
# records, desk and the packs bring their own texts in a locale/ of their own
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = region_time_zone(REGION_PATH)

STATIC_URL = "/static/"
STATIC_ROOT = DATA_PATH / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or flag("CONURB_TESTING")
        else "conurb.config.storage.StaticStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = DEBUG or flag("CONURB_TESTING")
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA_PATH / "files"

EMAIL_BACKEND = os.environ.get(
    "CONURB_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = os.environ.get("CONURB_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("CONURB_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("CONURB_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("CONURB_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = flag("CONURB_EMAIL_TLS")
DEFAULT_FROM_EMAIL = os.environ.get("CONURB_EMAIL_FROM", "conurb@localhost")

# Nothing is loaded from elsewhere, nothing runs or is styled inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE = SITE_ADDRESS.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "conurb.portal.views.csrf_refused"

# Work that takes longer than a request goes to worker processes (docs/decisions/0008); where there
# are none it is done by a thread of the process that serves, and at once in tests and commands.
WORKER = flag("CONURB_WORKER")
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if WORKER
        else "django_tasks.backends.immediate.ImmediateBackend"
    }
}

# What may be handed in, in bytes; the page says so before the upload.
UPLOAD_LIMIT = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT + 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# How large what can be made again may grow, in bytes, and how many days a file that was handed in
# is kept after it was imported or given up (docs/atlas.md, "What goes when").
TILES_MOST = int(os.environ.get("CONURB_TILES_MB", "4096")) * 1024 * 1024
DERIVED_MOST = int(os.environ.get("CONURB_DERIVED_MB", "8192")) * 1024 * 1024
SOURCES_KEPT = int(os.environ.get("CONURB_SOURCES_DAYS", "30"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"conurb": {"level": os.environ.get("CONURB_LOG", "INFO")}},
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS: list[str] = []
