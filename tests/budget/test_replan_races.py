"""Two who accept an option at once: one does, the other is told that the lines have changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from budget.models import BudgetLine, Replan
from budget.rules.costs import Factor
from budget.rules.replan import Strategy
from budget.selectors.replan import Wishes, mark_of, replanning
from budget.services.estimates import CostData
from budget.services.replans import accept_replan, undo_replan
from tests.budget.lines import add_class, make_norms, make_sources
from tests.cast import make_province
from trainingplan.services.refusals import Refused

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4


def at_once(job: Callable[[], None]) -> int:
    """How many of those who do the job at one moment, with a connection each, are not refused."""
    barrier = Barrier(WRITERS)

    def run(_: int) -> bool:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            job()
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS))).count(True)


def test_of_those_who_accept_and_undo_at_once_one_does() -> None:
    province = make_province()
    make_norms()
    payer = make_sources()[0]
    lectures = CostData("giang-vien", "", None, (Factor("session", 20), Factor("class", 10)))
    line = add_class(province, payer, lectures, classes=10, learners_per_class=60)
    wishes = Wishes(percent=90)
    seen = replanning(province.plan, wishes)

    def accept() -> None:
        accept_replan(
            plan=province.plan, wishes=wishes, strategy=Strategy.FEWER, seen=seen.seen,
            mark=mark_of(seen.option(Strategy.FEWER)), reason="x", actor=province.hoa,
        )  # fmt: skip

    def undo() -> None:
        undo_replan(plan=province.plan, replan=Replan.objects.get(), actor=province.hoa)

    for job, classes in ((accept, 9), (undo, 10)):
        assert at_once(job) == 1
        stored = BudgetLine.objects.get()
        assert (stored.pk, stored.classes) == (line.pk, classes)
    assert Replan.objects.count() == 1
