"""When the budget may be written: the state of the plan and the role."""

from collections.abc import Collection

from budget.models import BudgetLine, GrantedAmount
from budget.rules.classes import STEPS
from trainingplan.models import Plan, Role, User
from trainingplan.policies import FROZEN, Action, may, why_ended
from trainingplan.services.refusals import Refused

SETTLED_WORDS = "Lớp đã ở bước «quyết toán». Lùi lớp về bế giảng ở trang «Mở lớp», có lý do, rồi mới sửa số."


def why_budget_closed(plan: Plan) -> str:
    """Why nobody can change the budget now, in words; empty when finance and the Board can."""
    if plan.state in FROZEN:
        return f"Kế hoạch đang ở bước «{plan.get_state_display()}»: kinh phí đã khóa."
    return ""


def check_budget_open(plan: Plan, actor: User) -> None:
    """Raise Refused when the plan is frozen or the actor's role does not write the budget."""
    if reason := why_budget_closed(plan):
        raise Refused(reason)
    if not may(actor, Action.EDIT_BUDGET):
        raise Refused("Chỉ Sở Tài chính và Ban Tổ chức Tỉnh ủy được sửa kinh phí.")


def why_line_closed(line: BudgetLine) -> str:
    """Why a single line takes no change, in words; empty while its money is only planned."""
    if line.keeps_its_norms:
        return (
            f"Dòng này đã ở trạng thái «{line.get_state_display()}»: số tiền và định mức được giữ nguyên. "
            "Đưa về dự kiến, có lý do, rồi mới sửa hoặc xóa."
        )
    return ""


def check_line_open(line: BudgetLine) -> None:
    """Raise Refused when the line's money is approved."""
    if reason := why_line_closed(line):
        raise Refused(reason)


def check_nothing_granted(line: BudgetLine) -> None:
    """Raise Refused when an amount was granted or settled of the line: it is approved as long as one stands."""
    if line.granted.exists() or line.settled.exists():
        raise Refused("Dòng này đã có số được giao hoặc quyết toán. Xóa quyết định giao trước, rồi mới đưa về dự kiến.")


def check_grants_go(gone: Collection[GrantedAmount]) -> None:
    """Raise Refused when a class that runs on these granted amounts would be left without any."""
    ids, lines = {one.pk for one in gone}, {one.line_id for one in gone}
    left = GrantedAmount.objects.filter(line__in=lines).exclude(pk__in=ids).values("line")
    bare = BudgetLine.objects.filter(pk__in=lines, state__in=STEPS).exclude(pk__in=left).order_by("position")
    if line := bare.first():
        raise Refused(
            f"Không xóa được: lớp «{line.content}» đã ở bước «{line.get_state_display()}» mà không còn quyết định "
            "giao nào khác. Nhập quyết định đúng trước, hoặc lùi lớp về «được duyệt kinh phí» ở trang «Mở lớp»."
        )


def check_execution(plan: Plan, actor: User) -> None:
    """Raise Refused when the plan has ended, or the actor's role does not write granted and settled amounts.

    No other state of the plan closes them: they are execution data, which come after the plan is issued, and the
    published version does not hold them.
    """
    if not may_settle(actor):
        raise Refused("Chỉ Sở Tài chính và Ban Tổ chức Tỉnh ủy được nhập số được giao, số quyết toán.")
    check_not_ended(plan)


def check_not_ended(plan: Plan) -> None:
    """Raise Refused when the plan has ended."""
    if why := why_ended(plan):
        raise Refused(why)


def may_settle(user: User) -> bool:
    return may(user, Action.EDIT_BUDGET)


def may_run_all(user: User) -> bool:
    """Whether the user records the steps of every class, but the last."""
    return may(user, Action.RUN_CLASSES) and user.role == Role.BOARD


def may_run_own(user: User) -> bool:
    """Whether the user records the steps of the classes that his unit carries out."""
    return may(user, Action.RUN_CLASSES) and user.role == Role.SCHOOL
