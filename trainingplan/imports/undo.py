"""Undoing a batch: what stood before is written back through the same resources, but for rows edited since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

import tablib
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.module_loading import import_string

from trainingplan.imports.batches import KEPT_DAYS, Progress, kind_for, visible_batches, writing
from trainingplan.imports.kinds import ROW
from trainingplan.imports.problems import LONGEST
from trainingplan.imports.running import cells_of, stored_columns
from trainingplan.models import Change, ImportBatch, ImportedRow, User
from trainingplan.resources.base import CatalogueResource, KeyLoader, words_of
from trainingplan.resources.columns import plain
from trainingplan.rules.numbers import format_count
from trainingplan.services.changes import one_batch
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running

AT_ONCE = 500
TABLE = attrgetter("table", "resource")
GONE = "Đối tượng này đã bị xóa."
FORGOTTEN = (
    f"Giá trị cũ của cột «{{}}» là dữ liệu cá nhân được bảo vệ, đã xóa sau {KEPT_DAYS} ngày nên không trả lại được. "
    "Sửa tay ở hồ sơ nếu cần."
)


def undo(
    batch: ImportBatch, *, actor: User, running: Running | None = None, progress: Progress | None = None
) -> ImportBatch:
    """Take a batch back in one transaction with its log; rows edited since stay, each with the words of why.

    Raises Refused, also when there is no row that can be taken back.
    """
    if not visible_batches(actor).filter(pk=batch.pk).exists():
        raise Refused("Bạn không hoàn tác được lần nhập này.")
    kind_for(batch, actor)
    with writing(running), one_batch() as log:
        stored = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if stored.state != ImportBatch.State.APPLIED:
            raise Refused(f"Lần nhập này {stored.get_state_display()}, không hoàn tác được.")
        rows = list(stored.imported.order_by("-table", "-pk"))
        kept: dict[int, str] = {}
        tables = [_Table(path[1], list(group), stored, actor) for path, group in groupby(rows, key=TABLE)]
        for together, group in groupby(tables, key=_together):
            members = list(group)
            kept |= _undo_whole(members) if together[0] else members[0].undo()
            if progress is not None:
                progress(0, len(rows), "Đang trả lại giá trị trước khi nhập")
        if len(kept) == len(rows):
            raise Refused(f"Không hoàn tác được dòng nào. {next(iter(kept.values()), '')}".strip())
        _note(stored, rows, kept)
        stored.state, stored.kept = ImportBatch.State.UNDONE, len(kept)
        stored.undone_at, stored.undone_by, stored.undo_log_batch = timezone.now(), actor, log
        stored.save()
    return stored


def words_of_undone(batch: ImportBatch) -> str:
    """What undoing came to, and where the rows that stay are named."""
    if not batch.kept:
        return "Đã hoàn tác tất cả các dòng."
    return f"Đã hoàn tác, giữ nguyên {format_count(batch.kept)} dòng; vì sao thì xem ở «Giữ nguyên khi hoàn tác»."


def _together(table: "_Table") -> tuple[str, int]:
    """What the table is taken back with; the others are alone."""
    name = table.resource_class.together
    return name, 0 if name else table.rows[0].table


def _undo_whole(tables: Sequence["_Table"]) -> dict[int, str]:
    """Take back tables that speak of the same things: of each, all its rows or none. The last table comes first."""
    held: dict[int, str] = {}
    for table in (table.without({}) for table in tables):
        table.untouched()
        held |= table.kept
    held |= _rest_of_things(tables, held)
    while True:
        with transaction.atomic():
            kept, broken = _attempt(tables, held)
            kept = held | kept
            more = broken | _rest_of_things(tables, kept | broken)
            if not more:
                return kept
            transaction.set_rollback(True)
        held = more | kept


def _attempt(tables: Sequence["_Table"], held: Mapping[int, str]) -> tuple[dict[int, str], dict[int, str]]:
    """What was added goes, the last table first; then the values of before come back, the first table first.

    Gives the rows that stay, and those of things that cannot stand without them.
    """
    parts = [table.without(held) for table in tables]
    backs = [(part, part.take_out()) for part in parts]
    written = [part.resource_class for part, back in backs if back]
    for part, back in reversed(backs):
        part.write_back(back, beside=written)
    rows = [(part.thing_of(row), row.pk) for part in parts for row in part.rows]
    whys = tables[0].resource().why_not_whole(sorted({thing for thing, _ in rows}))
    kept = {pk: why for part in parts for pk, why in part.kept.items()}
    return kept, {pk: whys[thing] for thing, pk in rows if thing in whys}


def _rest_of_things(tables: Sequence["_Table"], kept: Mapping[int, str]) -> dict[int, str]:
    """The rows that stay because another row of the same thing does."""
    rows = [(table.thing_of(row), row.pk) for table in tables for row in table.rows]
    why: dict[str, str] = {}
    for thing, pk in rows:
        if pk in kept:
            why.setdefault(thing, kept[pk])
    stay = ((thing, pk) for thing, pk in rows if thing in why and pk not in kept)
    return {pk: f"Giữ cùng các dòng khác của «{thing}»: {why[thing]}" for thing, pk in stay}


def _note(batch: ImportBatch, rows: Sequence[ImportedRow], kept: dict[int, str]) -> None:
    batch.imported.update(outcome=ImportedRow.Outcome.UNDONE)
    for row in rows:
        row.outcome, row.kept_because = ImportedRow.Outcome.KEPT, kept.get(row.pk, "")
    ImportedRow.objects.bulk_update(
        [row for row in rows if row.pk in kept], ("outcome", "kept_because"), batch_size=AT_ONCE
    )


@dataclass
class _Table:
    """The rows of a batch that belong to one resource, the last first."""

    path: str
    rows: list[ImportedRow]
    batch: ImportBatch
    actor: User
    kept: dict[int, str] = field(default_factory=dict)
    _gone: list[tuple[ImportedRow, Model]] = field(default_factory=list)

    def undo(self) -> dict[int, str]:
        """What was kept, by the row's key, with the words of why."""
        self.write_back(self.take_out(remove=False))
        self._remove(self._gone)
        return self.kept

    def without(self, held: Mapping[int, str]) -> "_Table":
        """The table without rows that are known to stay."""
        return _Table(self.path, [row for row in self.rows if row.pk not in held], self.batch, self.actor)

    def thing_of(self, row: ImportedRow) -> str:
        return self.resource_class.whole_of(row.after)

    def take_out(self, *, remove: bool = True) -> list[ImportedRow]:
        """Remove what was added and stands untouched; the rows whose values of before are to come back."""
        resource = self.resource()
        standing = dict(self._untouched(resource))
        back: list[ImportedRow] = []
        gone: list[tuple[ImportedRow, Model]] = []
        for row in (row for row in self.rows if row.pk in standing):
            if row.added and resource.emptied(row.after) is None:
                gone.append((row, standing[row.pk]))
            else:
                back.append(row)
        self._gone = gone
        if remove:
            self._remove(gone)
        return back

    @property
    def resource_class(self) -> type[CatalogueResource]:
        found = import_string(self.path)
        if not (isinstance(found, type) and issubclass(found, CatalogueResource)):
            raise Refused("Phần mềm đã đổi, lần nhập này không hoàn tác tự động được.")
        return found

    def resource(self) -> CatalogueResource:
        resource = self.resource_class.for_batch(self.batch)
        resource.prepare(self.actor)
        return resource

    @property
    def _reason(self) -> str:
        return f"Hoàn tác lần nhập tệp {self.batch.file_name}"

    def untouched(self) -> dict[int, Model]:
        """The rows that stand as the batch has left them; of the others it is kept why they stay."""
        return dict(self._untouched(self.resource()))

    def _untouched(self, resource: CatalogueResource) -> Iterator[tuple[int, Model]]:
        """The rows that stand as the batch has left them."""
        loader, columns = resource.loader(), stored_columns(resource)
        edited: list[tuple[ImportedRow, str, Model]] = []
        for row in self.rows:
            stands = _standing(loader, resource, row)
            if stands is None:
                self.kept[row.pk] = GONE
            elif forgotten := row.before.get(ImportedRow.FORGOTTEN):
                self.kept[row.pk] = FORGOTTEN.format(forgotten)
            elif difference := _difference(_given(resource, row.after), cells_of(columns, stands)):
                edited.append((row, difference, stands))
            else:
                yield row.pk, stands
        writers = self._writers(resource, [stands for _, _, stands in edited])
        for row, difference, stands in edited:
            writer = writers.get(resource.logged_as(stands), "Người khác")
            self.kept[row.pk] = f"{writer} đã sửa sau khi nhập: {difference}."

    def _writers(self, resource: CatalogueResource, rows: Sequence[Model]) -> dict[str, str]:
        """Who wrote each row last, and when."""
        found: dict[str, str] = {}
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            names = [resource.logged_as(row) for row in part]
            changes = Change.objects.filter(table=part[0]._meta.model_name, row__in=names)
            for row, name, at in changes.order_by("pk").values_list("row", "actor_name", "at"):
                found[row] = f"{name}, lúc {timezone.localtime(at):%H:%M, %d/%m/%Y},"
        return found

    def write_back(self, rows: Sequence[ImportedRow], beside: Sequence[type[CatalogueResource]] = ()) -> None:
        if not rows:
            return
        resource = self.resource()
        resource.come_with(beside)
        heads = list(_given(resource, rows[0].after))
        dataset = tablib.Dataset(headers=[*heads, ROW])
        for row in rows:
            cells = {**row.after, **((resource.emptied(row.after) or {}) if row.added else row.before)}
            dataset.append([*(cells.get(head) for head in heads), row.pk])
        writer = resource
        writer.good_rows = writer.taking_back = True
        result = writer.import_data(dataset, dry_run=False, user=self.actor, reason=self._reason)
        if result.base_errors:
            raise Refused(words_of(result.base_errors[0].error))
        for one in result.rows:
            if one.validation_error is not None:
                self.kept[one.row_values[ROW]] = " ".join(one.validation_error.messages)

    def _remove(self, rows: Sequence[tuple[ImportedRow, Model]]) -> None:
        if not rows:
            return
        resource = self.resource()
        resource.hold()
        allowed = []
        for row, stands in rows:
            if problems := resource.problems_of(stands):
                self.kept[row.pk] = " ".join(problems.values())
            else:
                allowed.append((row, stands))
        for start in range(0, len(allowed), AT_ONCE):
            self._remove_some(resource, allowed[start : start + AT_ONCE])
        resource.edits.close(reason=self._reason)

    def _remove_some(self, resource: CatalogueResource, rows: Sequence[tuple[ImportedRow, Model]]) -> None:
        """All at once where nothing hangs on any of them, else one by one."""
        try:
            with transaction.atomic():
                resource.remove([stands for _, stands in rows], reason=self._reason)
        except Refused as refusal:
            if len(rows) == 1:
                self.kept[rows[0][0].pk] = refusal.message
                return
            for one in rows:
                self._remove_some(resource, [one])


def _standing(loader: KeyLoader, resource: CatalogueResource, row: ImportedRow) -> Model | None:
    """The row as it stands; None when it, or what its key names, is gone."""
    try:
        return loader.get_instance(resource.key_in(row.after))
    except ValueError:
        return None


def _given(resource: CatalogueResource, cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells that do not follow from others."""
    return {heading: value for heading, value in cells.items() if heading not in resource.computed}


def _difference(after: dict[str, Any], now: dict[str, Any]) -> str:
    """The first cells that are not what the batch has written, in words."""
    told = (
        f"{heading} nay là «{plain(now.get(heading), heading)[:LONGEST]}»"
        for heading, value in after.items()
        if (now.get(heading) or "") != (value or "")
    )
    return _some(told)


def _some(told: Iterable[str], most: int = 2) -> str:
    words = list(told)
    more = len(words) - most
    return ", ".join(words[:most]) + (f" và {format_count(more)} ô khác" if more > 0 else "")
