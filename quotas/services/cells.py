"""Saving cells of the two grids: unit × quota, registered by the unit or allocated by the Board.

Only changed cells are sent. Each cell is judged by itself: what can be saved is, what cannot comes back with a reason.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models import Count, Manager, QuerySet, Sum
from django.utils import timezone

from quotas.locking import lock_quotas
from quotas.models import Allocation, Nomination, Quota, Registration
from quotas.policies import check_allocation_open, check_registration_open
from quotas.rules import Balance, Verdict, Wish, settle
from quotas.services.responses import lock_answer, mark_editing
from trainingplan.models import Participant, Plan, Unit, User
from trainingplan.rules.numbers import NumberRefused, format_count, parse_count
from trainingplan.selectors import plan_day, unit_names
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Refused


class Outcome(StrEnum):
    SAVED = "saved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class CellInput:
    """What was typed into one cell. `version` is the one the writer saw, 0 for a cell that nobody has filled."""

    unit_id: int
    quota_id: int
    typed: str
    version: int = 0
    no_need: bool = False


@dataclass(frozen=True, slots=True)
class CellResult:
    """What became of one cell, with the value and version that now stand and who wrote them."""

    unit_id: int
    quota_id: int
    outcome: Outcome
    number: int | None
    no_need: bool
    version: int
    message: str
    author: str
    at: datetime | None


Row: TypeAlias = Registration | Allocation
Key: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A cell that was read: its input, the number in it, and the row that stands there."""

    cell: CellInput
    number: int | None
    row: Row | None


@transaction.atomic
def save_registrations(
    *, plan: Plan, unit: Unit, cells: Sequence[CellInput], actor: User, reason: str = ""
) -> list[CellResult]:
    """Save what a unit asks for. Cells of another unit or plan are refused; raises Refused when the round is closed."""
    answer = lock_answer(plan, unit)
    check_registration_open(plan, answer, actor)
    quotas = {quota.pk: quota for quota in _quotas(plan).filter(pk__in={cell.quota_id for cell in cells})}
    rows = _rows(Registration, cells)
    names = unit_names(plan_day(plan), [unit.pk])
    sheet = _Sheet(Registration, rows, quotas, names, cells)
    for cell in cells:
        if cell.unit_id != unit.pk:
            sheet.refuse(cell, "Ô này không thuộc đơn vị đang đăng ký.")
        elif proposed := sheet.read(cell):
            quota = quotas[cell.quota_id]
            if _beyond_quota(quota, proposed.number):
                sheet.refuse(
                    cell,
                    f"«{format_count(proposed.number)}» lớn hơn cả chỉ tiêu của tỉnh ({format_count(quota.number)}). "
                    f"Nhập nhiều nhất {format_count(quota.number)}.",
                )
            else:
                sheet.accept(proposed)
    if sheet.accepted:
        mark_editing(answer, actor)
    return sheet.write(cells, actor=actor, plan=plan, reason=reason)


@transaction.atomic
def save_allocations(*, plan: Plan, cells: Sequence[CellInput], actor: User, reason: str = "") -> list[CellResult]:
    """Save what the Board gives. The sum of a quota never passes its number; raises Refused when the plan is frozen."""
    check_allocation_open(plan, actor)
    ours = set(_quotas(plan).filter(pk__in={cell.quota_id for cell in cells}).values_list("pk", flat=True))
    quotas = lock_quotas(ours)
    rows = _rows(Allocation, cells)
    participants = set(
        Participant.objects.filter(plan=plan, unit_id__in={cell.unit_id for cell in cells}).values_list(
            "unit_id", flat=True
        )
    )
    sheet = _Sheet(Allocation, rows, quotas, unit_names(plan_day(plan), participants), cells)
    wishes: dict[int, list[Proposed]] = defaultdict(list)
    nominated = _nominated(cells)
    for cell in cells:
        if cell.unit_id not in participants:
            sheet.refuse(cell, "Đơn vị này không tham gia kế hoạch.")
        elif proposed := sheet.read(cell):
            if (proposed.number or 0) < (people := nominated.get((cell.unit_id, cell.quota_id), 0)):
                sheet.refuse(cell, _below_nominated(people))
            else:
                wishes[cell.quota_id].append(proposed)
    allocated = dict(
        Allocation.objects.filter(quota_id__in=wishes)
        .order_by()
        .values_list("quota_id")
        .annotate(allocated=Sum("number", default=0))
    )
    for quota_id, asked in wishes.items():
        balance = Balance(quotas[quota_id].number, allocated.get(quota_id, 0))
        verdicts = settle(balance, [Wish((p.row.number or 0) if p.row else 0, p.number or 0) for p in asked])
        for proposed, verdict in zip(asked, verdicts, strict=True):
            if verdict.granted:
                sheet.accept(proposed)
            else:
                sheet.refuse(proposed.cell, _over_ceiling(quotas[quota_id], proposed, verdict))
    return sheet.write(cells, actor=actor, plan=plan, reason=reason)


