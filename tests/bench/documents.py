"""S5 and S6: an appendix of twelve columns as a workbook and as a PDF."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from django.utils.html import escape
from weasyprint import HTML

from reports.document import Document, Kind, printed
from reports.renderers.pdf import render_pdf
from reports.renderers.xlsx import render_xlsx
from tests.bench.measure import Bench, Pair, Result
from tests.bench.peers_xlsx import bare_xlsx
from tests.bench.sheets import appendix

PLAIN = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><style>
@page { size: A4; margin: 20mm 15mm 20mm 30mm; @top-center { content: counter(page); } }
html { font-family: "Times New Roman", "Liberation Serif", serif; font-size: 11pt; }
table { border-collapse: collapse; width: 100%; }
th, td { border: .6pt solid #000; padding: .8mm 1.2mm; } .n { text-align: right; } tr { break-inside: avoid; }
.b { font-weight: bold; }
</style></head><body>"""


ROWS_XLSX = (300, 20_000)
ROWS_PDF = {300: 0, 2_000: 3, 10_000: 1}
"""With how many rounds at the most: the plain table of 10,000 rows takes WeasyPrint minutes and gigabytes."""
MEMORY = 700
PEAK = """import io, re, sys, django
from pathlib import Path
django.setup()
from tests.bench.documents import appendix, render_pdf
file = render_pdf(appendix(int(sys.argv[1]), seed=0))
print(int(re.search(r"VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1]) / 1000)
from pypdf import PdfReader
print(len(PdfReader(io.BytesIO(file)).pages))"""
"""The program of a process that prints a PDF of so many rows and tells its memory and the number of its pages.

What `getrusage` tells is at least that of the process that started it.
"""


def benches(
    *, quick: bool, rows_xlsx: Sequence[int] = ROWS_XLSX, rows_pdf: Mapping[int, int] = ROWS_PDF
) -> Iterator[Bench]:
    """The benches of documents; the longest PDF is left out if `quick`."""
    for rows in rows_xlsx:
        yield Bench("S5", f"Excel, {rows:,} rows", "bare XlsxWriter, same cells", 1.25, _xlsx_of(rows))
    for rows, rounds in rows_pdf.items():
        if quick and rounds == 1:
            continue
        name, plain = f"PDF, {rows:,} rows", "plain WeasyPrint table"
        yield Bench("S6", name, plain, 0.5, _pdf_of(rows), rounds=rounds)
        if find_spec("typst"):
            yield Bench("S6", name, "typst, same sheet", 5, _pdf_beside_typst(rows), aim=True, rounds=rounds)
    if not quick:
        few, many = sorted(rows_pdf)[-2:]
        times = f"ours of {few:,} with the same sums: {many / few:g} × is linear"
        yield Bench("S6", f"PDF, {many:,} rows", times, _growth_bar(few, many), _growth(few, many), rounds=2)


def memory_and_pages(rows_pdf: Mapping[int, int] = ROWS_PDF) -> Iterator[Result]:
    """The most memory, in megabytes, that a process of its own takes to print the longest sheet; what it may take.

    Then the pages of that sheet beside those of the next one, both as they come: here it shows if a longer sheet with
    wider sums has less on a page, which `_growth` leaves out.
    """
    few, many = sorted(rows_pdf)[-2:]
    (peak, pages), (_, pages_of_few) = _peak(many), _peak(few)
    yield Result("S6", f"PDF, {many:,} rows: MB of memory", "the bar", 1, ours=[peak], peer=[MEMORY])
    times = f"pages of {few:,}: {many / few:g} × is linear"
    yield Result(
        "S6", f"PDF, {many:,} rows: pages", times, _growth_bar(few, many), ours=[pages], peer=[pages_of_few], aim=True
    )


def _peak(rows: int) -> tuple[float, float]:
    program = [sys.executable, "-c", PEAK, str(rows)]
    told = subprocess.run(program, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own program
    peak, pages = map(float, told.split())
    return peak, pages


def _growth_bar(few: int, many: int) -> float:
    """A fifth more than linear."""
    return 1.2 * many / few


def _growth(few: int, many: int) -> Any:
    """How the cost of a row grows with the number of rows, on two sheets that differ in nothing else.

    Left to itself the longer one has wider sums and therefore narrower names, more lines in a row and more pages, which
    would be the cost of other rows. So the shorter one has the longer one's sums: both sheets have the same letters and
    the same widths. What wider sums cost in pages is a line of its own, from `memory_and_pages`.
    """

    def prepare(seed: int) -> Pair:
        long, short = appendix(many, seed), appendix(few, seed, summed=many)
        return Pair(lambda: render_pdf(long), lambda: render_pdf(short))

    return prepare


def _xlsx_of(rows: int) -> Any:
    def prepare(seed: int) -> Pair:
        document = appendix(rows, seed)
        return Pair(lambda: render_xlsx(document), lambda: bare_xlsx(document))

    return prepare


def _pdf_of(rows: int) -> Any:
    def prepare(seed: int) -> Pair:
        document = appendix(rows, seed)
        return Pair(lambda: render_pdf(document), lambda: HTML(string=plain_page(document)).write_pdf())

    return prepare


def _pdf_beside_typst(rows: int) -> Any:
    import typst  # noqa: PLC0415 - of the group "bench" alone

    def prepare(seed: int) -> Pair:
        document = appendix(rows, seed)
        source = typst_source(document).encode()
        return Pair(lambda: render_pdf(document), lambda: typst.compile(source))

    return prepare


def plain_page(document: Document) -> str:
    """The sheet as anybody would write it in HTML."""
    (table,) = document.tables
    head = "".join(f"<th>{escape(column.title)}</th>" for column in table.columns)
    body = "".join(f'<tr class="{"b" if bold else ""}">{cells}</tr>' for bold, cells in _plain_rows(document))
    title = f"<h1>{escape(document.title)}</h1>"
    return f"{PLAIN}{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></body></html>"


def _plain_rows(document: Document) -> Iterator[tuple[bool, str]]:
    (table,) = document.tables
    for row in table.rows:
        cells = (
            f'<td class="{"n" if table.columns[index].kind is Kind.COUNT else ""}" colspan="{cell.span}">'
            f"{escape(printed(cell.value, table.columns[index].kind, row.kind))}</td>"
            for index, cell in row.placed()
        )
        yield row.kind != "data", "".join(cells)


def typst_source(document: Document) -> str:
    """The sheet for typst, which lays out the same columns, heads and rows."""
    (table,) = document.tables
    widths = ", ".join(f"{column.weight}fr" for column in table.columns)
    aligns = ", ".join("right" if column.kind is Kind.COUNT else "left" for column in table.columns)
    heads = ", ".join(f"strong({json.dumps(column.title, ensure_ascii=False)})" for column in table.columns)
    rows = []
    for row in table.rows:
        for index, cell in row.placed():
            text = json.dumps(printed(cell.value, table.columns[index].kind, row.kind), ensure_ascii=False)
            text = text if row.kind == "data" else f"strong({text})"
            rows.append(f"table.cell(colspan: {cell.span}, {text})" if cell.span > 1 else text)
    return (
        '#set page(paper: "a4", margin: (top: 20mm, right: 15mm, bottom: 20mm, left: 30mm), numbering: "1")\n'
        '#set text(font: "Liberation Serif", size: 11pt, lang: "vi")\n'
        f"= {document.title}\n"
        f"#table(columns: ({widths}), align: ({aligns}), stroke: .6pt, inset: 1.2mm,\n"
        f"table.header({heads}),\n{', '.join(rows)})\n"
    )
