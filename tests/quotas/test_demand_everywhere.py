"""Demand = granted + reserve + refused, for every unit and programme, through whichever door a number comes."""

from quotas.models import Allocation, Proposal, Registration
from quotas.selectors.ceilings import reserve_grid
from quotas.services.ceilings import save_reserves
from quotas.services.cells import CellInput, Outcome, save_allocations, save_registrations
from quotas.services.no_need import declare_no_need
from quotas.services.proposals import Order, apply_proposals, propose
from tests.cast import Province
from tests.office import confirm, sheet, signed_in, upload
from tests.quotas.test_resources_cells import ASKED, HEADS, line
from trainingplan.models import Unit


def ask(province: Province, unit: Unit, number: int) -> None:
    version = Registration.objects.filter(unit=unit, quota=province.kv3).values_list("version", flat=True).first() or 0
    cells = [CellInput(unit.pk, province.kv3.pk, str(number), version)]
    (done,) = save_registrations(plan=province.plan, unit=unit, cells=cells, actor=province.hoa)
    assert done.outcome is Outcome.SAVED


def give(province: Province, unit: Unit, number: int, *, reserve: bool = False, reason: str = "") -> Outcome:
    version = Allocation.objects.filter(unit=unit, quota=province.kv3).values_list("version", flat=True).first() or 0
    cells = [CellInput(unit.pk, province.kv3.pk, str(number), version, reason=reason)]
    save = save_reserves if reserve else save_allocations
    return save(plan=province.plan, cells=cells, actor=province.hoa)[0].outcome


def check(province: Province) -> None:
    """Every sum of the page, against the tables and against each other."""
    grid, table = reserve_grid(province.plan, province.appendix)
    for answered in (*table.totals, table.total, *(one for row in table.rows for one in (*row.answers, row.total))):
        assert answered.demand == answered.granted + answered.reserve + answered.refused
        assert min(answered.granted, answered.reserve, answered.refused, answered.beyond) >= 0
    assert table.total.demand == sum(number or 0 for number in Registration.objects.values_list("number", flat=True))
    allocated = sum(number or 0 for number in Allocation.objects.values_list("number", flat=True))
    assert table.total.granted + table.total.beyond == allocated == grid.total_allocated
    assert table.total.reserve == sum(group.total for group in grid.groups)
    waiting = sum(row.registered for group in grid.groups for row in group.rows)
    assert waiting == table.total.demand - table.total.granted


def test_however_a_number_comes(province: Province) -> None:
    ours, theirs, office = province.binh_son, province.son_tinh, signed_in(province.hoa)
    ask(province, ours, 9)
    ask(province, theirs, 6)
    check(province)
    assert give(province, ours, 7, reserve=True) is Outcome.SAVED, "before anything is granted"
    check(province)
    orders = [Order(province.kv3.pk, cap=4)]
    (draft,) = propose(plan=province.plan, orders=orders, basis=Proposal.Basis.DEMAND, limits={}, actor=province.hoa)
    check(province)
    apply_proposals(plan=province.plan, proposal_ids=[draft.pk], actor=province.hoa)
    check(province)
    assert reserve_grid(province.plan, province.appendix)[1].rows[0].total.reserve == 5, "9 asked, 4 granted, 7 held"
    assert give(province, ours, 6, reserve=True) is Outcome.SAVED, "lowered, though still more than is asked for"
    check(province)
    assert give(province, ours, 12, reason="Thường trực cho thêm") is Outcome.SAVED, "more than was asked"
    check(province)
    assert give(province, ours, 7, reserve=True) is Outcome.REFUSED
    ask(province, theirs, 3)
    check(province)
    confirm(office, Allocation, upload(office, Allocation, sheet(HEADS, line("kv3", "son-tinh", 8))))
    check(province)
    asked = sheet(ASKED, line("kv3", "son-tinh", 20, None), line("kv3", "binh-son", None, "có"))
    confirm(office, Registration, upload(office, Registration, asked))
    check(province)
    declare_no_need(plan=province.plan, unit=theirs, actor=province.charlie)
    check(province)
    total = reserve_grid(province.plan, province.appendix)[1].total
    assert (total.demand, total.granted, total.beyond) == (0, 0, 20)
