"""The sheet «Nhân sự» that came back: who was added, who was changed, and who may be somebody the unit has already."""

from collections.abc import Mapping
from dataclasses import dataclass

import tablib
from django.db.models import Q

from courses.resources import YEAR
from quotas.imports.grid import Grid, Read, text_of, value_of
from quotas.imports.people_fields import HEADS, QUOTA, shown_fields
from quotas.imports.unit_form import PERSON_HEAD, Seal
from quotas.imports.unit_seal import AGAIN
from quotas.imports.unit_workbook_made import values_mark
from quotas.models import Quota
from quotas.resources import PROGRAMME, VERSION
from quotas.resources.nominations import CONFIRMED, QUOTA_KEY, UNIT_KEY, NominationResource
from quotas.selectors.unit_people import Known, roster_quotas, unit_people
from trainingplan.imports.kinds import ROW, Place, Problem, Question, Table
from trainingplan.models import Plan, Unit, User
from trainingplan.resources.columns import YES
from trainingplan.rules.names import fold
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import quoted

SAME, SKIP = "dung", "bo"
OPTIONS = ((SAME, "Đúng là người ấy: dùng hồ sơ đã có"), (SKIP, "Không nhập dòng này"))


@dataclass(frozen=True, slots=True)
class Context:
    """For whom the sheet is read, and what was answered."""

    seal: Seal
    plan: Plan
    unit: Unit
    actor: User
    answers: Mapping[str, str]


def read_people(grid: Grid, context: Context) -> Read:
    """A constant number of queries."""
    reader = _Reader(grid, context)
    for number, row in grid.rows():
        reader.take(number, row)
    return reader.result()


class _Reader:
    def __init__(self, grid: Grid, context: Context) -> None:
        self.grid, self.context = grid, context
        people = unit_people(context.plan, context.unit, context.actor)
        self.quotas = {fold(label): quota for label, quota in roster_quotas(context.plan).items()}
        self.stored = {str(one.pk): one for one in people.nominations}
        self.known = Known.of(context.unit)
        self.sealed_fields = shown_fields(people.sources)
        self.columns = {name: grid.column(head) for name, head in HEADS.items()}
        self.fields = [name for name in self.sealed_fields if self.columns[name] is not None and name != QUOTA]
        heads = (HEADS[name] for name in self.fields)
        self.dataset = tablib.Dataset(
            headers=[PERSON_HEAD, YEAR, PROGRAMME, QUOTA_KEY, UNIT_KEY, VERSION, CONFIRMED, *heads, ROW]
        )
        self.places: dict[tuple[int, str], Place] = {}
        self.lines: dict[str, int] = {}
        self.read = Read()
        self.kept = self.left_out = 0

    def take(self, number: int, row: tuple[object, ...]) -> None:
        key = text_of(row, self.grid.column(PERSON_HEAD))
        typed = {name: text_of(row, column) for name, column in self.columns.items()}
        if not any(value_of(row, column) not in (None, "") for column in self.columns.values()):
            return
        if not key:
            self._take_new(number, row, typed)
        elif key not in self.context.seal.people:
            self._refuse(number, PERSON_HEAD, key, "Mã ẩn của dòng này đã bị sửa: phiếu không có mã ấy.", AGAIN)
        elif key in self.lines:
            reason = f"Dòng này và dòng {self.lines[key]} cùng là một người đã có trong danh sách."
            remedy = "Giữ một dòng; người mới thì nhập vào dòng trống."
            self._refuse(number, None, typed["full_name"], reason, remedy)
        else:
            self.lines[key] = number
            self._take_known(number, row, typed, key)

    def _take_new(self, number: int, row: tuple[object, ...], typed: dict[str, str]) -> None:
        quota = self._quota(number, typed[QUOTA])
        if quota is None:
            return
        confirmed = ""
        if twin := self.known.where(typed["full_name"], typed["birth"], quota):
            key = f"nguoi-{fold(typed['full_name'])}-{typed['birth']}"[:200]
            who = f"{typed['full_name']} (sinh {typed['birth'] or 'chưa rõ năm'})"
            place = self.grid.place(number, self.columns["full_name"])
            self._ask(Question(key, f"{who} đã có trong {twin}. Có phải cùng một người?", OPTIONS, (place,)))
            if self.context.answers.get(key) == SKIP:
                self.left_out += 1
                return
            confirmed = YES if self.context.answers.get(key) == SAME else ""
        self.known.add(typed["full_name"], typed["birth"])
        self._add(number, row, ("", quota, "", confirmed))

    def _take_known(self, number: int, row: tuple[object, ...], typed: dict[str, str], key: str) -> None:
        """A row that was not touched is left out where the nominee was changed or taken off since: that stands."""
        version, mark = self.context.seal.people[key]
        stored = self.stored.get(key)
        touched = values_mark(typed[name] for name in self.sealed_fields) != mark
        if not touched and (stored is None or stored.version != version):
            self.kept += 1
            return
        if stored is None:
            reason = "Người này đã được bỏ khỏi danh sách trên mạng sau khi tải phiếu."
            self._refuse(number, None, typed["full_name"], reason, "Vẫn cử thì nhập vào một dòng trống.")
            return
        quota = self._quota(number, typed[QUOTA])
        if quota is not None:
            self._add(number, row, (key, quota, version, ""))

    def _quota(self, number: int, label: str) -> Quota | None:
        quota = self.quotas.get(fold(label))
        if quota is None:
            reason = f"Không có danh sách {quoted(label)}." if label else "Chưa chọn danh sách."
            self._refuse(number, HEADS[QUOTA], label, reason, "Chọn một danh sách ở ô đầu của dòng.")
        return quota

    def _add(self, number: int, row: tuple[object, ...], head: tuple[str, Quota, int | str, str]) -> None:
        key, quota, version, confirmed = head
        values = (value_of(row, self.columns[name]) for name in self.fields)
        plan, unit = self.context.plan, self.context.unit
        self.dataset.append(
            (key, plan.year, quota.programme.key, quota.key, unit.key, version, confirmed, *values, number)
        )
        self.places[number, ""] = self.grid.place(number)
        self.places[number, QUOTA_KEY] = self.grid.place(number, self.columns[QUOTA])
        for name in self.fields:
            self.places[number, HEADS[name]] = self.grid.place(number, self.columns[name])

    def _ask(self, question: Question) -> None:
        if all(asked.key != question.key for asked in self.read.questions):
            self.read.questions.append(question)

    def _refuse(self, number: int, head: str | None, value: str, reason: str, remedy: str) -> None:
        column = self.grid.column(head) if head else None
        self.read.problems.append(Problem(self.grid.place(number, column), value, reason, remedy))

    def result(self) -> Read:
        read, notes = self.read, self.read.notes
        if len(self.dataset):
            resource = NominationResource()
            resource.within = Q(unit=self.context.unit, quota__programme__plan=self.context.plan)
            read.table = Table(resource, self.dataset, self.places)
        if self.kept:
            notes.append(
                f"{format_count(self.kept)} người đã được sửa hoặc bỏ trên mạng sau khi tải phiếu: giữ nguyên."
            )
        if gone := len(self.context.seal.people.keys() & self.stored.keys() - self.lines.keys()):
            notes.append(
                f"{format_count(gone)} người đã có trong danh sách không còn dòng trong tệp: vẫn giữ. "
                "Bỏ người thì làm ở trang «Danh sách cử đi»."
            )
        if self.left_out:
            notes.append(f"{format_count(self.left_out)} dòng không nhập theo lựa chọn ở trang xem trước.")
        return read
