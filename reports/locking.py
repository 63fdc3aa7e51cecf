"""Holding a plan's text: who writes it waits for who is at it, so that numbers follow from one order."""

from trainingplan.models import Plan, User
from trainingplan.policies import Action, may
from trainingplan.services.catalogue import why_frozen
from trainingplan.services.refusals import Refused


def hold_text(plan: Plan, writer: User) -> None:
    """Hold the plan for the rest of the transaction. Raises Refused where its text may not be written."""
    stored = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if not may(writer, Action.EDIT_PLAN):
        raise Refused("Chỉ Ban Tổ chức Tỉnh ủy được sửa văn bản kế hoạch.")
    if why := why_frozen(stored):
        raise Refused(why)
