"""Long work of the kernel: preview, application and undo of large files."""

from django.urls import reverse

from trainingplan.imports import batches
from trainingplan.imports.undo import undo, words_of_undone
from trainingplan.models import ImportBatch
from trainingplan.rules.numbers import format_count
from trainingplan.services.refusals import Refused
from trainingplan.services.running import Running


def preview_import(run: Running) -> None:
    """Preview a large file."""
    run.progress(0, 0, "Đang đọc tệp")
    batch = batches.preview(_batch(run), progress=run.progress)
    if batch.state == ImportBatch.State.PREVIEWED:
        run.say(f"Đã kiểm tra {format_count(batch.rows)} dòng, {format_count(batch.problems)} lỗi. Chưa ghi gì.")
    _link(run, batch)


def apply_import(run: Running) -> None:
    """Write what was previewed."""
    run.progress(0, 0, "Đang đọc tệp")
    params, batch = run.params, _batch(run)
    run.link(_url(batch), "Xem lần nhập")
    applied = batches.apply(
        batch, mode=params["mode"], digest=params["digest"], actor=run.actor, running=run, progress=run.progress
    )
    run.say(f"Đã nhập {format_count(applied.added + applied.changed)} dòng. Có thể hoàn tác ở trang của lần nhập.")


def undo_import(run: Running) -> None:
    """Take a batch back."""
    run.progress(0, 0, "Đang so với dữ liệu hiện tại")
    batch = _batch(run)
    run.link(_url(batch), "Xem lần nhập")
    run.say(words_of_undone(undo(batch, actor=run.actor, running=run, progress=run.progress)))


def _batch(run: Running) -> ImportBatch:
    found = batches.visible_batches(run.actor).filter(uuid=run.params["batch"]).first()
    if found is None:
        raise Refused("Lần nhập này không còn, hoặc bạn không mở được nữa.")
    return found


def _url(batch: ImportBatch) -> str:
    return reverse("import-batch", args=[batch.uuid])


def _link(run: Running, batch: ImportBatch) -> None:
    run.link(_url(batch), "Xem bản xem trước")
