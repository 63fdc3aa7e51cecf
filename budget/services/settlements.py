"""Settled amounts (quyết toán) of lines, by source; more than was granted needs a reason.

The plan may be frozen: what is granted and settled comes after it is issued and is no part of the published version.
Only a plan that has ended takes no more of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from budget.models import MAXIMUM, BudgetLine, FundSource, SettledAmount
from budget.policies import SETTLED_WORDS, check_execution
from budget.rules.execution import settlement_fault
from budget.selectors.execution import Slot, held_parts
from budget.services.grants import AmountsRefused, missing_fault
from budget.services.lines import lock_budget
from trainingplan.models import Plan, User
from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_money
from trainingplan.selectors import last_writing
from trainingplan.services.changes import Entry, record

TABLE = "settledamount"


@dataclass(frozen=True, slots=True)
class Settling:
    """What somebody typed of one line and source: nothing (0) takes the amount out. `version` is the one seen."""

    amount: int
    settled_on: date
    note: str = ""
    excess: str = ""
    version: int = 0


@transaction.atomic
def settle(*, plan: Plan, rows: Mapping[Slot, Settling], actor: User) -> int:
    """Store what is settled; how many amounts changed. Raises AmountsRefused with all that is wrong.

    What already stands as it was typed is no conflict, so that a form may be sent twice.
    """
    check_execution(lock_budget(plan), actor)
    lines = BudgetLine.objects.filter(plan=plan).in_bulk({line_id for line_id, _ in rows})
    sources = FundSource.objects.in_bulk()
    granted = {slot: part.money.granted for slot, part in held_parts(plan).items()}
    stored = {(one.line_id, one.source_id): one for one in SettledAmount.objects.filter(line__plan=plan)}
    changed = {slot: row for slot, row in rows.items() if not _stands(stored.get(slot), row)}
    faults = {
        slot: missing_fault(slot, lines, sources)
        or _fault(slot, lines[slot[0]], stored.get(slot), row, granted.get(slot, 0))
        for slot, row in changed.items()
    }
    if any(faults.values()):
        raise AmountsRefused({slot: why for slot, why in faults.items() if why})
    entries: list[Entry] = []
    for slot, row in changed.items():
        entries += _write(lines[slot[0]], sources[slot[1]], stored.get(slot), row)
    if entries:
        record(entries, actor=actor, plan=plan)
    return len(changed)


def _stands(stored: SettledAmount | None, row: Settling) -> bool:
    if stored is None:
        return not row.amount
    typed = (row.amount, row.settled_on, row.note, row.excess)
    return typed == (stored.amount, stored.settled_on, stored.note, stored.excess)


def _fault(slot: Slot, line: BudgetLine, stored: SettledAmount | None, row: Settling, granted: int) -> str:
    if (stored.version if stored else 0) != row.version:
        there = f"ghi {format_money(stored.amount)} đồng" if stored else "xóa số này"
        return f"{last_writing(TABLE, _key(slot))} vừa {there}. Gửi lại là lấy số của bạn."
    if row.amount > MAXIMUM:
        return f"Vượt quá {format_money(MAXIMUM)} đồng. Kiểm tra rồi nhập lại."
    if line.state == BudgetLine.State.SETTLED:
        return SETTLED_WORDS
    if not line.keeps_its_norms:
        return "Dòng này chưa có số được giao. Nhập quyết định giao trước."
    return settlement_fault(granted, row.amount, row.excess)


def _write(line: BudgetLine, source: FundSource, stored: SettledAmount | None, row: Settling) -> list[Entry]:
    before = _shown(stored)
    after: SettledAmount | None = None
    if row.amount:
        after = stored or SettledAmount(line=line, source=source, version=0)
        after.amount, after.settled_on, after.note = row.amount, row.settled_on, row.note
        after.excess, after.version, after.illustrative = row.excess, after.version + 1, False
        after.save()
    elif stored:
        stored.delete()
    now = _shown(after)
    return [
        Entry(
            table=TABLE,
            row=_key((line.pk, source.pk)),
            label=f"Quyết toán: {line.content}, {source.name}",
            field=name,
            old=before[name],
            new=now[name],
        )
        for name in before
        if before[name] != now[name]
    ]


def _shown(row: SettledAmount | None) -> dict[str, str]:
    """By field, in the words of the page."""
    return {
        "amount": format_money(row.amount) if row else "",
        "settled_on": format_date(row.settled_on) if row else "",
        "note": row.note if row else "",
        "excess": row.excess if row else "",
    }


def _key(slot: Slot) -> str:
    return f"{slot[0]}-{slot[1]}"
