"""The one settings file. Everything that differs between machines comes from the environment: README, "Settings"."""

import logging
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from trainingplan.logs import FORMATS, logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))


def number(name: str, default: int) -> int:
    """A whole number of the environment, refused in words."""
    try:
        return int(env.int(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} phải là số nguyên, đang là «{env.str(name)}».") from error


ON, OFF = {"on", "true", "yes", "y", "1"}, {"off", "false", "no", "n", "0", ""}


def switch(name: str) -> bool:
    """Whether it is on; what is neither on nor off is refused, for it may have been meant for on."""
    typed = env.str(name, default="").strip().lower()
    if typed not in ON | OFF:
        raise ImproperlyConfigured(f"{name} chỉ nhận on (bật) hoặc off (tắt), đang là «{env.str(name)}».")
    return typed in ON


def secret_key() -> str:
    """The key from SECRET_KEY, or from the file that `script/setup` writes once; never a default."""
    if key := env.str("SECRET_KEY", default=""):
        return str(key)
    file = VAR_DIR / "secret-key"
    if file.is_file():
        return file.read_text(encoding="ascii").strip()
    raise ImproperlyConfigured("Chưa có SECRET_KEY. Hãy chạy ./script/setup hoặc đặt biến môi trường SECRET_KEY.")


SECRET_KEY = secret_key()
DEBUG = switch("DEBUG")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = switch("HTTPS")

if DEBUG and any(host not in {"localhost", "127.0.0.1", "[::1]", "testserver"} for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "DEBUG chỉ dùng trên máy cá nhân: hãy bỏ DEBUG hoặc chỉ để localhost trong ALLOWED_HOSTS."
    )

INSTALLED_APPS = [
    "trainingplan",
    "courses",
    "quotas",
    "budget",
    "reports",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.import_export",
    "django_tasks_db",
    "trainingplan.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "import_export",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "trainingplan.serving.NumberAndLog",
    "trainingplan.serving.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "trainingplan.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "trainingplan.session_rules.SessionRules",
    "trainingplan.serving.NoStore",
    "trainingplan.middleware.LogRefusedAccess",
    "trainingplan.middleware.LogPersonalReads",
    "django.contrib.messages.middleware.MessageMiddleware",
    "trainingplan.middleware.SignInFirst",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "trainingplan.middleware.NoZeroCharacter",
    "trainingplan.middleware.AdminContentSecurityPolicy",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "trainingplan.urls"
WSGI_APPLICATION = "trainingplan.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trainingplan.frame.frame",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'trainingplan.sqlite3'}")}
if not str(DATABASES["default"].get("ENGINE")).endswith(("sqlite3", "postgresql")):
    raise ImproperlyConfigured("DATABASE_URL không đúng: hãy ghi postgresql://… hoặc sqlite:////…")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue at BEGIN instead of failing at their first write; a commit is on the disk when it is acknowledged.
    DATABASES["default"]["ENGINE"] = "trainingplan.sqlite3"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA journal_size_limit=67108864; PRAGMA busy_timeout=60000; PRAGMA wal_autocheckpoint=8000;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that does not answer is given up after seconds, not after minutes; what the address says goes before.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    } | DATABASES["default"].get("OPTIONS", {})
