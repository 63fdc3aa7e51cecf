"""The arithmetic of quotas, on plain integers."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Balance:
    """given − allocated = left. A quota that states no number bounds nothing."""

    given: int | None
    allocated: int

    @property
    def left(self) -> int | None:
        return None if self.given is None else self.given - self.allocated


@dataclass(frozen=True, slots=True)
class Wish:
    """One cell's change of a quota: from `old` places to `new`."""

    old: int
    new: int

    @property
    def growth(self) -> int:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a wish is granted, and how many places the cell could have had."""

    granted: bool
    most: int | None


def settle(balance: Balance, wishes: Sequence[Wish]) -> list[Verdict]:
    """Grant wishes of one save against one quota, in their order, after all that give places back.

    Moving a place from one unit to another in one save therefore never fails for the order of its cells. A wish that
    does not fit whole is refused whole. What is granted never grows the sum beyond `given`, unless it was beyond
    already: then only wishes that do not grow it are granted.
    """
    left = balance.left
    verdicts: dict[int, Verdict] = {}
    for index in sorted(range(len(wishes)), key=lambda i: wishes[i].growth > 0):
        wish = wishes[index]
        most = None if left is None else wish.old + max(left, 0)
        granted = most is None or wish.growth <= 0 or wish.new <= most
        verdicts[index] = Verdict(granted, most)
        if granted and left is not None:
            left -= wish.growth
    return [verdicts[index] for index in range(len(wishes))]
