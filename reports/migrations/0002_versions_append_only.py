"""Versions and their files take inserts only, and a version no other files than its manifest names.

SQLite's INSERT OR REPLACE deletes the row that stands without asking its DELETE trigger, hence `no_replace`.
"""

from typing import Any

from django.db import migrations

VERSION, FILE = "reports_version", "reports_versionfile"
MESSAGE = "Bản đã ban hành chỉ được ghi thêm, không sửa, không xóa."
FOREIGN = "Tệp này không có trong danh sách tệp của bản đã ban hành."

POSTGRESQL = [
    f"""
    CREATE FUNCTION {VERSION}_append_only() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION '{MESSAGE}'; END;
    $$ LANGUAGE plpgsql
    """,
    *(
        statement
        for table in (VERSION, FILE)
        for statement in (
            f"""
            CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {VERSION}_append_only()
            """,
            f"""
            CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {VERSION}_append_only()
            """,
        )
    ),
    f"""
    CREATE FUNCTION {FILE}_named() RETURNS trigger AS $$
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM {VERSION} WHERE id = NEW.version_id
            AND NEW.sha256 || '  ' || NEW.name = ANY (string_to_array(manifest, E'\\n'))
        ) THEN RAISE EXCEPTION '{FOREIGN}'; END IF;
        RETURN NEW;
    END;
    $$ LANGUAGE plpgsql
    """,  # noqa: S608 - of names that stand above
    f"CREATE TRIGGER {FILE}_named BEFORE INSERT ON {FILE} FOR EACH ROW EXECUTE FUNCTION {FILE}_named()",
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER {FILE}_named ON {FILE}",
    f"DROP FUNCTION {FILE}_named()",
    *(f"DROP TRIGGER {table}_{what} ON {table}" for table in (VERSION, FILE) for what in ("rows", "all")),
    f"DROP FUNCTION {VERSION}_append_only()",
]
SAME = {
    VERSION: "id = NEW.id OR (plan_id = NEW.plan_id AND number = NEW.number) OR (issued_year = NEW.issued_year"
    " AND document_number = NEW.document_number AND symbol = NEW.symbol)",
    FILE: "id = NEW.id OR (version_id = NEW.version_id AND name = NEW.name)",
}
SQLITE = [
    *(
        f"""
        CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
        """
        for table in (VERSION, FILE)
        for verb in ("UPDATE", "DELETE")
    ),
    *(
        f"""
        CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
        BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
        """  # noqa: S608 - of names that stand above
        for table, same in SAME.items()
    ),
    f"""
    CREATE TRIGGER {FILE}_named BEFORE INSERT ON {FILE} WHEN NOT EXISTS (
        SELECT 1 FROM {VERSION} WHERE id = NEW.version_id
        AND instr(NEW.sha256, char(10)) = 0 AND instr(NEW.name, char(10)) = 0
        AND instr(char(10) || manifest, char(10) || NEW.sha256 || '  ' || NEW.name || char(10)) > 0
    )
    BEGIN SELECT RAISE(ABORT, '{FOREIGN}'); END
    """,  # noqa: S608 - of names that stand above
]
SQLITE_BACK = [
    f"DROP TRIGGER {name}"
    for name in (
        *(f"{table}_no_{what}" for table in (VERSION, FILE) for what in ("update", "delete", "replace")),
        f"{FILE}_named",
    )
]


def run(schema_editor: Any, postgresql: list[str], sqlite: list[str]) -> None:
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)


def forwards(apps: Any, schema_editor: Any) -> None:
    run(schema_editor, POSTGRESQL, SQLITE)


def backwards(apps: Any, schema_editor: Any) -> None:
    run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_versions")]
    operations = [migrations.RunPython(forwards, backwards)]
