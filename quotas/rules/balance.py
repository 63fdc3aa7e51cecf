"""The arithmetic of one quota and of one demand, on plain integers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Balance:
    """given − allocated − held = left. A quota that states no number bounds nothing."""

    given: int | None
    allocated: int
    held: int = 0

    @property
    def left(self) -> int | None:
        return None if self.given is None else self.given - self.allocated - self.held


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a demand: demand = granted + reserve + refused, always; `beyond` was given without being asked."""

    demand: int
    granted: int
    reserve: int
    beyond: int = 0

    @property
    def refused(self) -> int:
        return self.demand - self.granted - self.reserve

    def __add__(self, other: "Answered") -> "Answered":
        return Answered(
            self.demand + other.demand,
            self.granted + other.granted,
            self.reserve + other.reserve,
            self.beyond + other.beyond,
        )


def answer_demand(demand: int, allocated: int, reserve: int) -> Answered:
    """Split a demand by what is allocated and held in reserve.

    The reserve counts as far as there is demand left for it: who is granted a place no longer waits for one, and a
    demand that was lowered afterwards takes its reserve with it.
    """
    granted = min(demand, allocated)
    return Answered(demand, granted, min(reserve, demand - granted), allocated - granted)
