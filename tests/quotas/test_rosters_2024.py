"""The rosters of the real plan of 2024 with their illustrative people."""

from quotas.selectors.rosters import rosters
from trainingplan.models import Plan, Unit


def test_each_roster_has_the_plans_places(plan_2024: Plan) -> None:
    lines = rosters(plan_2024, Unit.objects.all())
    given = {line.number: line.given for line in lines}
    assert given == {2: 6, 3: 36, 5: 1, 6: 6, 7: 14}
    assert {line.number: line.places.allocated for line in lines} == given
    assert {line.number: line.places.nominated for line in lines} == given
    assert all(line.illustrative for line in lines)
