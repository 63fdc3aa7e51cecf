"""The whole plan as one workbook: what leaves comes back, into the same database and into an empty one."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from openpyxl import load_workbook
from pytest_django.plugin import DjangoDbBlocker

from reports.appendices import build_appendix, whole_province
from reports.checks import check_plan
from reports.exports import Format, render
from reports.plan_document import plan_document
from reports.workbook.guide import BEGIN, columns_guide
from reports.workbook.sheets import READ_FIRST, SHEETS
from reports.workbook.taking_in import TakenIn, take_in
from reports.workbook.writing import write_workbook
from tests.loaded import FACTS, ILLUSTRATIVE
from tests.reports.workbook_cast import BOOKKEEPING, all_rows
from trainingplan.models import Change, Plan
from trainingplan.reading import read_book
from trainingplan.services.catalogue import DERIVED

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "workbook.md"
DAY = date(2026, 1, 2)
LEFT_OUT = {
    "approval", "extension", "extensionrequest", "proposal", "proposedshare", "replan", "replannedline", "returnedcell",
    "submission", "classstep",
}  # fmt: skip
"""What docs/workbook.md says is not in it."""
OF_A_PLAN = ("courses.", "quotas.", "budget.", "trainingplan.models.plans", "trainingplan.models.units")
"""Where the tables of plans are; the others are the program's own, or keep what was issued."""


@dataclass(frozen=True)
class Told:
    """A plan as data, as a workbook, and as its papers; without ids, so that two databases can be compared."""

    rows: dict[str, list[str]]
    workbook: bytes
    papers: dict[str, bytes]
    check: tuple[str, ...]
    compared: int


@dataclass(frozen=True)
class Runs:
    original: Told
    copy: Told
    first: TakenIn
    again: TakenIn
    entries: int


def _told() -> Told:
    plan = Plan.objects.get(year=2024)
    papers = {"ke-hoach": render(plan_document(plan), Format.TXT)}
    for appendix in plan.appendices.prefetch_related("columns").order_by("number"):
        papers[str(appendix)] = render(build_appendix(plan, appendix, whole_province()), Format.TXT)
    result = check_plan(plan)
    found = tuple(map(str, result.disagreements))
    return Told(all_rows(), write_workbook(2024, DAY), papers, found, result.compared)


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def runs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Runs:
    """The real plan told, taken in again where it is, and then into a database that has nothing."""
    with django_db_blocker.unblock():
        with _rolled_back():
            call_command("load_plan", FACTS, ILLUSTRATIVE, verbosity=0)
            original = _told()
            book = read_book("so.xlsx", original.workbook)
            before = Change.objects.count()
            again = take_in(book, actor=None)
            entries = Change.objects.count() - before
        with _rolled_back():
            first = take_in(book, actor=None)
            copy = _told()
    return Runs(original, copy, first, again, entries)


def test_a_plan_taken_in_where_it_is_changes_nothing(runs: Runs) -> None:
    assert runs.again.problems == ()
    assert [(sheet, added, changed, refused) for sheet, added, changed, _, refused in runs.again.counts] == [
        (sheet, 0, 0, 0) for sheet, *_ in runs.again.counts
    ]
    assert sum(same for *_, same, _ in runs.again.counts) > 1_500
    assert runs.entries == 0


def test_an_empty_database_becomes_the_same_row_by_row(runs: Runs) -> None:
    assert runs.first.problems == ()
    assert runs.first.kept
    for table, rows in runs.original.rows.items():
        assert runs.copy.rows[table] == rows, table
    assert sum(map(len, runs.copy.rows.values())) > 1_500


def test_the_copy_gives_the_same_workbook_cell_by_cell(runs: Runs) -> None:
    one, other = (load_workbook(io.BytesIO(told.workbook)) for told in (runs.original, runs.copy))
    assert one.sheetnames == other.sheetnames
    for name in one.sheetnames:
        cells = [[cell.value for cell in row] for row in one[name].iter_rows()]
        assert [[cell.value for cell in row] for row in other[name].iter_rows()] == cells, name
    assert runs.original.workbook == runs.copy.workbook


def test_the_copy_prints_the_same_papers_and_passes_the_same_check(runs: Runs) -> None:
    assert len(runs.original.papers) == 9
    for name, paper in runs.original.papers.items():
        assert runs.copy.papers[name] == paper, name
    assert (runs.copy.check, runs.copy.compared) == (runs.original.check, runs.original.compared)


def test_the_workbook_explains_itself_and_has_no_formula(runs: Runs) -> None:
    book = load_workbook(io.BytesIO(runs.original.workbook))
    assert book.sheetnames[0] == READ_FIRST
    told = " ".join(str(cell.value or "") for row in book[READ_FIRST].iter_rows() for cell in row)
    for sheet in SHEETS:
        page = book[sheet.sheet()]
        assert sheet.sheet() in told
        assert page.freeze_panes
        assert all(cell.comment and cell.value for cell in page[1])
    cell = book["Dòng kinh phí"]["A2"]
    assert isinstance(cell.value, int)
    assert book["Tên đơn vị"]["D2"].is_date
    assert book["Phân bổ"].data_validations.dataValidation
    with zipfile.ZipFile(io.BytesIO(runs.original.workbook)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/" in name)


def test_every_column_of_every_table_is_in_the_workbook_or_said_to_be_left_out() -> None:
    for sheet in SHEETS:
        resource = sheet(year=2024)
        columns = resource.columns.values()
        shown = {str(column.attribute) for column in columns} | {name for one in columns for name in one.covers}
        shown |= {"plan_id", "plan", "parent_id"} | BOOKKEEPING | DERIVED | {"of_amount"}
        model = sheet._meta.model
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            assert {field.name, getattr(field, "attname", "")} & shown, f"{model.__name__}.{field.name}"
    tables = {sheet._meta.model._meta.model_name for sheet in SHEETS}
    for model in apps.get_models():
        if model.__module__.startswith(OF_A_PLAN):
            assert model._meta.model_name in tables | LEFT_OUT, model


def test_the_guide_is_what_the_resources_say() -> None:
    written = GUIDE.read_text(encoding="utf-8").partition(BEGIN)[2]
    assert columns_guide().strip() in written, "run: manage.py export_workbook 2024 docs/workbook.md --guide"
