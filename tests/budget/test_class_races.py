"""Two people press the same step at once: it is taken once, and recorded once."""

import pytest

from budget.models import BudgetLine, ClassStep
from budget.services.classes import Happening, take_step
from tests.budget.lines import make_sources
from tests.budget.test_classes import S, funded
from tests.budget.test_races import race
from tests.cast import Province, make_province
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, ROUNDS = 4, 2


def press(province: Province, line: BudgetLine) -> bool:
    try:
        take_step(plan=province.plan, seen={line.pk: S.FUNDED}, step=S.RECRUITING, what=Happening(), actor=province.hoa)
    except Refused:
        return False
    return True


def pressed_at_once(province: Province, line: BudgetLine) -> int:
    return race([lambda: press(province, line)] * WRITERS)


def test_one_step_pressed_by_several_is_taken_once() -> None:
    province, (source, _) = make_province(), make_sources()
    for place in range(ROUNDS):
        line = funded(province, source, content=f"Lớp {place}")
        assert pressed_at_once(province, line) == 1
        assert list(ClassStep.objects.filter(line=line).values_list("number", "after")) == [(1, S.RECRUITING)]
        assert BudgetLine.objects.get(pk=line.pk).state == S.RECRUITING
