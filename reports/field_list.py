"""What a text can be bound to: every figure of a plan as a field, in words, with what it prints today."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reports.fields import Field, FieldRefused, Figures, Kind, QuotaFigure, load_figures, parse, render
from trainingplan.models import Plan
from trainingplan.rules.names import fold

SUMS = "Tổng của nhiều chỉ tiêu"
COMMON = "Năm, kinh phí, phụ lục"


@dataclass(frozen=True, slots=True)
class Choice:
    """A field as people choose it; `name` is `short` with its programme. `number` is None where it prints none.

    `refusal` says why it cannot be printed.
    """

    field: str
    printed: str
    short: str
    name: str
    number: int | None = None
    refusal: str = ""

    @property
    def sought(self) -> str:
        """What a search looks at: the name without marks, and the figure with and without dots."""
        return f"{fold(self.name)} {self.printed} {self.printed.replace('.', '')}"


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class FieldList:
    """All that can be chosen, and the names of what stands in texts already."""

    figures: Figures
    groups: tuple[ChoiceGroup, ...]
    titles: dict[int, str]

    def choice(self, field: Field) -> Choice:
        """Any field, of the list or not, as it prints today."""
        return _choice(field, self.figures, self.titles)

    def printing(self, digits: str, named: Kind | None = None) -> tuple[Choice, ...]:
        """What prints the number that somebody typed: a quantity, or what the words beside it name."""
        if not re.fullmatch(r"\d{1,3}(?:\.\d{3}){1,5}|\d{1,18}", digits):
            return ()
        number = int(digits.replace(".", ""))
        found = (choice for group in self.groups for choice in group.choices if choice.number == number)
        return tuple(choice for choice in found if _names_of(choice) == named)


def field_list(plan: Plan, texts: Iterable[str]) -> FieldList:
    """The figures of the plan, its appendices, and the sums that its texts have; one query besides the figures."""
    figures = load_figures(plan)
    titles = dict(plan.appendices.order_by("number").values_list("number", "title"))
    fields = _by_programme(figures)
    groups = [(figures.programmes[key], found) for key, found in fields.items()]
    sums = {field for text in texts for field in fields_of(text) if field.kind is Kind.SUM}
    groups.append((SUMS, sorted(sums, key=str)))
    groups.append((COMMON, [Field(Kind.YEAR), Field(Kind.BUDGET), *(Field(Kind.APPENDIX, str(n)) for n in titles)]))
    listed = ((title, [_choice(field, figures, titles) for field in found]) for title, found in groups)
    kept = ((title, tuple(choice for choice in found if not choice.refusal)) for title, found in listed)
    return FieldList(figures, tuple(ChoiceGroup(title, found) for title, found in kept if found), titles)


def _by_programme(figures: Figures) -> dict[str, list[Field]]:
    """The total of each programme with several quotas, then each quota and its classes."""
    found: dict[str, list[Field]] = {}
    for key in figures.programmes:
        quotas = [quota for quota in figures.quotas if quota.programme == key]
        total = [Field(Kind.PROGRAMME, key)] if len(quotas) > 1 else []
        found[key] = total + [field for quota in quotas for field in _of_quota(quota, figures)]
    return found


def _of_quota(quota: QuotaFigure, figures: Figures) -> Iterator[Field]:
    """The short key where it names this quota alone."""
    try:
        key = quota.key if figures.quota(quota.key).id == quota.id else ""
    except FieldRefused:
        key = ""
    key = key or f"{quota.programme}/{quota.key}"
    yield Field(Kind.QUOTA, key)
    if quota.classes is not None:
        yield Field(Kind.CLASSES, key)


def _names_of(choice: Choice) -> Kind | None:
    """The kind of a choice that counts nothing."""
    return next((kind for kind in (Kind.APPENDIX, Kind.YEAR) if choice.field.startswith(f"{{{kind}")), None)


def fields_of(text: str) -> Iterator[Field]:
    return (token for token in parse(text) if isinstance(token, Field))


def one_field(text: str) -> Field | None:
    """The field that the text is, and nothing else."""
    match list(parse(text)):
        case [Field() as field]:
            return field
    return None


def _choice(field: Field, figures: Figures, titles: dict[int, str]) -> Choice:
    printed = render(str(field), figures)
    refusal = printed.faults[0].message if printed.faults else ""
    short, name = (str(field), str(field)) if refusal else _names(field, figures, titles)
    return Choice(str(field), printed.text, short, name, printed.pieces[0].number, refusal)


def _names(field: Field, figures: Figures, titles: dict[int, str]) -> tuple[str, str]:
    """What a field stands for in few words, and with its programme; the field has a figure."""
    match field.kind:
        case Kind.QUOTA | Kind.CLASSES:
            quota, more = figures.quota(field.argument), ": số lớp" if field.kind is Kind.CLASSES else ""
            return f"{quota.name}{more}", f"{_within(quota.programme, quota.name, figures)}{more}"
        case Kind.SUM:
            quotas = figures.named(field)
            programmes = {quota.programme for quota in quotas}
            names = " + ".join(quota.name for quota in quotas)
            return names, _within(programmes.pop(), names, figures) if len(programmes) == 1 else names
        case Kind.PROGRAMME:
            short = f"Tổng {figures.programmes[field.argument]}"
            return short, short
        case Kind.APPENDIX:
            return (
                f"Số của phụ lục {field.argument}",
                f"Phụ lục {field.argument}: {titles.get(int(field.argument), '')}",
            )
    return _PLAIN_NAMES[field.kind], _PLAIN_NAMES[field.kind]


_PLAIN_NAMES = {
    Kind.BUDGET: "Kinh phí ngân sách tỉnh (đồng)",
    Kind.YEAR: "Năm của kế hoạch",
    Kind.FIXED: "Cố định",
}


def _within(programme: str, name: str, figures: Figures) -> str:
    """A name under its programme's, where that says more."""
    above = figures.programmes.get(programme, "")
    return name if not above or fold(name).startswith(fold(above)) else f"{above}: {name}"
