"""S1 and S2: the grid of 300 units × 12 quotas on its way to the screen and back."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.template import Context, Engine
from django.utils import timezone

from quotas.models import Allocation
from quotas.selectors.allocation import allocation_grid
from quotas.services.cells import CellInput, Outcome, save_allocations
from quotas.views.allocation_html import allocation_table
from tests.bench.measure import Bench, Clock, Pair
from tests.bench.province import Province, build
from trainingplan.models import Unit

LOOP = """<table class="grid"><thead><tr><th>Cơ quan, đơn vị</th>{% for column in grid.columns %}
<th scope="col" class="num">{{ column.head }}</th>{% endfor %}<th>Tổng</th><th>Đăng ký</th></tr></thead>
{% for group in grid.groups %}<tbody>
<tr class="group"><th scope="rowgroup">{{ group.roman }}. {{ group.name }}</th>{% for sum in group.subtotals %}
<td class="num">{{ sum }}</td>{% endfor %}<td class="num">{{ group.total }}</td><td></td></tr>
{% for row in group.rows %}<tr><th scope="row" class="first"><span class="place">{{ forloop.counter }}</span>
{{ row.name }}</th>{% for cell in row.cells %}<td class="cell">
<input name="c-{{ row.unit_id }}-{{ forloop.counter }}-{{ cell.version }}"
 value="{{ cell.number|default_if_none:"" }}" inputmode="numeric" aria-label="{{ row.name }}, {{ forloop.counter }}">
<small>{{ cell.registered|default_if_none:"" }}</small></td>{% endfor %}<td class="num total">{{ row.total }}</td>
<td class="num soft">{{ row.registered }}</td></tr>{% endfor %}</tbody>{% endfor %}</table>"""


def benches(clock: Clock, units: int = 300, quotas: int = 12) -> Iterator[Bench]:
    """Needs a database that may be filled; makes its province there."""
    province = build(units=units, quotas=quotas)
    cells = units * quotas
    size = f"{units} × {quotas}"
    yield Bench("S1", f"grid as HTML, {size}", "a Django template loop", 0.25, _rendering(province))
    changed, few = cells, max(1, cells // 90)
    yield Bench("S2", f"save {changed:,} cells", "bare bulk_create upsert", 2.5, _saving(province, changed), clock)
    name = f"save {few} of {cells:,} cells"
    yield Bench("S2", name, f"bare upsert of all {cells:,}", 0.25, _saving(province, few), clock)


def _rendering(province: Province) -> Callable[[int], Pair]:
    template = Engine(libraries={}).from_string(LOOP)

    def prepare(seed: int) -> Pair:
        Allocation.objects.filter(unit=province.units[0]).update(number=seed)
        grid = allocation_grid(province.plan, province.quotas[0].appendix, Unit.objects.all())
        return Pair(
            lambda: allocation_table(grid, editable=True, whole=True),
            lambda: template.render(Context({"grid": grid}, use_l10n=True)),
        )

    return prepare


def _saving(province: Province, count: int) -> Callable[[int], Pair]:
    def prepare(seed: int) -> Pair:
        rows = list(Allocation.objects.order_by("unit", "quota"))
        number = 1_000 + seed * 7
        cells = [
            CellInput(row.unit_id, row.quota_id, str(number + n % 5), version=row.version)
            for n, row in enumerate(rows[:count])
        ]
        return Pair(lambda: _save(province, cells), lambda: _upsert(rows, number + 500))

    return prepare


def _save(province: Province, cells: Sequence[CellInput]) -> None:
    results = save_allocations(plan=province.plan, cells=cells, actor=province.board)
    wrong = [result for result in results if result.outcome is not Outcome.SAVED]
    if wrong:
        raise AssertionError(wrong[0])


def _upsert(rows: Sequence[Any], number: int) -> None:
    now = timezone.now()
    Allocation.objects.bulk_create(
        [
            Allocation(unit_id=row.unit_id, quota_id=row.quota_id, number=number, version=row.version, updated_at=now)
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["quota", "unit"],
        update_fields=["number", "version", "updated_at"],
    )
