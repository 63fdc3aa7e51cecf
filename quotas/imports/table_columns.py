"""Which column of a table is which quota: by the heads that the plan's appendices define, never by place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from quotas.models import Quota
from quotas.rules.tables import COMMON, Head, HeadWords, Path, match_columns
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.reading import Sheet
from trainingplan.rules.names import fold


@dataclass(frozen=True, slots=True)
class KnownColumns:
    """The quotas by the appendix that prints them (0: none), each with the paths of its heads."""

    quotas: Mapping[int, Quota]
    paths: Mapping[int, Mapping[int, Sequence[Path]]]
    words: HeadWords


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table of the file. `columns` are quotas by column, `unsure` what a column may be, `all` the appendix's."""

    sheet: Sheet
    head: Head
    appendix: int
    columns: Mapping[int, int]
    unsure: Mapping[int, Sequence[int]]
    all: tuple[int, ...]


def known_columns(plan: Plan) -> KnownColumns:
    """Two queries."""
    quotas = {
        quota.pk: quota
        for quota in Quota.objects.filter(programme__plan=plan)
        .select_related("programme", "column", "appendix")
        .order_by("appendix__number", "column__position", "programme__position", "position")
    }
    paths: dict[int, dict[int, list[Path]]] = {}
    for pk, quota in quotas.items():
        number = quota.appendix.number if quota.appendix and quota.appendix.kind == Appendix.Kind.ALLOCATION else 0
        texts: list[Path] = [(fold(name),) for name in dict.fromkeys((quota.name, quota.short_name))]
        if quota.column:
            texts.insert(0, _path(quota.column))
        paths.setdefault(number, {})[pk] = texts
    return KnownColumns(quotas, paths, _words(plan))


def _words(plan: Plan) -> HeadWords:
    """The heads in common use with those that the plan's own appendices have."""
    own: dict[str, set[str]] = {}
    columns = AppendixColumn.objects.filter(appendix__plan=plan, appendix__kind=Appendix.Kind.ALLOCATION)
    for source, head in columns.exclude(source="quota").values_list("source", "head"):
        own.setdefault(source, set()).add(fold(" ".join(head.split())))
    return HeadWords(
        unit=COMMON.unit | own.get("unit", set()),
        number=COMMON.number | own.get("stt", set()),
        total=COMMON.total | own.get("total", set()),
        note=COMMON.note | own.get("note", set()),
    )


def _path(column: AppendixColumn) -> Path:
    return tuple(fold(" ".join(text.split())) for text in (column.group_head, column.head) if text.strip())


def tables_of(sheets: Sequence[tuple[Sheet, Head]], known: KnownColumns) -> list[FoundTable]:
    """Each sheet with the appendix whose columns it has most of; sheets without any quota are none."""
    found = []
    for sheet, head in sheets:
        tables = [_table(sheet, head, number, paths) for number, paths in known.paths.items()]
        best = max(tables, key=lambda table: (len(table.columns), len(table.unsure), -table.appendix), default=None)
        if best is not None and (best.columns or best.unsure):
            found.append(best)
    return found


def _table(sheet: Sheet, head: Head, number: int, paths: Mapping[int, Sequence[Path]]) -> FoundTable:
    own = replace(head, paths=tuple(() if column == head.unit else path for column, path in enumerate(head.paths)))
    certain, unsure = match_columns(own, paths)
    return FoundTable(sheet, head, number, certain, unsure, tuple(paths))
