"""By when the phases after registration are to be done."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from quotas.models import PhaseDeadline
from trainingplan.models import Plan
from trainingplan.prepared import prepared


def phase_deadlines(plan: Plan) -> Mapping[PhaseDeadline.Phase, datetime]:
    """Those that are set, in the order of the phases. One query."""
    found = dict(_due(plan.pk))
    return {phase: found[phase] for phase in PhaseDeadline.Phase if phase in found}


@prepared
def _due(plan_id: int) -> QuerySet[PhaseDeadline, tuple[str, datetime]]:
    return PhaseDeadline.objects.filter(plan_id=plan_id).order_by().values_list("phase", "due_at")
