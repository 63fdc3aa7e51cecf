"""The change log takes inserts only: triggers refuse the rest on both databases."""

from typing import Any

from django.db import migrations

MESSAGE = "Nhật ký thay đổi chỉ được ghi thêm."

POSTGRESQL = [
    f"""
    CREATE FUNCTION trainingplan_change_append_only() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION '{MESSAGE}'; END;
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER trainingplan_change_rows BEFORE UPDATE OR DELETE ON trainingplan_change
    FOR EACH ROW EXECUTE FUNCTION trainingplan_change_append_only()
    """,
    """
    CREATE TRIGGER trainingplan_change_all BEFORE TRUNCATE ON trainingplan_change
    FOR EACH STATEMENT EXECUTE FUNCTION trainingplan_change_append_only()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER trainingplan_change_all ON trainingplan_change",
    "DROP TRIGGER trainingplan_change_rows ON trainingplan_change",
    "DROP FUNCTION trainingplan_change_append_only()",
]
SQLITE = [
    f"""
    CREATE TRIGGER trainingplan_change_no_{verb.lower()} BEFORE {verb} ON trainingplan_change
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
    """
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER trainingplan_change_no_{verb}" for verb in ("update", "delete")]


def run(schema_editor: Any, postgresql: list[str], sqlite: list[str]) -> None:
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)


def forwards(apps: Any, schema_editor: Any) -> None:
    run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps: Any, schema_editor: Any) -> None:
    run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("trainingplan", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
