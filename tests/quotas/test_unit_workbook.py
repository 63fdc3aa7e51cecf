"""A unit's workbook goes out and comes back: nothing changes of itself, and only what was typed is written."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quotas.imports.unit_form import CELLS, GUIDE, KEY_HEAD, KEYS, NAME_HEAD
from quotas.imports.unit_workbook import UNIT_WORKBOOK as KIND
from quotas.imports.unit_workbook_made import unit_workbook
from quotas.models import Quota, Registration
from quotas.services.cells import CellInput, save_registrations
from quotas.services.responses import send_response
from tests.cast import Province, make_quota
from tests.office import signed_in
from tests.quotas.workbooks import Opened, book_of, contents_of, rows_of, taken_in, told, words
from trainingplan.imports.batches import apply, preview, take_up
from trainingplan.imports.report import read_report
from trainingplan.models import AccessRefusal, Change, Job, JobFile, Plan, User
from trainingplan.services.access import watching
from trainingplan.services.jobs import run_job, start_job
from trainingplan.services.refusals import Refused

ANSWERS = st.tuples(st.none() | st.integers(0, 40), st.booleans()).map(
    lambda pair: (None if pair[1] else pair[0], pair[1])
)
"""A number, nothing, or that there is no need."""


def made(province: Province, actor: User | None = None) -> bytes:
    return unit_workbook(province.plan, province.binh_son, actor or province.alice)[1]


def registered(province: Province) -> dict[str, tuple[int | None, bool]]:
    cells = Registration.objects.filter(unit=province.binh_son).select_related("quota")
    return {cell.quota.key: (cell.number, cell.no_need) for cell in cells}


def register(province: Province, actor: User, quota: Quota, number: int | None, *, no_need: bool = False) -> None:
    stands = Registration.objects.filter(quota=quota, unit=province.binh_son).first()
    typed, version = "" if number is None else str(number), stands.version if stands else 0
    cell = CellInput(province.binh_son.pk, quota.pk, typed, version, no_need)
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[cell], actor=actor)


def more_quotas(province: Province) -> list[Quota]:
    programme = province.kv3.programme
    return [
        province.kv3,
        *(
            make_quota(programme, province.appendix, f"q{n}", f"Chỉ tiêu {n}", number=None, position=n)
            for n in (3, 4, 5)
        ),
    ]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(ANSWERS, min_size=4, max_size=4), after=st.lists(ANSWERS, min_size=4, max_size=4))
def test_whatever_stands_comes_back_unchanged_and_edits_come_back_alone(
    before: list[Any], after: list[Any], province: Province
) -> None:
    quotas = list(Quota.objects.exclude(key="hcm")) if Quota.objects.count() > 2 else more_quotas(province)
    Registration.objects.all().delete()
    for quota, (number, no_need) in zip(quotas, before, strict=True):
        if number is not None or no_need:
            register(province, province.alice, quota, number, no_need=no_need)
    stood, content = registered(province), made(province)
    same = taken_in(KIND, content, province.plan, province.alice)
    assert set(told(same)) <= {"same"}
    assert registered(province) == stood
    opened = Opened(content)
    for quota, (number, no_need) in zip(quotas, after, strict=True):
        opened.type(quota.key, number, "x" if no_need else None)
    outcome = taken_in(KIND, opened.saved(), province.plan, province.alice)
    edits = {q.key: new for q, old, new in zip(quotas, before, after, strict=True) if old != new}
    assert outcome.problems == ()
    assert outcome.count("added") + outcome.count("changed") == len(edits)
    assert registered(province) == stood | edits


def test_the_file_says_what_to_do_and_keeps_its_keys_out_of_sight(province: Province) -> None:
    register(province, province.alice, province.kv3, 4)
    opened = Opened(made(province))
    assert opened.book.sheetnames == [GUIDE, CELLS, KEYS]
    assert opened.book[KEYS].sheet_state == "veryHidden"
    sheet, top, columns = opened.sheet(KEY_HEAD)
    assert sheet.column_dimensions["A"].hidden
    assert sheet.protection.sheet
    assert [str(cell.value) for cell in sheet[top]][1:] == [
        "TT", NAME_HEAD, "ĐVT", "Chỉ tiêu chung", "Năm 2023", "Đăng ký năm 2024", "Không có nhu cầu (x)", "Ghi chú",
    ]  # fmt: skip
    row = next(n for n in range(top, sheet.max_row) if sheet.cell(n, columns[KEY_HEAD]).value == "cao-cap/kv3")
    assert [sheet.cell(row, column).protection.locked for column in (3, 7, 8)] == [True, False, False]
    assert sheet.cell(row, 7).value == 4
    assert {one.type for one in sheet.data_validations.dataValidation} == {"whole", "list"}
    assert "Hạn gửi" in {value for line in rows_of(made(province), GUIDE) for value in line}


def test_text_of_users_is_never_a_formula(province: Province) -> None:
    Quota.objects.filter(pk=province.kv3.pk).update(name='=HYPERLINK("http://x")')
    opened = Opened(made(province))
    cells = [cell for row in opened.book[CELLS].iter_rows() for cell in row if str(cell.value).startswith("=HYP")]
    assert [cell.data_type for cell in cells] == ["s"]


def test_a_cell_changed_online_since_is_told_with_both_values_and_never_overwritten(province: Province) -> None:
    register(province, province.alice, province.kv3, 4)
    opened = Opened(made(province))
    register(province, province.bob, province.kv3, 9)
    opened.type("kv3", 7)
    opened.type("hcm", 2)
    outcome = taken_in(KIND, opened.saved(), province.plan, province.alice)
    assert told(outcome) == {"added": 1, "refused": 1}
    assert "Trần Văn Bảo" in words(outcome)
    assert "«9»" in words(outcome)
    assert "«7»" in words(outcome)
    assert registered(province) == {"kv3": (9, False), "hcm": (2, False)}


def test_a_cell_changed_online_that_nobody_typed_into_stands(province: Province) -> None:
    register(province, province.alice, province.kv3, 4)
    content = made(province)
    register(province, province.bob, province.kv3, 9)
    contents = contents_of(KIND, content, province.plan, province.alice)
    assert contents.tables == ()
    assert "1 ô đã được sửa trên mạng" in contents.notes[0]


def test_moved_removed_and_renamed_rows_and_sheets_are_known_by_their_keys(province: Province) -> None:
    register(province, province.alice, province.hcm, 1)
    opened = Opened(made(province))
    opened.type("kv3", "8")
    sheet, top, _ = opened.sheet(KEY_HEAD)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top + 1)]
    hcm = next(row for row in rows if row[0] == "cao-cap/hcm")
    rows.remove(hcm)
    rows.reverse()
    for at in range(top + 1, sheet.max_row + 1):
        for column in range(1, 10):
            cell = sheet.cell(at, column)
            if type(cell).__name__ == "Cell":
                place = at - top - 1
                cell.value = rows[place][column - 1] if place < len(rows) else None
    sheet.title = "Đổi tên rồi"
    content = opened.saved()
    contents = contents_of(KIND, content, province.plan, province.alice)
    assert contents.problems == ()
    assert any("không còn dòng trong tệp" in note for note in contents.notes)
    taken_in(KIND, content, province.plan, province.alice)
    assert registered(province) == {"hcm": (1, False), "kv3": (8, False)}


def test_of_a_copied_sheet_that_differs_it_is_not_guessed_which_one_is_meant(province: Province) -> None:
    opened = Opened(made(province))
    copy = opened.book.copy_worksheet(opened.sheet(KEY_HEAD)[0])
    assert contents_of(KIND, opened.saved(), province.plan, province.alice).problems == ()
    opened.type("kv3", "8")
    with pytest.raises(Refused, match=f"«{copy.title}»"):
        contents_of(KIND, opened.saved(), province.plan, province.alice)


@pytest.mark.parametrize(
    ("typed", "mark", "reason"),
    [
        ("1,5", None, "không phải số người"),
        ("mười", None, "không phải số người"),
        (-1, None, "là số âm"),
        (2.5, None, "không phải số người"),
        ("1,960", None, "có thể là 1.960"),
        ("=1+1", None, "công thức"),
        (46, None, "lớn hơn cả chỉ tiêu của tỉnh"),
        (3, "x", "không có nhu cầu"),
        (None, "có lẽ", "không phải «có» hoặc «không»"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place_and_the_others_come_in(
    typed: Any, mark: Any, reason: str, province: Province
) -> None:
    opened = Opened(made(province))
    opened.type("kv3", typed, mark)
    opened.type("hcm", 1)
    outcome = taken_in(KIND, opened.saved(), province.plan, province.alice)
    assert told(outcome) == {"added": 1, "refused": 1}
    (problem,) = outcome.problems
    assert reason in problem.reason
    assert problem.remedy
    assert problem.place is not None
    assert (problem.place.sheet, problem.place.column) == (CELLS, 8 if mark == "có lẽ" else 7)
    assert registered(province) == {"hcm": (1, False)}


def put(opened: Opened, old: str, new: str | None) -> None:
    """Change a value wherever it stands."""
    for sheet in opened.book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == old:
                    cell.value = new


def test_keys_changed_by_hand_are_refused_with_words(province: Province) -> None:
    opened = Opened(made(province))
    opened.type("kv3", 3)
    put(opened, "cao-cap/kv3", "cao-cap/hcm2")
    outcome = taken_in(KIND, opened.saved(), province.plan, province.alice)
    assert "Mã ẩn của dòng này đã bị sửa" in words(outcome)
    twice = Opened(made(province))
    twice.type("kv3", 3)
    put(twice, "cao-cap/kv3", "cao-cap/hcm")
    assert "cùng là một chỉ tiêu" in words(taken_in(KIND, twice.saved(), province.plan, province.alice))
    assert registered(province) == {}


@pytest.mark.parametrize("old", ["huyen-uy-binh-son", "2024", "1", "Dấu"])
def test_a_broken_seal_is_refused_with_words(old: str, province: Province) -> None:
    opened = Opened(made(province))
    for row in opened.book[KEYS].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = {"huyen-uy-binh-son": "huyen-uy-son-tinh", "Dấu": None}.get(old, "7")
    with pytest.raises(Refused, match=r"[Kk]hóa ẩn"):
        contents_of(KIND, opened.saved(), province.plan, province.alice)


def test_a_row_that_lost_its_key_is_known_by_its_very_name_and_by_nothing_less(province: Province) -> None:
    opened = Opened(made(province))
    opened.type("kv3", 3)
    put(opened, "cao-cap/kv3", None)
    assert told(taken_in(KIND, opened.saved(), province.plan, province.alice)) == {"added": 1}
    put(opened, province.kv3.name, "Cao cấp, khu vực III")
    assert "Dòng thêm vào không thuộc phiếu" in words(taken_in(KIND, opened.saved(), province.plan, province.alice))


def test_another_units_workbook_does_not_exist_and_the_attempt_is_noted(province: Province) -> None:
    with watching() as notes, pytest.raises(Refused, match="Không có phiếu này") as refused:
        contents_of(KIND, made(province), province.plan, province.charlie)
    assert notes == ["phiếu đăng ký của đơn vị khác"]
    assert "Bình Sơn" not in refused.value.message
    other = signed_in(province.charlie)
    assert other.get("/2024/dang-ky/huyen-uy-binh-son/phieu.xlsx").status_code == 404
    file = SimpleUploadedFile("phieu.xlsx", made(province))
    answer = other.post("/nhap-excel/", {"file": file, "kind": "", "plan": "2024"}, follow=True)
    assert "Không có phiếu này" in answer.content.decode()
    assert "Bình Sơn" not in answer.content.decode()
    assert AccessRefusal.objects.filter(user=province.charlie).count() == 2


def test_a_workbook_of_another_year_is_refused_with_the_year(province: Province) -> None:
    content = made(province)
    later = Plan.objects.create(
        year=2025, subject="x", parent_body="x", issuing_body="x", place="x", state=Plan.State.REGISTRATION
    )
    with pytest.raises(Refused, match="của kế hoạch 2024, không phải 2025"):
        contents_of(KIND, content, later, province.alice)


def test_after_sending_and_after_the_deadline_the_reason_is_told(province: Province) -> None:
    opened = Opened(made(province))
    opened.type("kv3", 3)
    register(province, province.alice, province.hcm, 1)
    send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    outcome = taken_in(KIND, opened.saved(), province.plan, province.alice)
    assert "đã gửi" in words(outcome)
    closed = Opened(made(province))
    sheet, _, _ = closed.sheet(KEY_HEAD)
    assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row)
    assert registered(province) == {"hcm": (1, False)}


def test_what_came_in_is_one_act_of_the_log_by_its_writer(province: Province) -> None:
    opened = Opened(made(province))
    opened.type("kv3", 3)
    opened.type("hcm", None, "x")
    taken_in(KIND, opened.saved(), province.plan, province.alice)
    logged = Change.objects.filter(table="registration")
    assert {change.new for change in logged} == {"3", "không có nhu cầu"}
    assert {(change.reason, change.actor) for change in logged} == {("Nhập từ tệp tep.xlsx", province.alice)}


def test_keys_that_the_name_of_a_cell_says_are_no_changes_to_read(province: Province) -> None:
    opened = Opened(made(province))
    opened.type("kv3", "8")
    batch = take_up(name="p.xlsx", content=opened.saved(), kind=KIND, plan=province.plan, actor=province.alice)
    preview(batch)
    assert [line.changes for line in read_report(batch).of("added")] == [(("Số người", "", "8"),)]
    apply(batch, mode="all", digest=batch.digest, actor=province.alice)
    assert [row.changes for row in batch.imported.all()] == [[("Số người", "", "8")]]


def test_recognised_by_its_seal_alone(province: Province) -> None:
    opened = Opened(made(province))
    assert KIND.recognises(book_of(opened.saved()))
    del opened.book[KEYS]
    assert not KIND.recognises(book_of(opened.saved()))


def test_the_template_is_the_actors_own_units(province: Province) -> None:
    given = KIND.template(province.plan, province.alice)
    assert given is not None
    assert given[0] == "phieu-dang-ky-2024-huyen-uy-binh-son.xlsx"
    with pytest.raises(Refused, match="Tiến độ đăng ký"):
        KIND.template(province.plan, province.hoa)


def test_the_board_fetches_all_of_them_as_one_archive(province: Province) -> None:
    job = start_job(kind="phieu-dang-ky", title="x", params={}, plan=province.plan, actor=province.hoa)
    done = run_job(job)
    assert done.state == Job.State.DONE
    with JobFile.objects.get(job=done).stored.open("rb") as stored, ZipFile(BytesIO(stored.read())) as archive:
        names = archive.namelist()
        content = archive.read(names[0])
    folder = "Khối huyện, thị, thành phố"
    assert names == [f"{folder}/phieu-dang-ky-2024-{key}.xlsx" for key in ("huyen-uy-binh-son", "huyen-uy-son-tinh")]
    assert set(told(taken_in(KIND, content, province.plan, province.alice))) <= {"same"}
    refused = run_job(start_job(kind="phieu-dang-ky", title="x", params={}, plan=province.plan, actor=province.alice))
    assert refused.state == Job.State.FAILED
