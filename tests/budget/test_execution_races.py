"""Two decisions at once: of those who saw the same table one wins, and no more is taken back than was granted."""

from datetime import date
from uuid import uuid4

import pytest

from budget.models import FundSource, Grant
from budget.selectors.execution import Slot, execution_mark, held_parts
from budget.services.grants import GrantData, add_grant
from tests.budget.lines import PLAIN_AMOUNT, add_line, make_sources
from tests.budget.test_races import race
from tests.cast import Province, make_province
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, ROUNDS, GRANTED = 6, 3, 10
DAY = date(2024, 1, 5)


def decide(province: Province, slot: Slot, amount: int, kind: str, mark: str | None) -> bool:
    try:
        add_grant(
            plan=province.plan,
            data=GrantData(kind, f"{uuid4()}", DAY),
            amounts={slot: amount},
            actor=province.hoa,
            mark=mark,
            token=uuid4(),
        )
    except Refused:
        return False
    return True


def at_once(province: Province, source: FundSource, kind: str, amount: int, *, seen: bool) -> tuple[int, int]:
    """How many decisions stood, and what is granted after them, of a line that was granted something before."""
    line = add_line(province, {source.pk: PLAIN_AMOUNT})
    slot = (line.pk, source.pk)
    decide(province, slot, GRANTED, Grant.Kind.FIRST, None)
    mark = execution_mark(province.plan) if seen else None
    won = race([lambda: decide(province, slot, amount, kind, mark)] * WRITERS)
    return won, held_parts(province.plan)[slot].money.granted


def test_of_decisions_over_the_same_table_one_stands() -> None:
    province, (source, _) = make_province(), make_sources()
    found = {at_once(province, source, Grant.Kind.MORE, 5, seen=True) for _ in range(ROUNDS)}
    assert found == {(1, GRANTED + 5)}


def test_no_more_is_taken_back_at_once_than_was_granted() -> None:
    province, (source, _) = make_province(), make_sources()
    found = {at_once(province, source, Grant.Kind.BACK, 4, seen=False) for _ in range(ROUNDS)}
    assert found == {(2, GRANTED - 8)}
