"""A province as large as one likes, filled by the database itself: units and plans are made as usual, the rest by SQL.

All of it is marked as illustrative. The log's digests are stand-ins, which `verify_log` would refuse.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

from django.db import connection

from quotas.models import Allocation, Nomination, Person, Registration, Response
from tests.bench.province import Province, build
from trainingplan.models import Change, LogPart, LogSeal, Plan, Role, User
from trainingplan.rules.names import fold, name_sort_key

PEOPLE_PER_CELL = 10
"""One person is named for so many cells."""
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi", "Đỗ")
MIDDLE = ("Văn", "Thị", "Hữu", "Phú", "Minh", "Ngọc", "Đức", "Thanh", "Quốc", "Xuân")
GIVEN = ("An", "Bình", "Cường", "Dũng", "Hạnh", "Lộc", "Minh", "Ngọc", "Phúc", "Thảo")


@dataclass(frozen=True, slots=True)
class Size:
    """So many times the province: ten times the units first, then ten times the years."""

    times: int
    units: int
    years: int
    quotas: int = 60

    @property
    def cells(self) -> int:
        return self.units * self.quotas * self.years


SIZES = (Size(1, 400, 5), Size(10, 4_000, 5), Size(100, 4_000, 50))

CELLS = """INSERT INTO {table} (quota_id, unit_id, number, note, version, illustrative, updated_at, {own})
 SELECT q.id, u.id, (q.id * 7 + u.id * 13) % 40, '', 1, TRUE, CURRENT_TIMESTAMP, {value}
 FROM quotas_quota q CROSS JOIN trainingplan_unit u ORDER BY q.id, u.id"""
ANSWERS = """INSERT INTO quotas_response (participant_id, state, sent_at, return_reason, illustrative)
 SELECT id, 'sent', CURRENT_TIMESTAMP, '', TRUE FROM trainingplan_participant"""
PEOPLE = """WITH RECURSIVE place(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n + 1 < {count})
 INSERT INTO quotas_person (unit_id, full_name, name_sort, name_search, sex, birth_year, job_title,
 ethnicity, education, illustrative)
 SELECT u.id, names.full_name, names.name_sort, names.name_search, 'male', 1980, 'Chuyên viên', 'Kinh', 'Đại học', TRUE
 FROM trainingplan_unit u CROSS JOIN place JOIN bench_names names ON names.id = (u.id * 31 + place.n * 17) % 1000"""
NOMINATED = """INSERT INTO quotas_nomination (quota_id, unit_id, person_id, reserve, degree, field_of_study,
 institution, mode, duration, funding, planned_post, class_name, note, version, illustrative)
 SELECT q.id, p.unit_id, p.id, FALSE, '', '', '', '', '', '', '', '', '', 1, TRUE
 FROM quotas_person p JOIN bench_quotas q ON q.place = p.id % {count}"""
LOG = """INSERT INTO trainingplan_change (batch, at, actor_id, actor_name, plan_id, unit_id, "table", "row",
 label, field, old, new, reason)
 SELECT {batch}, CURRENT_TIMESTAMP, w.id, w.full_name, g.plan_id, c.unit_id, '{table}',
 CAST(c.unit_id AS varchar) || ':' || CAST(c.quota_id AS varchar), n.name || ' – ' || q.name, 'number', '',
 CAST(c.number AS varchar), ''
 FROM courses_programme g JOIN quotas_quota q ON q.programme_id = g.id JOIN quotas_{table} c ON c.quota_id = q.id
 JOIN trainingplan_unitname n ON n.unit_id = c.unit_id JOIN trainingplan_user w ON {who}
 ORDER BY g.plan_id, {act}, c.id"""
PARTS = """INSERT INTO trainingplan_logpart ("rows", digest)
 SELECT CAST(MIN(id) AS varchar) || '-' || CAST(MAX(id) AS varchar),
 REPLACE(CAST(batch AS varchar), '-', '') || REPLACE(CAST(batch AS varchar), '-', '')
 FROM trainingplan_change GROUP BY batch ORDER BY MIN(id)"""
SEALS = """INSERT INTO trainingplan_logseal (position, part_id, at, digest)
 SELECT id, id, CURRENT_TIMESTAMP, digest FROM trainingplan_logpart"""
ACTS = (("registration", "c.unit_id", "w.unit_id = c.unit_id"), ("allocation", "q.id", "w.role = 'board'"))
"""A unit writes all its cells of a year at once, the Board all cells of a quota."""


QUOTAS = """CREATE TEMPORARY TABLE bench_quotas AS
 SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM quotas_quota"""
INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indrelid::regclass::text FROM pg_index
 WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"""


def generate(size: Size) -> Province:
    """Fill an empty database: cells of both grids, each with its line in the log, answers, people."""
    province = build(units=size.units, quotas=size.quotas, years=size.years, filled=False)
    Plan.objects.update(illustrative=True)
    User.objects.bulk_create(
        [
            User(username=f"don-vi-{unit.pk}", password="!", full_name=f"Người {unit.pk}", role=Role.UNIT, unit=unit)
            for unit in province.units
        ],
        1_000,
    )
    _names()
    with _load():
        _run(CELLS.format(table="quotas_registration", own="no_need", value="FALSE"))
        _run(CELLS.format(table="quotas_allocation", own="reserve", value="0"))
        _run(ANSWERS)
        _run(PEOPLE.format(count=size.quotas * size.years // PEOPLE_PER_CELL))
        _run(NOMINATED.format(count=size.quotas * size.years))
        for place, (table, act, who) in enumerate(ACTS):
            batch = _batch(f"g.plan_id * 10000000 + {act} * 10 + {place}")
            _run(LOG.format(table=table, act=act, who=who, batch=batch))
        _run(PARTS)
        _run(SEALS)
    _run("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return province


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _batch(number: str) -> str:
    """What makes a batch's key of a number, in SQL."""
    if connection.vendor == "postgresql":
        return f"CAST(LPAD(TO_HEX({number}), 32, '0') AS uuid)"
    return f"PRINTF('%032x', {number})"


def _names() -> None:
    """A thousand names with their keys, and the quotas by place."""
    names = [" ".join(parts) for parts in product(FAMILY, MIDDLE, GIVEN)]
    _run("CREATE TEMPORARY TABLE bench_names (id int, full_name text, name_sort text, name_search text)")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO bench_names VALUES (%s, %s, %s, %s)",
            [(place, name, name_sort_key(name), fold(name)) for place, name in enumerate(names)],
        )
    _run(QUOTAS)


@contextmanager
def _load() -> Iterator[None]:
    """Indexes are made afterwards, and PostgreSQL checks no references meanwhile: several times faster."""
    models = (Allocation, Change, LogPart, LogSeal, Nomination, Person, Registration, Response)
    tables = [model._meta.db_table for model in models]
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute(INDEXES, [tables])
        else:
            cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        indexes = [(name, sql) for name, sql, table in cursor.fetchall() if table in tables]
        if postgresql:
            cursor.execute("SET session_replication_role = replica")
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        if postgresql:
            cursor.execute("SET session_replication_role = origin")
