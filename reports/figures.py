"""The dashboard's charts: a sentence that answers a question, the drawing, and the table of what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from quotas.selectors.progress import Progress
from reports.charts import Drawing, Item, Kind, Part, side_by_side, stacked
from reports.dashboard import Budget, Dashboard, GroupFigures, ProgrammeFigures, QuotaFigures, Way
from reports.doors import Doors
from reports.tables import Cell, Row, Table, count, money
from trainingplan.rules.numbers import format_count, format_money, format_percent

MOST_CONTESTED = 8
VALUES_BESIDE = 72
"""Hundredths of the width that bars may take where their values are long."""


@dataclass(frozen=True, slots=True)
class Swatch:
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` answers the question that the chart is there for; `summary` says what its bars are."""

    key: str
    title: str
    summary: str
    drawing: Drawing
    legend: tuple[Swatch, ...]
    table: Table


def charts_of(board: Dashboard, doors: Doors) -> list[Chart]:
    """The charts that the numbers of this dashboard allow, in the order of the page."""
    charts = [own_places(board, doors) if board.own else places(board, doors)]
    if board.progress and doors.progress():
        charts.append(answers(board.progress, doors))
    if board.groups:
        charts += [contested(board.contested, doors), by_group(board.groups, doors)]
    if board.budget and board.budget.amount:
        charts += [by_source(board.budget, doors), by_budget_group(board.budget, doors)]
    return [chart for chart in charts if chart.table.rows]


def places(board: Dashboard, doors: Doors) -> Chart:
    """What of each programme is still to be allocated, or to be named on a roster."""
    shown = [programme for programme in board.programmes if programme.figures.left is not None]
    return Chart(
        key="places",
        title=places_title(board, shown),
        summary="Mỗi thanh là toàn bộ chỉ tiêu của một chương trình: phần đã phân bổ hoặc có danh sách, phần còn lại.",
        drawing=stacked([_place_item(programme) for programme in shown]),
        legend=(Swatch(Kind.ALLOCATED, "đã phân bổ hoặc đã có danh sách"), Swatch(Kind.LEFT, "còn lại")),
        table=Table(
            "Số còn lại theo chương trình",
            ("Chương trình", "Giao", "Phân bổ", "Đã cử", "Còn lại"),
            tuple(_place_row(programme, doors) for programme in shown),
        ),
    )


def _place_row(programme: ProgrammeFigures, doors: Doors) -> Row:
    figures, grid = programme.figures, doors.programme(programme)
    return Row(
        (
            Cell(programme.whole_name),
            count(figures.given, grid),
            count(figures.allocated, grid),
            count(figures.nominated, doors.rosters()),
            count(figures.left, grid),
        )
    )


def bound(programme: ProgrammeFigures) -> int:
    """The places of the quotas of which it is known what is left."""
    return sum(quota.figures.given or 0 for quota in programme.quotas if quota.figures.left is not None)


def _place_item(programme: ProgrammeFigures) -> Item:
    left, whole = programme.figures.left or 0, bound(programme)
    words = f"còn {format_count(left)} / {format_count(whole)}" if left >= 0 else f"vượt {format_count(-left)}"
    parts = (Part(Kind.ALLOCATED, whole - left), Part(Kind.LEFT, max(left, 0)))
    return Item(programme.short_name, parts, words if left else f"đủ {format_count(whole)}")


def places_title(board: Dashboard, shown: Sequence[ProgrammeFigures]) -> str:
    over = [quota for quota in board.quotas if (quota.figures.left or 0) < 0]
    if over:
        worst = min(over, key=lambda quota: quota.figures.left or 0)
        return f"Vượt {format_count(-(worst.figures.left or 0))} chỉ tiêu «{worst.short_name}»"
    tables, rosters = board.total_of(Way.ALLOCATION), board.total_of(Way.ROSTER)
    if tables.left:
        return _left_title(shown, tables.left, Way.ALLOCATION, "chưa phân bổ")
    done = f"Đã phân bổ hết {format_count(tables.given)} chỉ tiêu theo phụ lục" if tables.given else ""
    if rosters.left:
        waiting = _left_title(shown, rosters.left, Way.ROSTER, "chưa có người trong danh sách")
        return f"{done}; {lower(waiting)}" if done else waiting
    return done or "Danh sách cử đi đã đủ người"


def _left_title(shown: Sequence[ProgrammeFigures], left: int, way: Way, what: str) -> str:
    by_programme = {
        programme.short_name: sum(quota.figures.left or 0 for quota in programme.quotas if quota.way is way)
        for programme in shown
    }
    name, most = max(by_programme.items(), key=lambda pair: pair[1])
    if most == left:
        return f"Còn {format_count(left)} chỉ tiêu {lower(name)} {what}"
    return f"Còn {format_count(left)} chỉ tiêu {what}, nhiều nhất là {lower(name)} ({format_count(most)})"


