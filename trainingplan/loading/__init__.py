"""Loading a plan's folder: reading its files, writing rows by natural keys, and the kernel's own part of it."""

from trainingplan.loading.kernel import USERS_FILE, load, load_demo_users
from trainingplan.loading.source import PlanSource, Record, SourceError, SourceRefused
from trainingplan.loading.writing import LoadReport, check_fields, upsert

__all__ = [
    "USERS_FILE",
    "LoadReport",
    "PlanSource",
    "Record",
    "SourceError",
    "SourceRefused",
    "check_fields",
    "load",
    "load_demo_users",
    "upsert",
]
