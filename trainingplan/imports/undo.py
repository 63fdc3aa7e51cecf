"""Undoing a batch: what stood before is written back through the same resources, but for rows edited since."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

import tablib
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.module_loading import import_string

from trainingplan.imports.batches import Progress, kind_for, visible_batches, writing
from trainingplan.imports.kinds import ROW
from trainingplan.imports.problems import shown
from trainingplan.imports.running import cells_of, stored_columns
from trainingplan.models import Change, ImportBatch, ImportedRow, User
from trainingplan.resources.base import CatalogueResource, KeyLoader, words_of
from trainingplan.rules.numbers import format_count
from trainingplan.services.changes import one_batch
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running

AT_ONCE = 500
GONE = "Đối tượng này đã bị xóa."


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
        for path, group in groupby(rows, key=attrgetter("table", "resource")):
            kept |= _Table(path[1], list(group), stored, actor).undo()
            if progress is not None:
                progress(0, len(rows), "Đang trả lại giá trị trước khi nhập")
        if len(kept) == len(rows):
            raise Refused(f"Không hoàn tác được dòng nào. {next(iter(kept.values()), '')}".strip())
        _note(stored, rows, kept)
        stored.state, stored.kept = ImportBatch.State.UNDONE, len(kept)
        stored.undone_at, stored.undone_by, stored.undo_log_batch = timezone.now(), actor, log
        stored.save()
    return stored


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

    def undo(self) -> dict[int, str]:
        """What was kept, by the row's key, with the words of why."""
        resource = self._resource()
        standing = dict(self._untouched(resource))
        back: list[ImportedRow] = []
        gone: list[tuple[ImportedRow, Model]] = []
        for row in (row for row in self.rows if row.pk in standing):
            if row.added and resource.emptied(row.after) is None:
                gone.append((row, standing[row.pk]))
            else:
                back.append(row)
        self._write_back(resource, back)
        self._remove(gone)
        return self.kept

    def _resource(self) -> CatalogueResource:
        found = import_string(self.path)
        if not (isinstance(found, type) and issubclass(found, CatalogueResource)):
            raise Refused("Phần mềm đã đổi, lần nhập này không hoàn tác tự động được.")
        resource: CatalogueResource = found.for_batch(self.batch)
        resource.prepare(self.actor)
        return resource

    @property
    def _reason(self) -> str:
        return f"Hoàn tác lần nhập tệp {self.batch.file_name}"

    def _untouched(self, resource: CatalogueResource) -> Iterator[tuple[int, Model]]:
        """The rows that stand as the batch has left them."""
        loader, columns = resource.loader(), stored_columns(resource)
        edited: list[tuple[ImportedRow, str, Model]] = []
        for row in self.rows:
            stands = _standing(loader, resource, row)
            if stands is None:
                self.kept[row.pk] = GONE
            elif difference := _difference(row.after, cells_of(columns, stands)):
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

    def _write_back(self, resource: CatalogueResource, rows: Sequence[ImportedRow]) -> None:
        if not rows:
            return
        heads = list(rows[0].after)
        dataset = tablib.Dataset(headers=[*heads, ROW])
        for row in rows:
            cells = {**row.after, **((resource.emptied(row.after) or {}) if row.added else row.before)}
            dataset.append([*(cells.get(head) for head in heads), row.pk])
        writer = self._resource()
        writer.good_rows = writer.taking_back = True
        result = writer.import_data(dataset, dry_run=False, user=self.actor, reason=self._reason)
        if result.base_errors:
            raise Refused(words_of(result.base_errors[0].error))
        for one in result.rows:
            if one.validation_error is not None:
                self.kept[one.row_values[ROW]] = " ".join(one.validation_error.messages)

    def _remove(self, rows: Sequence[tuple[ImportedRow, Model]]) -> None:
        resource = self._resource()
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


def _difference(after: dict[str, Any], now: dict[str, Any]) -> str:
    """The first cells that are not what the batch has written, in words."""
    told = (
        f"{heading} nay là «{shown(now.get(heading))}»"
        for heading, value in after.items()
        if (now.get(heading) or "") != (value or "")
    )
    return _some(told)


def _some(told: Iterable[str], most: int = 2) -> str:
    words = list(told)
    more = len(words) - most
    return ", ".join(words[:most]) + (f" và {format_count(more)} ô khác" if more > 0 else "")