def own_places(board: Dashboard, doors: Doors) -> Chart:
    """What of the reader's own places is still without a name."""
    shown = [programme for programme in board.programmes if programme.figures.allocated]
    whole = sum(programme.figures.allocated for programme in shown)
    left = sum(max(programme.figures.left or 0, 0) for programme in shown)
    rest = f"còn {format_count(left)} chưa cử người" if left else "đã cử đủ người"
    return Chart(
        key="places",
        title=f"Được phân bổ {format_count(whole)} chỉ tiêu, {rest}",
        summary="Mỗi thanh là số chỉ tiêu được phân bổ của một chương trình: phần đã cử người, phần còn lại.",
        drawing=stacked([_own_item(programme) for programme in shown]),
        legend=(Swatch(Kind.NOMINATED, "đã cử"), Swatch(Kind.LEFT, "chưa cử")),
        table=Table(
            "Số chưa cử theo chương trình",
            ("Chương trình", "Được phân bổ", "Đã cử", "Còn lại"),
            tuple(
                Row(
                    (
                        Cell(programme.whole_name),
                        count(programme.figures.allocated, doors.programme(programme)),
                        count(programme.figures.nominated, doors.rosters()),
                        count(programme.figures.left, doors.rosters()),
                    )
                )
                for programme in shown
            ),
        ),
    )


def _own_item(programme: ProgrammeFigures) -> Item:
    left, whole = max(programme.figures.left or 0, 0), programme.figures.allocated
    parts = (Part(Kind.NOMINATED, whole - left), Part(Kind.LEFT, left))
    words = f"còn {format_count(left)} / {format_count(whole)}" if left else f"đủ {format_count(whole)}"
    return Item(programme.short_name, parts, words)


def answers(state: Progress, doors: Doors) -> Chart:
    """Where the units stand with their answers."""
    missing = len(state.missing)
    title = f"Còn {format_count(missing)} trên {format_count(state.due)} đơn vị chưa gửi đăng ký"
    return Chart(
        key="answers",
        title=title if missing else f"Cả {format_count(state.due)} đơn vị đã trả lời",
        summary="Mỗi thanh là số đơn vị ở một trạng thái.",
        drawing=side_by_side(
            [
                Item(tally.standing.label.capitalize(), (_part(_tone(answered=tally.standing.answered), tally.units),))
                for tally in state.tallies
            ],
            whole=state.due,
        ),
        legend=(Swatch(Kind.ALLOCATED, "đã trả lời"), Swatch(Kind.LEFT, "chưa trả lời")),
        table=Table(
            "Số đơn vị theo trạng thái trả lời",
            ("Trạng thái", "Số đơn vị"),
            tuple(
                Row(
                    (
                        Cell(tally.standing.label.capitalize()),
                        count(tally.units, doors.progress(standing=tally.standing)),
                    )
                )
                for tally in state.tallies
                if state.due
            ),
        ),
    )


def _tone(*, answered: bool) -> Kind:
    return Kind.ALLOCATED if answered else Kind.LEFT


def _part(kind: Kind, number: int) -> Part:
    return Part(kind, number, format_count(number))


def contested(quotas: Sequence[QuotaFigures], doors: Doors) -> Chart:
    """The quotas for which the most people ask, by people for a place."""
    shown = quotas[:MOST_CONTESTED]
    return Chart(
        key="contested",
        title=contested_title(shown),
        summary="Mỗi thanh là số đăng ký so với chỉ tiêu giao; vạch đứng là vừa bằng chỉ tiêu.",
        drawing=side_by_side(
            [Item(quota.short_name, (Part(Kind.REGISTERED, _share(quota), _asked(quota)),)) for quota in shown],
            room=VALUES_BESIDE,
            whole=max([100, *map(_share, shown)]),
            mark=100,
        ),
        legend=(Swatch(Kind.REGISTERED, "đăng ký so với chỉ tiêu"),),
        table=Table(
            "Chỉ tiêu có nhiều người đăng ký nhất",
            ("Chỉ tiêu", "Giao", "Đăng ký", "Số lần"),
            tuple(
                Row(
                    (
                        Cell(quota.name),
                        count(quota.figures.given, doors.quota(quota)),
                        count(quota.figures.registered, doors.quota(quota)),
                        Cell(times(quota)),
                    )
                )
                for quota in shown
            ),
        ),
    )


def _share(quota: QuotaFigures) -> int:
    return quota.figures.registered * 100 // (quota.figures.given or 1)


def _asked(quota: QuotaFigures) -> str:
    return f"{format_count(quota.figures.registered)} / {format_count(quota.figures.given)}"


