"""Words within people's names are found along an index on PostgreSQL; SQLite reads its keys from end to end quickly."""

from typing import Any

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

MAKE = "CREATE INDEX person_name_trigrams ON quotas_person USING gin (name_search gin_trgm_ops)"
DROP = "DROP INDEX person_name_trigrams"


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def backwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("quotas", "0005_illustrative_rows")]
    operations = [TrigramExtension(), migrations.RunPython(forwards, backwards)]
