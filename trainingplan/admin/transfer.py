"""Import and export of a catalogue: a file is read, shown as what it would change, and written only when confirmed."""

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.results import Result, RowResult
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from trainingplan.admin.base import CatalogueAdmin, user_of
from trainingplan.resources.base import CatalogueResource
from trainingplan.resources.files import FORMATS, LARGEST_FILE, ROW, cell_words, read_table
from trainingplan.rules.names import fold
from trainingplan.services.changes import one_batch
from trainingplan.services.refusals import Refused

logger = logging.getLogger(__name__)

SHOWN = 300
KEPT_SECONDS = 2 * 3600
SALT = "trainingplan.import"
UPLOAD_DIR: Path = settings.VAR_DIR / "uploads"
KINDS = {"new": "Thêm mới", "update": "Sửa", "skip": "Không đổi"}


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
    """A catalogue that also takes a file in."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

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
        name, content = str(file.name), file.read()
        result, resource = self._try(request, name, content)
        if isinstance(result, str):
            form.add_error("file", result)
            return self._page(request, form=form)
        if problems := list(problems_of(result, resource)):
            return self._page(request, form=form, problems=problems, name=name)
        claim = {"file": keep(content), "name": name, "digest": digest_of(result)}
        token = signing.dumps(claim | {"user": user_of(request).pk, "model": self.opts.label}, salt=SALT)
        return self._page(request, name=name, token=token, **preview_of(result))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Write what was confirmed, if it still changes what was shown."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_import_permission(request):
            raise PermissionDenied
        try:
            claim = self._claim(request)
            content = take(claim["file"])
            with transaction.atomic(), one_batch():
                result, resource = self._import(request, claim["name"], content, dry_run=False)
                changed = digest_of(result) != claim["digest"]
                if changed:
                    transaction.set_rollback(True)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(self._url("import"))
        if problems := list(problems_of(result, resource)):
            return self._page(request, form=UploadForm(), problems=problems, name=claim["name"])
        if changed:
            messages.error(request, "Chưa nhập: dữ liệu đã thay đổi từ lúc xem trước. Hãy chọn lại tệp để xem lại.")
            return HttpResponseRedirect(self._url("import"))
        done = preview_of(result)
        messages.success(request, f"Đã nhập tệp «{claim['name']}»: {done['summary']}.")
        return HttpResponseRedirect(self._url("changelist"))

    def _try(self, request: HttpRequest, name: str, content: bytes) -> tuple[Result | str, CatalogueResource]:
        """Import and take back; what is wrong with the file as such comes back in words."""
        try:
            with transaction.atomic():
                result, resource = self._import(request, name, content, dry_run=True)
                transaction.set_rollback(True)
        except Refused as refusal:
            return refusal.message, self.resource_classes[0]()
        return result, resource

    def _import(
        self, request: HttpRequest, name: str, content: bytes, *, dry_run: bool
    ) -> tuple[Result, CatalogueResource]:
        resource: CatalogueResource = self.resource_classes[0]()
        result = resource.import_data(
            read_table(name, content),
            dry_run=dry_run,
            rollback_on_validation_errors=True,
            user=user_of(request),
            file_name=name,
        )
        return result, resource

    def _claim(self, request: HttpRequest) -> dict[str, Any]:
        try:
            claim: dict[str, Any] = signing.loads(request.POST.get("token", ""), salt=SALT, max_age=KEPT_SECONDS)
        except signing.BadSignature as error:
            raise Refused("Bản xem trước đã quá hạn. Hãy chọn lại tệp.") from error
        if claim["user"] != user_of(request).pk or claim["model"] != self.opts.label:
            raise Refused("Bản xem trước này không phải của bạn. Hãy chọn lại tệp.")
        return claim

    def _page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        resource: CatalogueResource = self.resource_classes[0](reader=user_of(request))
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


def problems_of(result: Result, resource: CatalogueResource) -> Iterator[Problem]:
    """All that is wrong, in the order of the file."""
    for error in result.base_errors:
        yield Problem(0, "", "", _words(error.error))
    for row in result.rows:
        number = row.row_values.get(ROW, 0)
        for error in row.errors:
            yield Problem(number, "", "", _words(error.error))
        if row.validation_error is not None:
            yield from _row_problems(row, number, resource)


def _row_problems(row: RowResult, number: int, resource: CatalogueResource) -> Iterator[Problem]:
    error = row.validation_error
    fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for field, texts in fields.items():
        column = resource.heading_of(field)
        value = row.row_values.get(column)
        typed = cell_words(value)
        for text in texts:
            yield Problem(number, column, typed, text)


def _words(error: Exception) -> str:
    if isinstance(error, Refused):
        return error.message
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, IntegrityError | DataError):
        logger.warning("The database refused a row of an import", exc_info=error)
        return "Không ghi được dòng này: trái với một ràng buộc của cơ sở dữ liệu. Kiểm tra các khóa và thứ tự."
    logger.error("A row of an import failed", exc_info=error)
    return "Không ghi được dòng này vì lỗi của phần mềm. Lỗi đã được ghi lại; hãy báo người quản trị."


def preview_of(result: Result) -> dict[str, Any]:
    """What the file changes: how many rows of each kind, and the first of those that change something."""
    lines = [
        Line(
            row.row_values[ROW], row.import_type, KINDS.get(row.import_type, ""), row.object_repr or "", row.diff or []
        )
        for row in result.rows
    ]
    counts = {kind: sum(line.kind == kind for line in lines) for kind in KINDS}
    changing = [line for line in lines if line.kind != "skip"]
    return {
        "counts": [(kind, KINDS[kind], count) for kind, count in counts.items()],
        "summary": f"{counts['new']} dòng thêm mới, {counts['update']} dòng sửa, {counts['skip']} dòng không đổi",
        "lines": changing[:SHOWN],
        "more": len(changing) - len(changing[:SHOWN]),
        "changing": len(changing),
    }


def digest_of(result: Result) -> str:
    """One value for all that an import changes, so that what is confirmed is what was shown."""
    changes = [(row.row_values.get(ROW), row.import_type, row.diff) for row in result.rows]
    return hashlib.sha256(repr(changes).encode()).hexdigest()


def keep(content: bytes) -> str:
    """Put the file aside until it is confirmed; what nobody confirmed in time goes."""
    UPLOAD_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in UPLOAD_DIR.iterdir():
        with suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink()
    name = uuid4().hex
    (UPLOAD_DIR / name).write_bytes(content)
    return name


def take(name: str) -> bytes:
    """The file that was put aside; of two who confirm it, one gets it. Raises Refused for the other."""
    taken = UPLOAD_DIR / f"{name}.taken"
    try:
        (UPLOAD_DIR / name).rename(taken)
    except FileNotFoundError as error:
        raise Refused("Tệp này đã được nhập, hoặc bản xem trước đã quá hạn.") from error
    content = taken.read_bytes()
    taken.unlink()
    return content
