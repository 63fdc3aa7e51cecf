"""Hostile files at the pages that take files: words instead of faults, and others are served meanwhile."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from courses.models import Institution
from reports import word_back_child
from reports.word_back_file import BROKEN, FileRefused
from tests.cast import Province
from tests.hostile.packages import archive, book, row, sheet, styles, text
from tests.hostile.read import all_read
from tests.hostile.refused import all_refused
from tests.hostile.slots import own_slots
from tests.office import signed_in, upload, visible_text
from trainingplan.models import ImportBatch
from trainingplan.reading import limits, process

TRIED = (
    "password", "HTML", "half", "bomb", "lying size", "1.000 entries", "laughs in the texts", "deep sheet",
    "boasting texts", "far corner", "merged sheet", "quote without end",
)  # fmt: skip
IMPORTS = "/nhap-excel/"


@cache
def refused() -> dict[str, tuple[str, bytes, str]]:
    return {what: (name, content, words) for what, name, content, words in all_refused()}


def words_of(answer: Any) -> str:
    assert answer.status_code == 200
    return visible_text(answer.content.decode())


def send(client: Client, content: bytes, name: str = "a.xlsx", **fields: Any) -> Any:
    return client.post(IMPORTS, {"file": SimpleUploadedFile(name, content), **fields})


@pytest.mark.one_database("files are refused before anything is written")
@pytest.mark.parametrize("what", TRIED)
def test_a_hostile_file_is_refused_in_words_at_both_pages(province: Province, what: str) -> None:
    name, content, words = refused()[what]
    board = signed_in(province.hoa)
    assert words in words_of(upload(board, Institution, content, name))
    assert words in words_of(send(board, content, name))
    assert not ImportBatch.objects.exists()


def test_a_formula_without_a_value_is_a_wrong_cell_and_no_zero(province: Province) -> None:
    heads = row(1, text("A1", "Khóa"), text("B1", "Tên"))
    unsaved = book(
        sheet(heads + row(2, text("A2", "hv"), '<c r="B2"><f>A1</f></c>') + row(3, '<c r="A3" t="e"><v>#N/A</v></c>'))
    )
    board = signed_in(province.hoa)
    said = words_of(upload(board, Institution, unsaved))
    assert "là công thức chưa có kết quả. Mở bằng Excel, lưu lại rồi nhập lại." in said
    assert "«#N/A» là lỗi của Excel, không phải số liệu." in said
    assert not Institution.objects.exists()


def test_strange_files_cause_no_fault(province: Province) -> None:
    board = signed_in(province.hoa)
    for what, name, content, _ in all_read():
        if what in ("errors", "endless", "turned round", "formats far away", "calls", "nothing in it"):
            assert send(board, content, name.rsplit("/", 1)[-1]).status_code == 200, what
    assert not ImportBatch.objects.exists()


def test_others_are_served_while_two_files_are_read(
    province: Province, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own_slots(monkeypatch, tmp_path)
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0)
    board, other = signed_in(province.hoa), signed_in(province.alice)
    with process.slot(), process.slot():
        assert other.get("/", follow=True).status_code == 200
        assert process.BUSY in words_of(send(board, book()))
        assert process.BUSY in words_of(upload(board, Institution, book()))
    assert "Chưa nhận ra tệp này" in words_of(send(board, book(sheet(row(1, text("A1", "a"))))))


def test_a_word_file_that_kills_its_reader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    swelling = archive({"word/document.xml": b"<a>" + b" " * (9 * 1024 * 1024)})
    with pytest.raises(FileRefused, match="lớn bất thường khi giải nén"):
        word_back_child.read_word_apart(swelling)
    monkeypatch.setattr(limits, "WALL_SECONDS", 0)
    with pytest.raises(FileRefused, match="bị hỏng") as refused:
        word_back_child.read_word_apart(swelling)
    assert str(refused.value) == BROKEN


def test_an_old_encoding_is_asked_about_at_the_import_page(province: Province) -> None:
    shown = row(1, text("A1", "Khãa", 1), text("B1", "Tªn", 1)) + row(2, text("A2", "hv"), text("B2", "Häc viÖn", 1))
    board = signed_in(province.hoa)
    answer = send(board, book(sheet(shown), styles=styles(".VnTime")))
    assert answer.status_code == 302
    said = visible_text(board.get(answer.url).content.decode())
    assert "3 ô dùng phông của mã TCVN3" in said
    assert "«Khãa» sẽ là «Khóa»" in said
