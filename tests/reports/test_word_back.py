"""The Word file that came back: silent on the clean file, and each of twenty planted errors is found and told."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from quotas.models import Allocation
from reports.plan_document import plan_document
from reports.renderers.docx import render_docx
from reports.word_back import WordBack, read_back
from reports.word_back_file import FileRefused
from tests.reports.word_edits import (
    Edit,
    at_the_end,
    change,
    edited,
    every,
    join,
    numbered_by_word,
    put_in,
    split,
    take_out,
    tracked,
    tracked_end,
)
from trainingplan.models import Plan


@pytest.fixture(scope="module")
def word_file(_loaded_module: None) -> Iterator[bytes]:
    """The plan of 2024 as the product exports it."""
    with transaction.atomic():
        yield render_docx(plan_document(Plan.objects.get(year=2024)))


B, E = "Mục II.1.1.1, điểm b", "Mục II.1.1.1, điểm e"
COMPLETION = (
    "- Hoàn chỉnh chương trình cao cấp lý luận chính trị, hệ không tập trung tại Học viện Chính trị quốc gia "
    "Hồ Chí Minh hoặc Học viện Chính trị khu vực III, dự kiến 03 chỉ tiêu."
)


@dataclass(frozen=True)
class Planted:
    """An error, and what must be said of it: the words at their place, the figure, and what no longer agrees.

    `words` is place, old, new; `figure` is what the data say, what the file says, and the verdict.
    """

    edit: Edit
    words: tuple[str, str, str]
    figure: tuple[str, str, str] | None = None
    disagreements: tuple[str, ...] = ()


PLANTED = {
    "a sum": Planted(
        change("dự kiến |50", "55"),
        (B, "50", "55"),
        ("50", "55", "55 + 60 + 3 ≠ 113; phụ lục 1: 50; 5 + 45 ≠ 55"),
    ),
    "a part": Planted(
        change("Hồ Chí Minh, dự kiến |05", "06"), (B, "05", "06"), ("05", "06", "6 + 45 ≠ 50; phụ lục 1: 5")
    ),
    "the total of a programme": Planted(
        change("dự kiến |113", "118"), (B, "113", "118"), ("113", "118", "phụ lục 1: 113; 50 + 60 + 3 ≠ 118")
    ),
    "a number in words": Planted(
        change("|06 đồng chí và", "sáu đồng chí và"),
        ("Mục II.1.1.3, điểm b", "06", "sáu"),
        ("06", "sáu", "phụ lục 2: 6"),
    ),
    "a sum above its items": Planted(
        change("Khoảng |170", "180"), ("Mục II.1.1.2, điểm b", "170", "180"), ("170", "180", "100 + 70 ≠ 180")
    ),
    "classes": Planted(change("mở |01 lớp", "02 lớp"), ("Mục II.1.1.2, điểm b", "01", "02"), ("01", "02", "")),
    "two digits swapped": Planted(
        change("|1.960", "1.690"), ("Mục II.1.2.4, điểm c", "1.960", "1.690"), ("1.960", "1.690", "")
    ),
    "a reference to an appendix": Planted(
        change("(có phụ lục |1", "2"),
        (B, "1", "2"),
        ("1", "2", ""),
        ("Phụ lục 1: 1 ≠ Văn bản kế hoạch: –", "Mục II.1.1.1: phụ lục 2 ≠ Chương trình «Cao cấp"),
    ),
    "a date": Planted(
        change("|07/8/2023", "07/9/2023"),
        ("Phần căn cứ", "07/8/2023", "07/9/2023"),
        ("07/8/2023", "07/9/2023", ""),
    ),
    "the number of a document": Planted(
        change("số |31-QC/TU", "13-QC/TU"), ("Phần căn cứ", "31", "13"), ("31", "13", "")
    ),
    "money": Planted(
        change("|36.511.988.780", "36.511.988.870"),
        ("Mục III.1", "36.511.988.780", "36.511.988.870"),
        ("36.511.988.780", "36.511.988.870", "phụ lục 8: 36.511.988.780"),
    ),
    "a year": Planted(change("Trong năm |2024", "2025"), (E, "2024", "2025"), ("2024", "2025", "")),
    "the name of a body": Planted(
        change("thực hiện: |Ban Tổ chức", "Ban Tuyên giáo"), ("Mục II.1.1.1, điểm d", "Tổ chức", "Tuyên giáo")
    ),
    "a line taken out": Planted(
        take_out("- Hoàn chỉnh"),
        (
            B,
            COMPLETION,
            "",
        ),
        ("03", "–", "50 + 60 ≠ 113; phụ lục 1: 3"),
    ),
    "a line put in": Planted(
        put_in("- Hoàn chỉnh", "- Lớp bổ sung, dự kiến 10 chỉ tiêu."),
        (f"Sau {B}", "", "- Lớp bổ sung, dự kiến 10 chỉ tiêu."),
        None,
        (f"{B}: 10 ≠ Dữ liệu: –", f"{B}: 113 ≠ {B}, các ý bên dưới (50 + 60 + 3 + 10): 123"),
    ),
    "a counting word": Planted(
        change("1.960 |đồng chí", "người"),
        ("Mục II.1.2.4, điểm c", "đồng chí", "người"),
        None,
        ("Mục II.1.2.4, điểm c: người ≠ Chỉ tiêu «Cán bộ, công chức, người HĐKCT cấp xã»: đồng chí",),
    ),
    "a qualifier": Planted(
        change("|Khoảng 900", "Dự kiến 900"),
        ("Mục II.1.2.6, điểm b", "Khoảng", "Dự kiến"),
        None,
        ("Mục II.1.2.6, điểm b: dự kiến ≠ Chỉ tiêu «Cán bộ, công chức cấp xã theo QĐ 263»: khoảng",),
    ),
    "a figure taken out of a line": Planted(
        change("; chức sắc, chức việc các tôn giáo: 135", ""),
        ("Mục II.1.2.1, điểm a", "; chức sắc, chức việc các tôn giáo: 135", ""),
        ("135", "–", "phụ lục 4: 135"),
    ),
    "a word that turns the sense": Planted(
        change("lý luận chính trị, hệ |không tập trung", "tập trung"), (B, "không", "")
    ),
    "a recipient": Planted(take_out("- Sở Nội vụ"), ("Nơi nhận", "- Sở Nội vụ,", "")),
}


def check(back: WordBack, planted: Planted) -> None:
    assert planted.words in [(one.place.words, one.old, one.new) for one in back.changes]
    figures = [(one.data, one.file, one.verdict) for one in back.figures]
    assert planted.figure is None or planted.figure in figures
    found = [str(one) for one in back.disagreements]
    for beginning in planted.disagreements:
        assert [one for one in found if one.startswith(beginning)], found


def test_twenty_are_planted() -> None:
    assert len(PLANTED) == 20


@pytest.mark.one_database("what is compared are words; the rest of this file reads the plan on both")
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_and_nothing_else(plan_2024: Plan, word_file: bytes, name: str) -> None:
    planted = PLANTED[name]
    back = read_back(plan_2024, edited(word_file, planted.edit))
    check(back, planted)
    assert len(back.changes) == 1
    assert len(back.figures) == (planted.figure is not None)
    assert len(back.disagreements) == len(planted.disagreements)


def test_all_are_found_in_one_file(plan_2024: Plan, word_file: bytes) -> None:
    """All but those that are planted in the same words as another, and those that change what others tell."""
    apart = {"a part", "the total of a programme", "a line taken out", "a counting word", "a line put in"}
    planted = [one for name, one in PLANTED.items() if name not in apart]
    back = read_back(plan_2024, edited(word_file, *(one.edit for one in planted)))
    for one in planted:
        check(back, one)
    assert len(back.changes) == len(planted)


@pytest.mark.one_database("what is compared are words; the rest of this file reads the plan on both")
@pytest.mark.parametrize("profile", ["HD36", "ND30", "HD05"])
def test_the_clean_file_is_clean(plan_2024: Plan, profile: str) -> None:
    plan_2024.profile = profile
    back = read_back(plan_2024, render_docx(plan_document(plan_2024)))
    assert (back.clean, back.changes, back.figures, back.disagreements) == (True, (), (), ())
    assert back.numbers > 100
    assert not back.file.revised


@pytest.mark.one_database("what is compared are words; the rest of this file reads the plan on both")
@pytest.mark.parametrize(
    "edits",
    [
        pytest.param((split("trong đó:"), split("nâng cao chất lượng")), id="paragraphs split"),
        pytest.param((join("+ Hệ tập trung"), join("c) Cơ quan chỉ đạo")), id="paragraphs joined"),
        pytest.param((numbered_by_word("b)", "Số lượng đào tạo: Theo"),), id="letters made a list"),
        pytest.param((every(lambda text: unicodedata.normalize("NFD", text)),), id="decomposed"),
        pytest.param((every(lambda text: text.replace(" ", "\N{NO-BREAK SPACE}")),), id="fixed spaces"),
        pytest.param((every(lambda text: text.replace(" - ", " – ").replace("...", "…")),), id="typography"),
    ],
)
def test_what_programs_do_by_themselves_is_no_change(
    plan_2024: Plan, word_file: bytes, edits: tuple[Edit, ...]
) -> None:
    back = read_back(plan_2024, edited(word_file, *edits))
    assert (back.changes, back.figures, back.disagreements) == ((), (), ())


def test_tracked_changes_are_read_as_accepted(plan_2024: Plan, word_file: bytes) -> None:
    back = read_back(plan_2024, edited(word_file, tracked("50 chỉ tiêu", "55 chỉ tiêu"), tracked_end("trong đó:")))
    check(back, PLANTED["a sum"])
    assert len(back.changes) == 1
    assert (back.file.inserted, back.file.deleted) == (1, 2)


def test_what_the_plan_itself_has_wrong_is_not_told_of_the_file(plan_2024: Plan, word_file: bytes) -> None:
    slot = plan_2024.programmes.get(key="can-bo-cap-xa").slots.get(position=3)
    slot.body = slot.body.replace("đồng chí", "người")
    slot.save()
    content = render_docx(plan_document(plan_2024))
    assert read_back(plan_2024, content).disagreements == ()
    (found,) = read_back(plan_2024, word_file).changes
    assert (found.old, found.new) == ("người", "đồng chí")


def test_figures_are_those_of_the_data_not_of_the_export(plan_2024: Plan, word_file: bytes) -> None:
    """A file printed before a quota was changed has the old figure, and says so."""
    quota = plan_2024.programmes.get(key="dai-hoc").quotas.get()
    quota.number = 7
    quota.save()
    (figure,) = read_back(plan_2024, word_file).figures
    assert (figure.data, figure.file, figure.verdict) == ("07", "06", "phụ lục 2: 6")


def test_the_appendices_behind_the_text_are_left_out(plan_2024: Plan, word_file: bytes) -> None:
    back = read_back(plan_2024, edited(word_file, at_the_end("PHỤ LỤC 1", "Phân bổ 55")))
    assert (back.clean, back.left_out) == (True, 2)


def test_the_text_of_another_year_is_refused(plan_2024: Plan, word_file: bytes) -> None:
    content = edited(word_file, every(lambda text: text.replace("năm 2024", "năm 2023")))
    with pytest.raises(FileRefused, match="kế hoạch năm 2023, không phải kế hoạch năm 2024"):
        read_back(plan_2024, content)


def test_another_text_is_refused(plan_2024: Plan, word_file: bytes) -> None:
    for rewrite in (lambda text: " ".join(reversed(text.split())), lambda _: "Báo cáo kết quả công tác quý II"):
        with pytest.raises(FileRefused, match="không phải văn bản của kế hoạch năm 2024"):
            read_back(plan_2024, edited(word_file, every(rewrite)))


def test_a_plan_without_text_has_nothing_to_compare(plan_2024: Plan, word_file: bytes) -> None:
    plan_2024.sections.all().delete()
    with pytest.raises(FileRefused, match="chưa có văn bản"):
        read_back(plan_2024, word_file)


def test_the_number_of_queries_does_not_depend_on_the_file(plan_2024: Plan, word_file: bytes) -> None:
    with CaptureQueriesContext(connection) as clean:
        read_back(plan_2024, word_file)
    Allocation.objects.filter(unit__key__startswith="so-").delete()
    content = edited(word_file, *(PLANTED[name].edit for name in ("a sum", "money", "a year", "a recipient")))
    with CaptureQueriesContext(connection) as changed:
        read_back(plan_2024, content)
    assert len(clean) == len(changed) <= 25


def test_the_command_tells_what_was_changed(
    plan_2024: Plan, word_file: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ke-hoach.docx"
    path.write_bytes(word_file)
    call_command("check_plan", plan_2024.year, word=path)
    assert capsys.readouterr().out.startswith("Tệp giống văn bản của kế hoạch từng chữ (134 số đã đọc lại).")
    path.write_bytes(edited(word_file, tracked("50 chỉ tiêu", "55 chỉ tiêu"), PLANTED["a counting word"].edit))
    with pytest.raises(SystemExit) as stopped:
        call_command("check_plan", plan_2024.year, word=path)
    assert stopped.value.code == 1
    said = capsys.readouterr().out
    assert "Tệp còn chế độ theo dõi thay đổi" in said
    assert f"1. {B}, Cao cấp tập trung" in said
    assert "dữ liệu 50, trong tệp 55. 55 + 60 + 3 ≠ 113; phụ lục 1: 50" in said
    assert "Từ đếm đứng sau số 1.960" in said
    assert f"1. {B}, sửa: «50» → «55»" in said


@pytest.mark.parametrize(("content", "said"), [(b"", "Tệp rỗng"), (b"%PDF-1.7", "Tệp là PDF"), (None, "No such file")])
def test_the_command_refuses_what_is_no_word_file(
    plan_2024: Plan, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "tep.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("check_plan", plan_2024.year, word=path)
