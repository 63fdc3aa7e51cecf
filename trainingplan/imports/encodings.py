"""Text of the encodings before Unicode in a book: asked about, and converted as it was answered; never by itself."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from trainingplan.imports.kinds import Place, Question
from trainingplan.reading import Book, Sheet
from trainingplan.reading.legacy import ENCODINGS, old_cells
from trainingplan.reading.legacy import converted as unicode_of
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted

CONVERT, KEEP = "doi", "giu"
OPTIONS = ((CONVERT, "Chuyển sang Unicode"), (KEEP, "Giữ nguyên như trong tệp"))
Cell = tuple[int, int]


def legacy_questions(book: Book) -> tuple[Question, ...]:
    """One question for each encoding, told by fonts or suspected, with its first cell; none in Unicode."""
    found: defaultdict[str, list[tuple[Sheet, Cell]]] = defaultdict(list)
    encodings: dict[str, str] = {}
    for sheet in book.sheets:
        for cell, encoding in old_cells(sheet).items():
            key = _key(sheet, cell, encoding)
            encodings[key] = encoding
            found[key].append((sheet, cell))
    return tuple(_question(key, encodings[key], cells) for key, cells in found.items())


def converted(book: Book, answers: Mapping[str, str]) -> Book:
    """The book with the text converted that is to be; the rest as it is."""
    if CONVERT not in answers.values():
        return book
    return replace(book, sheets=tuple(_converted(sheet, answers) for sheet in book.sheets))


def in_unicode(book: Book) -> Book:
    """The book as if all was to be converted: only to tell what kind of file it is."""
    return converted(book, {question.key: CONVERT for question in legacy_questions(book)})


def _key(sheet: Sheet, cell: Cell, encoding: str) -> str:
    return f"ma-{encoding}-{'phong' if cell in sheet.legacy else 'nghi'}"


def _question(key: str, encoding: str, cells: list[tuple[Sheet, Cell]]) -> Question:
    sheet, (row, column) = cells[0]
    text = str(sheet.rows[row - 1][column - 1])
    example = f"{quoted(text)} sẽ là {quoted(unicode_of(text, encoding))}"
    says = "dùng phông của mã" if key.endswith("phong") else "có vẻ viết theo mã"
    asks = f"{format_count(len(cells))} ô {says} {ENCODINGS[encoding]}: {example}. Chuyển sang Unicode?"
    return Question(key, asks, OPTIONS, (Place(sheet.name, row, column),), text)


def _converted(sheet: Sheet, answers: Mapping[str, str]) -> Sheet:
    wanted = {cell: way for cell, way in old_cells(sheet).items() if answers.get(_key(sheet, cell, way)) == CONVERT}
    if not wanted:
        return sheet
    rows = [list(row) for row in sheet.rows]
    for (row, column), encoding in wanted.items():
        rows[row - 1][column - 1] = unicode_of(str(rows[row - 1][column - 1]), encoding)
    left = {cell: encoding for cell, encoding in sheet.legacy.items() if cell not in wanted}
    return replace(sheet, rows=tuple(map(tuple, rows)), legacy=left)
