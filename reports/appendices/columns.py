"""The vocabulary of `AppendixColumn.source`: which values a column of each kind of appendix can show."""

from collections.abc import Sequence

from reports.document import Align, Column, Kind
from trainingplan.models import Appendix, AppendixColumn
from trainingplan.rules.definitions import definition_faults

SOURCE_PREFIX = "source-"

ALLOCATION: dict[str, Kind] = {
    "stt": Kind.TEXT,
    "unit": Kind.TEXT,
    "quota": Kind.COUNT,
    "total": Kind.COUNT,
    "note": Kind.TEXT,
}
ROSTER: dict[str, Kind] = {
    "stt": Kind.TEXT,
    "full_name": Kind.TEXT,
    "birth_male": Kind.DATE,
    "birth_female": Kind.DATE,
    "job_and_unit": Kind.TEXT,
    "job_title": Kind.TEXT,
    "unit": Kind.TEXT,
    "ethnicity": Kind.TEXT,
    "education": Kind.TEXT,
    "degree": Kind.TEXT,
    "field_of_study": Kind.TEXT,
    "institution": Kind.TEXT,
    "mode": Kind.TEXT,
    "duration": Kind.TEXT,
    "funding": Kind.TEXT,
    "planned_post": Kind.TEXT,
    "class_name": Kind.TEXT,
    "note": Kind.TEXT,
}
BUDGET: dict[str, Kind] = {
    "stt": Kind.TEXT,
    "content": Kind.TEXT,
    "audience": Kind.TEXT,
    "classes": Kind.COUNT,
    "learners_per_class": Kind.COUNT,
    "learners": Kind.COUNT,
    "days": Kind.COUNT,
    "rate": Kind.MONEY,
    "amount": Kind.MONEY,
    "executor": Kind.TEXT,
    "note": Kind.TEXT,
}
VOCABULARY: dict[str, dict[str, Kind]] = {
    Appendix.Kind.ALLOCATION: ALLOCATION,
    Appendix.Kind.ROSTER: ROSTER,
    Appendix.Kind.BUDGET: BUDGET,
}
CENTRED = frozenset({"stt"})


class WrongDefinition(ValueError):  # noqa: N818 - names what is wrong with the definition
    """An appendix cannot be printed as it is defined; the message says why, in Vietnamese."""


class UnknownSource(WrongDefinition):
    """A column of the definition names a source that its kind of appendix does not have."""


def kind_of(appendix_kind: str, source: str) -> Kind:
    """What a source holds; raises UnknownSource."""
    if appendix_kind == Appendix.Kind.BUDGET and source.startswith(SOURCE_PREFIX):
        return Kind.MONEY
    try:
        return VOCABULARY[appendix_kind][source]
    except KeyError:
        raise UnknownSource(f"Cột lấy từ «{source}»: loại phụ lục này không có nguồn số liệu đó.") from None


def column_key(column: AppendixColumn) -> str:
    """The key of a printed column: its source, made unique for the many columns that show a quota."""
    return f"quota-{column.pk}" if column.source == "quota" else column.source


def table_columns(appendix: Appendix, definition: Sequence[AppendixColumn]) -> tuple[Column, ...]:
    """The columns of the printed table, in the order of the definition. Raises WrongDefinition."""
    if faults := definition_faults(appendix.kind, [column.source for column in definition]):
        raise WrongDefinition(" ".join(faults))
    return tuple(
        Column(
            key=column_key(column),
            title=column.head,
            weight=column.width,
            kind=kind_of(appendix.kind, column.source),
            group=column.group_head,
            align=Align.CENTER if column.source in CENTRED else None,
        )
        for column in definition
    )