# Kept between requests: to open and close SQLite's costs more than a save.
DATABASES["default"]["CONN_MAX_AGE"] = 600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "trainingplan.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "trainingplan.sessions.Backend",
]
PASSWORD_HASHERS = ["trainingplan.hashers.PlanArgon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "trainingplan.passwords.PolicyValidator"}]
# See `trainingplan.passwords.PasswordPolicy`; what is left out has its value from there.
PASSWORD_POLICY: dict[str, Any] = {
    "min_length": 14,
    "history": number("PASSWORD_HISTORY", default=5),
    "rotation_days": number("PASSWORD_ROTATION_DAYS", default=180),
    "rotating_roles": env.list("PASSWORD_ROTATING_ROLES", default=["admin"]),
}
LOGIN_URL = "login"

# Safety of accounts and of what the system keeps about people: README, "An toàn".
SECOND_FACTOR = env.str("SECOND_FACTOR", default="required" if HTTPS else "offered")
SECOND_FACTOR_ROLES: list[str] = env.list("SECOND_FACTOR_ROLES", default=["board", "admin"])
IDLE_SECONDS = number("IDLE_MINUTES", default=15) * 60
RECENT_MINUTES = 10
IDLE_ACCOUNT_DAYS = number("IDLE_ACCOUNT_DAYS", default=45)
FAILURES_AN_ADDRESS = number("FAILURES_AN_ADDRESS", default=50)
PROXIES = number("PROXIES", default=1 if HTTPS else 0)
SEAL_LOG_SECONDS = 10
PEOPLE_KEPT_YEARS = number("PEOPLE_KEPT_YEARS", default=10)
if SECOND_FACTOR not in {"required", "offered"}:
    raise ImproperlyConfigured("SECOND_FACTOR chỉ nhận required (bắt buộc) hoặc offered (tùy người dùng).")
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_ENABLE_ADMIN = False
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "trainingplan.addresses.client_address"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "trainingplan" / "locale"]
FORMAT_MODULE_PATH = ["trainingplan.formats"]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))


def shared_storage() -> dict[str, Any]:
    """Where files are kept that all machines see: MEDIA_ROOT, or a private bucket, its keys in AWS_*."""
    bucket = env.str("STORAGE_BUCKET", default="")
    if not bucket:
        return {"BACKEND": "trainingplan.storage.WholeFileStorage"}
    from botocore.config import Config  # type: ignore[import-untyped] # noqa: PLC0415 - slow, and only of a bucket

    options = {"bucket_name": bucket, "file_overwrite": False, "region_name": env.str("STORAGE_REGION", default=None)}
    address = env.str("STORAGE_URL", default="")
    if address:
        options["endpoint_url"] = address
    # A store that does not answer is given up before the server gives up the process that waits for it.
    options["client_config"] = Config(
        s3={"addressing_style": "path" if address else "auto"},
        connect_timeout=5,
        read_timeout=20,
        retries={"total_max_attempts": 2},
    )
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": shared_storage(),
    "staticfiles": {"BACKEND": "trainingplan.storage.ModuleStaticFilesStorage"},
}

# Rendered files by the digest of their document: shared by all machines, never more than so many, gone after a day.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "documents": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rendered_documents",
        "TIMEOUT": 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

# A grid sent without JavaScript posts every cell of its page: 400 units × 30 quotas.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 15_000
IMPORT_EXPORT_USE_TRANSACTIONS = True

SESSION_ENGINE = "trainingplan.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "trainingplan.views.home.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Danh mục, Quản trị – Kế hoạch đào tạo, bồi dưỡng cán bộ",
    "SITE_HEADER": "Kế hoạch đào tạo, bồi dưỡng cán bộ",
    "SITE_SUBHEADER": "Danh mục, Quản trị",
    "SITE_SYMBOL": "school",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "trainingplan.admin.navigation.icon"}],
    "SHOW_VIEW_ON_SITE": False,
    "THEME": "light",
    "BORDER_RADIUS": "4px",
    "STYLES": ["trainingplan.admin.navigation.style"],
    "SIDEBAR": {"navigation": "trainingplan.admin.navigation.groups"},
    "COLORS": {
        # The accent of our own pages (templates/static/css/base.css) as a scale.
        "primary": {
            "50": "#fdf5f4",
            "100": "#faeeed",
            "200": "#f2d3d1",
            "300": "#e3a5a3",
            "400": "#cb6a69",
            "500": "#b33a3d",
            "600": "#9c1a20",
            "700": "#7d1318",
            "800": "#651115",
            "900": "#4f0f12",
            "950": "#2e0709",
        },
    },
}

# Each names `load(source) -> LoadReport`; in the order in which a plan's folder is loaded.
PLAN_LOADERS = [
    "trainingplan.loading.load",
    "courses.loading.load",
    "quotas.loading.load",
    "budget.loading.load",
]

