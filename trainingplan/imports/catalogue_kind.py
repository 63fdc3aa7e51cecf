"""Lists of a catalogue as files: one sheet whose headings are those of a resource's export."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tablib

from trainingplan.imports.kinds import ROW, Contents, Place, Table
from trainingplan.models import Plan, User
from trainingplan.policies import Action
from trainingplan.reading import Book, Sheet
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.files import Xlsx, cell_words
from trainingplan.rules.names import fold
from trainingplan.services.refusals import Refused

HEADS_WITHIN = 10
"""Titles may stand above the headings."""
MOST_IN_TEMPLATE = 5_000
KNOWN_AT_LEAST = 2
LONGEST_HEAD = 300


@dataclass(frozen=True, slots=True)
class GridPlaces(Mapping[tuple[int, str], Place]):
    """Places in a sheet whose rows are numbered as in the file: nothing is kept for each of them."""

    sheet: str
    columns: Mapping[str, int]
    numbers: range

    def __getitem__(self, key: tuple[int, str]) -> Place:
        number, heading = key
        if number not in self.numbers or (heading and heading not in self.columns):
            raise KeyError(key)
        return Place(self.sheet, number, self.columns.get(heading, 0))

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return ((number, heading) for number in self.numbers for heading in ("", *self.columns))

    def __len__(self) -> int:
        return len(self.numbers) * (len(self.columns) + 1)


@dataclass(frozen=True, slots=True)
class CatalogueKind:
    """A kind of file for one resource. `empty_template`: what stands is not given out with the template."""

    key: str
    title: str
    resource: type[CatalogueResource]
    action: Action
    help: str = "Dòng đầu là tiêu đề cột như trong tệp mẫu; cột không bắt buộc có thể bỏ."
    needs_plan: bool = False
    empty_template: bool = False

    def template(self, plan: Plan | None, actor: User) -> tuple[str, bytes] | None:  # noqa: ARG002 - the same for all
        resource = self.resource(reader=actor)
        rows = resource.get_queryset()
        if self.empty_template or rows.count() > MOST_IN_TEMPLATE:
            rows = rows.none()
        return f"{self.key}.xlsx", Xlsx().export_data(resource.export(rows))

    def recognises(self, book: Book) -> bool:
        return any(self._heads(sheet) for sheet in book.sheets if not sheet.hidden)

    def contents(self, book: Book, *, plan: Plan | None, actor: User, answers: Mapping[str, str]) -> Contents:  # noqa: ARG002 - the same for all
        sheets = [sheet for sheet in book.sheets if not sheet.hidden and any(map(any, sheet.rows))]
        if not sheets:
            raise Refused("Tệp không có dòng nào.")
        sheet = next((sheet for sheet in sheets if self._heads(sheet)), sheets[0])
        head = self._heads(sheet) or next(n for n, row in enumerate(sheet.rows, start=1) if any(row))
        return Contents((self._table(sheet, head),))

    def _table(self, sheet: Sheet, head: int) -> Table:
        known = self._known()
        heads = [cell_words(value) for value in sheet.rows[head - 1]]
        while heads and not heads[-1]:
            heads.pop()
        dataset = tablib.Dataset(headers=[*heads, ROW])
        for number, row in enumerate(sheet.rows[head:], start=head + 1):
            values = row[: len(heads)]
            if any(value is not None for value in values):
                dataset.append([*values, number])
        columns = {known.get(fold(text), text): place for place, text in enumerate(heads, start=1)}
        return Table(self.resource, dataset, GridPlaces(sheet.name, columns, range(head + 1, len(sheet.rows) + 1)))

    def _heads(self, sheet: Sheet) -> int:
        """The number of the row that holds the headings, all of them known; 0 when there is none."""
        known = self._known()
        required = {fold(str(one.column_name)) for one in self.resource.fields.values() if one.required}
        for number, row in enumerate(sheet.rows[:HEADS_WITHIN], start=1):
            given = {fold(value[:LONGEST_HEAD]) for value in row if isinstance(value, str)}
            if required <= given <= set(known) and len(given) >= KNOWN_AT_LEAST:
                return number
        return 0

    def _known(self) -> dict[str, str]:
        """By their folded form all headings, also of columns that stand for stored rows, as a source of money does."""
        return {fold(str(one.column_name)): str(one.column_name) for one in self.resource().fields.values()}
