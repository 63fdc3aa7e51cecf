"""Tổng quan: places given, registered, allocated, nominated and left; who has not answered; money by source."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import HttpResponse

from quotas.selectors.progress import UnitProgress
from reports.dashboard import Budget, Dashboard, Figures, ProgrammeFigures, QuotaFigures, Way, dashboard
from reports.doors import Doors
from reports.figures import charts_of
from reports.figures_execution import execution_charts
from reports.tables import Cell, Row, Table, count
from reports.views.data_sheets import dashboard_data
from reports.why import Figure, Measure
from trainingplan.frame import Deadline
from trainingplan.models import Plan
from trainingplan.policies import Action, UserRequest, plan_view
from trainingplan.rules.numbers import format_count, format_money
from trainingplan.views.sheets import page_or_sheet

MOST_MISSING = 12
HEADS = (Measure.GIVEN, Measure.REGISTERED, Measure.ALLOCATED, Measure.NOMINATED)


@dataclass(frozen=True, slots=True)
class Tile:
    """One number, what it says, and where it leads; `why` leads to what changed it since last week."""

    label: str
    number: str
    note: str
    url: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit that has not answered, with the door to its grid."""

    unit: UnitProgress
    url: str


@plan_view(Action.SEE_DASHBOARD)
def overview(request: UserRequest, plan: Plan) -> HttpResponse:
    """The whole page in the reader's scope."""
    board, doors = dashboard(plan, request.user), Doors(plan, request.user)
    context = {
        "plan": plan,
        "board": board,
        "tiles": _tiles(board, doors),
        "charts": [*charts_of(board, doors), *execution_charts(board, doors)],
        "table": _own_table(board, doors) if board.own else _table(board, doors),
        "missing": _missing(board, doors),
        "missing_url": doors.progress(),
        "missing_more": max(0, len(board.progress.missing) - MOST_MISSING) if board.progress else 0,
        "answer": _own_answer(board),
        "registration_url": doors.registration(),
        "deadline": Deadline(plan.registration_closes_at) if plan.registration_closes_at else None,
        "illustrative": board.illustrative,
    }
    return page_or_sheet(request, "reports/dashboard.html", context, lambda: dashboard_data(plan, board))


def _tiles(board: Dashboard, doors: Doors) -> list[Tile]:
    figures = board.total
    grid, people = doors.allocations(), doors.rosters()
    given, asked, allocated, named = (doors.why(Figure(measure)) for measure in HEADS)
    if board.own:
        return [
            Tile("Đăng ký", _big(figures.registered), "người, theo đăng ký nhu cầu", doors.registration(), asked),
            Tile("Được phân bổ", _big(figures.allocated), "chỉ tiêu", grid, allocated),
            Tile("Đã cử", _big(figures.nominated), "người trong danh sách", people, named),
            Tile("Chưa cử", _big(figures.left), "chỉ tiêu được phân bổ chưa có người", people),
        ]
    tiles = [
        Tile("Giao", _big(figures.given), "chỉ tiêu nêu trong kế hoạch", grid, given),
        Tile(
            "Đăng ký", _big(figures.registered), "người, theo đăng ký của các đơn vị", doors.progress() or grid, asked
        ),
        Tile("Phân bổ", _big(figures.allocated), "chỉ tiêu đã phân bổ cho đơn vị", grid, allocated),
        Tile("Đã cử", _big(figures.nominated), "người trong danh sách", people, named),
        Tile("Còn lại", _big(figures.left), "chưa phân bổ hoặc chưa có danh sách", grid),
    ]
    if board.budget:
        total = format_money(board.budget.provincial)
        paid = doors.why(Figure(Measure.PROVINCE))
        tiles.append(Tile("Ngân sách tỉnh", total or "0", "đồng, dự kiến", doors.budget(), paid))
        tiles += _executed(board.budget, doors)
    return tiles


def _executed(budget: Budget, doors: Doors) -> list[Tile]:
    """What is granted and settled, once anything is granted."""
    if not budget.execution:
        return []
    money, url = budget.executed, doors.execution()
    note = f"đồng, bằng {money.percent} số được giao" if money.percent else "đồng"
    return [
        Tile("Được giao", format_money(money.granted), "đồng, mọi nguồn", url),
        Tile("Quyết toán", format_money(money.settled), note, url),
    ]


