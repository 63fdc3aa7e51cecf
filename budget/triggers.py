"""The database's own keeping of sums: the amount of a line with an estimate is the sum of its costs, by any door.

SQLite loses a table's triggers when a migration rebuilds it. A migration that alters `budgetline` or `estimateline`
ends with `RunPython(triggers.install, triggers.remove)`; a test notices where one forgets.
"""

from typing import Any

_SUM = "COALESCE((SELECT SUM(amount) FROM budget_estimateline WHERE line_id = {line}), 0)"
_SETTLE = "UPDATE budget_budgetline SET amount = {sum} WHERE id = {line} AND basis = 'estimate' AND amount <> {sum}"


def _settle(line: str) -> str:
    return _SETTLE.format(line=line, sum=_SUM.format(line=line))


def _wait(line: str) -> str:
    """PostgreSQL: who writes costs of the same line at once waits here, and then sums what the other has written."""
    return f"PERFORM 1 FROM budget_budgetline WHERE id = {line} FOR NO KEY UPDATE"


_NEW, _OLD, _OWN = _settle("NEW.line_id"), _settle("OLD.line_id"), _settle("NEW.id")

WHOLE = "Không xóa cả bảng khoản dự toán bằng TRUNCATE: số tiền của các dòng là tổng các khoản. Hãy xóa từng dòng."
POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION budget_estimate_sum() RETURNS trigger AS $$
    BEGIN
        IF TG_OP <> 'DELETE' THEN {_wait("NEW.line_id")}; {_NEW}; END IF;
        IF TG_OP <> 'INSERT' THEN {_wait("OLD.line_id")}; {_OLD}; END IF;
        RETURN NULL;
    END;
    $$ LANGUAGE plpgsql
    """,
    f"""
    CREATE OR REPLACE FUNCTION budget_line_sum() RETURNS trigger AS $$
    BEGIN {_OWN}; RETURN NULL; END;
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER budget_estimate_sum AFTER INSERT OR UPDATE OR DELETE ON budget_estimateline
    FOR EACH ROW EXECUTE FUNCTION budget_estimate_sum()
    """,
    """
    CREATE TRIGGER budget_line_sum AFTER INSERT OR UPDATE OF amount, basis ON budget_budgetline
    FOR EACH ROW WHEN (NEW.basis = 'estimate') EXECUTE FUNCTION budget_line_sum()
    """,
    f"""
    CREATE OR REPLACE FUNCTION budget_estimate_whole() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION '{WHOLE}'; END;
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER budget_estimate_whole BEFORE TRUNCATE ON budget_estimateline
    FOR EACH STATEMENT EXECUTE FUNCTION budget_estimate_whole()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER IF EXISTS budget_estimate_sum ON budget_estimateline",
    "DROP TRIGGER IF EXISTS budget_line_sum ON budget_budgetline",
    "DROP TRIGGER IF EXISTS budget_estimate_whole ON budget_estimateline",
    "DROP FUNCTION IF EXISTS budget_estimate_whole()",
    "DROP FUNCTION IF EXISTS budget_estimate_sum()",
    "DROP FUNCTION IF EXISTS budget_line_sum()",
]
SQLITE = [
    f"CREATE TRIGGER budget_estimate_sum_insert AFTER INSERT ON budget_estimateline BEGIN {_NEW}; END",
    f"CREATE TRIGGER budget_estimate_sum_update AFTER UPDATE ON budget_estimateline BEGIN {_NEW}; {_OLD}; END",
    f"CREATE TRIGGER budget_estimate_sum_delete AFTER DELETE ON budget_estimateline BEGIN {_OLD}; END",
    f"CREATE TRIGGER budget_line_sum_insert AFTER INSERT ON budget_budgetline BEGIN {_OWN}; END",
    f"CREATE TRIGGER budget_line_sum_update AFTER UPDATE OF amount, basis ON budget_budgetline BEGIN {_OWN}; END",
]
SQLITE_BACK = [
    f"DROP TRIGGER IF EXISTS budget_{name}"
    for name in (
        "estimate_sum_insert",
        "estimate_sum_update",
        "estimate_sum_delete",
        "line_sum_insert",
        "line_sum_update",
    )
]


def install(apps: Any, schema_editor: Any) -> None:
    """Set the triggers, instead of those that may be there."""
    remove(apps, schema_editor)
    _run(schema_editor, POSTGRESQL, SQLITE)


def remove(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - the signature of a migration's step
    _run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


def _run(schema_editor: Any, postgresql: list[str], sqlite: list[str]) -> None:
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)