class _Sheet:
    """The cells of one save on their way: read, accepted or refused, then written in one statement."""

    def __init__(
        self,
        model: type[Registration | Allocation],
        rows: dict[Key, Row],
        quotas: dict[int, Quota],
        names: dict[int, str],
        cells: Sequence[CellInput],
    ) -> None:
        self.model, self.rows, self.quotas, self.names = model, rows, quotas, names
        times = Counter((cell.unit_id, cell.quota_id) for cell in cells)
        self.twice = {key for key, number in times.items() if number > 1}
        self.results: dict[Key, CellResult] = {}
        self.accepted: dict[Key, Proposed] = {}

    def read(self, cell: CellInput) -> Proposed | None:
        """The cell with its number, or None when it is settled already: unreadable, unchanged, stale, given twice."""
        key = (cell.unit_id, cell.quota_id)
        row = self.rows.get(key)
        try:
            number = self._number(cell, key)
        except Refused as refusal:
            self.refuse(cell, refusal.message)
            return None
        if _same(row, number, no_need=cell.no_need):
            self.results[key] = _result(cell, row, Outcome.UNCHANGED)
        elif (row.version if row else 0) != cell.version:
            self.results[key] = _conflict(cell, row)
        else:
            return Proposed(cell, number, row)
        return None

    def _number(self, cell: CellInput, key: Key) -> int | None:
        """The number typed in a cell that may be written at all. Raises Refused."""
        if cell.quota_id not in self.quotas:
            raise Refused("Chỉ tiêu này không thuộc kế hoạch.")
        if key in self.twice:
            raise Refused("Ô này được gửi hai lần trong một lần lưu.")
        try:
            number = parse_count(cell.typed)
        except NumberRefused as refusal:
            raise Refused(refusal.message) from refusal
        if cell.no_need and number:
            raise Refused("Đã đánh dấu «không có nhu cầu» thì để trống số người.")
        return None if cell.no_need else number

    def accept(self, proposed: Proposed) -> None:
        self.accepted[(proposed.cell.unit_id, proposed.cell.quota_id)] = proposed

    def refuse(self, cell: CellInput, message: str) -> None:
        key = (cell.unit_id, cell.quota_id)
        self.results[key] = replace(_result(cell, self.rows.get(key), Outcome.REFUSED), message=message)

    def write(self, cells: Sequence[CellInput], *, actor: User, plan: Plan, reason: str) -> list[CellResult]:
        """Store and log what was accepted; the results in the order of the cells."""
        if self.accepted:
            now = timezone.now()
            record(map(self._entry, self.accepted.values()), actor=actor, plan=plan, reason=reason)
            written = [self._row(proposed, actor, now) for proposed in self.accepted.values()]
            fields = ["number", "version", "illustrative", "updated_at", "updated_by"]
            if self.model is Registration:
                fields.append("no_need")
            manager: Manager[Any] = self.model._default_manager
            manager.bulk_create(written, update_conflicts=True, unique_fields=["quota", "unit"], update_fields=fields)
            for (key, proposed), row in zip(self.accepted.items(), written, strict=True):
                self.results[key] = _result(proposed.cell, row, Outcome.SAVED)
        return [self.results[(cell.unit_id, cell.quota_id)] for cell in cells]

    def _row(self, proposed: Proposed, actor: User, now: datetime) -> Row:
        cell = proposed.cell
        row = self.model(
            unit_id=cell.unit_id,
            quota_id=cell.quota_id,
            number=proposed.number,
            version=cell.version + 1,
            illustrative=False,
            updated_at=now,
            updated_by=actor,
        )
        if isinstance(row, Registration):
            row.no_need = cell.no_need
        return row

    def _entry(self, proposed: Proposed) -> Entry:
        cell, row = proposed.cell, proposed.row
        quota = self.quotas[cell.quota_id]
        return Entry(
            table=self.model._meta.model_name or "",
            row=f"{cell.unit_id}:{cell.quota_id}",
            label=f"{self.model._meta.verbose_name}: {quota.name} – {self.names.get(cell.unit_id, cell.unit_id)}",
            field="number",
            old=_shown(row.number if row else None, no_need=_no_need(row)),
            new=_shown(proposed.number, no_need=cell.no_need),
            unit_id=cell.unit_id,
        )


