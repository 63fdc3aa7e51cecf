"""Accepting an option of re-planning as one change of the plan, and undoing it as one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from budget.models import BudgetLine, ClassKind, FundSource, NormSet, Replan, ReplannedLine
from budget.policies import check_budget_open
from budget.rules.costs import Cost, Factor
from budget.rules.replan import Cut, Option, Strategy
from budget.selectors.replan import Replanning, Wishes, cut_rows, mark_of, replanning, undoing
from budget.services.estimates import CostData, Estimate, cost_data, estimate_by
from budget.services.lines import (
    LineData,
    lock_budget,
    log_line,
    remove_line,
    shown,
    stored_line,
    write_line,
)
from courses.models import Programme
from trainingplan.models import Plan, UnitGroup, User
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.services.changes import Entry, one_batch, record
from trainingplan.services.refusals import Refused

NAMED = 3
"""So many lines are named in a message; the others are counted."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo brought back, and the lines that it left, each with the reason."""

    restored: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]


@transaction.atomic
def accept_replan(
    *,
    plan: Plan,
    wishes: Wishes,
    strategy: Strategy,
    seen: Mapping[int, int],
    mark: str,
    reason: str,
    actor: User,
) -> Replan:
    """Make the option's changes, all or none. `seen` are the versions of all lines, `mark` that of the option seen.

    The option is computed anew from what is stored: what was seen must still be what comes out.
    """
    check_budget_open(lock_budget(plan), actor)
    if not reason:
        raise Refused("Cần ghi lý do cắt giảm, ví dụ số văn bản giao kinh phí.", field="reason")
    replanned = replanning(plan, wishes)
    _check_seen(replanned, seen)
    option = replanned.option(strategy)
    if not option.reached or not option.cuts:
        raise Refused("Phương án này không đưa được kinh phí về số được giao. Chọn phương án khác.")
    if mark_of(option) != mark:
        raise Refused("Danh sách cử đi hoặc mức chi vừa đổi, phương án không còn như đã xem. Xem lại rồi áp dụng.")
    with one_batch():
        replan = _start(plan, replanned, option, reason, actor)
        ReplannedLine.objects.bulk_create(
            [_apply(plan, replan, row, cut, actor) for row, cut in cut_rows(replanned, option)]
        )
    return replan


@transaction.atomic
def undo_replan(*, plan: Plan, replan: Replan, actor: User) -> Undone:
    """Bring back the lines as they stood, but those that somebody has changed since: these are kept and named."""
    check_budget_open(lock_budget(plan), actor)
    stored = Replan.objects.filter(plan=plan, pk=replan.pk).first()
    if stored is None or stored.undone_at:
        raise Refused("Lần cắt giảm này đã được hoàn tác.")
    restored: list[str] = []
    kept: list[tuple[str, str]] = []
    with one_batch():
        for row, why in undoing(stored):
            if problem := why or _restore(plan, row, actor):
                kept.append((row.content, problem))
            else:
                restored.append(row.content)
        if not restored:
            raise Refused(f"Không dòng nào còn như khi cắt giảm, nên không hoàn tác được: {_listed(kept)}.")
        stored.undone_by, stored.undone_at = actor, timezone.now()
        stored.save(update_fields=["undone_by", "undone_at"])
        _log(stored, "", f"hoàn tác {format_count(len(restored))} dòng", actor, stored.reason)
    return Undone(tuple(restored), tuple(kept))


def _check_seen(replanned: Replanning, seen: Mapping[int, int]) -> None:
    stale = [one.row.content for one in replanned.candidates if seen.get(one.row.pk) != one.row.version]
    gone = len(seen.keys() - replanned.seen.keys())
    if not stale and not gone:
        return
    named = "; ".join(f"«{content}»" for content in stale[:NAMED])
    more = f" và {format_count(len(stale) - NAMED)} dòng khác" if len(stale) > NAMED else ""
    changed = f"Vừa có người sửa hoặc thêm {named}{more}. " if stale else ""
    removed = f"{format_count(gone)} dòng vừa bị xóa. " if gone else ""
    raise Refused(f"{changed}{removed}Chưa có gì được ghi: xem lại phương án theo số liệu mới.")


def _start(plan: Plan, replanned: Replanning, option: Option, reason: str, actor: User) -> Replan:
    replan = Replan.objects.create(
        plan=plan,
        way=option.strategy.words,
        limited=replanned.limited,
        limit=option.limit,
        money_before=replanned.money,
        money_after=option.money,
        reason=reason,
        made_by=actor,
        made_at=timezone.now(),
    )
    words = f"{replan.way}: {format_count(len(option.cuts))} dòng, còn {format_money(option.money)} đồng"
    _log(replan, f"{replanned.limited}: {format_money(replanned.money)} đồng", words, actor, reason)
    return replan


