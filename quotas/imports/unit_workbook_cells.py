"""The sheet «Đăng ký» that came back: which cells were typed, which are as they were given out."""

from collections.abc import Mapping

import tablib
from django.db.models import Q

from courses.resources import YEAR
from quotas.imports.grid import Grid, Read, text_of, value_of
from quotas.imports.unit_form import KEY_HEAD, NAME_HEAD, NO_KEY, NO_NEED_HEAD, NUMBER_HEAD, Given, Seal, quota_key
from quotas.imports.unit_seal import AGAIN
from quotas.models import Quota, Registration
from quotas.resources import NUMBER, PROGRAMME, VERSION, RegistrationResource
from quotas.selectors.matching import quota_book
from trainingplan.imports.kinds import ROW, Place, Problem, Table
from trainingplan.models import Plan, Unit
from trainingplan.resources.columns import YesNo, cell_text
from trainingplan.rules.numbers import format_count, parse_count

QUOTA_KEY, UNIT_KEY, NO_NEED = "Khóa chỉ tiêu", "Khóa đơn vị", "Không có nhu cầu"
HEADS = (YEAR, PROGRAMME, QUOTA_KEY, UNIT_KEY, NUMBER, NO_NEED, VERSION, ROW)


def read_cells(grid: Grid, seal: Seal, plan: Plan, unit: Unit) -> Read:
    """Three queries."""
    reader = _Reader(grid, seal, plan, unit)
    for number, row in grid.rows():
        reader.take(number, row)
    return reader.result()


class _Reader:
    def __init__(self, grid: Grid, seal: Seal, plan: Plan, unit: Unit) -> None:
        self.grid, self.seal, self.plan, self.unit = grid, seal, plan, unit
        self.key_column, self.name_column = grid.column(KEY_HEAD), grid.column(NAME_HEAD)
        self.number_column, self.mark_column = grid.column(NUMBER_HEAD), grid.column(NO_NEED_HEAD)
        quotas = list(Quota.objects.filter(programme__plan=plan).select_related("programme"))
        self.keys = {quota.pk: quota_key(quota.programme.key, quota.key) for quota in quotas}
        self.names = quota_book(quotas)
        self.current = _current(plan, unit, self.keys)
        self.written = {text_of(row, self.key_column) for _, row in grid.rows()}
        self.lines: dict[str, int] = {}
        self.dataset = tablib.Dataset(headers=list(HEADS))
        self.places: dict[tuple[int, str], Place] = {}
        self.read = Read()
        self.kept = 0

    def take(self, number: int, row: tuple[object, ...]) -> None:
        typed, mark = value_of(row, self.number_column), value_of(row, self.mark_column)
        filled = typed not in (None, "") or mark not in (None, "")
        key = text_of(row, self.key_column)
        if key.startswith(NO_KEY):
            return
        if not key:
            key = self._by_name(number, row) if filled else ""
            if not key:
                return
        if key not in self.seal.cells:
            self._refuse(number, self.key_column, key, "Mã ẩn của dòng này đã bị sửa: phiếu không có mã ấy.", AGAIN)
        elif key in self.lines:
            reason = f"Dòng này và dòng {self.lines[key]} cùng là một chỉ tiêu."
            self._refuse(number, None, text_of(row, self.name_column), reason, "Giữ lại một dòng rồi nhập lại.")
        else:
            self.lines[key] = number
            self._add(number, key, typed, mark)

    def _by_name(self, number: int, row: tuple[object, ...]) -> str:
        """A row that lost its hidden key is known by its very name, unless another row has that key."""
        name = text_of(row, self.name_column)
        found = self.names.find(name)
        key = self.keys.get(found.row, "") if found.row is not None and not found.how else ""
        if not key or key in self.written:
            reason = f"Dòng thêm vào không thuộc phiếu: không có chỉ tiêu «{name}» để nhận số này."
            self._refuse(number, None, name, reason, "Nhập số ở dòng có sẵn, hoặc xóa dòng này rồi nhập lại.")
            return ""
        return key

    def _add(self, number: int, key: str, typed: object, mark: object) -> None:
        """A cell that nobody typed into is left out where it was never filled, or others changed it since."""
        given = self.seal.cells[key]
        if not _edited(given, typed, mark) and (self.current.get(key) != given or not given.version):
            self.kept += self.current.get(key) != given
            return
        programme, _, quota = key.partition("/")
        number_place = self.grid.place(number, self.number_column)
        self.dataset.append(
            (self.plan.year, programme, quota, self.unit.key, typed, mark, given.version, number),
        )
        self.places |= {
            (number, NUMBER): number_place,
            (number, NO_NEED): self.grid.place(number, self.mark_column),
            (number, ""): self.grid.place(number),
        }

    def _refuse(self, number: int, column: int | None, value: str, reason: str, remedy: str) -> None:
        self.read.problems.append(Problem(self.grid.place(number, column), value, reason, remedy))

    def result(self) -> Read:
        read, notes = self.read, self.read.notes
        if len(self.dataset):
            resource = RegistrationResource()
            resource.within = Q(unit=self.unit, quota__programme__plan=self.plan)
            read.table = Table(resource, self.dataset, self.places)
        if self.kept:
            notes.append(
                f"{format_count(self.kept)} ô đã được sửa trên mạng sau khi tải phiếu, phiếu không sửa: giữ nguyên."
            )
        if gone := len(self.seal.cells) - len(self.lines):
            notes.append(f"{format_count(gone)} chỉ tiêu của phiếu không còn dòng trong tệp: số đã đăng ký giữ nguyên.")
        if new := len(set(self.keys.values()) - self.seal.cells.keys()):
            notes.append(
                f"Kế hoạch có thêm {format_count(new)} chỉ tiêu từ sau khi tải phiếu; xem ở trang «Đăng ký nhu cầu»."
            )
        return read


def _current(plan: Plan, unit: Unit, keys: Mapping[int, str]) -> dict[str, Given]:
    """The cells as they stand, those that nobody has filled among them."""
    rows = Registration.objects.filter(quota__programme__plan=plan, unit=unit).order_by()
    filled = {
        keys[pk]: Given(version, number, no_need)
        for pk, version, number, no_need in rows.values_list("quota_id", "version", "number", "no_need")
    }
    return dict.fromkeys(keys.values(), Given(0, None, no_need=False)) | filled


def _edited(given: Given, typed: object, mark: object) -> bool:
    """Whether the cell was typed into since it was given out; what cannot be read was."""
    try:
        return (parse_count(cell_text(typed)), YesNo().read(cell_text(mark))) != (given.number, given.no_need)
    except ValueError:
        return True
