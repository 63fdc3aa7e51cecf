"""Nhập – xuất Excel: a file is chosen, shown as what it would change, applied as shown, and can be undone."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from trainingplan.imports.batches import (
    OPEN,
    ChangedSince,
    answer,
    apply,
    cancel,
    preview,
    take_up,
    upload_of,
    visible_batches,
)
from trainingplan.imports.kinds import kind_of, kinds_for
from trainingplan.imports.marking import marked_copy
from trainingplan.imports.names import changes_in_words
from trainingplan.imports.readings import note_file, note_shown
from trainingplan.imports.report import Report, read_report
from trainingplan.imports.undo import undo, words_of_undone
from trainingplan.models import ImportBatch, Job
from trainingplan.models.jobs import PENDING
from trainingplan.policies import FORM, WRITE, Action, UserRequest, access, may, plans_of
from trainingplan.reading import Unreadable
from trainingplan.services.jobs import start_job
from trainingplan.services.refusals import Refused
from trainingplan.views.import_form import Tab, UploadForm, standing_of, standings
from trainingplan.views.jobs import follow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES, BATCHES = 100, 30
PROBLEMS, ADDED, CHANGED, REFUSED, SAME = "loi", "them", "sua", "tu-choi", "khong-doi"
ACTIONS = {ADDED: "added", CHANGED: "changed", REFUSED: "refused", SAME: "same"}
DONE, KEPT = "da-ghi", "giu-lai"


@never_cache
@access(Action.IMPORT_FILES, FORM)
def imports(request: UserRequest) -> HttpResponse:
    """Choose a file; the batches so far, and a template of each kind."""
    kinds, plans = kinds_for(request.user), plans_of(request)
    asked = request.GET.get("loai", "")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, kinds=kinds, plans=plans, initial={"kind": asked})
    if sent and form.is_valid() and (batch := _take_up(request, form)):
        return start(request, batch, "import-preview", f"Xem trước tệp {batch.file_name}", {})
    batches = Paginator(visible_batches(request.user), BATCHES).get_page(request.GET.get("trang"))
    context = {
        "form": form,
        "kinds": kinds,
        "page": batches,
        "lines": standings(batches),
        "all": may(request.user, Action.SEE_TRAIL),
    }
    return render(request, "trainingplan/imports/imports.html", context)


def _take_up(request: UserRequest, form: UploadForm) -> ImportBatch | None:
    """The batch of the upload; what is refused stands in the form."""
    file = form.cleaned_data["file"]
    try:
        return take_up(
            name=str(file.name),
            content=file.read(),
            kind=form.kind_chosen,
            plan=form.plan_chosen,
            actor=request.user,
        )
    except Refused as refused:
        form.add_error(refused.field or None, refused.message)
        return None


def start(request: UserRequest, batch: ImportBatch, kind: str, title: str, params: dict[str, Any]) -> HttpResponse:
    """Do it at once, or for a large file as a job; where to see what became of it."""
    url = reverse("import-batch", args=[batch.uuid])
    if batch.rows > settings.IMPORT_AT_ONCE:
        params = {"batch": str(batch.uuid), **params}
        key = f"{kind}:{batch.uuid}"
        job = start_job(kind=kind, title=title, params=params, plan=batch.plan, actor=request.user, key=key, back=url)
        ImportBatch.objects.filter(pk=batch.pk).update(job=job.pk)
        return follow(request, job)
    try:
        _at_once(request, batch, kind, params)
    except ChangedSince:
        pass  # the new preview says so itself
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    return redirect(url)


def _at_once(request: UserRequest, batch: ImportBatch, kind: str, params: Mapping[str, Any]) -> None:
    if kind == "import-preview":
        preview(batch)
    elif kind == "import-apply":
        apply(batch, mode=params["mode"], digest=params["digest"], actor=request.user)
        messages.success(request, "Đã nhập. Có thể hoàn tác ở trang này.", extra_tags="is-ok")
    else:
        undone = undo(batch, actor=request.user)
        messages.success(request, words_of_undone(undone), extra_tags="is-warn" if undone.kept else "is-ok")


@never_cache
@access(Action.IMPORT_FILES)
def import_batch(request: UserRequest, batch_id: UUID) -> HttpResponse:
    """What the file would change, or what it has changed."""
    batch = _find(request, batch_id)
    pending = Job.objects.filter(pk=batch.job, state__in=PENDING).first() if batch.job else None
    own = batch.by_id == request.user.pk
    context: dict[str, Any] = {"batch": batch, "own": own, "pending": pending}
    context["state"], context["tone"] = standing_of(batch, pending=pending is not None)
    if batch.state in (ImportBatch.State.APPLIED, ImportBatch.State.UNDONE):
        context |= _done(request, batch)
    elif batch.state == ImportBatch.State.PREVIEWED:
        context |= _previewed(request, batch)
    if context.get("current", PROBLEMS) != PROBLEMS:
        note_shown(context["page"])
        context["rows"] = changes_in_words(context["page"])
    context["turn_query"] = f"xem={context.get('current', '')}&"
    return render(request, "trainingplan/imports/batch.html", context)


def _previewed(request: UserRequest, batch: ImportBatch) -> dict[str, Any]:
    report = read_report(batch)
    labels = {PROBLEMS: "Lỗi", ADDED: "Thêm mới", CHANGED: "Sửa", REFUSED: "Dòng bị từ chối", SAME: "Không đổi"}
    counts = {PROBLEMS: batch.problems, **{key: getattr(batch, action) for key, action in ACTIONS.items()}}
    tabs, current = _tabs(request, labels, counts)
    return {
        "tabs": tabs,
        "current": current,
        "page": _page(request, _rows(report, current)),
        "questions": [(question, batch.answers.get(question.key, "")) for question in report.questions],
        "notes": report.notes,
        "changing": batch.added + batch.changed,
        "whole": not batch.problems,
        "refused_file": bool(batch.file_problems),
    }


def _rows(report: Report, tab: str) -> Sequence[Any]:
    return report.problems if tab == PROBLEMS else report.of(ACTIONS.get(tab, ""))


def _done(request: UserRequest, batch: ImportBatch) -> dict[str, Any]:
    labels = {DONE: "Các dòng đã nhập"}
    counts = {DONE: batch.added + batch.changed}
    if batch.state == ImportBatch.State.UNDONE:
        labels[KEPT], counts[KEPT] = "Giữ nguyên khi hoàn tác", batch.kept
    tabs, current = _tabs(request, labels, counts)
    rows = batch.imported.filter(outcome="kept") if current == KEPT else batch.imported.all()
    return {"tabs": tabs, "current": current, "page": _page(request, rows)}


def _tabs(request: UserRequest, labels: Mapping[str, str], counts: Mapping[str, int]) -> tuple[list[Tab], str]:
    """The views that show something, and the one that is asked for, else the first."""
    keys = [key for key in labels if counts[key]] or list(labels)[:1]
    asked = request.GET.get("xem", "")
    current = asked if asked in keys else keys[0]
    return [Tab(key, labels[key], counts[key], key == current) for key in keys], current


def _page(request: UserRequest, rows: Any) -> Any:
    return Paginator(rows, LINES).get_page(request.GET.get("trang"))


@access(Action.IMPORT_FILES, WRITE)
def import_answer(request: UserRequest, batch_id: UUID) -> HttpResponse:
    """Answer the file's questions, and preview it again."""
    batch = _own(request, batch_id)
    given = {name.removeprefix("q-"): value for name, value in request.POST.items() if name.startswith("q-")}
    if batch.state in OPEN:
        answer(batch, {key[:200]: str(value)[:200] for key, value in given.items()})
    return start(request, batch, "import-preview", f"Xem trước tệp {batch.file_name}", {})


