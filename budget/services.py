"""Writing the budget: lines with their shares, in one transaction with the log."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Max

from budget.models import MAXIMUM, BudgetLine, BudgetShare, FundSource
from budget.policies import check_budget_open
from budget.rules import line_amount, missing_factors, share_gap, too_large
from courses.models import Programme
from trainingplan.models import Plan, User
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.selectors import last_writing
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Difference, Refused, Stale

LAST_POSITION = 16_000
"""Beyond it there is no room for moving lines: a position is a smallint, and `_open_gap` needs twice the room."""

Shares = Mapping[int, int]
"""What each source pays of a line, by its id; a source that pays nothing may be left out."""


@dataclass(frozen=True, slots=True)
class LineData:
    """What somebody typed of a line. The amount is not among it: it is computed."""

    programme_id: int | None
    group: str
    content: str
    audience: str
    classes: int
    learners_per_class: int
    days: int
    basis: str
    rate: int
    executor: str
    note: str

    @property
    def factors(self) -> dict[str, int]:
        return {"classes": self.classes, "learners_per_class": self.learners_per_class, "days": self.days}


@transaction.atomic
def save_line(
    *,
    plan: Plan,
    line: BudgetLine | None,
    data: LineData,
    shares: Shares,
    actor: User,
    version: int = 0,
    token: UUID | None = None,
) -> BudgetLine:
    """Add a line, or change `line` of which the writer saw `version`. Raises Refused, or Stale with both values.

    `token` stands for one filled form: the same form sent twice adds one line.
    """
    check_budget_open(_lock(plan), actor)
    key = f"dong-{(token or uuid4()).hex}"
    if line is None and (added := BudgetLine.objects.filter(plan=plan, key=key).first()):
        return added
    amount = _amount(data)
    paid = {source_id: share for source_id, share in shares.items() if share}
    _check_shares(amount, paid)
    _check_programme(plan, data.programme_id)
    stored = None if line is None else _stored(plan, line)
    before = _shown(stored) if stored else {}
    replaced = {"illustrative": "có"} if stored and stored.illustrative else {}
    if stored and stored.version != version:
        raise _stale(stored, before, _typed(data, paid))
    written = stored or BudgetLine(plan=plan, key=key, version=0)
    if stored is None or stored.group != data.group:
        written.position = _place(plan, data.group, written)
    for name, value in asdict(data).items():
        setattr(written, name, value)
    written.amount, written.version, written.illustrative = amount, written.version + 1, False
    written.save()
    _write_shares(written, paid)
    _log(written, before | replaced, _shown(written) | dict.fromkeys(replaced, "không"), actor)
    return written


@transaction.atomic
def remove_line(*, plan: Plan, line: BudgetLine, version: int, actor: User, reason: str = "") -> None:
    """Delete a line with its shares; the log keeps what it said."""
    check_budget_open(_lock(plan), actor)
    stored = _stored(plan, line)
    before = _shown(stored)
    if stored.version != version:
        raise _stale(stored, before, before)
    _log(stored, before, {}, actor, reason)
    stored.delete()


def _lock(plan: Plan) -> Plan:
    """The plan, freshly read; whoever writes its budget waits here, so lines keep their order and their versions."""
    return Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)


def _stored(plan: Plan, line: BudgetLine) -> BudgetLine:
    stored = BudgetLine.objects.filter(plan=plan, pk=line.pk).select_related("programme").first()
    if stored is None:
        raise Refused("Dòng kinh phí này vừa được người khác xóa.")
    return stored


def _amount(data: LineData) -> int:
    """The amount; raises Refused where a factor is missing or the product is beyond what is stored."""
    if zeros := missing_factors(basis=data.basis, **data.factors):
        name = _label(zeros[0])
        basis = BudgetLine.Basis(data.basis).label
        raise Refused(f"Cách tính «{basis}» cần {name}. Nhập {name} từ 1 trở lên.", field=zeros[0])
    amount = line_amount(basis=data.basis, rate=data.rate, **data.factors)
    if amount > MAXIMUM or too_large(rate=data.rate, **data.factors):
        raise Refused(
            f"Thành tiền {format_money(amount)} đồng vượt quá {format_money(MAXIMUM)} đồng. "
            "Kiểm tra mức chi, số lớp, học viên và số ngày.",
            field="rate",
        )
    return amount


def _check_shares(amount: int, paid: Shares) -> None:
    known = FundSource.objects.filter(pk__in=paid).count()
    if known != len(paid) or any(share < 0 for share in paid.values()):
        raise Refused("Có nguồn kinh phí không còn trong danh mục. Tải lại trang rồi nhập lại.")
    if gap := share_gap(amount, paid.values()):
        word = "thiếu" if gap > 0 else "thừa"
        raise Refused(
            f"Các nguồn cộng lại là {format_money(amount - gap)} đồng, thành tiền là {format_money(amount)} đồng: "
            f"{word} {format_money(abs(gap))} đồng. Sửa các nguồn cho bằng thành tiền.",
            field="shares",
        )


def _check_programme(plan: Plan, programme_id: int | None) -> None:
    if programme_id is not None and not Programme.objects.filter(plan=plan, pk=programme_id).exists():
        raise Refused("Chương trình này không thuộc kế hoạch.", field="programme")


def _place(plan: Plan, group: str, line: BudgetLine) -> int:
    """The position after the last line of the group; later lines move down by one, so that groups stay whole."""
    others = BudgetLine.objects.filter(plan=plan).exclude(pk=line.pk)
    last: int = others.aggregate(last=Max("position", default=0))["last"]
    end: int | None = others.filter(group=group).aggregate(end=Max("position"))["end"]
    if last > LAST_POSITION:
        raise Refused("Bảng kinh phí đã quá dài, không thêm được dòng.")
    if end is None or end == last:
        # The line's own place may be behind all others: it is free only once the line has left it.
        return max(last, line.position or 0) + 1
    return _open_gap(plan, end + 1)


def _open_gap(plan: Plan, position: int) -> int:
    """Move the lines from `position` on down by one. Two statements: one would meet its own positions on the way."""
    behind = BudgetLine.objects.filter(plan=plan, position__gte=position)
    far = behind.aggregate(last=Max("position"))["last"] + 1
    behind.update(position=F("position") + far)
    BudgetLine.objects.filter(plan=plan, position__gte=far).update(position=F("position") - far + 1)
    return position


def _write_shares(line: BudgetLine, paid: Shares) -> None:
    line.shares.exclude(source_id__in=paid).delete()
    BudgetShare.objects.bulk_create(
        [BudgetShare(line=line, source_id=source_id, amount=share) for source_id, share in paid.items()],
        update_conflicts=True,
        unique_fields=["line", "source"],
        update_fields=["amount"],
    )


def _typed(data: LineData, paid: Shares) -> dict[str, str]:
    """What was typed, in the words of the page, by field of the form."""
    line = BudgetLine(**asdict(data))
    return _words(line) | {f"share_{source_id}": format_count(share) for source_id, share in paid.items()}


def _shown(line: BudgetLine) -> dict[str, str]:
    """What is stored, in the words of the page, by field of the form."""
    paid = line.shares.order_by("source__position").values_list("source_id", "amount")
    return (
        _words(line)
        | {"amount": format_count(line.amount)}
        | {f"share_{source_id}": format_count(share) for source_id, share in paid}
    )


def _words(line: BudgetLine) -> dict[str, str]:
    shown: dict[str, Any] = {field.name: getattr(line, field.name) for field in fields(LineData)}
    shown |= {"basis": line.get_basis_display(), "programme": str(line.programme or "")}
    del shown["programme_id"]
    return {name: format_count(value) if isinstance(value, int) else value for name, value in shown.items()}


def _label(field: str) -> str:
    return str(getattr(BudgetLine._meta.get_field(field), "verbose_name", field))


def _stale(stored: BudgetLine, before: Mapping[str, str], typed: Mapping[str, str]) -> Stale:
    differences = [
        Difference(name, before.get(name, ""), typed.get(name, ""))
        for name in dict.fromkeys((*before, *typed))
        if name != "amount" and before.get(name, "") != typed.get(name, "")
    ]
    message = f"{last_writing('budgetline', stored.pk)} vừa sửa dòng này. Việc của bạn chưa được thực hiện."
    return Stale(message, version=stored.version, differences=differences)


def _log(line: BudgetLine, before: Mapping[str, str], after: Mapping[str, str], actor: User, reason: str = "") -> None:
    names = {f"share_{source.pk}": f"nguồn: {source.name}" for source in FundSource.objects.all()}
    record(
        [
            Entry(
                table="budgetline",
                row=line.pk,
                label=f"Dòng kinh phí: {line.content}",
                field=names.get(name, name)[:60],
                old=before.get(name, ""),
                new=after.get(name, ""),
            )
            for name in dict.fromkeys((*before, *after))
            if before.get(name, "") != after.get(name, "")
        ],
        actor=actor,
        plan=line.plan,
        reason=reason,
    )
