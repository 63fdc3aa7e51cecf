"""Writers of the budget at once: one of those who saw the same line wins, and every line keeps a place of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from django.db.models import Sum

from budget.models import BudgetLine, FundSource
from budget.services import lines
from budget.services.lines import save_line
from tests.budget.lines import PLAIN_AMOUNT, add_class, add_line, cost, line_data, make_sources
from tests.cast import Province, make_province
from trainingplan.models import Plan
from trainingplan.services.refusals import Stale

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
ROUNDS = 6


def race(jobs: list[Callable[[], bool]]) -> int:
    """How many of the jobs, run at one moment with a connection each, succeed."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], bool]) -> bool:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs)).count(True)


def edit_at_once(province: Province, source: FundSource) -> int:
    """How many of those who saw the same version saved their note."""
    BudgetLine.objects.all().delete()
    line = add_line(province, {source.pk: PLAIN_AMOUNT})

    def edit(note: str) -> bool:
        try:
            save_line(
                plan=province.plan,
                line=line,
                data=line_data(note=note),
                shares={source.pk: PLAIN_AMOUNT},
                actor=province.hoa,
                version=1,
            )
        except Stale:
            return False
        return True

    return race([lambda note=str(n): edit(note) for n in range(WRITERS)])  # type: ignore[misc]


def test_of_those_who_saw_the_same_line_one_wins() -> None:
    province, (source, _) = make_province(), make_sources()
    assert {edit_at_once(province, source) for _ in range(ROUNDS)} == {1}


def test_lines_added_at_once_have_a_place_each_and_a_form_makes_one() -> None:
    province, (source, _) = make_province(), make_sources()
    add_line(province, {source.pk: PLAIN_AMOUNT}, group="A")
    add_line(province, {source.pk: PLAIN_AMOUNT}, group="B")
    tokens = [uuid4() for _ in range(WRITERS // 2)] * 2

    def add(token: UUID) -> bool:
        save_line(
            plan=province.plan,
            line=None,
            data=line_data(group="A"),
            shares={source.pk: PLAIN_AMOUNT},
            actor=province.hoa,
            token=token,
        )
        return True

    assert race([lambda token=token: add(token) for token in tokens]) == WRITERS  # type: ignore[misc]
    groups = list(BudgetLine.objects.order_by("position").values_list("group", flat=True))
    assert groups == ["A"] * (1 + WRITERS // 2) + ["B"]


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time")
def test_control_without_the_lock_several_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the tests above prove nothing."""
    province, (source, _) = make_province(), make_sources()
    monkeypatch.setattr(lines, "lock_budget", lambda plan: Plan.objects.get(pk=plan.pk))
    winners = 0
    for _ in range(ROUNDS):
        try:
            winners = max(winners, edit_at_once(province, source))
        except IntegrityError:  # two wrote the same share: this, too, the lock prevents
            winners = WRITERS
    assert winners > 1


def test_costs_of_one_line_written_at_once_are_all_in_its_sum() -> None:
    province, (source, _) = make_province(), make_sources()
    line = add_class(province, source, cost("", 10, "Nước uống"))

    def add(place: int) -> bool:
        line.costs.create(position=place, content="Tài liệu", kind="invoice", level=10, amount=10)
        return True

    for first in range(2, 2 + ROUNDS * WRITERS, WRITERS):
        assert race([lambda place=first + n: add(place) for n in range(WRITERS)]) == WRITERS  # type: ignore[misc]
        line.refresh_from_db()
        assert line.amount == line.costs.aggregate(sum=Sum("amount"))["sum"]
