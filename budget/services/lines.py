"""Writing budget lines: a class or item with its estimate and its sources, in one transaction with the log."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Max

from budget.models import MAXIMUM, BudgetLine, BudgetShare, FundSource
from budget.policies import check_budget_open, check_line_open
from budget.rules.amounts import share_gap
from budget.services.estimates import CostData, Estimate, cost_data, estimate, words_of, write_costs
from courses.models import Programme
from trainingplan.models import Plan, User
from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.selectors import last_writing
from trainingplan.services.changes import Entry, record
from trainingplan.services.refusals import Difference, Refused, Stale

TABLE = "budgetline"
"""What the log calls a line."""
LAST_POSITION = 16_000
"""Beyond it there is no room for moving lines: a position is a smallint, and `_open_gap` needs twice the room."""
COST = "khoản: "

Shares = Mapping[int, int]
"""What each source pays of a line, by its id; a source that pays nothing may be left out."""


@dataclass(frozen=True, slots=True)
class LineData:
    """What somebody typed of a line. The amount is not among it: it is computed. `rate` is a stated lump sum."""

    programme_id: int | None
    group: str
    content: str
    basis: str
    rate: int = 0
    audience: str = ""
    classes: int = 1
    learners_per_class: int = 0
    days: int = 0
    months: int = 0
    opens_on: date | None = None
    place: str = ""
    territory: str = ""
    provider: str = ""
    executor: str = ""
    kind_id: int | None = None
    bloc_id: int | None = None
    carried_over: bool = False
    outside_plan: bool = False
    self_funded: bool = False
    note: str = ""


@transaction.atomic
def save_line(
    *,
    plan: Plan,
    line: BudgetLine | None,
    data: LineData,
    shares: Shares,
    actor: User,
    costs: Sequence[CostData] | None = None,
    payer_id: int | None = None,
    version: int = 0,
    token: UUID | None = None,
) -> BudgetLine:
    """Add a line, or change `line` of which the writer saw `version`. Raises Refused, or Stale with both values.

    `costs` are those of the estimate, None those that are stored. `payer_id` is one source that pays all of it, instead
    of `shares`. `token` stands for one filled form: the same form sent twice adds one line.
    """
    check_budget_open(lock_budget(plan), actor)
    key = f"dong-{(token or uuid4()).hex}"
    if line is None and (added := BudgetLine.objects.filter(plan=plan, key=key).first()):
        return added
    stored = None if line is None else stored_line(plan, line)
    if stored:
        check_line_open(stored)
    if costs is None:
        costs = cost_data(stored) if stored else ()
    _check_day(plan, data)
    made = _made(plan, data, costs)
    paid = {source_id: share for source_id, share in shares.items() if share}
    if payer_id is not None:
        paid = {payer_id: made.total} if made.total else {}
    _check_shares(made.total, paid, data)
    _check_programme(plan, data.programme_id)
    before = shown(stored) if stored else {}
    typed = _typed(data, made, paid)
    replaced = {"illustrative": "có"} if stored and stored.illustrative else {}
    if stored and stored.version != version:
        raise _stale(stored, before, typed)
    if stored and before == typed and not replaced:
        return stored
    written = stored or BudgetLine(plan=plan, key=key, version=0)
    if stored is None or stored.group != data.group:
        written.position = _place(plan, data.group, written)
    for name, value in asdict(data).items():
        setattr(written, name, value)
    written.illustrative = False
    write_line(written, made, paid)
    log_line(written, before | replaced, shown(written) | dict.fromkeys(replaced, "không"), actor)
    return written


@transaction.atomic
def remove_line(*, plan: Plan, line: BudgetLine, version: int, actor: User, reason: str = "") -> None:
    """Delete a line with its costs and shares; the log keeps what it said."""
    check_budget_open(lock_budget(plan), actor)
    stored = stored_line(plan, line)
    before = shown(stored)
    check_version(stored, version)
    check_line_open(stored)
    log_line(stored, before, {}, actor, reason)
    stored.delete()


def lock_budget(plan: Plan) -> Plan:
    """The plan, freshly read; whoever writes its budget waits here, so lines keep their order and their versions."""
    return Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)


def stored_line(plan: Plan, line: BudgetLine) -> BudgetLine:
    """The line as it stands now; raises Refused where it is gone."""
    relations = ("programme", "kind", "bloc", "norm_set")
    stored = BudgetLine.objects.filter(plan=plan, pk=line.pk).select_related(*relations).first()
    if stored is None:
        raise Refused("Dòng kinh phí này vừa được người khác xóa.")
    return stored


def check_version(stored: BudgetLine, version: int) -> None:
    """Raise Stale where somebody has written the line since `version` was seen."""
    if stored.version != version:
        raise _stale(stored, {}, {})


def write_line(line: BudgetLine, made: Estimate, paid: Shares) -> None:
    """Store the line as the next version, with its costs and what its sources pay."""
    line.norm_set, line.amount, line.version = made.norm_set, made.total, line.version + 1
    if line.basis == BudgetLine.Basis.ESTIMATE:
        line.rate = 0
    line.save()
    write_costs(line, made)
    _write_shares(line, paid)


def _made(plan: Plan, data: LineData, costs: Sequence[CostData]) -> Estimate:
    """What the line comes to; raises Refused where that is nothing, or beyond what is stored."""
    if data.basis == BudgetLine.Basis.ESTIMATE:
        if not costs:
            raise Refused("Chưa có khoản chi nào. Nhập ít nhất một khoản, hoặc chọn số tiền trọn gói.", field="costs")
        made = estimate(plan, data.opens_on, data.territory, costs)
        if not made.total:
            raise Refused("Chỉ có khoản tính theo tỷ lệ %, chưa có khoản nào để tính tỷ lệ.", field="costs")
        return made
    if not data.rate and not data.self_funded:
        raise Refused("Nhập số tiền trọn gói từ 1 đồng trở lên, hoặc lập dự toán theo định mức.", field="rate")
    if data.rate > MAXIMUM:
        raise Refused(
            f"Số tiền {format_money(data.rate)} đồng vượt quá {format_money(MAXIMUM)} đồng. Kiểm tra rồi nhập lại.",
            field="rate",
        )
    return Estimate(None, (), data.rate)


def _check_day(plan: Plan, data: LineData) -> None:
    """A class opens in the plan's year, or before it if it is carried over: a mistyped year would choose the norms."""
    day = data.opens_on
    if day is None or day.year == plan.year or (data.carried_over and day.year < plan.year):
        return
    earlier = "Lớp đã mở từ năm trước thì đánh dấu «Chuyển tiếp»."
    advice = earlier if day.year < plan.year else "Lớp mở năm sau thì thuộc kế hoạch năm sau."
    raise Refused(f"Ngày khai giảng {format_date(day)} không thuộc năm {plan.year}. {advice}", field="opens_on")


