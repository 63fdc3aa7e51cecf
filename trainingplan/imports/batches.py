"""Bringing a file in: taken up, previewed, applied as it was previewed, or cancelled."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn, cast
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from trainingplan.garbage import collector_paused
from trainingplan.imports.encodings import converted, in_unicode, legacy_questions
from trainingplan.imports.kinds import Contents, FileKind, kind_of, kinds_for
from trainingplan.imports.rehearsal import rehearsal
from trainingplan.imports.report import keep_report
from trainingplan.imports.running import ADDED, CHANGED, Judged, Line, Outcome, Task, judge, run
from trainingplan.models import Change, ImportBatch, ImportedRow, Plan, User
from trainingplan.policies import Action, may
from trainingplan.reading import Book, Unreadable, read_book
from trainingplan.resources.bulk import Moved
from trainingplan.rules.numbers import format_count
from trainingplan.services.changes import one_batch
from trainingplan.services.inserting import insert_rows
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running

if TYPE_CHECKING:
    from trainingplan.resources.base import CatalogueResource

KEPT_DAYS = 30
"""How long uploads and their previews are kept; the batch and what it changed stay."""
FEW = 200
"""Rows that are written and taken back sooner than a database of some years is copied."""
GONE = "Tệp đã tải lên của lần nhập này không còn được lưu. Hãy tải tệp lên lại."
CHANGED_SINCE = (
    "Chưa nhập: dữ liệu đã thay đổi từ lúc xem trước. Dưới đây là bản xem trước mới; hãy xem lại rồi xác nhận."
)
Progress = Callable[[int, int, str], None]


class ChangedSince(Refused):
    """What the file would change is no longer what was previewed; the batch shows a new preview."""


def visible_batches(user: User) -> QuerySet[ImportBatch]:
    """All of them for who reads the log; else one's own, since one last changed role or unit."""
    batches = ImportBatch.objects.select_related("by", "plan", "undone_by")
    if may(user, Action.SEE_TRAIL):
        return batches
    moves = Change.objects.filter(table="user", row=str(user.pk), field__in=("role", "unit")).order_by("-pk")
    moved = moves.values_list("at", flat=True).first()
    return batches.filter(by=user, at__gte=moved) if moved else batches.filter(by=user)


def recognise(book: Book, actor: User) -> FileKind | None:
    """The first kind that knows the book, of those that the actor may bring in."""
    book = in_unicode(book)
    return next((kind for kind in kinds_for(actor) if kind.recognises(book)), None)


def take_up(*, name: str, content: bytes, kind: FileKind | None, plan: Plan | None, actor: User) -> ImportBatch:
    """Keep an upload as a batch that waits for its preview; `kind` of None is told from the file. Raises Refused."""
    book = _read(name, content)
    kind = kind or recognise(book, actor)
    if kind is None:
        raise Refused(
            "Chưa nhận ra tệp này thuộc loại nào. Chọn loại tệp, hoặc dùng tệp mẫu của loại ấy.", field="kind"
        )
    if not may(actor, kind.action):
        raise Refused("Bạn không nhập được loại tệp này.", field="kind")
    if kind.needs_plan and plan is None:
        raise Refused("Chọn kế hoạch năm mà tệp này thuộc về.", field="plan")
    batch = ImportBatch(
        kind=kind.key,
        title=kind.title[:200],
        plan=plan if kind.needs_plan else None,
        by=actor,
        at=timezone.now(),
        file_name=name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        rows=sum(any(value is not None for value in row) for sheet in book.sheets for row in sheet.rows),
    )
    batch.upload.save("tep", ContentFile(content), save=False)
    batch.save()
    return batch


@collector_paused()
def preview(batch: ImportBatch, *, progress: Progress | None = None) -> ImportBatch:
    """Find out what the file would change and all that is wrong with it; nothing of that is written.

    What keeps the file from being read at all becomes the batch's message. Raises Refused where it is over.
    """
    if batch.state not in OPEN:
        raise Refused("Lần nhập này đã xong.")
    try:
        outcome = _rehearsed(batch, progress)
    except Refused as refusal:
        with _still_open(batch):
            batch.state, batch.message, batch.digest = ImportBatch.State.FAILED, refusal.message, ""
            batch.save()
        return batch
    with _still_open(batch):
        _show(batch, outcome)
    return batch


OPEN = (ImportBatch.State.READING, ImportBatch.State.PREVIEWED, ImportBatch.State.FAILED)


