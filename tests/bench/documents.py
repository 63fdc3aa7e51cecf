"""S5 and S6: an appendix of twelve columns as a workbook and as a PDF."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.utils.html import escape
from weasyprint import HTML

from reports.document import Document, Kind, printed
from reports.renderers.pdf import render_pdf
from reports.renderers.xlsx import render_xlsx
from tests.bench.measure import Bench, Pair
from tests.bench.peers_xlsx import bare_xlsx
from tests.bench.sheets import appendix

PLAIN = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><style>
@page { size: A4; margin: 20mm 15mm 20mm 30mm; @top-center { content: counter(page); } }
html { font-family: "Times New Roman", "Liberation Serif", serif; font-size: 11pt; }
table { border-collapse: collapse; width: 100%; }
th, td { border: .6pt solid #000; padding: .8mm 1.2mm; } .n { text-align: right; } tr { break-inside: avoid; }
.b { font-weight: bold; }
</style></head><body>"""


def benches(sizes_xlsx: tuple[int, ...] = (300, 20_000), sizes_pdf: tuple[int, ...] = (300, 2_000)) -> Iterator[Bench]:
    """The benches of documents of so many rows."""
    for rows in sizes_xlsx:
        yield Bench("S5", f"Excel, {rows:,} rows", "bare XlsxWriter, same cells", 1.25, _xlsx_of(rows))
    for rows in sizes_pdf:
        yield Bench("S6", f"PDF, {rows:,} rows", "plain WeasyPrint table", 0.5, _pdf_of(rows))
        if find_spec("typst"):
            yield Bench("S6", f"PDF, {rows:,} rows", "typst, same sheet", 5, _pdf_beside_typst(rows), aim=True)


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
