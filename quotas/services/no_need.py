"""«Không có nhu cầu» for a programme or for the whole form at once: an answer like any other, cell by cell."""

from dataclasses import dataclass

from django.db import transaction

from courses.models import Programme
from quotas.models import Quota, Registration
from quotas.policies import check_registration_open, locked_quotas
from quotas.services.cells import CellInput, Outcome, save_registrations
from quotas.services.responses import lock_answer, send_response
from trainingplan.locking import hold_plan
from trainingplan.models import Plan, Unit, User
from trainingplan.services.refusals import Refused


@dataclass(frozen=True, slots=True)
class Blanked:
    """How many cells now say that there is no need, and how many of them held a number before."""

    cells: int
    numbers: int


@transaction.atomic
def declare_no_need(*, plan: Plan, unit: Unit, actor: User, programme: Programme | None = None) -> Blanked:
    """Say for every quota that there is no need; for the whole form this also sends the answer. Raises Refused.

    The whole form must be open: where only a part is, the rest would keep its numbers.
    """
    plan = hold_plan(plan)
    answer = lock_answer(plan, unit)
    check_registration_open(plan, answer, actor)
    quotas = Quota.objects.filter(programme__plan=plan)
    if programme:
        quotas = quotas.filter(programme=programme)
    locked = locked_quotas(plan, answer, actor)
    ids = list(quotas.values_list("pk", flat=True))
    if closed := [pk for pk in ids if pk in locked]:
        raise Refused(f"Không ghi được cho cả phần này: {locked[closed[0]]}")
    if not ids:
        raise Refused("Không có chỉ tiêu nào để trả lời.")
    cells = {cell.quota_id: cell for cell in Registration.objects.filter(quota__in=ids, unit=unit)}
    inputs = [CellInput(unit.pk, pk, "", cells[pk].version if pk in cells else 0, no_need=True) for pk in ids]
    results = save_registrations(plan=plan, unit=unit, cells=inputs, actor=actor)
    if bad := [result for result in results if result.outcome not in {Outcome.SAVED, Outcome.UNCHANGED}]:
        raise Refused(bad[0].message)
    if programme is None:
        send_response(plan=plan, unit=unit, actor=actor)
    return Blanked(len(ids), sum(cell.number is not None for cell in cells.values()))