@contextmanager
def _still_open(batch: ImportBatch) -> Iterator[None]:
    """Raises Refused where the file was applied or given up while it was read: that stands, and so do later answers."""
    with transaction.atomic():
        stored = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if stored.state not in OPEN:
            raise Refused("Lần nhập này đã xong.")
        batch.answers, batch.job = stored.answers, stored.job
        yield


def _show(batch: ImportBatch, outcome: Outcome, message: str = "") -> None:
    keep_report(batch, outcome)
    batch.questions = sum(batch.answers.get(question.key) is None for question in outcome.questions)
    batch.state, batch.message = ImportBatch.State.PREVIEWED, message
    batch.save()


def answer(batch: ImportBatch, answers: Mapping[str, str]) -> None:
    """Keep what was answered to the file's questions; an empty answer takes one back. Preview again afterwards."""
    kept = {**batch.answers, **answers}
    batch.answers = {key: value for key, value in kept.items() if value}
    batch.save(update_fields=["answers"])


@collector_paused()
def apply(
    batch: ImportBatch, *, mode: str, digest: str, actor: User, running: Running | None = None,
    progress: Progress | None = None,
) -> ImportBatch:  # fmt: skip
    """Write what was previewed, in one transaction with its log.

    `digest` names the preview that was looked at. Raises Refused, and ChangedSince after keeping a new preview.
    A long table is judged before the transaction, so that others wait no longer than it takes to write.
    """
    if batch.by_id != actor.pk:
        raise Refused("Chỉ người tải tệp lên mới xác nhận nhập được.")
    if batch.digest != digest:
        _show_anew(batch, _rehearsed(batch, progress))
    task = _task(batch, progress)
    judged = judge(task)
    try:
        if judged is not None:
            try:
                return _write(batch, task, judged, mode, running)
            except (_OtherwiseNow, Moved):
                if (outcome := _rehearsed(batch, progress)).digest != digest:
                    _show_anew(batch, outcome)
                task = _task(batch, progress)
        return _write(batch, task, None, mode, running)
    except _OtherwiseNow as other:
        _show_anew(batch, other.outcome)


def _write(batch: ImportBatch, task: Task, judged: Judged | None, mode: str, running: Running | None) -> ImportBatch:
    """Write the file in one transaction; raises _OtherwiseNow where that is not what was previewed."""
    with writing(running), one_batch() as log:
        stored = _locked(batch)
        outcome = run(task, judged)
        if stored.digest != outcome.digest or stored.digest != batch.digest:
            raise _OtherwiseNow(outcome)
        _check(outcome, mode)
        _check_whole(task.contents, mode)
        _keep(stored, outcome, mode, log)
    return stored


class _OtherwiseNow(Exception):  # noqa: N818 - ends the transaction, and is never seen outside
    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def _show_anew(batch: ImportBatch, outcome: Outcome) -> NoReturn:
    with transaction.atomic():
        _locked(batch)
        _show(batch, outcome, CHANGED_SINCE)
    raise ChangedSince(CHANGED_SINCE) from None


@contextmanager
def writing(running: Running | None) -> Iterator[None]:
    """One transaction; of a job, the one that is undone where another attempt has taken over."""
    with running.transaction() if running is not None else transaction.atomic():
        yield


def _locked(batch: ImportBatch) -> ImportBatch:
    """The batch, which nobody else applies meanwhile; raises Refused when somebody has."""
    stored = ImportBatch.objects.select_for_update(of=("self",)).select_related("by", "plan").get(pk=batch.pk)
    if stored.state != ImportBatch.State.PREVIEWED:
        raise Refused(f"Tệp này không còn chờ xác nhận: {stored.get_state_display()}.")
    return stored


def _check(outcome: Outcome, mode: str) -> None:
    if outcome.file_problems:
        raise Refused("Tệp có lỗi chung nên không nhập được dòng nào. Xem danh sách lỗi.")
    if outcome.problems and mode != ImportBatch.Mode.GOOD_ROWS:
        raise Refused(
            f"Tệp còn {format_count(len(outcome.problems))} lỗi. Sửa rồi tải lên lại, hoặc chỉ nhập các dòng đúng."
        )
    if not outcome.count(ADDED) + outcome.count(CHANGED):
        raise Refused("Tệp không thay đổi gì, không có gì để nhập.")


def _check_whole(contents: Contents, mode: str) -> None:
    """The good rows alone must not leave a thing half changed that several tables speak of."""
    if mode != ImportBatch.Mode.GOOD_ROWS:
        return
    for table in reversed(contents.tables):
        resource = cast("CatalogueResource", table.resource() if isinstance(table.resource, type) else table.resource)
        if whys := resource.why_not_whole():
            name, why = next(iter(whys.items()))
            raise Refused(f"Chưa nhập: chỉ nhập các dòng đúng thì dòng kinh phí «{name}» sai số tiền. {why}")


