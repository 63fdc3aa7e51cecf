"""Decisions that grant funds to lines, by source, and taking out one that was entered by mistake.

The plan may be frozen: what is granted and settled comes after it is issued and is no part of the published version.
Only a plan that has ended takes no more of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from budget.models import MAXIMUM, BudgetLine, FundSource, Grant, GrantedAmount
from budget.policies import check_execution, check_grants_go, may_settle
from budget.rules.execution import Three, grant_fault
from budget.selectors.execution import Part, Slot, execution_mark, held_parts
from budget.services.lines import lock_budget
from budget.services.states import fund_line, unfund_line
from trainingplan.models import Plan, User
from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_money
from trainingplan.services.changes import Entry, one_batch, record
from trainingplan.services.refusals import Refused


@dataclass(frozen=True, slots=True)
class GrantData:
    """What somebody typed of a decision."""

    kind: str
    number: str
    decided_on: date
    note: str = ""


class AmountsRefused(Refused):
    """Amounts that cannot stand, all of them at once: why, by line and source."""

    def __init__(self, faults: Mapping[Slot, str]) -> None:
        super().__init__("Có số tiền chưa đúng, xem dấu ⚠ trong bảng. Chưa có gì được ghi.")
        self.faults = dict(faults)


@transaction.atomic
def add_grant(
    *,
    plan: Plan,
    data: GrantData,
    amounts: Mapping[Slot, int],
    actor: User,
    mark: str | None = None,
    token: UUID | None = None,
) -> Grant:
    """Store a decision; each line that it grants something is approved. `amounts` are above zero, also taken back.

    `mark` is the `execution_mark` that was seen; `token` stands for one filled form, which makes one decision however
    often it is sent. Raises Refused, or AmountsRefused with all that is wrong.
    """
    stored = lock_budget(plan)
    if token and may_settle(actor) and (done := Grant.objects.filter(plan=plan, token=token).first()):
        return done
    check_execution(stored, actor)
    _check_seen(plan, mark)
    _check_number(plan, data)
    sign = -1 if data.kind == Grant.Kind.BACK else 1
    changes = {slot: sign * amount for slot, amount in amounts.items() if amount}
    if not changes:
        raise Refused("Chưa nhập số tiền cho dòng nào.", field="amounts")
    lines, sources = _lines(plan, changes), FundSource.objects.in_bulk()
    held = held_parts(plan)
    if faults := _faults(changes, lines, sources, held):
        raise AmountsRefused(faults)
    grant = Grant.objects.create(
        plan=plan,
        kind=data.kind,
        number=data.number,
        decided_on=data.decided_on,
        note=data.note,
        token=token or uuid4(),
        made_by=actor,
        made_at=timezone.now(),
    )
    GrantedAmount.objects.bulk_create(
        GrantedAmount(grant=grant, line_id=line_id, source_id=source_id, amount=amount)
        for (line_id, source_id), amount in changes.items()
    )
    with one_batch():
        approved = [line.pk for line in lines.values() if fund_line(line, actor, words_of(grant))]
        grant.amounts.filter(line__in=approved).update(approved=True)
        record(_entries(grant, changes, held, lines, sources), actor=actor, plan=plan, reason=words_of(grant))
    return grant


@transaction.atomic
def remove_grant(*, plan: Plan, grant: Grant, actor: User, reason: str) -> None:
    """Take out a decision that was entered by mistake; the log keeps what it said.

    A line that decisions alone had approved, and to which none is left, is only planned again.
    """
    check_execution(lock_budget(plan), actor)
    stored = Grant.objects.filter(plan=plan, pk=grant.pk).first()
    if stored is None:
        raise Refused("Quyết định này vừa được người khác xóa.")
    if not reason:
        raise Refused("Cần ghi lý do xóa quyết định.", field="reason")
    check_grants_go(rows := list(stored.amounts.all()))
    changes = {(row.line_id, row.source_id): -row.amount for row in rows}
    lines, sources = _lines(plan, changes), FundSource.objects.in_bulk()
    held = held_parts(plan)
    if faults := _faults(changes, lines, sources, held):
        (line_id, source_id), why = next(iter(faults.items()))
        raise Refused(f"Không xóa được: dòng «{lines[line_id].content}», {sources[source_id].name}. {why}")
    with one_batch():
        why = f"Xóa {words_of(stored)}: {reason}"
        record(_entries(stored, changes, held, lines, sources), actor=actor, plan=plan, reason=why)
        approved = set(stored.amounts.filter(approved=True).values_list("line", flat=True))
        stored.delete()
        for line in (lines[line_id] for line_id in sorted(approved)):
            if line.granted.exists():
                line.granted.update(approved=True)
            elif not line.settled.exists():
                unfund_line(line, actor, reason)


def words_of(grant: Grant) -> str:
    """The decision as people name it: "giao lần đầu theo Quyết định số 12/QĐ-UBND ngày 05/01/2024"."""
    return f"{grant.get_kind_display()} theo Quyết định số {grant.number} ngày {format_date(grant.decided_on)}"


def _check_seen(plan: Plan, mark: str | None) -> None:
    if mark is not None and mark != execution_mark(plan):
        last = Grant.objects.filter(plan=plan).order_by("-pk").first()
        what = f"Vừa có {words_of(last)} được ghi" if last else "Vừa có quyết định bị xóa"
        raise Refused(
            f"{what}, số được giao trong bảng đã đổi. Xem lại bảng, rồi ghi lần nữa nếu vẫn đúng.", field="mark"
        )


def _check_number(plan: Plan, data: GrantData) -> None:
    same = Grant.objects.filter(plan=plan, number=data.number, kind=data.kind).first()
    if same:
        raise Refused(f"Đã nhập {words_of(same)}. Kiểm tra số, loại quyết định.", field="number")


def _lines(plan: Plan, slots: Iterable[Slot]) -> dict[int, BudgetLine]:
    ids = {line_id for line_id, _ in slots}
    return BudgetLine.objects.filter(plan=plan).select_related("plan").in_bulk(ids)


def _faults(
    changes: Mapping[Slot, int],
    lines: Mapping[int, BudgetLine],
    sources: Mapping[int, FundSource],
    held: Mapping[Slot, Part],
) -> dict[Slot, str]:
    found = {}
    for slot, amount in changes.items():
        part = held.get(slot)
        money, excused = (part.money, bool(part.excess)) if part else (Three(), False)
        if fault := missing_fault(slot, lines, sources) or grant_fault(money, amount, excused=excused, maximum=MAXIMUM):
            found[slot] = fault
    return found


def missing_fault(slot: Slot, lines: Mapping[int, BudgetLine], sources: Mapping[int, FundSource]) -> str:
    """Why the line takes no money from the source, in words."""
    line = lines.get(slot[0])
    if line is None or slot[1] not in sources:
        return "Dòng hoặc nguồn này không còn trong kế hoạch. Tải lại trang."
    if line.self_funded:
        return "Kinh phí dòng này do cơ quan, đơn vị bảo đảm, không giao từ nguồn nào."
    return ""


def _entries(
    grant: Grant,
    changes: Mapping[Slot, int],
    held: Mapping[Slot, Part],
    lines: Mapping[int, BudgetLine],
    sources: Mapping[int, FundSource],
) -> list[Entry]:
    """What is granted of each line and source before and after."""
    found = []
    for slot, amount in changes.items():
        before = held[slot].money.granted if slot in held else 0
        found.append(
            Entry(
                table="grant",
                row=grant.pk,
                label=f"Được giao: {lines[slot[0]].content}",
                field=f"nguồn: {sources[slot[1]].name}"[:60],
                old=format_money(before or None),
                new=format_money(before + amount or None),
            )
        )
    return found