def _apply(plan: Plan, replan: Replan, row: BudgetLine, cut: Cut, actor: User) -> ReplannedLine:
    """Change one line, or take it out of the year; what stood is kept. Raises Refused where the norms forbid it."""
    was = _snapshot(row)
    done = ReplannedLine(replan=replan, content=row.content, amount_before=row.amount, was=was)
    if cut.size is None:
        remove_line(plan=plan, line=row, version=row.version, actor=actor, reason=replan.reason)
        done.amount_after = 0
        return done
    line = stored_line(plan, row)
    before = shown(line)
    line.classes, line.learners_per_class = cut.size.classes, cut.size.learners
    try:
        made = estimate_by(line.norm_set, _retyped(cost_data(line), cut.costs))
    except Refused as refusal:
        raise Refused(f"Dòng «{line.content}» không còn theo định mức: {refusal.message}") from refusal
    write_line(line, made, cut.shares)
    log_line(line, before, shown(line), actor, replan.reason)
    if line.amount != cut.amount:
        raise Refused(f"Dòng «{line.content}» không còn tính theo mức chi đã lưu. Mở dòng để tính lại, rồi cắt giảm.")
    done.line, done.version, done.amount_after = line, line.version, line.amount
    return done


def _retyped(costs: Sequence[CostData], resized: Sequence[Cost]) -> list[CostData]:
    return [
        CostData(one.norm_key, one.content, one.level, cost.factors) for one, cost in zip(costs, resized, strict=True)
    ]


def _snapshot(line: BudgetLine) -> dict[str, Any]:
    """All that a line is, as JSON."""
    data = asdict(LineData(**{name: getattr(line, name) for name in LineData.__dataclass_fields__}))
    opens_on: date | None = data["opens_on"]
    return {
        "data": data | {"opens_on": opens_on.isoformat() if opens_on else None},
        "key": line.key,
        "position": line.position,
        "norm_set_id": line.norm_set_id,
        "illustrative": line.illustrative,
        "costs": [asdict(cost) for cost in cost_data(line)],
        "paid": {str(share.source_id): share.amount for share in line.shares.all()},
    }


def _restore(plan: Plan, row: ReplannedLine, actor: User) -> str:
    """Bring a line back; what stands in the way, in words, if it cannot be."""
    was = row.was
    paid = {int(source): share for source, share in was["paid"].items()}
    if FundSource.objects.filter(pk__in=paid).count() != len(paid):
        return "nguồn kinh phí của dòng không còn trong danh mục"
    norm_set = NormSet.objects.filter(pk=was["norm_set_id"]).first()
    try:
        made = estimate_by(norm_set, _costs(was)) if was["data"]["basis"] == BudgetLine.Basis.ESTIMATE else None
    except Refused as refusal:
        return refusal.message.removesuffix(".")
    made = made or _lump_sum(was)
    if made.total != row.amount_before:
        now, then = format_money(made.total), format_money(row.amount_before, unit=True)
        return f"định mức đã đổi từ khi cắt giảm: nay tính ra {now} đồng, không phải {then} như trước"
    line = stored_line(plan, row.line) if row.line else _anew(plan, was)
    before = shown(line) if row.line else {}
    line.classes, line.learners_per_class = was["data"]["classes"], was["data"]["learners_per_class"]
    line.norm_set = norm_set
    write_line(line, made, paid)
    log_line(line, before, shown(line), actor, f"Hoàn tác: {row.replan.reason}")
    return ""


def _anew(plan: Plan, was: Mapping[str, Any]) -> BudgetLine:
    """A line that left the year, in its old place if that is free; what it named and is gone it names no more."""
    data = dict(was["data"])
    opens_on: str | None = data["opens_on"]
    data["opens_on"] = date.fromisoformat(opens_on) if opens_on else None
    for name, model in (("programme_id", Programme), ("kind_id", ClassKind), ("bloc_id", UnitGroup)):
        if not model._default_manager.filter(pk=data[name]).exists():
            data[name] = None
    lines = BudgetLine.objects.filter(plan=plan)
    place = was["position"]
    if lines.filter(position=place).exists():
        last: int = lines.aggregate(last=Max("position", default=0))["last"]
        place = last + 1
    return BudgetLine(plan=plan, key=was["key"], position=place, version=0, illustrative=was["illustrative"], **data)


def _lump_sum(was: Mapping[str, Any]) -> Estimate:
    return Estimate(None, (), was["data"]["rate"])


def _costs(was: Mapping[str, Any]) -> list[CostData]:
    return [
        CostData(cost["norm_key"], cost["content"], cost["level"], tuple(Factor(**one) for one in cost["factors"]))
        for cost in was["costs"]
    ]


def _listed(kept: Sequence[tuple[str, str]]) -> str:
    named = "; ".join(f"«{content}» ({why})" for content, why in kept[:NAMED])
    return f"{named} và {format_count(len(kept) - NAMED)} dòng khác" if len(kept) > NAMED else named


def _log(replan: Replan, old: str, new: str, actor: User, reason: str) -> None:
    entry = Entry("replan", replan.pk, f"Cắt giảm kinh phí: {replan.way}", "way", old, new)
    record([entry], actor=actor, plan=replan.plan, reason=reason)
