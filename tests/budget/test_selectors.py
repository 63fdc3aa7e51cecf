"""The budget as a table: the sum of the lines is the total is the sum by source, for any lines."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget.models import BudgetLine, BudgetShare, FundSource
from budget.rules import line_amount
from budget.selectors import budget_table, province_total
from tests.budget.lines import make_sources
from tests.cast import Province
from trainingplan.rules.words import money_in_words

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "group": st.sampled_from(["A", "B", "C"]),
            "basis": st.sampled_from(BudgetLine.Basis.values),
            "rate": st.integers(1, 10**6),
            "classes": st.integers(1, 20),
            "learners_per_class": st.integers(1, 100),
            "days": st.integers(1, 30),
            "part": st.fractions(0, 1),
        }
    ),
    max_size=12,
)


ITEM: dict[str, Any] = {
    "group": "A",
    "basis": "lump_sum",
    "rate": 100,
    "classes": 1,
    "learners_per_class": 0,
    "days": 0,
    "part": 1,
}


def store(province: Province, sources: tuple[FundSource, FundSource], lines: list[dict[str, Any]]) -> None:
    BudgetLine.objects.all().delete()
    for place, values in enumerate(lines, start=1):
        given = {name: value for name, value in values.items() if name not in ("part", "group")}
        amount = line_amount(**given)
        line = BudgetLine.objects.create(
            plan=province.plan,
            key=f"d-{place}",
            position=place,
            group=values["group"],
            content=f"Dòng {place}",
            amount=amount,
            **given,
        )
        first = int(amount * values["part"])
        for source, share in zip(sources, (first, amount - first), strict=True):
            if share:
                BudgetShare.objects.create(line=line, source=source, amount=share)


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_lines_total_and_sources_agree(
    province: Province, sources: tuple[FundSource, FundSource], lines: list[dict[str, Any]]
) -> None:
    store(province, sources, lines)
    table = budget_table(province.plan)
    total = sum(
        line_amount(**{name: value for name, value in line.items() if name not in ("part", "group")}) for line in lines
    )
    assert table.amount == total
    assert sum(row.amount for row in table.rows) == total
    assert sum(group.amount for group in table.groups) == total
    assert sum(source.amount for source in table.sources) == total
    assert sum(share for _, share in table.paid) == total
    assert sum(share for group in table.groups for _, share in group.paid) == total
    assert all(row.balanced for row in table.rows)
    assert [row.stt for row in table.rows] == list(range(1, len(lines) + 1))
    assert table.province_total == province_total(province.plan)
    assert table.words == money_in_words(total)


def test_no_lines_are_nothing(province: Province) -> None:
    table = budget_table(province.plan)
    assert (table.amount, table.paid, table.sources, table.illustrative) == (0, (), (), False)
    assert province_total(province.plan) == 0


def test_only_provincial_sources_are_the_provinces(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    store(
        province,
        sources,
        [ITEM | {"part": 0.25}],
    )
    assert province_total(province.plan) == 25
    assert [(source.name, source.amount, source.percent) for source in budget_table(province.plan).sources] == [
        ("Ngân sách tỉnh", 25, "25,00 %"),
        ("Đơn vị cử đi", 75, "75,00 %"),
    ]


def test_a_row_that_does_not_balance_is_named(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    store(
        province,
        sources,
        [ITEM],
    )
    BudgetShare.objects.update(amount=99)
    assert [row.content for row in budget_table(province.plan).unbalanced] == ["Dòng 1"]


def test_an_item_without_learners_is_no_class(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    store(province, sources, [ITEM, ITEM | {"classes": 3, "learners_per_class": 40}])
    table = budget_table(province.plan)
    assert (table.classes, table.learners) == (3, 120)


def test_one_illustrative_line_marks_the_table(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    store(
        province,
        sources,
        [ITEM] * 2,
    )
    assert not budget_table(province.plan).illustrative
    BudgetLine.objects.filter(position=2).update(illustrative=True)
    assert budget_table(province.plan).illustrative
