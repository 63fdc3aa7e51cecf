"""Norm sets and their levels: which set holds for a class, where sets overlap, what a level allows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final

from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_count, format_money

FIXED: Final = "fixed"
CEILING: Final = "ceiling"
INVOICE: Final = "invoice"
PERCENT: Final = "percent"
EXCLUDING: Final = "excluding"
INCLUDING: Final = "including"


class NormRefused(ValueError):  # noqa: N818 - a refusal, not a fault
    """No norm set, or more than one, holds for a class; the message says which, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Validity:
    """When and where a norm set holds; `valid_to` is the first day on which it does not any more."""

    set_id: int
    number: str
    territory: str
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @property
    def words(self) -> str:
        until = f" đến trước {format_date(self.valid_to)}" if self.valid_to else ""
        return f"{self.number} ({self.territory}, hiệu lực từ {format_date(self.valid_from)}{until})"


@dataclass(frozen=True, slots=True)
class Norm:
    """One level of a norm set. `level` is in đồng, of a percentage in percent, None where invoices decide."""

    key: str
    name: str
    unit: str
    kind: str
    level: int | None
    group: str = ""
    base: str = ""
    rank: str = ""
    clause: str = ""
    resolution: str = ""

    @property
    def source(self) -> str:
        """Where it is written: "khoản 1 Điều 3 Nghị quyết số 04/2019/NQ-HĐND"."""
        return " ".join(filter(None, (self.clause, f"Nghị quyết số {self.resolution}")))


def same_territory(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def choose(day: date, territory: str, sets: Iterable[Validity]) -> Validity:
    """The one norm set that holds on the day a class opens; a blank territory stands for the only one there is.

    Raises NormRefused naming what there is instead when none or several hold.
    """
    known = [one for one in sets if not territory or same_territory(one.territory, territory)]
    holding = [one for one in known if one.holds_on(day)]
    where = f" trên địa bàn {territory}" if territory else ""
    if len(holding) == 1:
        return holding[0]
    if not holding:
        nearest = f" Đang có: {_listed(known)}." if known else ""
        raise NormRefused(f"Không có bộ định mức nào có hiệu lực ngày {format_date(day)}{where}.{nearest}")
    if len({_plain(one.territory) for one in holding}) > 1:
        advice = "Chọn địa bàn của lớp."
    else:
        advice = "Sửa hiệu lực của các bộ định mức cho không chồng nhau."
    raise NormRefused(
        f"Ngày {format_date(day)}{where} có {len(holding)} bộ định mức cùng hiệu lực: {_listed(holding)}. {advice}"
    )


def overlaps(sets: Sequence[Validity]) -> tuple[tuple[Validity, Validity], ...]:
    """Pairs of one territory of which some day belongs to both."""
    return tuple(
        (one, other)
        for one, other in combinations(sets, 2)
        if same_territory(one.territory, other.territory)
        and (one.holds_on(other.valid_from) or other.holds_on(one.valid_from))
    )


def level_fault(norm: Norm, level: int) -> str:
    """Why a level may not be used, with the clause; empty when it may."""
    if norm.kind == INVOICE or norm.level is None:
        return ""
    allowed = f"{format_count(norm.level)} %" if norm.kind == PERCENT else f"{format_money(norm.level)} đồng"
    used = f"{format_count(level)} %" if norm.kind == PERCENT else f"{format_money(level)} đồng"
    per = "" if norm.kind == PERCENT else f"/{norm.unit}"
    if norm.kind == FIXED and level != norm.level:
        return f"{used} khác mức cố định {allowed}{per} theo {norm.source}."
    if level > norm.level:
        return f"{used} vượt mức tối đa {allowed}{per} theo {norm.source}."
    return ""


def _plain(territory: str) -> str:
    return " ".join(territory.split()).casefold()


def _listed(sets: Iterable[Validity]) -> str:
    return "; ".join(one.words for one in sets)
