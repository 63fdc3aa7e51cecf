from typing import Any

from django.core.management import call_command
from django.db import migrations

TABLE = "rendered_documents"
"""The table of the cache "documents": no model's, Django's command makes it."""


def make(apps: Any, schema_editor: Any) -> None:
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_version_log_head"),
    ]

    operations = [migrations.RunPython(make, drop)]
