"""Several changes judged at once under ceilings that overlap: a quota's number, a unit's cap, a sub-quota."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A sum that may not grow past `limit`, and what of it is taken. A limit of None bounds nothing."""

    limit: int | None
    taken: int

    @property
    def left(self) -> int | None:
        return None if self.limit is None else self.limit - self.taken


@dataclass(frozen=True, slots=True)
class Wish:
    """One cell's change from `old` places to `new`, counted under each ceiling of `under`; never below `least`."""

    old: int
    new: int
    under: tuple[Hashable, ...] = ()
    least: int = 0

    @property
    def growth(self) -> int:
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a wish is granted; the most the cell could have had, and the ceiling that leaves least room for it.

    `most`, `binding` and `left` are None where no ceiling bounds the cell; `left` is what the binding ceiling had left.
    """

    granted: bool
    most: int | None
    binding: Hashable | None
    left: int | None


def settle(ceilings: Mapping[Hashable, Ceiling], wishes: Sequence[Wish]) -> list[Verdict]:
    """Grant the wishes of one save in their order, after all that give places back.

    Moving a place from one cell to another in one save therefore never fails for the order of its cells, whichever
    ceilings they share. A wish that does not fit whole under all its ceilings is refused whole. What is granted never
    grows a sum past its limit; where it is past it already, only wishes that do not grow it are granted.
    """
    left = {key: ceiling.left for key, ceiling in ceilings.items()}
    verdicts: dict[int, Verdict] = {}
    for index in sorted(range(len(wishes)), key=lambda i: wishes[i].growth > 0):
        verdict = verdicts[index] = _judge(wishes[index], left)
        if verdict.granted:
            for key in wishes[index].under:
                room = left[key]
                left[key] = None if room is None else room - wishes[index].growth
    return [verdicts[index] for index in range(len(wishes))]


def _judge(wish: Wish, left: Mapping[Hashable, int | None]) -> Verdict:
    binding, room = None, None
    for key in wish.under:
        here = left[key]
        if here is not None and (room is None or here < room):
            binding, room = key, here
    most = None if room is None else wish.old + max(room, 0)
    fits = most is None or wish.new <= most
    return Verdict(fits if wish.growth > 0 else wish.new >= min(wish.least, wish.old), most, binding, room)