def _big(number: int | None) -> str:
    return "–" if number is None else format_count(number)


def _table(board: Dashboard, doors: Doors) -> Table:
    """Programmes with their quotas, and the whole province."""
    rows: list[Row] = []
    for programme in board.programmes:
        whole = _row(programme.whole_name, programme.figures, [doors.programme(programme)] * 5, "group")
        rows.append(replace(whole, why=_why_programme(programme, doors)))
        for quota in programme.quotas:
            grid, people = doors.quota(quota), doors.people(quota)
            row = _row(quota.short_name, quota.figures, [grid, grid, grid, people, doors.left(quota)])
            rows.append(replace(row, why=_why_quota(quota, doors)))
    grid, people = doors.allocations(), doors.rosters()
    rows.append(_row("Tổng cộng", board.total, [grid, doors.progress() or grid, grid, people, grid], "total"))
    head = ("Chương trình, chỉ tiêu", "Giao", "Đăng ký", "Phân bổ", "Đã cử", "Còn lại")
    return Table("Chỉ tiêu theo chương trình", head, tuple(rows))


MEASURES = {Way.ALLOCATION: Measure.ALLOCATED, Way.ROSTER: Measure.NOMINATED, Way.CLASSES: Measure.GIVEN}
"""Which number of a quota moves, by how its places are filled."""


def _why_programme(programme: ProgrammeFigures, doors: Doors) -> str:
    ways = {quota.way for quota in programme.quotas}
    measure = MEASURES[ways.pop()] if len(ways) == 1 else Measure.GIVEN
    return _first_door(doors, Figure(measure, programme=programme.key))


def _why_quota(quota: QuotaFigures, doors: Doors) -> str:
    return _first_door(doors, Figure(MEASURES[quota.way], (quota.quota_id,)))


def _first_door(doors: Doors, figure: Figure) -> str:
    """Who may not ask after cells of units asks after what is given."""
    return doors.why(figure) or doors.why(replace(figure, measure=Measure.GIVEN))


def _row(name: str, figures: Figures, urls: Iterable[str], kind: str = "") -> Row:
    numbers = (figures.given, figures.registered, figures.allocated, figures.nominated, figures.left)
    return Row((Cell(name), *map(count, numbers, urls)), kind)


def _own_table(board: Dashboard, doors: Doors) -> Table:
    """The same for the reader's own units: what they ask for and what they were given."""
    rows: list[Row] = []
    for programme in board.programmes:
        quotas = [quota for quota in programme.quotas if quota.figures.anything]
        if quotas:
            rows.append(_own_row(programme.whole_name, programme.figures, doors.programme(programme), doors, "group"))
            rows += [_own_row(quota.short_name, quota.figures, doors.quota(quota), doors) for quota in quotas]
    if rows:
        rows.append(_own_row("Tổng cộng", board.total, doors.allocations(), doors, "total"))
    head = ("Chương trình, chỉ tiêu", "Đăng ký", "Được phân bổ", "Đã cử", "Còn lại")
    return Table("Chỉ tiêu của đơn vị theo chương trình", head, tuple(rows))


def _own_row(name: str, figures: Figures, grid: str, doors: Doors, kind: str = "") -> Row:
    return Row(
        (
            Cell(name),
            count(figures.registered, doors.registration()),
            count(figures.allocated, grid),
            count(figures.nominated, doors.rosters()),
            count(figures.left, doors.rosters()),
        ),
        kind,
    )


def _missing(board: Dashboard, doors: Doors) -> list[Missing]:
    """The first units without an answer, for those who follow the answers of all."""
    if not board.progress or not doors.progress():
        return []
    return [Missing(unit, doors.unit(unit.unit.key)) for unit in board.progress.missing[:MOST_MISSING]]


def _own_answer(board: Dashboard) -> UnitProgress | None:
    """The answer of the one unit that the reader sees."""
    units = board.progress.units if board.own and board.progress else ()
    return units[0] if len(units) == 1 else None
