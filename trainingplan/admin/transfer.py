"""Import and export of a catalogue: a file is read, shown as what it would change, and written only when confirmed."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from import_export.admin import ExportMixin, ImportExportMixin
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from trainingplan.admin.base import CatalogueAdmin, user_of
from trainingplan.imports.batches import ChangedSince, apply, preview, take_up
from trainingplan.imports.catalogue_kind import CatalogueKind
from trainingplan.imports.kinds import Problem as FileProblem
from trainingplan.imports.kinds import kinds
from trainingplan.imports.report import Report, read_report
from trainingplan.imports.running import ADDED, CHANGED, SAME
from trainingplan.models import ImportBatch
from trainingplan.policies import UserRequest, may
from trainingplan.resources.files import FORMATS, LARGEST_FILE
from trainingplan.rules.names import fold
from trainingplan.services.refusals import Refused
from trainingplan.views.imports import start

SHOWN = 300
KINDS = {ADDED: ("new", "Thêm mới"), CHANGED: ("update", "Sửa"), SAME: ("skip", "Không đổi")}


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Tệp cần nhập",
        help_text="Tệp .xlsx hoặc .csv, nhiều nhất 5 MB. Dòng đầu là tiêu đề cột như trong tệp xuất từ trang này.",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": "Chọn tệp cần nhập.", "empty": "Tệp rỗng."},
        max_length=200,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise ValidationError("Tệp lớn hơn 5 MB. Chia thành nhiều tệp nhỏ hơn rồi nhập từng tệp.")
        return file


class FormatForm(ExportForm):
    """Asks for the kind of file; a workbook unless said otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("format", "0")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file as the preview shows it."""

    number: int
    kind: str
    kind_label: str
    name: str
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps the file from being taken in; row 0 and no column: the file as a whole."""

    row: int
    column: str
    typed: str
    message: str


class ExportAdmin(ExportMixin, CatalogueAdmin):
    """A catalogue whose list can be saved as a file."""

    formats = FORMATS
    export_form_class = FormatForm

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_export_resource_kwargs(request, **kwargs), "reader": user_of(request)}

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        name = fold(str(self.opts.verbose_name_plural)).replace(",", "").replace(" ", "-")
        return f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"


class TransferAdmin(ImportExportMixin, ExportAdmin):
    """A catalogue that also takes a file in: a batch of the import centre, so it can be undone there."""

    @property
    def kind(self) -> CatalogueKind:
        """The kind of file that this catalogue takes."""
        resource = self.resource_classes[0]
        return next(kind for kind in kinds().values() if isinstance(kind, CatalogueKind) and kind.resource is resource)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and may(user_of(request), self.kind.action)

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Ask for a file; of a file that came, show what it would change, or all that is wrong with it."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, form=UploadForm())
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form=form)
        file = form.cleaned_data["file"]
        try:
            batch = take_up(name=str(file.name), content=file.read(), kind=self.kind, plan=None, actor=user_of(request))
            if batch.rows > settings.IMPORT_AT_ONCE:
                title = f"Xem trước tệp «{batch.file_name}»"
                return start(cast("UserRequest", request), batch, "import-preview", title, {})
            preview(batch)
        except Refused as refusal:
            form.add_error("file", refusal.message)
            return self._page(request, form=form)
        if batch.message:
            form.add_error("file", batch.message)
            return self._page(request, form=form)
        return self._previewed(request, batch)

    def _previewed(self, request: HttpRequest, batch: ImportBatch) -> HttpResponse:
        report = read_report(batch)
        if report.questions:
            return HttpResponseRedirect(reverse("import-batch", args=[batch.uuid]))
        if report.problems:
            found = [_problem(one) for one in report.problems]
            return self._page(request, form=UploadForm(), problems=found, name=batch.file_name)
        return self._page(request, name=batch.file_name, token=f"{batch.uuid}:{batch.digest}", **_shown(batch, report))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Write what was confirmed, if it still changes what was shown."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_import_permission(request):
            raise PermissionDenied
        try:
            batch, digest = self._claim(request)
            apply(batch, mode=ImportBatch.Mode.ALL, digest=digest, actor=user_of(request))
        except ChangedSince:
            messages.error(request, "Chưa nhập: dữ liệu đã thay đổi từ lúc xem trước. Hãy chọn lại tệp để xem lại.")
            return HttpResponseRedirect(self._url("import"))
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(self._url("import"))
        words = f"Đã nhập tệp «{batch.file_name}»: {_summary(batch)}. Hoàn tác được ở trang «Nhập – xuất Excel»."
        messages.success(request, words)
        return HttpResponseRedirect(self._url("changelist"))

    def _claim(self, request: HttpRequest) -> tuple[ImportBatch, str]:
        """The preview that is confirmed, with what was seen of it; raises Refused for any but one's own."""
        name, _, digest = request.POST.get("token", "").partition(":")
        try:
            batch = ImportBatch.objects.filter(uuid=UUID(name)).select_related("by", "plan").first()
        except ValueError:
            batch = None
        if batch is None:
            raise Refused("Bản xem trước đã quá hạn. Hãy chọn lại tệp.")
        if batch.by_id != user_of(request).pk or batch.kind != self.kind.key:
            raise Refused("Bản xem trước này không phải của bạn. Hãy chọn lại tệp.")
        if batch.state != ImportBatch.State.PREVIEWED:
            raise Refused("Tệp này đã được nhập, hoặc bản xem trước đã quá hạn.")
        return batch, digest

    def _page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        resource = self.resource_classes[0](reader=user_of(request))
        return TemplateResponse(
            request,
            "admin/import.html",
            self.admin_site.each_context(request)
            | {
                "title": f"Nhập {self.opts.verbose_name_plural} từ tệp",
                "subtitle": None,
                "opts": self.opts,
                "columns": [column for column in resource.columns.values() if resource.shows(column)],
                "process_url": self._url("process_import"),
                "import_url": self._url("import"),
                "export_url": self._url("export"),
                "media": self.media,
            }
            | context,
        )

    def _url(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")


def _problem(found: FileProblem) -> Problem:
    row = found.place.row if found.place is not None else 0
    return Problem(row, found.heading, found.value, f"{found.reason} {found.remedy}")


def _summary(batch: ImportBatch) -> str:
    return f"{batch.added} dòng thêm mới, {batch.changed} dòng sửa, {batch.same} dòng không đổi"


def _shown(batch: ImportBatch, report: Report) -> dict[str, Any]:
    """What the file changes: how many rows of each kind, and the first of those that change something."""
    changing = [line for line in report.lines if line.action in (ADDED, CHANGED)]
    lines = [
        Line(line.place.row, KINDS[line.action][0], KINDS[line.action][1], line.name, list(line.changes))
        for line in changing[:SHOWN]
    ]
    counts = ((ADDED, batch.added), (CHANGED, batch.changed), (SAME, batch.same))
    return {
        "counts": [(*KINDS[action], count) for action, count in counts],
        "lines": lines,
        "more": len(changing) - len(lines),
        "changing": len(changing),
    }
