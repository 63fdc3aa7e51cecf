"""Which appendices a user may see, and whose rows in them."""

from functools import partial

from reports.appendices import Scope
from trainingplan.models import Appendix, Plan, Role, User
from trainingplan.policies import Action, may, sees_all_units, sees_personal_data, visible_units
from trainingplan.selectors import unit_name

NEEDED = {
    Appendix.Kind.ALLOCATION: Action.SEE_ALLOCATION,
    Appendix.Kind.ROSTER: Action.SEE_ROSTER,
    Appendix.Kind.BUDGET: Action.SEE_BUDGET,
}


def visible_appendices(user: User, plan: Plan) -> list[Appendix]:
    """The plan's appendices of the kinds that the role may read."""
    return [
        appendix
        for appendix in plan.appendices.prefetch_related("columns")
        if may(user, NEEDED[Appendix.Kind(appendix.kind)])
    ]


def scope_of(user: User, plan: Plan) -> Scope:
    """The rows the user may see: all, or an extract that says whose it is."""
    return Scope(
        units=visible_units(user),
        extract_of="" if sees_all_units(user) or user.unit is None else _extract_name(user, plan),
        personal=partial(sees_personal_data, user),
    )


def _extract_name(user: User, plan: Plan) -> str:
    if user.role == Role.HOME_AFFAIRS:
        return "các cơ quan khối Nhà nước"
    return unit_name(plan, user.unit) if user.unit else ""
