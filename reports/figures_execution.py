"""The dashboard's chart of planned, granted and settled money by source."""

from budget.rules.execution import Three, short_money
from reports.charts import Item, Kind, Part, side_by_side
from reports.dashboard import Budget, Dashboard
from reports.doors import Doors
from reports.figures import Chart, Swatch
from reports.tables import Cell, Row, Table, money
from trainingplan.rules.numbers import format_money

VALUES_BESIDE = 62
"""Hundredths of the width that bars may take beside amounts of eleven digits."""


def execution_charts(board: Dashboard, doors: Doors) -> list[Chart]:
    """What of the granted money is still to be settled; nothing while nothing is granted or for who may not see it."""
    if board.budget is None or not board.budget.execution:
        return []
    return [_by_source(board.budget, doors)]


def _by_source(budget: Budget, doors: Doors) -> Chart:
    rows = [(source.name, source.money) for source in budget.execution]
    return Chart(
        key="execution",
        title=execution_title(budget.executed),
        summary="Với mỗi nguồn là ba thanh: số dự kiến, số được giao, số quyết toán, tính bằng đồng.",
        drawing=side_by_side([_execution_item(name, money) for name, money in rows], room=VALUES_BESIDE),
        legend=(
            Swatch(Kind.GIVEN, "dự kiến"),
            Swatch(Kind.ALLOCATED, "được giao"),
            Swatch(Kind.NOMINATED, "quyết toán"),
        ),
        table=Table(
            "Dự kiến, được giao, quyết toán theo nguồn",
            ("Nguồn", "Dự kiến", "Được giao", "Quyết toán", "Còn lại", "Tỷ lệ"),
            (
                *(_execution_row(name, money, doors) for name, money in rows),
                _execution_row("Tổng cộng", budget.executed, doors, "total"),
            ),
        ),
    )


def execution_title(money: Three) -> str:
    if money.left < 0:
        return f"Quyết toán vượt số được giao {short_money(-money.left)}"
    if not money.settled:
        return f"Được giao {short_money(money.granted)}, chưa quyết toán khoản nào"
    return (
        f"Còn {short_money(money.left)} được giao chưa quyết toán" if money.left else "Đã quyết toán hết số được giao"
    )


def _execution_item(name: str, three: Three) -> Item:
    parts = (
        Part(Kind.GIVEN, three.planned, format_money(three.planned)),
        Part(Kind.ALLOCATED, three.granted, format_money(three.granted)),
        Part(Kind.NOMINATED, three.settled, format_money(three.settled)),
    )
    return Item(name, parts, three.percent)


def _execution_row(name: str, three: Three, doors: Doors, kind: str = "") -> Row:
    url = doors.execution()
    amounts = (three.planned, three.granted, three.settled, three.left)
    return Row((Cell(name), *(money(amount, url) for amount in amounts), Cell(three.percent)), kind)
