"""What a long file's cells and rows are read as does not depend on what was read before them."""

import gc
from typing import Any

import pytest
from django.utils import timezone

from quotas.models import Allocation
from quotas.resources import AllocationResource
from tests.cast import Province
from trainingplan.garbage import collector_paused
from trainingplan.models import Unit, UnitName
from trainingplan.prepared import rows_read_once
from trainingplan.resources.bulk import _copied
from trainingplan.resources.columns import Column, Reference, unit_column
from trainingplan.rules.text import clean


def test_a_reference_is_found_by_its_scope_and_again_after_it_was_learnt_anew(province: Province) -> None:
    years = Reference(Unit.objects.all, lambda unit: ("2024", unit.key), what="đơn vị", where="Đơn vị", scope=("Năm",))
    unit = province.son_tinh
    for _ in range(2):
        assert years.clean(f" {unit.key}\u200b", {"Năm": "2024"}) == years.clean(unit.key, {"Năm": 2024}) == unit
        for row in ({"Năm": "2023"}, {}, None):
            with pytest.raises(ValueError, match="Không có đơn vị"):
                years.clean(unit.key, row)
    other = Unit(pk=unit.pk, key=unit.key)
    years.learn(type("", (), {"key": unit.key})())
    assert years.clean(unit.key, {"Năm": "2024"}) is not unit
    years.read_again()
    assert years.clean(unit.key, {"Năm": "2024"}) == other


def test_no_cell_is_read_as_another_of_the_same_hash() -> None:
    column = Reference(UnitName.objects.none, lambda name: (name.name,), what="số", where="Số")
    column.learn(one := UnitName(name="1"))
    assert column.clean("1") is column.clean(1) is column.clean(1.0) is one
    with pytest.raises(ValueError, match="«có»"):
        column.clean(True)  # noqa: FBT003 - a cell's value


@pytest.mark.parametrize("text", ["", " a\t", "\x1f1 ", " a\u0301\u200b ", "\u00a01\u00a0", None])
def test_plain_text_is_cleaned_as_all_text_is(text: str | None) -> None:
    assert clean(text) == clean(f"{text or ''}\u200b")


def test_rows_differ_by_what_is_stored(province: Province) -> None:
    unit = Column("unit", "Đơn vị", unit_column())
    unit.bind(Allocation)
    one, other = (Allocation(unit=Unit.objects.get(pk=province.son_tinh.pk)) for _ in range(2))
    assert not unit.differs(one, other)
    other.unit = province.binh_son
    assert unit.differs(one, other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Unit, "__eq__", lambda *_: pytest.fail("rows are compared"))
        assert unit.differs(one, other)


def test_a_copy_keeps_what_its_row_was(province: Province) -> None:
    row: Any = UnitName.objects.select_related("unit").defer("short_name").filter(unit=province.son_tinh).first()
    before: Any = _copied(row)
    row.name, row.unit = "Tên mới", province.binh_son
    assert (before.name, before.unit, before.pk) != (row.name, row.unit, None)
    assert before.unit == province.son_tinh
    assert before == row
    assert not before._state.adding
    assert "short_name" in before.get_deferred_fields()


def test_cells_of_a_file_are_read_with_their_quotas_and_units(
    province: Province, django_assert_num_queries: Any
) -> None:
    now = timezone.now()
    for number, unit in enumerate((province.son_tinh, province.binh_son)):
        Allocation.objects.create(quota=province.hcm, unit=unit, number=number, updated_at=now)
    cells = list(Allocation.objects.order_by("pk"))
    assert [row.pk for row in rows_read_once(Allocation.objects.order_by("pk"))] == [row.pk for row in cells]
    assert rows_read_once(Allocation.objects.none()) == []
    rows: dict[Any, Any] = AllocationResource().loader().rows
    with django_assert_num_queries(0):
        read = {key: (row.quota.pk, row.unit.pk, row.number) for key, row in rows.items()}
    assert read == {(one.quota_id, one.unit_id): (one.quota_id, one.unit_id, one.number) for one in cells}


def test_the_collector_comes_back_only_where_it_was() -> None:
    def inside() -> bool:
        with collector_paused():
            return gc.isenabled()

    before = gc.isenabled()
    try:
        gc.enable()
        assert (inside(), gc.isenabled()) == (False, True)
        with collector_paused():
            assert (inside(), gc.isenabled()) == (False, False)
    finally:
        (gc.enable if before else gc.disable)()
