"""Bound fields: the places in the plan's text whose figures come from the data, and the figures themselves.

A field is `{kind:argument}` or `{kind}`. There is nothing else in the language: no expressions, no conditions, no code.

    {quota:KEY}      a quota's number          {sum:KEY+KEY}    the sum of quotas
    {programme:KEY}  the sum of a programme    {classes:KEY}    the classes of a quota
    {appendix:N}     the number of an appendix {budget}         what the province pays, in đồng
    {year}           the plan's year           {fixed:TEXT}     text that is meant to stay as it is
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from budget.selectors.table import province_total
from courses.models import Programme
from quotas.models import Quota
from trainingplan.models import Plan
from trainingplan.rules.numbers import format_money, format_prose_count

UNKNOWN = "[?]"
"""Stands where a field has no figure; what is wrong with the field is reported, not printed."""

_FIELD = re.compile(r"\{([^{}]*)\}|[{}]")
_SUM_SIGN = "+"


class Kind(StrEnum):
    QUOTA = "quota"
    SUM = "sum"
    PROGRAMME = "programme"
    CLASSES = "classes"
    APPENDIX = "appendix"
    BUDGET = "budget"
    YEAR = "year"
    FIXED = "fixed"


_KINDS = frozenset(kind.value for kind in Kind)
WITHOUT_ARGUMENT = frozenset({Kind.BUDGET, Kind.YEAR})
OF_QUOTAS = frozenset({Kind.QUOTA, Kind.SUM, Kind.PROGRAMME})
"""Fields that count people."""


class FieldRefused(ValueError):  # noqa: N818 - the domain's word: a refusal, not a fault of the program
    """A field that is misspelt or has no figure; the message (Vietnamese) says why."""


@dataclass(frozen=True, slots=True)
class Field:
    kind: Kind
    argument: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The quotas that a field of quotas or classes names."""
        return tuple(self.argument.split(_SUM_SIGN)) if self.kind is Kind.SUM else (self.argument,)

    def __str__(self) -> str:
        return f"{{{self.kind}:{self.argument}}}" if self.argument else f"{{{self.kind}}}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of printed text: plain, or what a field gave, with its number where it is one."""

    text: str
    field: Field | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A field, as it is written, that could not be printed."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A text with its fields filled in."""

    pieces: tuple[Piece, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class QuotaFigure:
    """What the text can say of a quota; `name` is its short one."""

    id: int
    key: str
    name: str
    programme: str
    number: int | None
    qualifier: str
    counting_word: str
    classes: int | None
    appendix: int | None
    column: int | None


@dataclass(frozen=True)
class Figures:
    """All that fields can name in one plan: quotas in order, programmes' names by key, appendices, money."""

    year: int
    quotas: tuple[QuotaFigure, ...]
    programmes: Mapping[str, str]
    appendices: frozenset[int]
    budget: int

    @cached_property
    def _by_key(self) -> Mapping[str, list[QuotaFigure]]:
        found: dict[str, list[QuotaFigure]] = {}
        for quota in self.quotas:
            found.setdefault(quota.key, []).append(quota)
            found.setdefault(f"{quota.programme}/{quota.key}", []).append(quota)
        return found

    def quota(self, key: str) -> QuotaFigure:
        """The quota of that key, or of `programme/key`. Raises FieldRefused."""
        match self._by_key.get(key, []):
            case [quota]:
                return quota
            case []:
                raise FieldRefused(f"không có chỉ tiêu nào mang khóa «{key}».")
            case _:
                raise FieldRefused(f"nhiều chương trình có chỉ tiêu «{key}»; hãy ghi «chương trình/chỉ tiêu».")

    def of_programme(self, key: str) -> tuple[QuotaFigure, ...]:
        """The quotas of a programme that state a number. Raises FieldRefused."""
        if key not in self.programmes:
            raise FieldRefused(f"không có chương trình nào mang khóa «{key}».")
        return tuple(quota for quota in self.quotas if quota.programme == key and quota.number is not None)

    def named(self, field: Field) -> tuple[QuotaFigure, ...]:
        """The quotas whose numbers a field prints; none for fields of other kinds. Raises FieldRefused."""
        if field.kind is Kind.PROGRAMME:
            return self.of_programme(field.argument)
        return tuple(map(self.quota, field.keys)) if field.kind in OF_QUOTAS else ()


def load_figures(plan: Plan) -> Figures:
    """Fetch every figure of the plan; four queries, whatever the text asks for."""
    rows = (
        Quota.objects.filter(programme__plan=plan)
        .order_by("programme__position", "position")
        .values_list(
            "pk",
            "key",
            "short_name",
            "programme__key",
            "number",
            "qualifier",
            "counting_word",
            "class_count",
            "appendix__number",
            "column_id",
        )
    )
    programmes = Programme.objects.filter(plan=plan).order_by("position").values_list("key", "short_name")
    return Figures(
        year=plan.year,
        quotas=tuple(QuotaFigure(*row) for row in rows),
        programmes=dict(programmes),
        appendices=frozenset(plan.appendices.values_list("number", flat=True)),
        budget=province_total(plan),
    )


def parse(text: str) -> Iterator[str | Field | Fault]:
    """Split a text into plain stretches, fields, and what looks like a field and is none."""
    start = 0
    for found in _FIELD.finditer(text):
        if found.start() > start:
            yield text[start : found.start()]
        yield _read(found)
        start = found.end()
    if start < len(text):
        yield text[start:]


def render(text: str, figures: Figures) -> Printed:
    """Fill in the fields of a text."""
    pieces: list[Piece] = []
    faults: list[Fault] = []
    for token in parse(text):
        match token:
            case str():
                pieces.append(Piece(token))
            case Field():
                try:
                    pieces.append(_print(token, figures))
                except FieldRefused as refused:
                    pieces.append(Piece(UNKNOWN, token))
                    faults.append(Fault(str(token), str(refused)))
            case Fault():
                pieces.append(Piece(UNKNOWN))
                faults.append(token)
    return Printed(tuple(pieces), tuple(faults))


def _read(found: re.Match[str]) -> Field | Fault:
    if found[1] is None:
        return Fault(found[0], "dấu ngoặc nhọn đứng lẻ; ngoặc nhọn chỉ dùng để viết trường số liệu.")
    name, colon, argument = found[1].partition(":")
    if name not in _KINDS:
        return Fault(found[0], f"không có loại trường «{name}».")
    kind = Kind(name)
    if kind in WITHOUT_ARGUMENT and colon:
        return Fault(found[0], f"trường «{name}» không có phần sau dấu hai chấm.")
    if kind not in WITHOUT_ARGUMENT and not argument:
        return Fault(found[0], f"trường «{name}» còn thiếu phần sau dấu hai chấm.")
    return Field(kind, argument)


def _print(field: Field, figures: Figures) -> Piece:
    match field.kind:
        case Kind.FIXED:
            return Piece(field.argument, field)
        case Kind.YEAR:
            return Piece(str(figures.year), field, figures.year)
        case Kind.BUDGET:
            return Piece(format_money(figures.budget), field, figures.budget)
        case Kind.APPENDIX:
            number = _appendix(field.argument, figures)
            return Piece(str(number), field, number)
        case Kind.CLASSES:
            number = _stated(figures.quota(field.argument).classes, "số lớp", field.argument)
        case _:
            number = _people(figures.named(field), field)
    return Piece(format_prose_count(number), field, number)


def _appendix(argument: str, figures: Figures) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", argument) or int(argument) not in figures.appendices:
        raise FieldRefused(f"kế hoạch không có phụ lục «{argument}».")
    return int(argument)


def _people(quotas: Iterable[QuotaFigure], field: Field) -> int:
    numbers = [_stated(quota.number, "số lượng", quota.key) for quota in quotas]
    if not numbers:
        raise FieldRefused(f"chương trình «{field.argument}» chưa có chỉ tiêu nào nêu số lượng.")
    return sum(numbers)


def _stated(number: int | None, what: str, key: str) -> int:
    if number is None:
        raise FieldRefused(f"chỉ tiêu «{key}» chưa nêu {what}.")
    return number
