"""By when the phases after registration are to be done."""

from collections.abc import Mapping
from datetime import datetime

from quotas.models import PhaseDeadline
from trainingplan.models import Plan


def phase_deadlines(plan: Plan) -> Mapping[PhaseDeadline.Phase, datetime]:
    """Those that are set, in the order of the phases. One query."""
    found = dict(PhaseDeadline.objects.filter(plan=plan).values_list("phase", "due_at"))
    return {phase: found[phase] for phase in PhaseDeadline.Phase if phase in found}