# Each names an instance of `trainingplan.imports.kinds.FileKind`; a file is recognised by the first that knows it.
IMPORT_KINDS = [
    "quotas.imports.unit_workbook.UNIT_WORKBOOK",
    "reports.imports.PLAN_WORKBOOK",
    "trainingplan.imports.catalogues.UNIT_NAMES",
    "courses.imports.INSTITUTIONS",
    "courses.imports.PROGRAMMES",
    "quotas.imports.catalogues.QUOTAS",
    "quotas.imports.catalogues.ALLOCATIONS",
    "quotas.imports.catalogues.REGISTRATIONS",
    "quotas.imports.catalogues.PEOPLE",
    "budget.imports.NORM_SETS",
    "budget.imports.NORM_ITEMS",
    "budget.imports.BUDGET_LINES",
    "quotas.imports.allocation_table.ALLOCATION_TABLE",
    "quotas.imports.allocation_table.REGISTRATION_TABLE",
    "quotas.imports.people.PEOPLE_LIST",
]

# Files with more rows are previewed, applied and undone as jobs.
IMPORT_AT_ONCE = 2_000

# Each names `waiting(plan, user) -> list[Task]`: what an app has waiting for the user; see `trainingplan.frame`.
TASK_SOURCES = [
    "quotas.views.tasks.waiting",
    "quotas.views.approvals.waiting",
    "budget.views.classes.late_openings",
    "reports.views.issue.waiting",
]

# Long work: the queue only carries a job's key, see `trainingplan.services.jobs`. In line, it is done in the request.
TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"
        if switch("JOBS_IN_LINE")
        else "django_tasks_db.DatabaseBackend"
    }
}
JOB_RESULT_DAYS = number("JOB_RESULT_DAYS", default=7)
JOB_STALE_SECONDS = number("JOB_STALE_SECONDS", default=60)

# Each names `work(run: Running) -> None` by the kind of job.
JOB_KINDS: dict[str, str] = {
    "import-preview": "trainingplan.jobs.preview_import",
    "import-apply": "trainingplan.jobs.apply_import",
    "import-undo": "trainingplan.jobs.undo_import",
    "sao-luu": "trainingplan.services.backups.run_backup",
    "ban-hanh": "reports.jobs.issue.issue",
    "phieu-dang-ky": "quotas.jobs.export_unit_workbooks",
    "xuat-phu-luc": "reports.jobs.exports.export_appendices",
    "xuat-toan-bo": "reports.jobs.exports.export_whole",
    "xuat-tat-ca": "reports.jobs.exports.export_everything",
}

# Backups: sealed with the key; files older than the days are deleted, but never of the newest so many good ones.
BACKUP_KEY = env.str("BACKUP_KEY", default="")
BACKUP_DIR = env.str("BACKUP_DIR", default=str(VAR_DIR / "sao-luu"))
BACKUP_KEEP = number("BACKUP_KEEP", default=7)
BACKUP_KEEP_DAYS = number("BACKUP_KEEP_DAYS", default=30)

# Each names `chore() -> None`, done by one worker every so many seconds.
CHORES: dict[str, int] = {
    "trainingplan.imports.batches.forget_uploads": 24 * 3600,
    "trainingplan.imports.retention.forget_personal": 24 * 3600,
    "trainingplan.services.backups.make_overdue_backup": 3600,
    "trainingplan.services.worker.forget_results": 3600,
    "trainingplan.services.seals.seal_in_time": 60,
    "trainingplan.services.seals.tell_head": 3600,
    "trainingplan.services.accounts.close_idle_accounts_in_time": 24 * 3600,
    "quotas.services.retention.forget_people_in_time": 24 * 3600,
    "trainingplan.services.worker.forget_tasks": 24 * 3600,
    "trainingplan.sessions.forget_sessions": 24 * 3600,
}

# What /readyz asks for, and who may read its details besides the machine itself.
LEAST_FREE_MB = number("LEAST_FREE_MB", default=500)
PROBE_TOKEN = env.str("PROBE_TOKEN", default="")

LOG_FORMAT = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in FORMATS:
    raise ImproperlyConfigured("LOG_FORMAT chỉ nhận line (mỗi dòng cho người đọc) hoặc json (mỗi dòng một đối tượng).")
LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING").upper()
if LOG_LEVEL not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured("LOG_LEVEL chỉ nhận DEBUG, INFO, WARNING, ERROR hoặc CRITICAL.")
LOGGING = logging_settings(LOG_FORMAT, LOG_LEVEL)
