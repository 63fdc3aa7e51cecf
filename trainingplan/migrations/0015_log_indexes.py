"""The log's indexes of batch and actor grow by the id and the plan, so that no page reads the log from end to end.

Those of plan and unit alone go: longer ones begin alike. The old indexes are dropped by hand: Django would make SQLite's table anew for it, and the triggers on it would be lost.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SINGLE = ("batch", "actor", "plan", "unit")


def drop(apps: Any, schema_editor: Any) -> None:
    change = apps.get_model("trainingplan", "Change")
    for name in SINGLE:
        column = change._meta.get_field(name).column
        for index in schema_editor._constraint_names(change, [column], index=True):  # noqa: SLF001 - by RemoveIndex, too
            schema_editor.execute(schema_editor._delete_index_sql(change, index))  # noqa: SLF001


def make(apps: Any, schema_editor: Any) -> None:
    change = apps.get_model("trainingplan", "Change")
    for name in SINGLE:
        field = change._meta.get_field(name)
        schema_editor.execute(schema_editor._create_index_sql(change, fields=[field]))  # noqa: SLF001


def link(to: str, words: str) -> Any:
    return models.ForeignKey(
        to, django.db.models.deletion.PROTECT, db_index=False, null=True, related_name="changes", verbose_name=words
    )


class Migration(migrations.Migration):
    dependencies = [("trainingplan", "0014_change_by_table")]

    operations = [
        migrations.AddIndex("change", models.Index(fields=["batch", "id"], name="change_by_batch")),
        migrations.AddIndex("change", models.Index(fields=["actor", "plan"], name="change_by_actor")),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, make)],
            state_operations=[
                migrations.AlterField("change", "actor", link(settings.AUTH_USER_MODEL, "người thực hiện")),
                migrations.AlterField("change", "plan", link("trainingplan.plan", "kế hoạch")),
                migrations.AlterField("change", "unit", link("trainingplan.unit", "đơn vị")),
                migrations.AlterField(
                    "change", "batch", models.UUIDField(help_text="Một mã cho một thao tác.", verbose_name="lần ghi")
                ),
            ],
        ),
    ]
