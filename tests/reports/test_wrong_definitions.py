"""An appendix that cannot be printed says why: on its page, in place of its files, to the command and to the check."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from reports.checks import check_plan
from tests.cast import Province
from trainingplan.models import AppendixColumn
from trainingplan.rules.definitions import definition_faults

FAULTS = {
    "no columns": ([], "chưa có cột nào"),
    "nothing names the rows": (["stt", "quota", "total"], "thiếu cột «unit»"),
    "a source twice": (["unit", "quota", "note", "note"], "«note» có 2 lần"),
}


@pytest.fixture(params=FAULTS, ids=str)
def fault(request: pytest.FixtureRequest, province: Province) -> str:
    sources, words = FAULTS[request.param]
    province.appendix.columns.all().delete()
    AppendixColumn.objects.bulk_create(
        AppendixColumn(appendix=province.appendix, position=n, source=source, head=source, width=20)
        for n, source in enumerate(sources, start=1)
    )
    return words


@pytest.fixture
def board(client: Client, province: Province) -> Client:
    client.force_login(province.hoa)
    return client


def test_the_page_says_why(fault: str, board: Client) -> None:
    response = board.get("/2024/phu-luc/1/")
    assert response.status_code == 200
    assert fault in response.content.decode()


@pytest.mark.parametrize("path", ["phu-luc-1.pdf", "phu-luc-1.xlsx"])
def test_a_file_leads_to_the_page(path: str, fault: str, board: Client) -> None:
    assert fault in board.get(f"/2024/phu-luc/{path}", follow=True).content.decode()


def test_the_zip_names_the_appendix(fault: str, board: Client, jobs_at_once: None) -> None:
    page = board.post("/2024/phu-luc/tat-ca/", follow=True).content.decode()
    assert "Phụ lục 1 có lỗi" in page
    assert fault in page


def test_the_command_says_why_and_writes_nothing(fault: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=fault):
        call_command("export_plan", "2024", to=str(tmp_path), stdout=StringIO())
    assert not list(tmp_path.iterdir())


def test_the_check_finds_it(fault: str, province: Province) -> None:
    assert any(fault in found.message for found in check_plan(province.plan).disagreements)


def test_quotas_may_repeat() -> None:
    assert definition_faults("allocation", ["stt", "unit", "quota", "quota", "total", "note"]) == []


@pytest.mark.parametrize("arguments", [{"to": ""}, {"to": "x", "only": ","}, {"to": "x", "formats": ""}])
def test_an_empty_argument_is_refused(arguments: dict[str, str], province: Province) -> None:
    with pytest.raises(CommandError, match=r"Hãy nêu|không nêu gì"):
        call_command("export_plan", "2024", **arguments, stdout=StringIO())
