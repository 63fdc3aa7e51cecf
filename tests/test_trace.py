"""No change without a trace, and no trace that can be changed: by the ORM, by SQL, on both databases."""

from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from quotas.services.cells import save_allocations  # noqa: F401 - as a test imports it
from quotas.services.quotas import set_quota_number
from tests import traces
from tests.cast import Province
from tests.office import signed_in, somebody
from trainingplan.models import AccessRefusal, Change, Plan, Role, User
from trainingplan.services.access import log_refusal
from trainingplan.services.changes import Entry, acting_name, record

LOGS = [Change, AccessRefusal]
REFUSED = r"chỉ được ghi thêm"
CALLED_AS = {"mark_editing": "save_registrations(", "lock_demo_users": '"demo_logins"'}
"""Services that tests reach through others."""


def test_every_service_is_called_by_some_test() -> None:
    """What `tests.traces` watches it can only watch when it is called."""
    here = Path(__file__).parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in here.rglob("*.py"))
    names = [full.rpartition(".")[2] for full in traces.services()]
    assert len(names) > 12
    assert [name for name in names if CALLED_AS.get(name, f"{name}(") not in text] == []


def test_control_a_service_without_a_trace_fails_the_test_that_calls_it(province: Province) -> None:
    def rename(*, plan: Plan, actor: User) -> None:
        Plan.objects.filter(pk=plan.pk).update(place="Đâu đó")

    def rename_on_record(*, plan: Plan, actor: User) -> None:
        rename(plan=plan, actor=actor)
        record([Entry("plan", plan.pk, "kế hoạch", "place", "", "Đâu đó")], actor=actor, plan=plan)

    traces.watched(rename_on_record)(plan=province.plan, actor=province.hoa)
    with pytest.raises(pytest.fail.Exception, match="trainingplan_plan and left no trace"):
        traces.watched(rename)(plan=province.plan, actor=province.hoa)


def test_services_are_watched_wherever_they_were_imported_to() -> None:
    modules = ("quotas.services.cells", "quotas.resources.tables", "quotas.views.allocation", __name__)
    functions = [vars(import_module(name))["save_allocations"] for name in modules]
    assert len(set(functions)) == 1
    assert functions[0].__code__.co_filename == traces.__file__


def test_a_deputy_s_name_is_kept_with_the_principal_s_however_long_both_are() -> None:
    deputy, principal = User(username="u" * 150, full_name="Đ" * 150), User(full_name="Nguyễn Văn Nam")
    name = acting_name(deputy, principal)
    assert len(name) == 200
    assert name.endswith(" thay Nguyễn Văn Nam")
    assert acting_name(User(username="b", full_name="Trần B"), None) == "Trần B (b)"


@pytest.fixture
def logged(province: Province) -> dict[type[models.Model], models.Model]:
    """A row in each log."""
    record([Entry("plan", 1, "kế hoạch", "place", "", "x")], actor=province.hoa, plan=province.plan)
    log_refusal(user=province.alice, method="GET", address="/x/", status=404)
    connection.check_constraints()  # PostgreSQL truncates nothing while checks are pending, trigger or not
    return {log: log._default_manager.get() for log in LOGS}


def by_orm(row: models.Model) -> list[Any]:
    rows = type(row)._default_manager.filter(pk=row.pk)
    fields = {"at": timezone.now()}
    same = type(row)(pk=row.pk, **{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields[1:]})
    return [
        lambda: rows.update(**fields),
        rows.delete,
        row.delete,
        row.save,
        lambda: type(row)._default_manager.bulk_update([row], ["at"]),
        lambda: type(row)._default_manager.bulk_create(
            [same], update_conflicts=True, unique_fields=["id"], update_fields=["at"]
        ),
        lambda: rows._raw_delete(rows.db),  # noqa: SLF001 - the quickest way past signals and collectors
    ]


def by_sql(row: models.Model) -> list[str]:
    table = row._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in row._meta.concrete_fields)
    copy = f"SELECT {columns} FROM {table}"  # noqa: S608 - the model's own names
    statements = [
        f"UPDATE {table} SET at = at",  # noqa: S608
        f"UPDATE {table} SET at = NULL WHERE id = {row.pk}",  # noqa: S608
        f"DELETE FROM {table}",  # noqa: S608
        f"DELETE FROM {table} WHERE id = {row.pk}",  # noqa: S608
        f"INSERT INTO {table} ({columns}) {copy} WHERE true ON CONFLICT (id) DO UPDATE SET at = excluded.at",
    ]
    if connection.vendor == "postgresql":
        return [*statements, f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
    return [
        *statements,
        f"INSERT OR REPLACE INTO {table} ({columns}) {copy}",
        f"UPDATE OR REPLACE {table} SET id = id",  # noqa: S608
    ]


@pytest.mark.parametrize("log", LOGS)
def test_no_door_changes_a_log(logged: dict[type[models.Model], models.Model], log: type[models.Model]) -> None:
    before = list(log._default_manager.values())
    for change in by_orm(logged[log]):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            change()
    for statement in by_sql(logged[log]):
        with (
            pytest.raises(DatabaseError, match=REFUSED),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert list(log._default_manager.values()) == before


def test_control_a_log_takes_new_rows(province: Province) -> None:
    for _ in range(2):
        Change.objects.create(batch=uuid4(), at=timezone.now(), actor_name="x", table="plan", row="1", field="x")
        log_refusal(user=province.alice, method="GET", address="/x/", status=404)
    assert (Change.objects.count(), AccessRefusal.objects.count()) == (2, 2)


def test_the_number_of_a_quota_is_on_the_record(province: Province) -> None:
    set_quota_number(quota=province.kv3, number=46, actor=province.hoa)
    change = Change.objects.get()
    assert (change.table, change.field, change.old, change.new) == ("quota", "number", "45", "46")


def test_changes_of_rights_are_on_the_record(province: Province) -> None:
    """Role, unit and state of an account, changed where accounts are kept."""
    office = signed_in(somebody(Role.ADMIN))
    form = {"full_name": "Nguyễn Thị Ái", "role": Role.SCHOOL, "unit": province.son_tinh.pk, "email": "", "phone": ""}
    answer = office.post(f"/quan-tri/trainingplan/user/{province.alice.pk}/change/", form)
    assert answer.status_code == 302
    found = Change.objects.filter(table="user", row=str(province.alice.pk))
    assert {change.field: (change.old, change.new) for change in found} == {
        "role": ("Cán bộ đơn vị", "Trường Chính trị tỉnh"),
        "unit": ("Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh"),
        "is_active": ("có", "không"),
    }
    assert {change.actor_name for change in found} == {"Ai Đó (ai-do-admin)"}
