"""What was added takes inserts only, as the logs do; and the change log so far becomes the chain's first links."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import migrations
from django.utils import timezone

from trainingplan.rules.seals import COLUMNS, FIRST, as_ranges, part_digest, seal_digest

PART = 2_000
"""Changes under one link; what was written together is no longer told apart."""
MESSAGES = {
    "trainingplan_logpart": "Chuỗi niêm phong nhật ký chỉ được ghi thêm.",
    "trainingplan_logseal": "Chuỗi niêm phong nhật ký chỉ được ghi thêm.",
    "trainingplan_personalread": "Nhật ký đọc dữ liệu cá nhân chỉ được ghi thêm.",
}
SAME = {
    "trainingplan_logpart": "id = NEW.id",
    "trainingplan_logseal": "position = NEW.position OR part_id = NEW.part_id",
    "trainingplan_personalread": "id = NEW.id",
}


def postgresql(table: str) -> Iterator[str]:
    yield f"""
        CREATE FUNCTION {table}_append_only() RETURNS trigger AS $$
        BEGIN RAISE EXCEPTION '{MESSAGES[table]}'; END;
        $$ LANGUAGE plpgsql
        """
    yield f"""
        CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_append_only()
        """
    yield f"""
        CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()
        """


def sqlite(table: str) -> Iterator[str]:
    abort = f"BEGIN SELECT RAISE(ABORT, '{MESSAGES[table]}'); END"
    for verb in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {abort}"
    yield f"""
        CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE {SAME[table]}) {abort}
        """  # noqa: S608 - of names that stand above


def install(apps: Any, schema_editor: Any) -> None:
    statements = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
    for table in MESSAGES:
        for statement in statements(table):
            schema_editor.execute(statement)


def remove(apps: Any, schema_editor: Any) -> None:
    for table in MESSAGES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_all ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_rows ON {table}")
            schema_editor.execute(f"DROP FUNCTION {table}_append_only()")
        else:
            for what in ("update", "delete", "replace"):
                schema_editor.execute(f"DROP TRIGGER {table}_no_{what}")


def seal(apps: Any, schema_editor: Any) -> None:
    change, part, link = (apps.get_model("trainingplan", name) for name in ("Change", "LogPart", "LogSeal"))
    rows = change.objects.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=PART)
    before, position, at = FIRST, 0, timezone.now()
    while block := list(islice(rows, PART)):
        position += 1
        made = part.objects.create(rows=as_ranges(row[0] for row in block), digest=part_digest(block))
        before = seal_digest(before, position=position, at=at, rows=made.rows, digest=made.digest)
        link.objects.create(position=position, part=made, at=at, digest=before)


class Migration(migrations.Migration):
    dependencies = [("trainingplan", "0008_safety")]
    operations = [
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
