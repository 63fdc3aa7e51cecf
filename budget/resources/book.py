"""The whole-plan workbook's sources of funds, norm sets with their levels, and kinds of class."""

from collections.abc import Iterable
from typing import Any

from budget.models import FACTOR_MAXIMUM, FACTOR_UNITS, ClassKind, FundSource, NormItem, NormSet, UsualCost
from trainingplan.resources.book import BookResource
from trainingplan.resources.book_columns import (
    BookColumn,
    Directory,
    Scene,
    Texts,
    illustrative_column,
    key_column,
)
from trainingplan.resources.book_units import key_of_row, position_column
from trainingplan.resources.columns import Choice, Count, Day, Money, YesNo

NORM_SET, NORM = "Khóa bộ định mức", "Khóa mức chi"


def _by_key(model: Any, name: str = "name") -> Any:
    return lambda _: ((pk, (key,), text) for pk, key, text in model.objects.values_list("pk", "key", name))


def _items(_: Scene) -> Iterable[tuple[int, Texts, str]]:
    rows = NormItem.objects.values_list("pk", "norm_set__key", "key", "name")
    return ((pk, (norm_set, key), name) for pk, norm_set, key, name in rows)


SOURCES = Directory("fundsource", "nguồn kinh phí", "Nguồn kinh phí", ("Khóa",), _by_key(FundSource))
NORM_SETS = Directory("normset", "bộ định mức", "Bộ định mức", ("Khóa",), _by_key(NormSet, "number"))
NORMS = Directory("normitem", "mức chi", "Mức chi", (NORM_SET, NORM), _items)
KINDS = Directory("classkind", "loại lớp", "Loại lớp", ("Khóa",), _by_key(ClassKind))


class SourceSheet(BookResource):
    about = "Các nguồn kinh phí: ngân sách tỉnh, ngân sách Trung ương, đơn vị, cá nhân …"
    directory = SOURCES

    key = key_of_row("nguồn", "ngan-sach-tinh")
    name = BookColumn("name", "Tên", meaning="Như in trên cột của phụ lục.", example="Ngân sách tỉnh")
    position = position_column("của nguồn")
    provincial = BookColumn(
        "provincial", "Thuộc ngân sách tỉnh", YesNo(), meaning="Ghi «có» nếu tính vào tổng ngân sách tỉnh.",
        example="có",
    )  # fmt: skip

    class Meta:
        model = FundSource
        import_id_fields = ("key",)
        name = "Nguồn kinh phí"


class NormSetSheet(BookResource):
    about = "Các nghị quyết quy định mức chi, với thời gian hiệu lực và địa bàn."
    directory = NORM_SETS

    key = key_of_row("bộ định mức", "nq-mau")
    number = BookColumn("number", "Số hiệu", meaning="Ví dụ 04/2019/NQ-HĐND.", example="01/2020/NQ-HĐND")
    title = BookColumn("title", "Trích yếu", meaning="Nghị quyết quy định gì.", example="Quy định mức chi (mẫu)")
    issued_on = BookColumn("issued_on", "Ngày ban hành", Day(), meaning="Ngày của nghị quyết.", example="01/01/2020")
    valid_from = BookColumn("valid_from", "Hiệu lực từ", Day(), meaning="Ngày đầu tiên.", example="01/01/2020")
    valid_to = BookColumn("valid_to", "Hết hiệu lực từ", Day(), meaning="Ngày đầu tiên hết; trống là còn hiệu lực.")
    territory = BookColumn("territory", "Địa bàn", meaning="Nơi áp dụng.", example="Tỉnh Mẫu")
    lessons_per_session = BookColumn(
        "lessons_per_session",
        "Số tiết một buổi giảng",
        Count(minimum=1, maximum=12, empty=4),
        meaning="4 hoặc 5 theo nghị quyết; trống là 4.",
        example=4,
    )
    legal_text = BookColumn("legal_text", "Căn cứ, nội dung", meaning="Lời văn nếu cần trích.")

    class Meta:
        model = NormSet
        import_id_fields = ("key",)
        name = "Bộ định mức"

    def title_of(self, row: NormSet) -> str:
        return row.number