def _keep(batch: ImportBatch, outcome: Outcome, mode: str, log: UUID) -> None:
    insert_rows(
        ImportedRow, IMPORTED, [_kept(batch, line) for line in outcome.lines if line.action in (ADDED, CHANGED)]
    )
    batch.state, batch.mode = ImportBatch.State.APPLIED, mode
    batch.applied_at, batch.log_batch, batch.message = timezone.now(), log, ""
    batch.save()


IMPORTED = ("batch", "table", "resource", "sheet", "row", "name", "object_pk", "added", "before", "after")


def _kept(batch: ImportBatch, line: Line) -> tuple[object, ...]:
    """What is kept of a row that was written, as IMPORTED names it."""
    where = (line.place.sheet[:200], line.place.row)
    written = (line.name[:500], line.pk, line.action == ADDED, line.before, line.after)
    return (batch.pk, line.table, line.resource, *where, *written)


@transaction.atomic
def cancel(batch: ImportBatch, *, actor: User) -> None:
    """Give the file up before it is applied; its upload is deleted."""
    stored = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if stored.by_id != actor.pk:
        raise Refused("Chỉ người tải tệp lên mới hủy được.")
    if stored.state not in OPEN:
        raise Refused(f"Lần nhập này {stored.get_state_display()}, không hủy được.")
    stored.state = ImportBatch.State.CANCELLED
    forget_files(stored)
    stored.save()


def forget_uploads() -> None:
    """Delete the files of batches that are older than they are kept; what nobody confirmed is cancelled."""
    old = ImportBatch.objects.filter(at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).exclude(Q(upload="", report=""))
    for batch in old:
        if batch.state in OPEN:
            batch.state = ImportBatch.State.CANCELLED
        forget_files(batch)
        batch.save()


def forget_files(batch: ImportBatch) -> None:
    for file in (batch.upload, batch.report):
        if file:
            file.delete(save=False)


def upload_of(batch: ImportBatch) -> bytes:
    """The file as it was uploaded; raises Refused when it is no longer kept."""
    try:
        with batch.upload.open("rb") as file:
            content: bytes = file.read()
    except (FileNotFoundError, ValueError) as error:
        raise Refused(GONE) from error
    return content


def kind_for(batch: ImportBatch, actor: User) -> FileKind:
    """The batch's kind; raises Refused for who may no longer bring such files in."""
    kind = kind_of(batch.kind, actor)
    if kind is None:
        raise Refused("Bạn không nhập được loại tệp này.")
    return kind


def _read(name: str, content: bytes) -> Book:
    try:
        return read_book(name, content)
    except Unreadable as unreadable:
        raise Refused(str(unreadable), field="file") from unreadable


def _contents(batch: ImportBatch) -> Contents:
    """What the kind reads from the file; text in an old encoding is asked about before anything is made of it."""
    kind = kind_for(batch, batch.by)
    book = _read(batch.file_name, upload_of(batch))
    asked = legacy_questions(book)
    if any(question.key not in batch.answers for question in asked):
        return Contents((), questions=asked)
    book = converted(book, batch.answers)
    contents = kind.contents(book, plan=batch.plan, actor=batch.by, answers=batch.answers)
    return replace(contents, questions=(*asked, *contents.questions)) if asked else contents


def _rehearsed(batch: ImportBatch, progress: Progress | None) -> Outcome:
    """What the file would change, found by writing it and taking it back; a long table is judged before that."""
    task = _task(batch, progress)
    judged = judge(task)
    short = sum(len(table.dataset) for table in task.contents.tables) <= FEW
    try:
        with rehearsal(short=short):
            return run(task, judged)
    except Moved:
        with rehearsal(short=short):
            return run(_task(batch, progress))


def _task(batch: ImportBatch, progress: Progress | None) -> Task:
    contents = _contents(batch)
    total = sum(len(table.dataset) for table in contents.tables)
    seen = 0

    def watch(_: int) -> None:
        nonlocal seen
        seen += 1
        if progress is not None and (seen % 100 == 1 or seen == total):
            progress(min(seen, total), total, "Đang kiểm tra từng dòng" if seen < total else "Đang ghi")

    return Task(contents, batch.by, batch.answers, f"Nhập từ tệp {batch.file_name}", watch)
