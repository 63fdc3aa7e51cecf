"""Sort keys are compared byte by byte: on PostgreSQL whatever the database's own collation, as on SQLite."""

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE quotas_person ALTER COLUMN name_sort TYPE varchar(500) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("quotas", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
