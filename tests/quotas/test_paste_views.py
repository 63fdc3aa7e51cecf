"""The preview of a paste over HTTP: what is told of each cell and line, and that nothing is written."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quotas.models import Allocation, Registration, UnitCap
from quotas.services.cells import CellInput, save_allocations, save_registrations
from tests.cast import Province
from trainingplan.models import Change, Succession, Unit, UnitName

BOARD = {"year": 2024, "number": 1}


@pytest.fixture
def board(client: Client, province: Province) -> Client:
    client.force_login(province.hoa)
    return client


def preview(client: Client, province: Province, text: str, **more: object) -> dict[str, Any]:
    """The preview of a paste at the first cell of the Board's grid."""
    asked = {
        "text": text,
        "rows": [province.binh_son.pk, province.son_tinh.pk],
        "columns": [province.hcm.pk, province.kv3.pk],
        **more,
    }
    response = client.post(
        reverse("allocation-paste-preview", kwargs=BOARD), json.dumps(asked), content_type="application/json"
    )
    assert response.status_code == 200, response.json()
    return dict(response.json())


def kinds(told: dict[str, Any]) -> list[str]:
    return [cell["kind"] for cell in told["cells"]]


def test_each_cell_is_told_and_nothing_is_written(board: Client, province: Province) -> None:
    ours = CellInput(province.binh_son.pk, province.kv3.pk, "7")
    save_allocations(plan=province.plan, cells=[ours], actor=province.hoa)
    changes = Change.objects.count()
    told = preview(board, province, "1.960\t5\tx\r\n1,5\t\r\n9\t9\r\n")
    assert kinds(told) == ["new", "overwritten", "refused", "blank"]
    assert (told["height"], told["width"], told["outside"], told["named"]) == (3, 3, 3, False)
    new, over, refused, _ = told["cells"]
    assert (new["unit"], new["quota"], new["number"]) == (province.binh_son.pk, province.hcm.pk, 1960)
    assert (over["held"], over["number"]) == ("7", 5)
    assert (refused["line"], refused["typed"]) == (2, "1,5")
    assert "không phải số người" in refused["reason"]
    assert (Allocation.objects.get().number, Change.objects.count()) == (7, changes)


def test_lines_with_names_find_their_units_in_any_order(board: Client, province: Province) -> None:
    told = preview(board, province, "Huyện uỷ Sơn Tịnh\t1\t2\r\nTổng cộng\t3\t4\r\nhuyen uy binh son\t5\t6\r\n")
    cells = [(cell["unit"], cell["quota"], cell["number"]) for cell in told["cells"]]
    assert cells == [
        (province.son_tinh.pk, province.hcm.pk, 1),
        (province.son_tinh.pk, province.kv3.pk, 2),
        (province.binh_son.pk, province.hcm.pk, 5),
        (province.binh_son.pk, province.kv3.pk, 6),
    ]
    (line,) = told["lines"]
    assert (line["line"], line["name"], line["row"], line["values"]) == (2, "Tổng cộng", None, 2)
    assert line["reason"] == "không khớp tên nào"


def test_an_uncertain_line_waits_for_a_choice(board: Client, province: Province) -> None:
    old = Unit.objects.create(key="cu")
    UnitName.objects.create(unit=old, name="Huyện ủy Cũ", valid_from=date(1989, 7, 1), valid_to=date(2020, 1, 1))
    for heir in (province.binh_son, province.son_tinh):
        Succession.objects.create(predecessor=old, successor=heir, effective_on=date(2020, 1, 1))
    told = preview(board, province, "Huyện ủy Cũ\t3")
    assert told["cells"] == []
    assert {one["name"] for one in told["lines"][0]["candidates"]} == {"Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh"}
    told = preview(board, province, "Huyện ủy Cũ\t3", choices={"1": province.son_tinh.pk})
    assert [(cell["unit"], cell["number"]) for cell in told["cells"]] == [(province.son_tinh.pk, 3)]
    told = preview(board, province, "Huyện ủy Cũ\t3", choices={"1": old.pk})
    assert told["cells"] == []


