"""The states of a line's money, and pricing lines anew by the norms that now hold for their day."""

from collections.abc import Mapping

from django.db import transaction

from budget.models import BudgetLine, NormSet
from budget.policies import check_budget_open, check_line_open, check_nothing_granted
from budget.rules.costs import repriced
from budget.rules.shares import in_proportion
from budget.selectors.norms import items_by_key, outdated_lines
from budget.services.estimates import CostData, Estimate, cost_data, estimate_by
from budget.services.lines import check_version, lock_budget, log_line, shown, stored_line, write_line
from trainingplan.models import Plan, User
from trainingplan.services.refusals import Refused

State = BudgetLine.State


@transaction.atomic
def approve_line(*, plan: Plan, line: BudgetLine, version: int, actor: User, reason: str = "") -> BudgetLine:
    """dự kiến → được duyệt kinh phí: the line keeps its norms and its amount. `reason` names the decision.

    Refused while the norms of its day would price it otherwise: approval would keep what they do not allow.
    """
    check_budget_open(lock_budget(plan), actor)
    stored = stored_line(plan, line)
    check_version(stored, version)
    check_line_open(stored)
    if why := next((one.why for one in outdated_lines(plan) if one.line.pk == stored.pk), ""):
        raise Refused(f"Chưa duyệt được: {why}. Tính lại theo định mức của ngày khai giảng rồi duyệt.")
    return _turn(stored, State.FUNDED, actor, reason)


@transaction.atomic
def reopen_line(*, plan: Plan, line: BudgetLine, version: int, actor: User, reason: str) -> BudgetLine:
    """được duyệt kinh phí → dự kiến, with a reason, so that the line can be changed again."""
    check_budget_open(lock_budget(plan), actor)
    stored = stored_line(plan, line)
    check_version(stored, version)
    if not reason:
        raise Refused("Cần ghi lý do đưa dòng này về dự kiến.", field="reason")
    if stored.state != State.FUNDED:
        raise Refused(f"Dòng này đang ở trạng thái «{stored.get_state_display()}», không đưa về dự kiến được.")
    check_nothing_granted(stored)
    return _turn(stored, State.PLANNED, actor, reason)


@transaction.atomic
def reprice_lines(*, plan: Plan, actor: User) -> tuple[BudgetLine, ...]:
    """Price every planned line whose day now belongs to another norm set by that set; the lines that changed.

    Who used a level in full uses the new one in full. Each source goes on paying its part of the whole.
    """
    check_budget_open(lock_budget(plan), actor)
    found = outdated_lines(plan)
    if missing := [one for one in found if one.wanted is None]:
        raise Refused(f"Dòng «{missing[0].line.content}»: {missing[0].why}.")
    return tuple(_reprice(stored_line(plan, one.line), one.wanted, actor) for one in found if one.wanted)


def repriced_estimate(line: BudgetLine, wanted: NormSet) -> Estimate:
    """The line's costs under another norm set; nothing is written. Raises Refused where the set lacks a cost."""
    new, old = items_by_key(wanted), line.norm_set
    costs = []
    for cost, typed in zip(line.costs.select_related("norm_item"), cost_data(line), strict=True):
        level = typed.level
        if cost.norm_item and old and (item := new.get(cost.norm_item.key)):
            level = repriced(cost.as_cost, cost.norm_item.as_norm(old.number), item.as_norm(wanted.number)).level
        costs.append(CostData(typed.norm_key, typed.content, level, typed.factors))
    return estimate_by(wanted, costs)


def spread(paid: Mapping[int, int], amount: int) -> dict[int, int]:
    """The shares of a line whose amount became another, each source keeping its part. Raises Refused."""
    if amount and not any(paid.values()):
        raise Refused("Dòng này chưa có nguồn nào chi. Mở dòng để nhập nguồn.")
    return in_proportion(paid, amount)


def _reprice(line: BudgetLine, wanted: NormSet, actor: User) -> BudgetLine:
    before = shown(line)
    try:
        made = repriced_estimate(line, wanted)
        paid = spread(dict(line.shares.values_list("source_id", "amount")), made.total)
    except Refused as refusal:
        raise Refused(f"Dòng «{line.content}»: {refusal.message}") from refusal
    write_line(line, made, paid)
    log_line(line, before, shown(line), actor, f"Tính lại theo {wanted.number}")
    return line


def fund_line(line: BudgetLine, writer: User, reason: str) -> bool:
    """dự kiến → được duyệt kinh phí because an amount was granted, in whatever state the plan is; whether it turned."""
    if line.state != State.PLANNED:
        return False
    _turn(line, State.FUNDED, writer, reason)
    return True


def unfund_line(line: BudgetLine, writer: User, reason: str) -> None:
    """được duyệt kinh phí → dự kiến because the only decision that granted anything was taken out."""
    if line.state == State.FUNDED:
        _turn(line, State.PLANNED, writer, reason)


def _turn(line: BudgetLine, state: State, actor: User, reason: str) -> BudgetLine:
    before = {"state": line.get_state_display()}
    line.state, line.version = state, line.version + 1
    line.save(update_fields=["state", "version"])
    log_line(line, before, {"state": line.get_state_display()}, actor, reason)
    return line
