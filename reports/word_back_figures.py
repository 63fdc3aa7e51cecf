"""The figures that a Word file has otherwise than the plan: whose they are, and what no longer adds up with them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reports.checks.findings import NOTHING
from reports.checks.places import ALL_LINES, DATA, Place, of_appendix, of_programme, of_quota
from reports.checks.quotas import Grids, totals
from reports.fields import OF_QUOTAS, Field, FieldRefused, Figures, Kind, QuotaFigure
from reports.word_back_lines import Said, value
from trainingplan.models import Appendix
from trainingplan.rules.numbers import format_count, format_money

PLAIN = "Số viết thẳng trong văn bản"
_NAMES = {
    Kind.YEAR: "Năm của kế hoạch",
    Kind.BUDGET: "Kinh phí ngân sách tỉnh",
    Kind.FIXED: "Số cố định",
}


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A number of the text: what the data say, what the file says, and what that no longer fits.

    `sums` in which it is a part and `parts` that make it are written out ("55 + 60 + 3 ≠ 113"); `tables` are the
    appendices that print the figure, each with what stands there.
    """

    place: Place
    name: str
    field: Field | None
    data: str
    file: str
    source: Place
    sums: tuple[str, ...] = ()
    tables: tuple[tuple[int, str], ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def clauses(self) -> tuple[str, ...]:
        """What the figure no longer fits, one after the other."""
        return (*self.sums, *(f"phụ lục {number}: {figure}" for number, figure in self.tables), *self.parts)

    @property
    def verdict(self) -> str:
        """Like "55 + 60 + 3 ≠ 113; phụ lục 1: 50"."""
        return "; ".join(self.clauses)

    def __str__(self) -> str:
        verdict = f" {self.verdict}." if self.verdict else ""
        return f"{self.place.words}, {self.name}: dữ liệu {self.data}, trong tệp {self.file}.{verdict}"


@dataclass(frozen=True, slots=True)
class Sum:
    """A total of the text and those of its figures that make it."""

    total: Said
    parts: tuple[Said, ...]

    @property
    def broken(self) -> str:
        """How it stands in the file, if it no longer holds there: "55 + 60 + 3 ≠ 113"."""
        parts = self._numbers
        if self.total.number is None or not parts or sum(parts) == self.total.number:
            return ""
        return f"{' + '.join(map(format_count, parts))} ≠ {format_count(self.total.number)}"

    @property
    def made(self) -> int:
        """What its parts make in the file."""
        return sum(self._numbers)

    @property
    def _numbers(self) -> list[int]:
        return [part.number for part in self.parts if part.number is not None]


def changed_figures(said: Sequence[Said], figures: Figures, grids: Grids) -> tuple[FigureChange, ...]:
    """Every number that the file has otherwise, in reading order."""
    sums = list(sums_of(said, figures))
    tables = _Tables(figures, grids)
    return tuple(_change(one, figures, sums, tables) for one in said if is_changed(one))


def is_changed(one: Said) -> bool:
    """Whether it is another number; "6" for "06" is not."""
    known = value(one.text)
    return one.number != known if known is not None else one.now != one.text


def sums_of(said: Sequence[Said], figures: Figures) -> Iterator[Sum]:
    """The sums that the fields of the text make: a total, and the fewest figures of its programme that make it."""
    by_programme: dict[str, list[tuple[Said, frozenset[int]]]] = defaultdict(list)
    for one in said:
        quotas = _quotas(one.piece.field, figures)
        if quotas and one.paragraph:
            by_programme[one.paragraph.programme].append((one, frozenset(quota.id for quota in quotas)))
    for stated in by_programme.values():
        for total, whole in stated:
            if parts := _parts(whole, stated):
                yield Sum(total, parts)


def _parts(whole: frozenset[int], stated: Sequence[tuple[Said, frozenset[int]]]) -> tuple[Said, ...]:
    """The largest figures that together count all of the whole, each of its quotas once; in reading order."""
    left, taken = whole, []
    for place, (one, quotas) in sorted(enumerate(stated), key=lambda item: (-len(item[1][1]), item[0])):
        if quotas < whole and quotas <= left:
            taken.append((place, one))
            left -= quotas
    return () if left else tuple(one for _, one in sorted(taken, key=lambda item: item[0]))


def _change(one: Said, figures: Figures, sums: Sequence[Sum], tables: "_Tables") -> FigureChange:
    field = one.piece.field
    quotas = _quotas(field, figures)
    own = [total for total in sums if total.broken]
    return FigureChange(
        place=one.place,
        name=_name(field, figures),
        field=field,
        data=one.text,
        file=one.now or NOTHING,
        source=_source(field, quotas, figures),
        sums=tuple(dict.fromkeys(total.broken for total in own if one in total.parts)),
        tables=tables.of_budget() if field and field.kind is Kind.BUDGET else tables.of_quotas(quotas),
        parts=tuple(dict.fromkeys(total.broken for total in own if one is total.total)),
    )


class _Tables:
    """What the appendices print for quotas, and for the money."""

    def __init__(self, figures: Figures, grids: Grids) -> None:
        self._figures, self._kinds = figures, grids.kinds
        self._sums = {
            str(Appendix.Kind.ALLOCATION): totals(grids.allocated),
            str(Appendix.Kind.ROSTER): totals(grids.nominated),
        }

    def of_quotas(self, quotas: Iterable[QuotaFigure]) -> tuple[tuple[int, str], ...]:
        found: dict[int, int] = {}
        for quota in quotas:
            sums = self._sums.get(self._kinds.get(quota.appendix or 0, ""))
            if sums is not None and quota.appendix:
                found[quota.appendix] = found.get(quota.appendix, 0) + sums[quota.id]
        return tuple((number, format_count(figure)) for number, figure in sorted(found.items()))

    def of_budget(self) -> tuple[tuple[int, str], ...]:
        numbers = sorted(number for number, kind in self._kinds.items() if kind == Appendix.Kind.BUDGET)
        return tuple((number, format_money(self._figures.budget)) for number in numbers)


def _quotas(field: Field | None, figures: Figures) -> tuple[QuotaFigure, ...]:
    """The quotas that a field counts; none where it counts none, or is faulty."""
    if field is None or field.kind not in OF_QUOTAS:
        return ()
    try:
        return figures.named(field)
    except FieldRefused:
        return ()


def _name(field: Field | None, figures: Figures) -> str:
    if field is None:
        return PLAIN
    match field.kind:
        case Kind.QUOTA | Kind.SUM:
            return " + ".join(quota.name for quota in figures.named(field))
        case Kind.PROGRAMME:
            return f"Tổng của «{figures.programmes[field.argument]}»"
        case Kind.CLASSES:
            return f"{figures.quota(field.argument).name}: số lớp"
        case Kind.APPENDIX:
            return f"Số của phụ lục {field.argument}"
    return _NAMES[field.kind]


def _source(field: Field | None, quotas: Sequence[QuotaFigure], figures: Figures) -> Place:
    """Where the figure comes from."""
    if field is None or field.kind in {Kind.FIXED, Kind.YEAR}:
        return DATA
    match field.kind:
        case Kind.BUDGET:
            return ALL_LINES
        case Kind.APPENDIX:
            return of_appendix(int(field.argument))
        case Kind.PROGRAMME:
            return of_programme(field.argument, f"Chương trình «{figures.programmes[field.argument]}»", figures)
        case Kind.CLASSES:
            return of_quota(figures.quota(field.argument))
    return of_quota(quotas[0])
