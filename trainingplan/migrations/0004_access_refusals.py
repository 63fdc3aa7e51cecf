"""The log of refused access, append-only like the change log; and on SQLite no row of either is replaced.

SQLite's INSERT OR REPLACE deletes the row that stands without asking its DELETE trigger.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CHANGES, REFUSALS = "trainingplan_change", "trainingplan_accessrefusal"
MESSAGES = {
    CHANGES: "Nhật ký thay đổi chỉ được ghi thêm.",
    REFUSALS: "Nhật ký từ chối truy cập chỉ được ghi thêm.",
}

POSTGRESQL = [
    f"""
    CREATE FUNCTION {REFUSALS}_append_only() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION '{MESSAGES[REFUSALS]}'; END;
    $$ LANGUAGE plpgsql
    """,
    f"""
    CREATE TRIGGER {REFUSALS}_rows BEFORE UPDATE OR DELETE ON {REFUSALS}
    FOR EACH ROW EXECUTE FUNCTION {REFUSALS}_append_only()
    """,
    f"""
    CREATE TRIGGER {REFUSALS}_all BEFORE TRUNCATE ON {REFUSALS}
    FOR EACH STATEMENT EXECUTE FUNCTION {REFUSALS}_append_only()
    """,
]
POSTGRESQL_BACK = [
    f"DROP TRIGGER {REFUSALS}_all ON {REFUSALS}",
    f"DROP TRIGGER {REFUSALS}_rows ON {REFUSALS}",
    f"DROP FUNCTION {REFUSALS}_append_only()",
]
SQLITE = [
    *(
        f"""
        CREATE TRIGGER {REFUSALS}_no_{verb.lower()} BEFORE {verb} ON {REFUSALS}
        BEGIN SELECT RAISE(ABORT, '{MESSAGES[REFUSALS]}'); END
        """
        for verb in ("UPDATE", "DELETE")
    ),
    *(
        f"""
        CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, '{message}'); END
        """  # noqa: S608 - of two names that stand above
        for table, message in MESSAGES.items()
    ),
]
SQLITE_BACK = [
    f"DROP TRIGGER {name}"
    for name in (
        f"{REFUSALS}_no_update",
        f"{REFUSALS}_no_delete",
        f"{CHANGES}_no_replace",
        f"{REFUSALS}_no_replace",
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
    dependencies = [("trainingplan", "0003_the_round")]
    operations = [
        migrations.CreateModel(
            name="AccessRefusal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="lúc")),
                ("user_name", models.CharField(max_length=320, verbose_name="tên người dùng")),
                ("method", models.CharField(max_length=10, verbose_name="cách gọi")),
                ("address", models.CharField(max_length=500, verbose_name="địa chỉ")),
                ("status", models.PositiveSmallIntegerField(verbose_name="mã trả lời")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="nội dung")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_refusals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người dùng",
                    ),
                ),
            ],
            options={
                "verbose_name": "lần từ chối truy cập",
                "verbose_name_plural": "các lần từ chối truy cập",
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["user", "at"], name="access_refusal_by_user")],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