@access(Action.IMPORT_FILES, WRITE)
def import_apply(request: UserRequest, batch_id: UUID) -> HttpResponse:
    """Write what was previewed: all, or only the rows that are right."""
    batch = _own(request, batch_id)
    good = request.POST.get("cach") == ImportBatch.Mode.GOOD_ROWS
    mode = ImportBatch.Mode.GOOD_ROWS if good else ImportBatch.Mode.ALL
    params = {"mode": str(mode), "digest": request.POST.get("ban-xem-truoc", "")}
    return start(request, batch, "import-apply", f"Nhập tệp {batch.file_name}", params)


@access(Action.IMPORT_FILES, WRITE)
def import_cancel(request: UserRequest, batch_id: UUID) -> HttpResponse:
    """Give a file up before it is applied."""
    batch = _own(request, batch_id)
    try:
        cancel(batch, actor=request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
    else:
        messages.success(request, f"Đã hủy, không nhập gì từ tệp «{batch.file_name}».", extra_tags="is-ok")
    return redirect("imports")


@access(Action.IMPORT_FILES, WRITE)
def import_undo(request: UserRequest, batch_id: UUID) -> HttpResponse:
    """Take a batch back."""
    batch = _find(request, batch_id)
    return start(request, batch, "import-undo", f"Hoàn tác lần nhập tệp {batch.file_name}", {})


@never_cache
@access(Action.IMPORT_FILES)
def import_marked(request: UserRequest, batch_id: UUID) -> HttpResponse:
    """The user's own file with the wrong cells marked, and a sheet that lists them."""
    batch = _own(request, batch_id)
    try:
        name, content = marked_copy(batch.file_name, upload_of(batch), read_report(batch).problems)
    except (Refused, Unreadable) as refused:
        messages.error(request, str(refused), extra_tags="is-bad")
        return redirect("import-batch", batch.uuid)
    note_file(batch)
    return _file(name, content)


@never_cache
@access(Action.IMPORT_FILES)
def import_upload(request: UserRequest, batch_id: UUID) -> HttpResponse:
    """The file as it was uploaded."""
    batch = _find(request, batch_id)
    try:
        content = upload_of(batch)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
        return redirect("import-batch", batch.uuid)
    note_file(batch)
    return _file(batch.file_name, content, "application/octet-stream")


@never_cache
@access(Action.IMPORT_FILES)
def import_template(request: UserRequest, kind: str) -> HttpResponse:
    """A file of that kind to begin with."""
    found, plans = kind_of(kind, request.user), plans_of(request)
    year = request.GET.get("nam", "")
    plan = next((plan for plan in plans if str(plan.year) == year), next(iter(plans), None))
    if found is None or (found.needs_plan and plan is None):
        raise Http404(kind)
    try:
        template = found.template(plan, request.user)
    except Refused as refused:
        messages.error(request, refused.message, extra_tags="is-bad")
        return redirect("imports")
    if template is None:
        raise Http404(kind)
    return _file(*template)


def _file(name: str, content: bytes, content_type: str = XLSX) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type, headers={"Content-Disposition": disposition})


def _find(request: UserRequest, batch_id: UUID) -> ImportBatch:
    found = visible_batches(request.user).filter(uuid=batch_id).first()
    if found is None:
        raise Http404(batch_id)
    return found


def _own(request: UserRequest, batch_id: UUID) -> ImportBatch:
    """A batch of somebody else is looked at, never gone on with."""
    found = _find(request, batch_id)
    if found.by_id != request.user.pk:
        raise Http404(batch_id)
    return found
