"""An appendix of twelve columns and any number of rows, new with each seed: what S5 and S6 print."""

import random
from datetime import date

from reports.document import (
    Align,
    AppendixTitle,
    Attachment,
    Cell,
    Column,
    Document,
    Kind,
    Row,
    RowKind,
    Table,
    TotalOf,
)

QUOTAS = 8
PER_GROUP = 50
LARGEST = 3000
_FIRST = ("Huyện ủy", "Thành ủy", "Sở", "Ban", "Đảng ủy", "Trung tâm", "Văn phòng", "Hội")
_SECOND = (
    "Bình Sơn", "Trà Bồng", "Sơn Tịnh", "Tư Nghĩa", "Mộ Đức", "Đức Phổ", "Ba Tơ", "Minh Long", "Lý Sơn",
    "Nông nghiệp và Phát triển nông thôn", "Lao động - Thương binh và Xã hội", "Khoa học và Công nghệ", "Nội vụ",
)  # fmt: skip
_NOTES = ("", "", "", "Ưu tiên cán bộ trẻ", "Dự kiến")


def appendix(rows: int, seed: int, *, summed: int = 0) -> Document:
    """Groups of units with their numbers, sums down and across, in portrait.

    If `summed` is more than `rows`, they are the last ones of so many, and one group has the sums of the others: the
    total is then that of the longer sheet, and so are the widths of the columns.
    """
    rng = random.Random(seed)  # noqa: S311 - the numbers of a bench
    return Document(
        title=f"Phân bổ chỉ tiêu đào tạo, bồi dưỡng lần {seed}",
        blocks=(
            AppendixTitle(1, f"Phân bổ chỉ tiêu đào tạo, bồi dưỡng lần {seed}", Attachment("KH/TU", "Ban Thường vụ")),
            _table(rows, rng, beyond=max(summed - rows, 0)),
        ),
        file_stem="phu-luc-1",
        created=date(2024, 1, 15),
        author="Ban Tổ chức Tỉnh ủy",
    )


def _table(count: int, rng: random.Random, *, beyond: int) -> Table:
    keys = tuple(f"q{number}" for number in range(1, QUOTAS + 1))
    columns = (
        Column("tt", "TT", 5, align=Align.CENTER),
        Column("unit", "Cơ quan, đơn vị, địa phương", 40),
        *(
            Column(key, f"Chỉ tiêu {place}", 9, Kind.COUNT, group="Hệ tập trung" if place <= QUOTAS // 2 else "")
            for place, key in enumerate(keys, start=1)
        ),
        Column("sum", "Tổng cộng", 10, Kind.COUNT),
        Column("note", "Ghi chú", 14),
    )
    rows: list[Row] = []
    heads: list[int] = []
    sums = [0] * QUOTAS
    for group, start in enumerate(range(0, count, PER_GROUP), start=1):
        numbers = [[rng.randrange(LARGEST) for _ in keys] for _ in range(min(PER_GROUP, count - start))]
        subtotals = [sum(column) for column in zip(*numbers, strict=True)]
        sums = [old + new for old, new in zip(sums, subtotals, strict=True)]
        head = len(rows)
        heads.append(head)
        down = TotalOf(rows=((head + 1, head + len(numbers)),))
        total = Cell(sum(subtotals), TotalOf(columns=keys))
        rows.append(
            Row.of(RowKind.GROUP, f"{group}", f"Khối {group}", *(Cell(n, down) for n in subtotals), total, None)
        )
        for place, own in enumerate(numbers, start=beyond + start + 1):
            name = f"{rng.choice(_FIRST)} {rng.choice(_SECOND)} {rng.randrange(10_000)}"
            across = Cell(sum(own), TotalOf(columns=keys))
            rows.append(Row.of(RowKind.DATA, place, name, *own, across, rng.choice(_NOTES)))
    if beyond:
        heads.append(len(rows))
        others = [beyond * LARGEST // 2] * QUOTAS
        sums = [old + new for old, new in zip(sums, others, strict=True)]
        rows.append(
            Row.of(RowKind.GROUP, "", "Các đơn vị khác", *others, Cell(sum(others), TotalOf(columns=keys)), None)
        )
    down = TotalOf.of_rows(heads)
    grand = Cell(sum(sums), TotalOf(columns=keys))
    label = Cell("TỔNG CỘNG", span=2)
    rows.append(Row.of(RowKind.TOTAL, label, *(Cell(n, down) for n in sums), grand, None))
    return Table("Phân bổ chỉ tiêu", columns, tuple(rows), unit="ĐVT: người")
