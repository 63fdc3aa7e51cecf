"""Files that look strange and are read, each with the rows that are right."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.hostile.packages import (
    DEFAULT_ROWS,
    HEAD,
    MAIN,
    archive,
    book,
    cell,
    column_of,
    parts,
    row,
    sheet,
    strings,
    styles,
    text,
)
from trainingplan.reading import CellError, FormulaWithoutValue

Read = tuple[str, str, bytes, list[list[Any]]]
"""What it is, its name, its bytes, the rows of its first visible sheet."""

NFD = "U\u0309y ban nha\u0302n da\u0302n"
NEW_EVERY_TIME = '<calcPr calcId="124519" fullCalcOnLoad="1"/>'


def formulas() -> Iterator[Read]:
    """What was not computed is no zero, and an error is no number."""
    unsaved = row(1, cell("A1", "<f>SUM(B1:B9)</f><v></v>"), cell("B1", "<f>1+1</f>"), cell("C1", "<f>1+1</f><v>2</v>"))
    told = [FormulaWithoutValue("=SUM(B1:B9)"), FormulaWithoutValue("=1+1"), 2]
    yield "not computed", "a.xlsx", book(sheet(unsaved)), [told]
    zeros = row(1, cell("A1", "<f>1+1</f><v>0</v>"), cell("B1", "<v>0</v>"), cell("C1", "<f>1+1</f><v>2</v>"))
    told = [FormulaWithoutValue("=1+1"), 0, 2]
    yield "zero for not computed", "a.xlsx", book(sheet(zeros), calc=NEW_EVERY_TIME), [told]
    yield "computed zero", "a.xlsx", book(sheet(zeros)), [[0, 0, 2]]
    wrong = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
    shown = "".join(row(n, cell(f"A{n}", f"<v>{code}</v>", "e")) for n, code in enumerate(wrong, start=1))
    yield "errors", "a.xlsx", book(sheet(shown)), [[CellError(code)] for code in wrong]
    of_formula = row(1, cell("A1", "<f>B1/0</f><v>#DIV/0!</v>", "e"), cell("B1", '<f>""</f><v></v>', "str"))
    yield "error of a formula", "a.xlsx", book(sheet(of_formula)), [[CellError("#DIV/0!")]]
    linked = row(1, cell("A1", "<f>[1]Sheet1!A1</f><v>36</v>"))
    away = {"xl/externalLinks/externalLink1.xml": "<x/>", "xl/externalLinks/_rels/externalLink1.xml.rels": "<x/>"}
    yield "links to other files", "a.xlsx", archive(parts(sheet(linked)) | away), [[36]]
    called = row(1, cell("A1", '<f>WEBSERVICE("http://example.test")</f><v>1</v>'), text("B1", "=cmd|' /C calc'!A0"))
    yield "calls", "a.xlsx", book(sheet(called)), [[1, "=cmd|' /C calc'!A0"]]
    shared = row(1, cell("A1", '<f t="shared" ref="A1:A2" si="0">1+1</f><v>2</v>'))
    shared += row(2, cell("A2", '<f t="shared" si="0"/><v>3</v>'))
    yield "shared formulas", "a.xlsx", book(sheet(shared)), [[2], [3]]


def numbers() -> Iterator[Read]:
    yield "whole and not", "a.xlsx", book(sheet(column_of("1960.0", "1.96E3", "0.1", "-5", "36511988780"))), [
        [1960], [1960], [Decimal("0.1")], [-5], [36_511_988_780],
    ]  # fmt: skip
    yield "as Excel stores 1,1", "a.xlsx", book(sheet(column_of("1.1000000000000001"))), [[Decimal("1.1")]]
    yield (
        "too long to be whole",
        "a.xlsx",
        book(sheet(column_of("12345678901234567890"))),
        [[Decimal("1.2345678901234567E+19")]],
    )
    yield "endless", "a.xlsx", book(sheet(column_of("1E999"))), [[CellError("#NUM!")]]
    typed = ("1.960", "1,960", "-", "x", "０１", " 5 ")
    rows = "".join(row(n, text(f"A{n}", value)) for n, value in enumerate(typed, start=1))
    yield "typed", "a.xlsx", book(sheet(rows)), [[value] for value in typed]
    zeros = row(1, text("A1", "0123"), text("B1", "079084001234"))
    yield "leading zeros", "a.xlsx", book(sheet(zeros)), [["0123", "079084001234"]]
    answers = row(1, cell("A1", "<v>1</v>", "b"), cell("B1", "<v>0</v>", "b"))
    yield "yes and no", "a.xlsx", book(sheet(answers)), [[True, False]]


def dates() -> Iterator[Read]:
    days = row(1, cell("A1", "<v>45631</v>", style=1), cell("B1", "<v>45631.354166666664</v>", style=2))
    told = [date(2024, 12, 5), datetime(2024, 12, 5, 8, 30)]  # noqa: DTZ001 - a sheet knows no zone
    yield "dates", "a.xlsx", book(sheet(days), styles=styles(formats=(14, 22))), [told]
    old = row(1, cell("A1", "<v>44169</v>", style=1))
    short = row(1, *(cell(f"{column}1", f"<v>{day}</v>", style=style) for column, day, style in (
        ("A", 30682, 1), ("B", 30682, 2), ("C", 31017, 2), ("D", 31017, 1), ("E", 31021, 2), ("F", 30682, 3),
    )))  # fmt: skip
    codes = ("yyyy;@", "[$-42A]mm\\/yyyy", "dd/mm/yyyy")
    parts_of_dates = ["1984", "01/1984", "12/1984", date(1984, 12, 1), date(1984, 12, 5), date(1984, 1, 1)]
    yield "of which only the year is shown", "a.xlsx", book(sheet(short), styles=styles(codes=codes)), [parts_of_dates]
    of_1904 = book(sheet(old), styles=styles(formats=(14,)), pr='<workbookPr date1904="1"/>')
    yield "counted from 1904", "a.xlsx", of_1904, [[date(2024, 12, 5)]]
    iso = row(1, cell("A1", "<v>2024-12-05T00:00:00</v>", "d"))
    yield "date of the strict kind", "a.xlsx", book(sheet(iso)), [[date(2024, 12, 5)]]
    typed = ("5/12/2024", "05-12-2024", "5.12.2024", "2024-12-05", "1980")
    rows = "".join(row(n, text(f"A{n}", value)) for n, value in enumerate(typed, start=1))
    yield "typed dates", "a.xlsx", book(sheet(rows)), [[value] for value in typed]
    bare = row(1, cell("A1", "<v>45631</v>"))
    yield "date without its format", "a.xlsx", book(sheet(bare)), [[45631]]


def texts() -> Iterator[Read]:
    yield "NFD", "a.xlsx", book(sheet(row(1, text("A1", NFD)))), [["Ủy ban nhân dân"]]
    hidden = row(1, text("A1", "Sơn\u00a0Hà\u200b"), text("B1", "\u200b \u00a0"), text("C1", "a"))
    yield "nothing to see", "a.xlsx", book(sheet(hidden)), [["Sơn Hà", None, "a"]]
    runs = "<r><t xml:space='preserve'>Huyện </t></r><r><rPr><b/></rPr><t>Ba Tơ</t></r><rPh><t>ngoại</t></rPh>"
    told = row(1, cell("A1", "<v>0</v>", "s"))
    yield "runs", "a.xlsx", book(sheet(told), strings=strings(runs)), [["Huyện Ba Tơ"]]
    several = row(1, cell("A1", "<is><r><t xml:space='preserve'>Ba </t></r><r><t>Tơ</t></r></is>", "inlineStr"))
    yield "runs in the cell", "a.xlsx", book(sheet(several)), [["Ba Tơ"]]
    escaped = row(
        1, text("A1", "a &lt;b&gt; &amp; &#84;&#xEA;n"), cell("B1", "<is><t><![CDATA[<x>]]></t></is>", "inlineStr")
    )
    yield "escapes", "a.xlsx", book(sheet(escaped)), [["a <b> & Tên", "<x>"]]
    yield "two lines", "a.xlsx", book(sheet(row(1, text("A1", "một\r\nhai")))), [["một\nhai"]]
    controls = row(1, text("A1", "a_x0000_b_x001B_c"), text("B1", "_x0000_"))
    yield "signs that no text has", "a.xlsx", book(sheet(controls)), [["abc"]]
    turned = "1\u202e2"
    yield "turned round", "a.xlsx", book(sheet(row(1, text("A1", turned)))), [[turned]]
    long = "ă" * 32_767
    yield "longest text", "a.xlsx", book(sheet(row(1, text("A1", long)))), [[long]]


def shapes() -> Iterator[Read]:
    """Sheets in unusual dress."""
    prefixed = (
        f'{HEAD}<x:worksheet {MAIN.replace("xmlns", "xmlns:x")}><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v>'
    )
    yield "with prefixes", "a.xlsx", book(f"{prefixed}</x:c></x:row></x:sheetData></x:worksheet>"), [[7]]
    yield "without places", "a.xlsx", book(sheet("<row><c><v>1</v></c><c><v>2</v></c></row><row><c/></row>")), [[1, 2]]
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"/></row>' for n in (2, 1_048_576))
    yield "formats far away", "a.xlsx", book(sheet(DEFAULT_ROWS + empty)), [["Tên"]]
    heads = row(1, text("A1", "Hệ"), cell("B1", "")) + row(3, cell("B3", "<v>5</v>"))
    blocks = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    yield "merged head", "a.xlsx", book(sheet(heads, blocks)), [["Hệ", None], [None, None], [None, 5]]
    macros: dict[str, str | bytes] = {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 AutoOpen"}
    yield "macros", "a.xlsm", archive(parts(sheet()) | macros), [["Tên"]]
    elsewhere: dict[str, str | bytes] = {"../../../etc/cron.d/x": "* * * * * root true", "xl/media/a.png": b"\x89PNG"}
    yield "ways out", "a.xlsx", archive(parts(sheet()) | elsewhere), [["Tên"]]
    yield "nothing in it", "a.xlsx", book(sheet("")), []
    yield "named .csv", "a.csv", book(), [["Tên"]]
    yield "name of a trickster", "../../a\n\u202e.xlsx", book(), [["Tên"]]
    junk = book() + b"\0" * 100
    yield "with a tail", "a.xlsx", junk, [["Tên"]]
    columns = row(1, *(text(f"{letter}1", letter) for letter in "ACE"))
    yield "gaps", "a.xlsx", book(sheet(columns)), [["A", None, "C", None, "E"]]
    low = row(7, text("C7", "thấp"))
    yield "far from the corner", "a.xlsx", book(sheet(low)), [*([[None, None, None]] * 6), [None, None, "thấp"]]


def delimited() -> Iterator[Read]:
    for name, mark in (("comma", ","), ("semicolon", ";"), ("tab", "\t")):
        yield name, "a.csv", f"Tên{mark}Số\nSơn Hà{mark}1.960\n".encode(), [["Tên", "Số"], ["Sơn Hà", "1.960"]]
    yield "mark of UTF-8", "a.csv", "Tên\nĐà".encode("utf-8-sig"), [["Tên"], ["Đà"]]
    yield "UTF-16", "a.csv", "Tên\tSố\nĐà\t5".encode("utf-16"), [["Tên", "Số"], ["Đà", "5"]]
    yield "named .xlsx", "a.xlsx", "Tên,Số\nĐà,5".encode(), [["Tên", "Số"], ["Đà", "5"]]
    yield "told separator", "a.csv", b"sep=;\nA;B\n1,5;2", [[None, None], ["A", "B"], ["1,5", "2"]]
    yield "quotes", "a.csv", b'A,B\n"1,960","a ""b"""\n', [["A", "B"], ["1,960", 'a "b"']]
    yield "lines in a cell", "a.csv", b'A\r\n"m\r\nn"\r\n', [["A"], ["m\nn"]]
    yield "old Mac", "a.csv", b"A\rB\r", [["A"], ["B"]]
    yield "formulas as text", "a.csv", b"A\n'=1+1\n=1+1\n-5\n", [["A"], ["=1+1"], ["=1+1"], ["-5"]]
    yield "NFD text", "a.csv", NFD.encode(), [["Ủy ban nhân dân"]]


def all_read() -> Iterator[Read]:
    for kind in (formulas, numbers, dates, texts, shapes, delimited):
        yield from kind()