def times(quota: QuotaFigures) -> str:
    """How many people ask for a place, with one decimal, halves up: "2,3"."""
    given = quota.figures.given or 1
    whole, tenth = divmod((20 * quota.figures.registered + given) // (2 * given), 10)
    return f"{format_count(whole)},{tenth}" if tenth else format_count(whole)


def contested_title(quotas: Sequence[QuotaFigures]) -> str:
    first = next(iter(quotas), None)
    if first is None:
        return "Chưa có đơn vị nào đăng ký"
    given, registered = first.figures.given or 0, first.figures.registered
    if registered <= given:
        return "Chưa chỉ tiêu nào có số đăng ký vượt số giao"
    if times(first) == "1":
        return f"Đăng ký vượt {format_count(registered - given)} người ở chỉ tiêu «{first.short_name}»"
    return f"Đăng ký gấp {times(first)} lần chỉ tiêu ở «{first.short_name}»"


def by_group(groups: Sequence[GroupFigures], doors: Doors) -> Chart:
    """What the khối register, are given, and send."""
    whole = sum(group.allocated for group in groups)
    first = max(groups, key=lambda group: group.allocated)
    most = f"{format_count(first.allocated)} trên {format_count(whole)} chỉ tiêu đã phân bổ"
    return Chart(
        key="groups",
        title=f"{first.name} được phân bổ nhiều nhất: {most}" if whole else "Chưa phân bổ cho khối nào",
        summary="Với mỗi khối là ba thanh: số đăng ký, số được phân bổ, số đã cử.",
        drawing=side_by_side(
            [
                Item(
                    group.name,
                    (
                        _part(Kind.REGISTERED, group.registered),
                        _part(Kind.ALLOCATED, group.allocated),
                        _part(Kind.NOMINATED, group.nominated),
                    ),
                    f"{format_count(group.units)} đơn vị",
                )
                for group in groups
            ]
        ),
        legend=(
            Swatch(Kind.REGISTERED, "đăng ký"),
            Swatch(Kind.ALLOCATED, "phân bổ"),
            Swatch(Kind.NOMINATED, "đã cử"),
        ),
        table=Table(
            "Đăng ký, phân bổ, đã cử theo khối",
            ("Khối", "Số đơn vị", "Đăng ký", "Phân bổ", "Đã cử"),
            tuple(
                Row(
                    (
                        Cell(group.name),
                        count(group.units, doors.progress(group_id=group.group_id)),
                        count(group.registered, doors.progress(group_id=group.group_id)),
                        count(group.allocated, doors.allocations()),
                        count(group.nominated, doors.rosters()),
                    )
                )
                for group in groups
            ),
        ),
    )


def by_source(budget: Budget, doors: Doors) -> Chart:
    """Who pays."""
    whole, provincial = budget.amount, budget.provincial
    share = f"chi {format_money(provincial, unit=True)}, bằng {format_percent(provincial, whole)} tổng kinh phí"
    return _money_chart(
        "sources",
        f"Ngân sách tỉnh dự kiến {share if provincial < whole else f'chi toàn bộ {format_money(whole, unit=True)}'}",
        "Nguồn kinh phí",
        [(source.name, source.amount) for source in budget.sources],
        doors,
    )


def by_budget_group(budget: Budget, doors: Doors) -> Chart:
    """What the money is for."""
    groups = [(group.name, group.amount) for group in budget.groups]
    name, most = max(groups, key=lambda pair: pair[1])
    title = f"«{name}» cần nhiều kinh phí nhất: {format_percent(most, budget.amount)} tổng kinh phí"
    return _money_chart("money", title, "Nhóm", groups, doors)


def _money_chart(key: str, title: str, what: str, amounts: Sequence[tuple[str, int]], doors: Doors) -> Chart:
    whole = sum(amount for _, amount in amounts)
    return Chart(
        key=key,
        title=title,
        summary="Mỗi thanh là một số tiền, tính bằng đồng.",
        drawing=side_by_side(
            [Item(name, (Part(Kind.PLAIN, amount),), format_money(amount)) for name, amount in amounts], room=100
        ),
        legend=(),
        table=Table(
            f"Kinh phí theo {lower(what)}",
            (what, "Số tiền (đồng)", "Tỷ lệ"),
            (
                *(
                    Row((Cell(name), money(amount, doors.budget()), Cell(format_percent(amount, whole))))
                    for name, amount in amounts
                ),
                Row((Cell("Tổng cộng"), money(whole, doors.budget()), Cell(format_percent(whole, whole))), "total"),
            ),
        ),
    )


def lower(name: str) -> str:
    """The name inside a sentence; an abbreviation keeps its capitals."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
