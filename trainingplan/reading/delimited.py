"""Text files of rows: .csv divided by comma, semicolon or tab, in UTF-8 or marked UTF-16."""

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from trainingplan.reading import limits
from trainingplan.reading.book import Unreadable
from trainingplan.reading.cells import text_value, trimmed
from trainingplan.reading.formats import SheetData
from trainingplan.rules.numbers import format_count

SEPARATORS = ",;\t"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
AS_UTF8 = "Trong Excel chọn Lưu thành, kiểu «CSV UTF-8» hoặc .xlsx, rồi nhập lại."


def read_delimited(content: bytes) -> list[SheetData]:
    """The rows of the file as one sheet without a name; every value stays text."""
    text = _decoded(content)
    rows: list[list[object]] = []
    cells = 0
    try:
        for row in _rows(text):
            rows.append([text_value(_unmarked(value)) for value in row])
            cells += len(row)
            _check(rows, cells)
    except csv.Error as error:
        raise Unreadable(
            f"không chia được thành ô: có dấu nháy kép mở mà không đóng, hoặc ô quá dài. {AS_UTF8}"
        ) from error
    return [("", False, trimmed(rows), [], [])]


def _decoded(content: bytes) -> str:
    marked = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"không phải .xlsx, cũng không phải .csv theo UTF-8. {AS_UTF8}") from error
    if "\0" in text:
        raise Unreadable(f"không phải tệp .xlsx hoặc .csv. {AS_UTF8}")
    return text


def _rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(limits.LONGEST_TEXT)
    lines = [line for line in text[:20_000].splitlines() if line.strip()]
    first = lines[0] if lines else ""
    named = first[4:5] if first.lower().startswith("sep=") and len(first.rstrip()) <= len("sep=;") else ""
    separator = named or max(
        SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), first.count(sign), text.count(sign))
    )
    if any(
        len(line) > limits.LONGEST_TEXT and line.count(separator) > limits.LONGEST_TEXT for line in text.splitlines()
    ):
        raise Unreadable(f"có dòng dài hơn {limits.MOST_COLUMNS} cột. Bỏ các cột thừa rồi nhập lại.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for row in reader:
        yield [] if named and reader.line_num == 1 else row


def _check(rows: list[list[object]], cells: int) -> None:
    if len(rows) > limits.LAST_ROW:
        most = format_count(limits.MOST_ROWS)
        raise Unreadable(f"có hơn {most} dòng. Chia thành nhiều tệp rồi nhập từng tệp.")
    if len(rows[-1]) > limits.MOST_COLUMNS:
        raise Unreadable(f"có dòng {len(rows)} dài hơn {limits.MOST_COLUMNS} cột. Bỏ các cột thừa rồi nhập lại.")
    if cells > limits.MOST_CELLS:
        raise Unreadable(f"có hơn {format_count(limits.MOST_CELLS)} ô. Chia thành nhiều tệp rồi nhập từng tệp.")


def _unmarked(value: str) -> str:
    """Without the mark by which our own .csv keeps a spreadsheet from computing text."""
    return value[1:] if value.startswith("'") and value[1:2] in FORMULA_STARTS else value
