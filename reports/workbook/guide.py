"""The guide of the workbook: the columns of each sheet as Markdown tables, put between marks of the document."""

from reports.workbook.sheets import sheets_of
from reports.workbook.writing import example_text
from trainingplan.admin.plans import SOURCES
from trainingplan.models import Appendix
from trainingplan.resources.book import BookResource
from trainingplan.resources.book_columns import BookColumn, kind_words

BEGIN, END = "<!-- bảng cột: bắt đầu -->", "<!-- bảng cột: hết -->"


def columns_guide() -> str:
    """Every sheet with every column: what it holds, whether it must be there, an example, what it means."""
    sheets = (_sheet(number, sheet) for number, sheet in enumerate(sheets_of(2030), start=1))
    return "\n".join([*sheets, _sources()])


def _sources() -> str:
    """What a column of an appendix can show."""
    parts = ["### Nguồn số liệu của cột\n"]
    for kind, words in SOURCES.items():
        parts.append(f"{str(Appendix.Kind(kind).label).capitalize()}:\n")
        parts.append("\n".join(f"- `{source}`: {word}" for source, word in words.items()) + "\n")
    parts.append("Bảng kinh phí còn có `source-KHÓA`: phần của nguồn kinh phí mang khóa ấy.\n")
    return "\n".join(parts)


def written_into(document: str) -> str:
    """The document with its tables as the resources now have them."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{columns_guide()}\n{END}{after}"


def _sheet(number: int, sheet: BookResource) -> str:
    rows = "\n".join(_column(sheet, column) for column in sheet.book_columns)
    key = ", ".join(f"«{heading}»" for heading in _key(sheet))
    return (
        f"### {number}. {sheet.sheet()}\n\n{sheet.about}\n\n"
        f"Khóa của dòng: {key}.\n\n"
        f"| Cột | Chứa gì | Bắt buộc | Ví dụ | Ý nghĩa |\n|---|---|---|---|---|\n{rows}\n"
    )


def _key(sheet: BookResource) -> list[str]:
    """The headings that tell which row is meant."""
    found: list[str] = []
    for name in sheet.get_import_id_fields():
        column = sheet.columns[name]
        found += [*getattr(column.widget, "scope", ()), str(column.column_name)]
    return list(dict.fromkeys(found))


def _column(sheet: BookResource, column: BookColumn) -> str:
    needed = "có" if sheet.needs(column) else ""
    cells = (str(column.column_name), _holds(sheet, column), needed, example_text(column), column.meaning)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _holds(sheet: BookResource, column: BookColumn) -> str:
    """What a cell holds; of text also how long it may be."""
    words = kind_words(column.widget)
    lengths = {item.attname: item.max_length for item in sheet._meta.model._meta.concrete_fields}
    longest = lengths.get(str(column.attribute))
    return f"{words}, nhiều nhất {longest} ký tự" if words == "chữ" and longest else words
