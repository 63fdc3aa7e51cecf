"""No file from outside does more than be refused in words, or be read for what it says."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.hostile.batch import outcomes
from tests.hostile.packages import book, cell, row, sheet, text
from tests.hostile.read import all_read
from tests.hostile.refused import all_refused, of_another_kind
from tests.hostile.slots import own_slots
from trainingplan.reading import Unreadable, limits, process, read_book

MOST_MEMORY = 120 * 1024
MOST_TIMES = 5
FAR = book(sheet(row(1, text("A1", "Tên")) + row(1_048_576, text("XFD1048576", "xa"))))


def honest(rows: int) -> bytes:
    """A large sheet as an office has it: names, numbers, fractions."""
    lines = (
        row(n, *(text(f"{c}{n}", f"Nguyễn Văn {n}") for c in "ABCD"), *(cell(f"{c}{n}", f"<v>{n}</v>") for c in "EFGH"),
            *(cell(f"{c}{n}", f"<v>{n / 7}</v>") for c in "IJKL"))
        for n in range(1, rows + 1)
    )  # fmt: skip
    return book(sheet("".join(lines)))


def test_every_file_of_the_set_is_refused_in_words_or_read_right() -> None:
    refused, good, large = list(all_refused()), list(all_read()), honest(limits.MOST_ROWS)
    in_bounds = [
        (what, content, words) for what, _, content, words in refused if 0 < len(content) <= limits.LARGEST_FILE
    ]
    contents = [*(content for _, content, _ in in_bounds), *(content for _, _, content, _ in good)]
    assert len(contents) > 130
    assert len({what for what, *_ in in_bounds}) + len({what for what, *_ in good}) == len(contents)
    *found, (twenty_thousand, usual, _) = outcomes([*contents, large])
    names = [*(what for what, _, _ in in_bounds), *(what for what, _, _, _ in good)]
    assert len(found) == len(names), f"killed by {names[len(found)]}"
    wrong: dict[str, object] = {}
    for (what, _, words), (said, _, _) in zip(in_bounds, found, strict=False):
        if not isinstance(said, str) or words not in said or said[-1] != ".":
            wrong[what] = said
    for (what, _, _, rows), (said, _, _) in zip(good, found[len(in_bounds) :], strict=True):
        if isinstance(said, str) or repr([list(line) for line in said[0].rows]) != repr(rows):
            wrong[what] = said
    assert wrong == {}
    slow = {name: seconds for name, (_, seconds, _) in zip(names, found, strict=True) if seconds > MOST_TIMES * usual}
    assert slow == {}
    assert max(most for _, _, most in found) < MOST_MEMORY
    assert not isinstance(twenty_thousand, str)
    assert len(twenty_thousand[0].rows) == limits.MOST_ROWS
    assert twenty_thousand[0].rows[6] == (*["Nguyễn Văn 7"] * 4, *[7] * 4, *[1] * 4)
    assert twenty_thousand[0].rows[0][8] == Decimal("0.14285714285714285")


def test_without_the_guards_a_small_file_takes_all_memory() -> None:
    """The control: the same limits, but nothing looked at first."""
    reader = "from python_calamine import load_workbook as load; load(file).get_sheet_by_index(0).to_python()"
    limited = "import io, sys; from trainingplan.reading.child import confine; confine()"
    program = f"{limited}; file = io.BytesIO(sys.stdin.buffer.read()); {reader}; print('read')"
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, input=book(), capture_output=True, check=True).stdout == b"read\n"  # noqa: S603
    died = subprocess.run(command, input=FAR, capture_output=True, check=False)  # noqa: S603 - our own text
    assert died.returncode != 0
    assert b"emory" in died.stderr
    assert len(FAR) < 3_000


def test_a_child_that_dies_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("this", "tests.hostile.nowhere"):
        monkeypatch.setattr(process, "CHILD", module)
        with pytest.raises(Unreadable, match=r"«a\.xlsx» quá lớn hoặc bị hỏng, không đọc được\. Mở bằng Excel"):
            read_book("a.xlsx", book())
    monkeypatch.undo()
    monkeypatch.setattr(limits, "WALL_SECONDS", 0)
    with pytest.raises(Unreadable, match="không đọc được"):
        read_book("a.xlsx", book())
    monkeypatch.undo()
    assert read_book("a.xlsx", book()).sheets[0].rows == (("Tên",),)


def test_two_files_are_read_at_once_and_a_third_waits_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert len(process.SLOTS) == limits.AT_ONCE == 2
    assert all(path.is_file() for path in process.SLOTS)
    own_slots(monkeypatch, tmp_path)
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0)
    with process.slot():
        with process.slot(), pytest.raises(Unreadable, match="Máy đang bận"):
            read_book("a.xlsx", book())
        assert read_book("a.xlsx", book()).sheets[0].name == "Trang 1"


def test_size_and_name_are_looked_at_before_anything_else() -> None:
    for what, name, content, words in of_another_kind():
        if what in ("empty", "too large"):
            with pytest.raises(Unreadable, match=words):
                read_book(name, content)
    with pytest.raises(Unreadable) as refusal:
        read_book("x" * 500 + "\n.pdf", b"%PDF-1")
    assert len(str(refusal.value)) < 200
