"""Three amounts beside each other: dự kiến, được giao, quyết toán, and what may be taken back or settled of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from trainingplan.rules.numbers import format_count, format_money, format_percent

BILLION, MILLION = 10**9, 10**6


@dataclass(frozen=True, slots=True)
class Three:
    """đồng that are planned, granted and settled of the same thing."""

    planned: int = 0
    granted: int = 0
    settled: int = 0

    @property
    def left(self) -> int:
        """What is granted and not settled; below zero where more was settled."""
        return self.granted - self.settled

    @property
    def percent(self) -> str:
        """How much of the granted is settled: "82,68 %"; nothing where either is nothing, as in any table."""
        return format_percent(self.settled, self.granted) if self.granted and self.settled else ""

    @property
    def anything(self) -> bool:
        return bool(self.planned or self.granted or self.settled)

    def __add__(self, other: "Three") -> "Three":
        return Three(
            self.planned + other.planned,
            self.granted + other.granted,
            self.settled + other.settled,
        )


def total(parts: Iterable[Three]) -> Three:
    return reduce(Three.__add__, parts, Three())


def grant_fault(held: Three, amount: int, *, excused: bool, maximum: int) -> str:
    """Why an amount (below zero: taken back) cannot be added to what is granted, in words; empty when it can.

    `excused`: the settled amount already has a reason to be more than the granted one.
    """
    after = held.granted + amount
    if after > maximum:
        return f"Cộng các quyết định thành {format_money(after)} đồng, vượt quá {format_money(maximum)} đồng."
    if after < 0:
        return f"Mới được giao {format_money(held.granted)} đồng, không thu hồi được {format_money(-amount)} đồng."
    if amount < 0 and after < held.settled and not excused:
        most = max(held.left, 0)
        return f"Đã quyết toán {format_money(held.settled)} đồng, chỉ còn thu hồi được {format_money(most)} đồng."
    return ""


def settlement_fault(granted: int, settled: int, reason: str) -> str:
    """Why an amount cannot be settled without a reason, in words; empty when it can."""
    if settled > granted and not reason:
        return (
            f"Quyết toán {format_money(settled)} đồng, vượt số được giao {format_money(granted)} đồng là "
            f"{format_money(settled - granted)} đồng. Ghi lý do, hoặc sửa số tiền."
        )
    return ""


def short_money(amount: int) -> str:
    """An amount as a title says it, halves up: "3,2 tỷ đồng", "450 triệu đồng", "999.999 đồng"."""
    if amount >= BILLION:
        whole, tenth = divmod((20 * amount + BILLION) // (2 * BILLION), 10)
        return f"{format_count(whole)},{tenth} tỷ đồng" if tenth else f"{format_count(whole)} tỷ đồng"
    if amount >= MILLION:
        return f"{format_count((2 * amount + MILLION) // (2 * MILLION))} triệu đồng"
    return format_money(amount, unit=True)
