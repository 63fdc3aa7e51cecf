"""Documents of the three kinds for the renderers' tests; each number in a table is its own, to be found again."""

from datetime import date

from reports.document import (
    Align,
    AppendixTitle,
    Attachment,
    Cell,
    Column,
    Document,
    Heading,
    Kind,
    Note,
    Orientation,
    Paragraph,
    Row,
    RowKind,
    Run,
    Table,
    TotalOf,
)

TITLE = "Phân bổ chỉ tiêu đào tạo cao cấp lý luận chính trị năm 2024"
MARK = "Số liệu minh họa"
ATTACHED = Attachment(symbol="KH/TU", issuer="Ban Thường vụ Tỉnh ủy")
FORMULA_LIKE = ("=1+1", "+A1", "@x", "-2", '=HYPERLINK("http://example.org")', "0123", "http://example.org")


def document(*blocks: Table | Heading | Note | Paragraph, mark: str = "", landscape: bool = False) -> Document:
    """An appendix with these blocks under its title."""
    return Document(
        title=TITLE,
        blocks=(AppendixTitle(1, TITLE, ATTACHED), *blocks),
        file_stem="phu-luc-1",
        created=date(2024, 1, 15),
        author="Ban Tổ chức Tỉnh ủy",
        orientation=Orientation.LANDSCAPE if landscape else Orientation.PORTRAIT,
        mark=mark,
    )


def allocation_table(units: int = 4) -> Table:
    """Two groups of `units` rows, two-level heads, sums down and across; the second group has an empty column."""
    columns = (
        Column("tt", "TT", 6, align=Align.CENTER),
        Column("unit", "Cơ quan, đơn vị, địa phương", 48),
        Column("a", "Học viện CTQG Hồ Chí Minh", 14, Kind.COUNT, group="Hệ tập trung"),
        Column("b", "Học viện Chính trị khu vực III", 14, Kind.COUNT, group="Hệ tập trung"),
        Column("sum", "Tổng cộng", 12, Kind.COUNT),
        Column("note", "Ghi chú", 14),
    )
    rows: list[Row] = []
    heads: list[int] = []
    grand = [0, 0]
    for place, title in enumerate(("Khối Đảng, đoàn thể", "Khối Nhà nước")):
        heads.append(len(rows))
        values = [(1001 + 10 * n, (2001 + 10 * n) * (1 - place)) for n in range(place * units, (place + 1) * units)]
        down = TotalOf(rows=((heads[-1] + 1, heads[-1] + units),))
        sums = [sum(column) for column in zip(*values, strict=True)]
        grand = [old + new for old, new in zip(grand, sums, strict=True)]
        across = TotalOf(rows=down.rows, columns=("a", "b"))
        numeral = ("I", "II")[place]
        rows.append(
            Row.of(RowKind.GROUP, numeral, title, *(Cell(s, down) for s in sums), Cell(sum(sums), across), None)
        )
        for number, (a, b) in enumerate(values, start=place * units + 1):
            total = Cell(a + b, TotalOf(columns=("a", "b")))
            rows.append(Row.of(RowKind.DATA, number, f"Huyện ủy Trà Bồng {number}", a, b, total, None))
    down = TotalOf(rows=tuple((head, head) for head in heads))
    total = Cell(sum(grand), TotalOf(rows=down.rows, columns=("a", "b")))
    label = Cell("TỔNG CỘNG", span=2)
    rows.append(Row.of(RowKind.TOTAL, label, *(Cell(value, down) for value in grand), total, None))
    return Table("Phân bổ chỉ tiêu", columns, tuple(rows), unit="ĐVT: người")


def text_table(*texts: str) -> Table:
    """One column of free text beside its number."""
    columns = (Column("tt", "TT", 5, align=Align.CENTER), Column("text", "Nội dung", 40))
    rows = tuple(Row.of(RowKind.DATA, number, text) for number, text in enumerate(texts, start=1))
    return Table("Nội dung", columns, rows)


def money_table(lines: int = 3) -> Table:
    """Lines of the budget whose sources sum to their amounts, and a grand total of eleven digits."""
    sources = ("province", "centre")
    columns = (
        Column("tt", "TT", 5, align=Align.CENTER),
        Column("what", "Nội dung", 40),
        Column("born", "Ngày mở lớp", 14, Kind.DATE),
        Column("amount", "Thành tiền", 20, Kind.MONEY),
        Column("province", "Ngân sách tỉnh", 20, Kind.MONEY, group="Nguồn"),
        Column("centre", "Ngân sách Trung ương", 20, Kind.MONEY, group="Nguồn"),
    )
    rows = []
    for number in range(1, lines + 1):
        parts = (12_170_662_927 + number * 1_001, number * 2_003)
        amount = Cell(sum(parts), TotalOf(columns=sources))
        rows.append(Row.of(RowKind.DATA, number, "Lớp bồi dưỡng", "05/12/2024", amount, *parts))
    down = TotalOf(rows=((0, lines - 1),))
    sums = [sum(int(row.cells[index].value or 0) for row in rows) for index in (3, 4, 5)]
    rows.append(
        Row.of(
            RowKind.TOTAL,
            Cell("TỔNG CỘNG", span=3),
            Cell(sums[0], TotalOf(rows=down.rows, columns=sources)),
            *(Cell(value, down) for value in sums[1:]),
        )
    )
    return Table("Dự kiến kinh phí", columns, tuple(rows), unit="ĐVT: đồng")


def budget() -> Document:
    """A document of two tables, with the total in words between them."""
    words = Paragraph((Run("Bằng chữ: ", bold=True), Run("ba mươi sáu tỷ đồng.", italic=True)), Align.LEFT)
    return document(
        money_table(),
        words,
        Heading("Mức chi"),
        text_table("Hỗ trợ tiền ăn", "Thù lao giảng viên"),
        Note("Mức chi là số liệu minh họa."),
        mark=MARK,
        landscape=True,
    )


def crowded_table(lines: int = 3, *, sources: int = 8, amount: int = 1_960, largest: int = 15_000_000) -> Table:
    """Narrow figures whose sums are wide: the last line has what a longer table would have summed."""
    keys = tuple(f"s{number}" for number in range(sources))
    columns = (
        Column("tt", "TT", 5, align=Align.CENTER),
        Column("unit", "Cơ quan, đơn vị, địa phương", 40),
        *(Column(key, f"Chỉ tiêu {place}", 9, Kind.COUNT) for place, key in enumerate(keys, start=1)),
        Column("note", "Ghi chú", 14),
    )
    name = "Sở Lao động - Thương binh và Xã hội"
    rows = [Row.of(RowKind.DATA, n, f"{name} {n}", *([amount] * sources), None) for n in range(1, lines + 1)]
    rows.append(Row.of(RowKind.GROUP, "", "Các đơn vị khác", *([largest - amount * lines] * sources), None))
    rows.append(Row.of(RowKind.TOTAL, Cell("TỔNG CỘNG", span=2), *([largest] * sources), None))
    return Table("Phân bổ chỉ tiêu", columns, tuple(rows), unit="ĐVT: người")


def numbers_of(table: Table) -> list[int]:
    """Every number that a reader sees in the number columns, from the top left to the bottom right."""
    return [
        cell.value
        for row in table.rows
        for index, cell in row.placed()
        if isinstance(cell.value, int) and table.columns[index].is_number and (cell.value or row.kind is RowKind.TOTAL)
    ]
