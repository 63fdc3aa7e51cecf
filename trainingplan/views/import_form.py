"""The form that takes a file to bring in, and how a batch stands, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from trainingplan.imports.kinds import FileKind
from trainingplan.models import ImportBatch, Job, Plan
from trainingplan.models.jobs import PENDING
from trainingplan.reading.limits import LARGEST_FILE

TONES = {
    ImportBatch.State.READING: "is-info",
    ImportBatch.State.PREVIEWED: "is-warn",
    ImportBatch.State.APPLIED: "is-ok",
    ImportBatch.State.FAILED: "is-bad",
}
NOT_READ = "chưa xem trước"


class UploadForm(forms.Form):
    """A file, its kind if it is not to be told from the file, and the plan it belongs to."""

    file = forms.FileField(
        label="Tệp cần nhập",
        help_text="Tệp .xlsx hoặc .csv, nhiều nhất 5 MB, 20.000 dòng. Chưa ghi gì cho đến khi bạn xác nhận.",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv"}),
        error_messages={
            "required": "Chọn tệp cần nhập.",
            "empty": "Tệp rỗng. Chọn tệp có dữ liệu.",
            "max_length": "Tên tệp dài quá 200 chữ. Đổi tên ngắn hơn.",
        },
        max_length=200,
    )
    kind = forms.ChoiceField(label="Loại tệp", required=False)
    plan = forms.ChoiceField(label="Kế hoạch năm", required=False)

    def __init__(self, *args: Any, kinds: Sequence[FileKind], plans: Sequence[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        self.kinds = {kind.key: kind for kind in kinds}
        self.plans = {str(plan.year): plan for plan in plans}
        kind_field, plan_field = self.fields["kind"], self.fields["plan"]
        kind_field.choices = [("", "Tự nhận ra từ tệp"), *((key, one.title) for key, one in self.kinds.items())]  # type: ignore[attr-defined]
        plan_field.choices = [(year, year) for year in self.plans]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("Tệp lớn hơn 5 MB. Chia thành nhiều tệp nhỏ hơn rồi nhập từng tệp.")
        return file

    @property
    def kind_chosen(self) -> FileKind | None:
        return self.kinds.get(self.cleaned_data["kind"])

    @property
    def plan_chosen(self) -> Plan | None:
        return self.plans.get(self.cleaned_data["plan"])


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of a batch's rows, with how many it shows."""

    key: str
    label: str
    count: int
    current: bool


def standing_of(batch: ImportBatch, *, pending: bool) -> tuple[str, str]:
    """How the batch stands, in words, and the tone of it; one whose reading was stopped is not being read."""
    if batch.state == ImportBatch.State.READING and not pending:
        return NOT_READ, ""
    return batch.get_state_display(), TONES.get(ImportBatch.State(batch.state), "")


def standings(batches: Iterable[ImportBatch]) -> list[tuple[ImportBatch, str, str]]:
    """The batches, each with how it stands."""
    listed = list(batches)
    jobs = {batch.job for batch in listed if batch.job and batch.state == ImportBatch.State.READING}
    pending = set(Job.objects.filter(pk__in=jobs, state__in=PENDING).values_list("pk", flat=True)) if jobs else set()
    return [(batch, *standing_of(batch, pending=batch.job in pending)) for batch in listed]
