"""Django settings. Values that differ between machines come from the environment (see .env.example)."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from photosearch.environment import BASE_DIR, DATA_DIR, RUN_DIR, env
from photosearch.environment import FRONT_DIR as FRONT_DIR
from photosearch.login_settings import *  # noqa: F403

# --- Addresses -----------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
_loopback = _public.hostname in {"localhost", "127.0.0.1", "::1"}
_https = _public.scheme == "https"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] if _loopback else [str(_public.hostname)]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
# Only on request: they affect other programs on the subdomains for a year.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# For health checks over plain HTTP from inside, for example of containers.
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^api/v1/health/", r"^api/v1/metrics/$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The number of our own reverse proxies that add to X-Forwarded-For; lockouts, throttles and the list of sessions rely
# on it.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Application ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "axes",
    "csp",
    "django_htmx",
    "django_dramatiq",
    "django_elasticsearch_dsl",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "photosearch",
    "gallery",
    "search",
]
MIDDLEWARE = [
    "photosearch.monitoring.metrics.RequestMetrics",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "photosearch.privacy.PrivateAnswers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "gallery.access.body_gate.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gallery.access.sessions.RecordSessionsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "gallery.access.transfers.TooManyTransfersMiddleware",
]
ROOT_URLCONF = "photosearch.urls"
WSGI_APPLICATION = "photosearch.wsgi.application"
ASGI_APPLICATION = "photosearch.asgi.application"
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

EMAIL_URL = env.str("EMAIL_URL", default="")  # empty: no e-mails
vars().update(env.email_url_config(EMAIL_URL or "smtp://"), EMAIL_TIMEOUT=10)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"photosearch@{_public.hostname}")
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "photosearch.formats"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "gallery.access.spooling.SpoolInMediaFolder",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- PostgreSQL, Valkey, Elasticsearch -----------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgresql:///photosearch")}
# The host may be the percent-encoded folder of a socket.
DATABASES["default"]["HOST"] = unquote(DATABASES["default"].get("HOST", ""))
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
# Seconds: an upload does not wait for a broker that is down. No AdminMiddleware: it costs a database row per task and
# most of the speed.
_broker_timeouts = "socket_connect_timeout=1&socket_timeout=2"
DRAMATIQ_BROKER = {
    "BROKER": "dramatiq.brokers.redis.RedisBroker",
    "OPTIONS": {"url": f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}{_broker_timeouts}"},
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Retries",
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ],
}

CACHES = {
    "default": {
        "BACKEND": "photosearch.caching.ForgivingCache",
        "LOCATION": f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}{_broker_timeouts}",
        "KEY_PREFIX": "cache",
    }
}

# Empty: no Elasticsearch; PostgreSQL answers keyword searches.
ELASTICSEARCH_URL = env.str("ELASTICSEARCH_URL", default="")
ELASTICSEARCH_DSL = {"default": {"hosts": ELASTICSEARCH_URL or "http://localhost:9200", "request_timeout": 5}}
ELASTICSEARCH_DSL_AUTOSYNC = False
ELASTICSEARCH_DSL_AUTO_REFRESH = False
# Its handlers of signals would make every deletion load the rows first, and do nothing for us.
ELASTICSEARCH_DSL_SIGNAL_PROCESSOR = "django_elasticsearch_dsl.signals.BaseSignalProcessor"
ELASTICSEARCH_INDEX = env.str("ELASTICSEARCH_INDEX", default="photos")

# --- Pictures ------------------------------------------------------------------------------------------------------
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=100 * 1024 * 1024)
MAX_ARCHIVE_BYTES = env.int("MAX_ARCHIVE_BYTES", default=50 * 1024**3)
MAX_IMAGE_PIXELS = env.int("MAX_IMAGE_PIXELS", default=200_000_000)
# The program exiftool; if empty, the one that `make run` provided or that is installed (gallery.metadata.program).
EXIFTOOL = env.str("EXIFTOOL", default="")

# Folders below which pages and API may import; none by default. `manage.py import_photos` may import any folder.
IMPORT_ROOTS = env.list("IMPORT_ROOTS", default=[])

# --- The API -------------------------------------------------------------------------------------------------------
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=3000)
API_ANONYMOUS_PER_MINUTE = env.int("API_ANONYMOUS_PER_MINUTE", default=60)
# Token for Prometheus' access to the figures; if empty, only administrators and their keys have access.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# The address for assistants that the pages show; `make run` sets its own port.
ASSISTANT_URL = env.str("ASSISTANT_URL", default=f"{PUBLIC_URL}/mcp")
ASSISTANT_CALLS_PER_MINUTE = env.int("ASSISTANT_CALLS_PER_MINUTE", default=60)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "gallery.access.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["gallery.access.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["gallery.access.throttles.RequestThrottle"],
    "DEFAULT_PARSER_CLASSES": ["gallery.access.parsing.SafeJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "gallery.access.negotiation.FixedFormatNegotiation",
    "DEFAULT_SCHEMA_CLASS": "gallery.access.schema.OperationSchema",
    "EXCEPTION_HANDLER": "gallery.access.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "photosearch",
    "VERSION": "1.0.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DEFAULT_GENERATOR_CLASS": "gallery.access.schema.Generator",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StepEnum": "gallery.models.Step",
        "StepState": ["done", "waiting", "failed", "off"],
        "HealthStatus": ["ok"],
        "UploadStatus": ["created", "duplicate", "restored"],
        "DateSourceEnum": "gallery.models.Witness",
        "AlbumOrder": "gallery.models.Album.Order",
        "OrderEnum": ["newest", "oldest"],
        "PhotoKind": "gallery.models.Photo.Kind",
        "ImportState": "gallery.models.ImportJob.State",
        "ImportAction": ["start", "pause", "cancel", "undo"],
    },
}

# --- Encoders and OCR ----------------------------------------------------------------------------------------------
ENCODER_SOCKET = Path(env.str("ENCODER_SOCKET", default=str(RUN_DIR / "encoder.sock")))
# In order of preference.
ENCODERS = env.list("ENCODERS", default=["clip", "conse"])
CLIP_MODEL = env.str("CLIP_MODEL", default="ViT-L/14")
CLIP_WEIGHTS = env.str("CLIP_WEIGHTS", default="")
CLIP_DOWNLOAD_ROOT = env.str("CLIP_DOWNLOAD_ROOT", default=str(DATA_DIR / "models" / "clip"))
CLIP_DEVICE = env.str("CLIP_DEVICE", default="auto")
OCR_MODEL = env.str("OCR_MODEL", default="PP-OCRv6_small")
OCR_MODEL_DIR = env.str("OCR_MODEL_DIR", default="")
OCR_ENGINE = env.str("OCR_ENGINE", default="")
# Scripts that OCR_MODEL does not read, and that others may.
OCR_SCRIPTS = env.list(
    "OCR_SCRIPTS", default=["korean", "cyrillic", "greek", "thai", "arabic", "hebrew", "devanagari", "vietnamese"]
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"refused_requests": {"()": "photosearch.monitoring.request_log.RefusedRequests"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["refused_requests"]},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # No line for each request to Elasticsearch and each login.
    "loggers": {
        "elastic_transport": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
        # uvicorn writes through its own handler.
        "uvicorn.error": {"filters": ["refused_requests"]},
        "uvicorn.access": {"level": "WARNING"},  # no line per request, like the other programs
    },
}