def _quotas(plan: Plan) -> QuerySet[Quota]:
    return Quota.objects.filter(programme__plan=plan)


def _rows(model: type[Registration | Allocation], cells: Sequence[CellInput]) -> dict[Key, Row]:
    found = model._default_manager.filter(
        quota_id__in={cell.quota_id for cell in cells}, unit_id__in={cell.unit_id for cell in cells}
    ).select_related("updated_by")
    return {(row.unit_id, row.quota_id): row for row in found}


def _nominated(cells: Sequence[CellInput]) -> dict[Key, int]:
    """People on the list proper by cell; nominating takes the same lock, so none joins them in the meantime."""
    found = (
        Nomination.objects.filter(
            quota_id__in={cell.quota_id for cell in cells}, unit_id__in={cell.unit_id for cell in cells}, reserve=False
        )
        .order_by()
        .values_list("unit_id", "quota_id")
        .annotate(people=Count("pk"))
    )
    return {(unit_id, quota_id): people for unit_id, quota_id, people in found}


def _below_nominated(people: int) -> str:
    return (
        f"Đơn vị đã cử {format_count(people)} người, số phân bổ không thể ít hơn. "
        "Bỏ bớt người hoặc chuyển sang dự bị trong danh sách cử đi trước."
    )


def _no_need(row: Row | None) -> bool:
    return isinstance(row, Registration) and row.no_need


def _same(row: Row | None, number: int | None, *, no_need: bool) -> bool:
    """Whether the cell says already what was typed. An empty cell and a zero are two answers."""
    return (row.number if row else None) == number and _no_need(row) == no_need


def _beyond_quota(quota: Quota, number: int | None) -> bool:
    """One unit alone asks for more than the province has, of a quota that is not left open."""
    return number is not None and quota.number is not None and not quota.open_clause and number > quota.number


def _over_ceiling(quota: Quota, proposed: Proposed, verdict: Verdict) -> str:
    had = (proposed.row.number or 0) if proposed.row else 0
    return (
        f"Vượt chỉ tiêu «{quota.short_name}» ({format_count(quota.number)}): ô này đang có {format_count(had)}, "
        f"nhập {format_count(proposed.number)}, nhiều nhất có thể là {format_count(verdict.most)}."
    )


def _shown(number: int | None, *, no_need: bool) -> str:
    return "không có nhu cầu" if no_need else format_count(number)


def _result(cell: CellInput, row: Row | None, outcome: Outcome) -> CellResult:
    return CellResult(
        unit_id=cell.unit_id,
        quota_id=cell.quota_id,
        outcome=outcome,
        number=row.number if row else None,
        no_need=_no_need(row),
        version=row.version if row else 0,
        message="",
        author=row.updated_by.full_name if row and row.updated_by else "",
        at=row.updated_at if row else None,
    )


def _conflict(cell: CellInput, row: Row | None) -> CellResult:
    stands = _result(cell, row, Outcome.CONFLICT)
    value = _shown(stands.number, no_need=stands.no_need) or "để trống"
    who = stands.author or "Người khác"
    at = f" lúc {timezone.localtime(stands.at):%H:%M, %d/%m/%Y}" if stands.at else ""
    typed = "không có nhu cầu" if cell.no_need else cell.typed.strip() or "để trống"
    return replace(stands, message=f"{who} vừa sửa ô này thành «{value}»{at}; bạn nhập «{typed}». Chọn một trong hai.")
