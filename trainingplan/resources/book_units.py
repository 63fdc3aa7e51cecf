"""The units of the whole-plan workbook: khối, units with their names, places and statuses through time, successions."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from trainingplan.models import Succession, Unit, UnitGroup, UnitName, UnitPlacement, UnitStatus
from trainingplan.resources.book import BookResource, Faults
from trainingplan.resources.book_columns import BookColumn, Directory, Scene, Texts, key_column, name_column
from trainingplan.resources.columns import Choice, Day, Place
from trainingplan.resources.files import cell_words
from trainingplan.rules.dates import format_date

KEY = "Khóa"
KEY_MEANING = "Tên tắt không dấu, chữ thường, nối bằng gạch, ví dụ {0}; không đổi, không dùng lại cho {1} khác."
FROM, TO = "Từ ngày", "Đến trước ngày"


def _groups(_: Scene) -> Iterable[tuple[int, Texts, str]]:
    return ((pk, (key,), name) for pk, key, name in UnitGroup.objects.values_list("pk", "key", "name"))


def _units(_: Scene) -> Iterable[tuple[int, Texts, str]]:
    """Units by key, named as they are called last."""
    names = dict(UnitName.objects.order_by("valid_from").values_list("unit_id", "name"))
    return ((pk, (key,), names.get(pk, key)) for pk, key in Unit.objects.order_by().values_list("pk", "key"))


GROUPS = Directory("unitgroup", "khối", "Khối", (KEY,), _groups)
UNITS = Directory("unit", "đơn vị", "Đơn vị", (KEY,), _units)


def key_of_row(what: str, example: str) -> BookColumn:
    """The column of the keys that a sheet gives its own rows."""
    return BookColumn("key", KEY, required=True, meaning=KEY_MEANING.format(example, what), example=example)


def position_column(where: str) -> BookColumn:
    meaning = f"Số thứ tự {where}, từ 1; hai dòng không cùng một số."
    return BookColumn("position", "Thứ tự", Place(), required=True, meaning=meaning, example=1)


class GroupSheet(BookResource):
    about = "Các khối theo đó kế hoạch đếm đơn vị: Đảng – đoàn thể, Nhà nước, huyện – thị – thành."
    directory = GROUPS

    key = key_of_row("khối", "huyen-thi-thanh")
    name = BookColumn("name", "Tên khối", meaning="Như in trong phụ lục.", example="Khối huyện, thị, thành phố")
    position = position_column("của khối")

    class Meta:
        model = UnitGroup
        import_id_fields = ("key",)
        name = "Khối"


class UnitSheet(BookResource):
    about = "Mỗi cơ quan, đơn vị, địa phương một dòng, kể cả đơn vị cũ. Tên, cấp trên, tình trạng ở ba sheet sau."
    directory = UNITS

    key = key_of_row("đơn vị", "huyen-uy-mau")
    current_name = name_column("id", "Tên gần nhất", UNITS)
    official_code = BookColumn("official_code", "Mã chính thức", meaning="Mã do Nhà nước cấp, nếu có.", example="H01")

    class Meta:
        model = Unit
        import_id_fields = ("key",)
        name = "Đơn vị"

    def title_of(self, row: Unit) -> str:
        return row.key

    def after_import_row(self, row: Mapping[str, Any], row_result: Any, **kwargs: Any) -> None:
        """Names are on a sheet of their own: a new unit is called as the file calls it beside its key."""
        super().after_import_row(row, row_result, **kwargs)
        known = self.scene.index(UNITS).names.get(row_result.instance.pk, "")
        told = cell_words(row.get(str(self.columns["current_name"].column_name)))
        row_result.object_repr = known or told or row_result.object_repr


def unit_key() -> BookColumn:
    return key_column(
        "unit_id", "Khóa đơn vị", UNITS, required=True, meaning="Đơn vị mà dòng này nói tới.", example="huyen-uy-mau"
    )


def from_column() -> BookColumn:
    return BookColumn(
        "valid_from", FROM, Day(), required=True, meaning="Ngày đầu tiên có hiệu lực.", example="01/01/2020"
    )


def to_column() -> BookColumn:
    meaning = "Ngày đầu tiên hết hiệu lực; để trống là chưa hết."
    return BookColumn("valid_to", TO, Day(), meaning=meaning)


class PeriodSheet(BookResource):
    """Periods of a unit follow one another and never overlap."""

    def faults(self) -> Faults:
        found: Faults = {}
        periods: dict[int, list[tuple[Any, int]]] = {}
        for row in self.standing():
            periods.setdefault(row.unit_id, []).append((row, 0))
        for one in self.pending:
            periods.setdefault(one.row.unit_id, []).append((one.row, one.number))
        for rows in periods.values():
            rows.sort(key=lambda pair: pair[0].valid_from)
            for (earlier, number), (later, other) in pairwise(rows):
                if earlier.valid_to is None or earlier.valid_to > later.valid_from:
                    found[number or other] = _overlap(later, ended=bool(number))
        return {number: fault for number, fault in found.items() if number}


def _overlap(later: Any, *, ended: bool) -> tuple[str, str]:
    start = format_date(later.valid_from)
    if ended:
        return "valid_to", f"Chồng lên kỳ bắt đầu từ {start} của đơn vị này. Ghi ngày kết thúc không quá {start}."
    return "valid_from", "Kỳ trước của đơn vị này chưa kết thúc trước ngày ấy. Ghi ngày kết thúc cho kỳ trước."


class NameSheet(PeriodSheet):
    about = "Tên của đơn vị theo thời gian: đổi tên là thêm một dòng, và ghi ngày kết thúc cho tên cũ."

    unit = unit_key()
    name = BookColumn("name", "Tên", meaning="Tên đầy đủ.", example="Huyện ủy Mẫu")
    short_name = BookColumn("short_name", "Tên viết tắt", meaning="Nếu có.", example="HU Mẫu")
    valid_from = from_column()
    valid_to = to_column()

    class Meta:
        model = UnitName
        import_id_fields = ("unit", "valid_from")
        name = "Tên đơn vị"

    def _learn(self) -> None:
        super()._learn()
        names = self.scene.index(UNITS).names
        for one in sorted(self.pending, key=lambda one: one.row.valid_from):
            names[one.row.unit_id] = one.row.name


class PlacementSheet(PeriodSheet):
    about = "Đơn vị thuộc đơn vị nào, đếm ở khối nào, theo thời gian: chuyển đơn vị là thêm một dòng."

    unit = unit_key()
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    parent = key_column(
        "parent_id", "Khóa cấp trên", UNITS, meaning="Đơn vị cấp trên trực tiếp; để trống nếu không có."
    )
    group = key_column("group_id", "Khóa khối", GROUPS, meaning="Khối của đơn vị.", example="huyen-thi-thanh")
    valid_from = from_column()
    valid_to = to_column()

    class Meta:
        model = UnitPlacement
        import_id_fields = ("unit", "valid_from")
        name = "Vị trí đơn vị"

    def faults(self) -> Faults:
        """No unit stands below itself on any day on which something changes."""
        rows = [*self.standing(), *(one.row for one in self.pending)]
        rings: dict[date, set[int]] = {day: _rings(rows, day) for day in {one.row.valid_from for one in self.pending}}
        found = {}
        for one in self.pending:
            days = [day for day, ring in rings.items() if one.row.unit_id in ring and _holds(one.row, day)]
            if days:
                day = format_date(min(days))
                found[one.number] = "parent_id", f"Ngày {day} đơn vị này nằm dưới chính nó. Ghi cấp trên khác."
        return found | super().faults()


def _holds(row: UnitPlacement, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


def _rings(rows: Iterable[UnitPlacement], day: date) -> set[int]:
    """The units that are above themselves on the day."""
    above = {row.unit_id: row.parent_id for row in rows if row.parent_id and _holds(row, day)}
    found: set[int] = set()
    seen: set[int] = set()
    for start in above:
        path: list[int] = []
        unit: int | None = start
        while unit is not None and unit not in seen:
            seen.add(unit)
            path.append(unit)
            unit = above.get(unit)
        if unit in path:
            found.update(path[path.index(unit) :])
    return found


class StatusSheet(PeriodSheet):
    about = "Đơn vị đang hoạt động, tạm dừng hay đã kết thúc, theo thời gian."

    unit = unit_key()
    unit_name = name_column("unit_id", "Đơn vị", UNITS)
    status = BookColumn(
        "status",
        "Tình trạng",
        Choice(UnitStatus.Status.choices, empty=UnitStatus.Status.ACTIVE),
        meaning="Để trống là đang hoạt động.",
        example="đang hoạt động",
    )
    valid_from = from_column()
    valid_to = to_column()

    class Meta:
        model = UnitStatus
        import_id_fields = ("unit", "valid_from")
        name = "Tình trạng đơn vị"


class SuccessionSheet(BookResource):
    about = "Đơn vị nào kế thừa đơn vị nào khi hợp nhất, chia tách, sắp xếp lại."

    predecessor = key_column("predecessor_id", "Khóa đơn vị cũ", UNITS, required=True, meaning="Đơn vị thôi hoạt động.")
    successor = key_column("successor_id", "Khóa đơn vị mới", UNITS, required=True, meaning="Đơn vị kế thừa.")
    effective_on = BookColumn("effective_on", "Hiệu lực từ", Day(), required=True, meaning="Ngày sắp xếp có hiệu lực.")
    scope = BookColumn("scope", "Phạm vi", meaning="Ví dụ: toàn bộ; một phần; chức năng nào.")
    legal_basis = BookColumn("legal_basis", "Căn cứ", meaning="Văn bản quyết định việc sắp xếp.")

    class Meta:
        model = Succession
        import_id_fields = ("predecessor", "successor")
        name = "Kế thừa đơn vị"

    def place(self, row: Succession) -> tuple[Any, ...]:
        return (row.effective_on, *super().place(row))

    def faults(self) -> Faults:
        """Who follows the successors never comes back to where he was."""
        rows = [*self.standing(), *(one.row for one in self.pending)]
        heirs: dict[int, set[int]] = {}
        for row in rows:
            heirs.setdefault(row.predecessor_id, set()).add(row.successor_id)
        ringed = (one for one in self.pending if _leads_to(heirs, one.row.successor_id, one.row.predecessor_id))
        return {one.number: ("successor_id", SUCCEEDS_ITSELF) for one in ringed}


SUCCEEDS_ITSELF = (
    "Theo các dòng kế thừa, đơn vị cũ rốt cuộc lại kế thừa chính nó. Ghi đơn vị khác, hoặc bỏ một dòng của vòng ấy."
)


def _leads_to(heirs: Mapping[int, set[int]], start: int, goal: int) -> bool:
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        unit = waiting.pop()
        if unit == goal:
            return True
        if unit not in seen:
            seen.add(unit)
            waiting += heirs.get(unit, ())
    return False