def test_codes_of_digits_are_asked_about_and_read_when_said_so(board: Client, province: Province) -> None:
    for unit, code in ((province.binh_son, "524"), (province.son_tinh, "527")):
        unit.official_code = code
        unit.save()
    told = preview(board, province, "527\t3\r\n524\t4")
    assert (told["named"], told["codes"], told["cells"][0]["number"]) == (False, True, 527)
    told = preview(board, province, "527\t3\r\n524\t4", named=True)
    assert [(cell["unit"], cell["number"]) for cell in told["cells"]] == [
        (province.son_tinh.pk, 3),
        (province.binh_son.pk, 4),
    ]


def test_the_units_sheet_takes_its_own_rows_and_tells_of_locked_ones(client: Client, province: Province) -> None:
    client.force_login(province.alice)
    none = CellInput(province.binh_son.pk, province.kv3.pk, "", no_need=True)
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[none], actor=province.bob)
    url = reverse("registration-paste-preview", kwargs={"year": 2024, "unit_key": province.binh_son.key})
    asked = {"text": "4\n5\n6", "rows": [province.kv3.pk, None], "columns": [province.binh_son.pk]}
    told = client.post(url, json.dumps(asked), content_type="application/json").json()
    assert kinds(told) == ["overwritten", "locked"]
    assert told["outside"] == 1
    assert (told["cells"][0]["unit"], told["cells"][0]["held"]) == (province.binh_son.pk, "không có nhu cầu")
    asked = {"text": f"{province.hcm.name}\t2", "rows": [province.kv3.pk], "columns": [province.binh_son.pk]}
    told = client.post(url, json.dumps(asked), content_type="application/json").json()
    assert [(cell["quota"], cell["number"]) for cell in told["cells"]] == [(province.hcm.pk, 2)]
    assert Registration.objects.filter(number__isnull=False).count() == 0


def test_the_grids_beside_the_allocation_have_their_own_preview(board: Client, province: Province) -> None:
    programme = province.kv3.programme
    UnitCap.objects.create(unit=province.son_tinh, programme=programme, number=9, updated_at=timezone.now())
    asked = {"text": "4\n5", "rows": [province.binh_son.pk, province.son_tinh.pk], "columns": [programme.pk]}
    url = reverse("allocation-paste-preview", kwargs=BOARD)
    told = board.post(f"{url}?bang=tran", json.dumps(asked), content_type="application/json").json()
    assert kinds(told) == ["new", "overwritten"]
    assert told["cells"][1]["held"] == "9"
    assert board.post(f"{url}?bang=khac", json.dumps(asked), content_type="application/json").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"text": 7, "rows": [], "columns": []}',
        '{"text": "1", "rows": ["a"], "columns": []}',
        '{"text": "1", "rows": [1.5], "columns": []}',
        '{"text": "1", "rows": [1], "columns": [null]}',
        '{"text": "1", "rows": [1], "columns": [1], "named": "x"}',
        '{"text": "1", "rows": [1], "columns": [1], "choices": [1]}',
        '{"text": "1", "rows": [1], "columns": [1], "choices": {"x": 1}}',
        '{"text": "1", "rows": [1], "columns": [1], "choices": {"1": "x"}}',
        '{"text": "", "rows": [1], "columns": [1]}',
        json.dumps({"text": "1\t" * 30_000, "rows": [1], "columns": [1]}),
        '{"text": "' + "9" * 3_000_000 + '", "rows": [], "columns": []}',
        '{"rows": ' + "[" * 100_000,
    ],
)
def test_what_no_grid_sends_is_refused_with_words(board: Client, body: str) -> None:
    response = board.post(reverse("allocation-paste-preview", kwargs=BOARD), body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["message"]


def test_rows_and_columns_of_elsewhere_take_nothing(board: Client, province: Province) -> None:
    told = preview(board, province, "4\t5", rows=[10**30], columns=[10**30, province.hcm.pk])
    assert [(cell["unit"], cell["kind"]) for cell in told["cells"]] == [(None, "locked")]
