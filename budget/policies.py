"""When the budget may be written: the state of the plan and the role."""

from budget.models import BudgetLine
from quotas.policies import FROZEN
from trainingplan.models import Plan, User
from trainingplan.policies import Action, may
from trainingplan.services.refusals import Refused


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