class NormSheet(BookResource):
    about = "Từng mức chi của các bộ định mức."
    directory = NORMS

    norm_set = key_column(
        "norm_set_id", NORM_SET, NORM_SETS, required=True, meaning="Bộ định mức của mức này.", example="nq-mau"
    )
    position = position_column("trong bộ định mức")
    key = BookColumn(
        "key",
        NORM,
        required=True,
        meaning="Tên tắt không dấu; cùng khóa ở hai bộ là cùng một loại chi.",
        example="nuoc-uong",
    )
    group = BookColumn("group", "Nhóm", meaning="Nhóm in trên bảng mức chi.", example="Tổ chức lớp")
    name = BookColumn("name", "Nội dung chi", meaning="Tên mức chi.", example="Nước uống")
    unit = BookColumn("unit", "Đơn vị tính", meaning="Ví dụ đồng/người/buổi.", example="đồng/người/buổi")
    kind = BookColumn(
        "kind",
        "Loại mức chi",
        Choice(NormItem.Kind.choices, empty=NormItem.Kind.CEILING),
        meaning="Để trống là tối đa.",
        example="tối đa",
    )
    level = BookColumn(
        "level", "Mức chi", Money(), meaning="Số đồng; với tỷ lệ là phần trăm; trống khi theo hóa đơn.", example=20000
    )
    base = BookColumn("base", "Tỷ lệ tính trên", Choice(NormItem.Base.choices), meaning="Chỉ với tỷ lệ %.")
    rank = BookColumn("rank", "Đối tượng giảng viên", meaning="Nếu mức chi theo hạng giảng viên.")
    clause = BookColumn("clause", "Điều khoản", meaning="Ví dụ khoản 1 Điều 3.")
    note = BookColumn("note", "Ghi chú", meaning="Nếu cần.")
    illustrative = illustrative_column()

    class Meta:
        model = NormItem
        import_id_fields = ("norm_set", "key")
        name = "Mức chi"

    def place(self, row: NormItem) -> tuple[Any, ...]:
        return self.columns["norm_set"].export(row), row.position


class KindSheet(BookResource):
    about = "Các loại lớp: mẫu để điền sẵn các khoản chi của dự toán."
    directory = KINDS

    key = key_of_row("loại lớp", "lop-ngan-han")
    name = BookColumn("name", "Tên", meaning="Tên loại lớp.", example="Lớp ngắn hạn")
    position = position_column("của loại lớp")

    class Meta:
        model = ClassKind
        import_id_fields = ("key",)
        name = "Loại lớp"


def factor_columns(
    place: int, *, number: str, unit: str = "", example: int | str = ""
) -> tuple[BookColumn, BookColumn]:
    """What a factor counts, and how many."""
    counted = "Thừa số trống thì lấy từ số liệu của lớp." if number == "" else "Trống là 1."
    return (
        BookColumn(f"unit{place}", f"Thừa số {place} đếm gì", Choice(FACTOR_UNITS), meaning="Đếm gì.", example=unit),
        BookColumn(
            f"number{place}",
            f"Thừa số {place}",
            Count(minimum=1, maximum=FACTOR_MAXIMUM, empty=int(number) if number else None),
            meaning=counted,
            example=example,
        ),
    )


class UsualCostSheet(BookResource):
    about = "Các khoản chi thường có của từng loại lớp, gọi mức chi bằng khóa."

    kind = key_column(
        "kind_id", "Khóa loại lớp", KINDS, required=True, meaning="Loại lớp của khoản này.", example="lop-ngan-han"
    )
    position = position_column("trong loại lớp")
    norm_key = BookColumn(
        "norm_key", NORM, required=True, meaning="Khóa mức chi, ở bộ định mức nào cũng vậy.", example="nuoc-uong"
    )
    content = BookColumn("content", "Nội dung", meaning="Để trống: lấy tên của mức chi.")
    unit1, number1 = factor_columns(1, number="", unit="người")
    unit2, number2 = factor_columns(2, number="")
    unit3, number3 = factor_columns(3, number="")

    class Meta:
        model = UsualCost
        import_id_fields = ("kind", "position")
        name = "Khoản chi thường có"