def _check_shares(amount: int, paid: Shares, data: LineData) -> None:
    known = FundSource.objects.filter(pk__in=paid)
    if len(known) != len(paid) or any(share < 0 for share in paid.values()):
        raise Refused("Có nguồn kinh phí không còn trong danh mục. Tải lại trang rồi nhập lại.")
    if data.self_funded and (own := [source.name for source in known if source.provincial]):
        raise Refused(
            f"Kinh phí do cơ quan, đơn vị bảo đảm thì {', '.join(own)} không chi. Chọn nguồn khác, hoặc bỏ dấu này.",
            field="self_funded",
        )
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


def _typed(data: LineData, made: Estimate, paid: Shares) -> dict[str, str]:
    """What was typed, in the words of the page, by field of the form."""
    line = BudgetLine(**asdict(data))
    shares = {f"share_{source_id}": format_count(share) for source_id, share in paid.items()}
    line.amount, line.norm_set = made.total, made.norm_set
    return _words(line) | words_of(made.costs, COST) | shares


def shown(line: BudgetLine) -> dict[str, str]:
    """What is stored, in the words of the page, by field of the form."""
    paid = line.shares.order_by("source__position").values_list("source_id", "amount")
    return (
        _words(line)
        | words_of(line.costs.select_related("norm_item"), COST)
        | {f"share_{source_id}": format_count(share) for source_id, share in paid}
    )


def _words(line: BudgetLine) -> dict[str, str]:
    names = [*(field.name.removesuffix("_id") for field in fields(LineData)), "norm_set", "amount"]
    return {name: _word(line, name) for name in names}


def _word(line: BudgetLine, name: str) -> str:
    value: Any = getattr(line, name)
    if name == "basis":
        return line.get_basis_display()
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, date):
        return format_date(value)
    return format_count(value) if isinstance(value, int) else str(value or "")


def _stale(stored: BudgetLine, before: Mapping[str, str], typed: Mapping[str, str]) -> Stale:
    differences = [
        Difference(name, before.get(name, ""), typed.get(name, ""))
        for name in dict.fromkeys((*before, *typed))
        if name != "amount" and not name.startswith(COST) and before.get(name, "") != typed.get(name, "")
    ]
    if _costs(before) != _costs(typed):
        differences.append(Difference("costs", _costs(before), _costs(typed)))
    message = f"{last_writing('budgetline', stored.pk)} vừa sửa dòng này. Việc của bạn chưa được thực hiện."
    return Stale(message, version=stored.version, differences=differences)


def _costs(words: Mapping[str, str]) -> str:
    return "; ".join(f"{name.removeprefix(COST)}: {text}" for name, text in words.items() if name.startswith(COST))


def log_line(
    line: BudgetLine, before: Mapping[str, str], after: Mapping[str, str], writer: User, reason: str = ""
) -> None:
    """Record every value in which the two differ, under the names of the page."""
    names = {f"share_{source.pk}": f"nguồn: {source.name}" for source in FundSource.objects.all()}
    record(
        [
            Entry(
                table=TABLE,
                row=line.pk,
                label=f"Dòng kinh phí: {line.content}",
                field=names.get(name, name)[:60],
                old=before.get(name, ""),
                new=after.get(name, ""),
            )
            for name in dict.fromkeys((*before, *after))
            if before.get(name, "") != after.get(name, "")
        ],
        actor=writer,
        plan=line.plan,
        reason=reason,
    )
