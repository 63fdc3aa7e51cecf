"""Every bench runs on tiny input; how fast it is belongs to no test."""

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from reports.renderers.layout import lay_out
from tests.bench import documents, grids, imports, reads, sheets
from tests.bench.measure import Bench, Pair, Result, measure, table


def _documents() -> Iterator[Bench]:
    return documents.benches(quick=True, rows_xlsx=(60,), rows_pdf={45: 0})


def _grids() -> Iterator[Bench]:
    return grids.benches(time.process_time, units=6, quotas=3)


def _reads() -> Iterator[Bench]:
    return reads.benches(time.process_time, units=6, quotas=3, years=2)


def _imports() -> Iterator[Bench]:
    return imports.benches(time.process_time, units=5, quotas=3)


def test_growth_is_measured_on_sheets_that_are_alike() -> None:
    long, short = sheets.appendix(3_000, 1), sheets.appendix(300, 1, summed=3_000)
    assert [lay_out(document.tables[0], document).widths[2:-1] for document in (long, short)] == [
        pytest.approx(lay_out(long.tables[0], long).widths[2:-1])
    ] * 2
    alone = sheets.appendix(300, 1)
    assert lay_out(alone.tables[0], alone).widths != lay_out(long.tables[0], long).widths


@pytest.mark.django_db
@pytest.mark.parametrize("make", [_documents, _grids, _reads, _imports])
def test_each_bench_runs(make: Callable[[], Iterator[Bench]]) -> None:
    made = 0
    for made, bench in enumerate(make(), 1):  # noqa: B007 - counted
        pair = bench.prepare(1)
        pair.ours()
        pair.peer()
    assert made


def test_the_ratio_is_the_median_of_the_pairs() -> None:
    result = Result("S0", "work", "peer", 1.5, ours=[1, 4, 3], peer=[1, 1, 2])
    assert (result.ratio, result.met) == (1.5, True)
    assert "S0" in list(table([result]))[2]


def test_the_first_round_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "collect", lambda: 0)  # it walks over all that the other tests have loaded
    seen: list[str] = []

    def prepare(number: int) -> Pair:
        return Pair(lambda: seen.append(f"a{number}"), lambda: seen.append(f"b{number}"))

    measure(Bench("S0", "work", "peer", 1, prepare), rounds=2)
    assert seen == ["a0", "b0", "a1", "b1", "a2", "b2"]
