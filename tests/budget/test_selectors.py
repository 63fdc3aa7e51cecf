"""The budget as a table and as appendix 8: lines, costs, total and sources agree to the đồng, for any data."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget.models import BudgetLine, BudgetShare, EstimateLine, FundSource
from budget.rules.costs import UNITS, Cost, Factor, price
from budget.selectors.table import budget_table, province_total
from reports.appendices.budget import budget_body
from reports.appendices.build import whole_province
from reports.document import Cell, Paragraph, Row, RowKind, Table
from tests.budget.lines import PLAIN_AMOUNT, add_line, make_sources
from tests.cast import Province
from trainingplan.models import Appendix, AppendixColumn
from trainingplan.rules.words import money_in_words

COST = st.builds(
    Cost,
    content=st.sampled_from(["Thù lao", "Nước", "Tài liệu"]),
    kind=st.just("invoice"),
    level=st.integers(1, 10**6),
    factors=st.lists(st.builds(Factor, st.sampled_from(list(UNITS)), st.integers(1, 90)), max_size=3).map(tuple),
)
PERCENTAGE = st.builds(
    Cost,
    content=st.just("Quản lý"),
    kind=st.just("percent"),
    level=st.integers(1, 99),
    base=st.sampled_from(["excluding", "including"]),
)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "group": st.sampled_from(["A", "B", "C"]),
            "costs": st.lists(st.one_of(COST, COST, PERCENTAGE), max_size=5),
            "rate": st.integers(1, 10**9),
            "classes": st.integers(1, 20),
            "learners_per_class": st.integers(0, 100),
            "days": st.integers(0, 30),
            "part": st.fractions(0, 1),
        }
    ),
    max_size=8,
)


ITEM: dict[str, Any] = {"group": "A", "costs": [], "rate": 100, "classes": 1, "learners_per_class": 0, "part": 1}


def store(province: Province, sources: tuple[FundSource, FundSource], lines: list[dict[str, Any]]) -> int:
    """Store lines as typed, past the service; a line without costs is a lump sum. Returns what all come to."""
    BudgetLine.objects.all().delete()
    total = 0
    for place, values in enumerate(lines, start=1):
        priced = price(values["costs"])
        amount = sum(one.amount for one in priced) if priced else values["rate"]
        given = {name: value for name, value in values.items() if name not in ("part", "costs", "rate")}
        line = BudgetLine.objects.create(
            plan=province.plan,
            key=f"d-{place}",
            position=place,
            content=f"Dòng {place}",
            basis="estimate" if priced else "lump_sum",
            rate=0 if priced else amount,
            amount=amount,
            **given,
        )
        for position, one in enumerate(priced, start=1):
            EstimateLine.objects.create(line=line, position=position, **cost_fields(one.cost), of_amount=one.of,
                                        amount=one.amount)  # fmt: skip
        total += amount
        first = int(amount * values["part"])
        for source, share in zip(sources, (first, amount - first), strict=True):
            if share:
                BudgetShare.objects.create(line=line, source=source, amount=share)
    return total


def cost_fields(cost: Cost) -> dict[str, Any]:
    values: dict[str, Any] = {"content": cost.content, "kind": cost.kind, "level": cost.level, "base": cost.base}
    for place, factor in enumerate(cost.factors, start=1):
        values |= {f"unit{place}": factor.unit, f"number{place}": factor.number}
    return values


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


@pytest.fixture
def appendix(province: Province) -> Appendix:
    appendix = Appendix.objects.create(plan=province.plan, number=8, kind="budget", title="Dự kiến kinh phí")
    keys = (
        "stt",
        "content",
        "audience",
        "classes",
        "learners",
        "rate",
        "amount",
        "source-tinh",
        "source-don-vi",
        "note",
    )
    for position, key in enumerate(keys, start=1):
        AppendixColumn.objects.create(appendix=appendix, position=position, source=key, head=key)
    return appendix


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES)
def test_lines_total_and_sources_agree(
    province: Province, sources: tuple[FundSource, FundSource], appendix: Appendix, lines: list[dict[str, Any]]
) -> None:
    total = store(province, sources, lines)
    table = budget_table(province.plan)
    assert table.amount == total
    assert sum(row.amount for row in table.rows) == total
    assert sum(group.amount for group in table.groups) == total
    assert sum(source.amount for source in table.sources) == total
    assert sum(share for _, share in table.paid) == total
    assert sum(share for group in table.groups for _, share in group.paid) == total
    assert all(row.balanced and row.adds_up for row in table.rows)
    assert all(sum(part.amount for part in row.parts) in (0, row.amount) for row in table.rows)
    assert [row.stt for row in table.rows] == list(range(1, len(lines) + 1))
    assert table.province_total == province_total(province.plan)
    assert table.words == money_in_words(total)
    check_print(province, appendix, total, table.province_total)


def check_print(province: Province, appendix: Appendix, total: int, provincial: int) -> None:
    """What is printed says the same: by lines, by parts, by groups, by sources, in digits and in words."""
    body = budget_body(province.plan, appendix, list(appendix.columns.all()), whole_province())
    printed = next(block for block in body.blocks if isinstance(block, Table))
    words = [block.text for block in body.blocks if isinstance(block, Paragraph)]
    assert words[0] == f"Tổng kinh phí bằng chữ: {money_in_words(total)}."
    assert len(words) == 1 + (provincial != total)
    if not printed.rows:
        assert total == 0
        return
    index = {column.key: place for place, column in enumerate(printed.columns)}

    def cells(key: str, rows: list[Row]) -> list[Cell]:
        found = (dict(row.placed()).get(index[key]) for row in rows)
        return [cell for cell in found if cell]

    def amounts(key: str, rows: list[Row]) -> int:
        return sum(cell.value for cell in cells(key, rows) if isinstance(cell.value, int))

    data = [row for row in printed.rows if row.kind is RowKind.DATA]
    groups = [row for row in printed.rows if row.kind is RowKind.GROUP]
    (last,) = (row for row in printed.rows if row.kind is RowKind.TOTAL)
    lines = [row for row in data if row.cells[index["stt"]].value]
    leaves = [row for row in data if not any(cell.total_of for cell in cells("amount", [row]))]
    assert [amounts("amount", rows) for rows in (lines, leaves, groups, [last])] == [total] * 4
    by_source = [amounts(key, [last]) for key in ("source-tinh", "source-don-vi")]
    assert by_source == [amounts(key, lines) for key in ("source-tinh", "source-don-vi")]
    assert (sum(by_source), by_source[0]) == (total, provincial)
    assert [row.cells[0].value for row in lines] == [str(stt) for stt in range(1, len(lines) + 1)]


def test_a_source_without_a_column_of_its_own_is_printed_all_the_same(
    province: Province, sources: tuple[FundSource, FundSource], appendix: Appendix
) -> None:
    scheme = FundSource.objects.create(key="de-an", name="Chương trình, đề án", position=3)
    add_line(province, {sources[0].pk: PLAIN_AMOUNT - 7, scheme.pk: 7})
    body = budget_body(province.plan, appendix, list(appendix.columns.all()), whole_province())
    printed = next(block for block in body.blocks if isinstance(block, Table))
    keys = [column.key for column in printed.columns]
    assert keys[-4:] == ["source-tinh", "source-don-vi", "source-de-an", "note"]
    assert printed.columns[-2].title == "Chương trình, đề án"
    totals = dict(printed.rows[-1].placed())
    values = [totals[place].value for place, key in enumerate(keys) if key.startswith("source-")]
    assert values == [PLAIN_AMOUNT - 7, 0, 7]
    appendix.columns.filter(source__startswith="source-").delete()
    bare = budget_body(province.plan, appendix, list(appendix.columns.all()), whole_province())
    printed = next(block for block in bare.blocks if isinstance(block, Table))
    assert not any(column.key.startswith("source-") for column in printed.columns)


def test_no_lines_are_nothing(province: Province) -> None:
    table = budget_table(province.plan)
    assert (table.amount, table.paid, table.sources, table.blocs, table.illustrative) == (0, (), (), (), False)
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
