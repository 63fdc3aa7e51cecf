"""Soát số liệu: where the plan does not agree with itself, and what was changed in the Word file that came back."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render as render_template
from django.utils import timezone

from reports.checks import Disagreement, check_plan
from reports.checks.doors import CheckDoors
from reports.checks.listing import checks_document
from reports.exports import Format, file_name, render
from reports.views.files import attachment
from reports.word_back import WordBack, read_back
from reports.word_back_figures import FigureChange
from reports.word_back_file import LARGEST_FILE, TOO_LARGE, FileRefused
from reports.word_back_lines import WordChange
from trainingplan.models import Plan
from trainingplan.policies import FORM, Action, UserRequest, may, plan_view

DOWNLOADS = (Format.XLSX, Format.PDF)


class WordForm(forms.Form):
    """The Word file that came back; nothing of it is kept."""

    file = forms.FileField(
        label="Tệp Word nhận lại",
        help_text="Tệp .docx đã tải từ trang «Kế hoạch» rồi được sửa; nhiều nhất 5 MB. Kế hoạch không bị thay đổi.",
        widget=forms.FileInput(attrs={"accept": ".docx"}),
        error_messages={
            "required": "Chọn tệp Word cần đối chiếu.",
            "empty": "Tệp rỗng.",
            "max_length": "Tên tệp dài quá 200 chữ.",
        },
        max_length=200,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(TOO_LARGE)
        return file


@dataclass(frozen=True, slots=True)
class Linked:
    """Something found, with the addresses of its place and of the other side."""

    found: Disagreement | FigureChange | WordChange
    url: str
    other_url: str = ""


@plan_view(Action.SEE_CHECKS)
def checks(request: UserRequest, plan: Plan) -> HttpResponse:
    """Every disagreement with both its places, and what was compared."""
    result, doors = check_plan(plan), CheckDoors(plan, request.user)
    context = {
        "plan": plan,
        "result": result,
        "found": [_disagreement(one, doors) for one in result.disagreements],
        "counts": [(comparison.label, count, result.wrong[comparison]) for comparison, count in result.counts],
        "formats": DOWNLOADS,
        "form": WordForm() if may(request.user, Action.CHECK_WORD) else None,
        "illustrative": result.illustrative,
    }
    return render_template(request, "reports/checks.html", context)


@plan_view(Action.SEE_CHECKS)
def checks_file(_request: UserRequest, plan: Plan, extension: str) -> HttpResponse:
    """The list as a file."""
    if extension not in DOWNLOADS:
        raise Http404(extension)
    fmt, document = Format(extension), checks_document(plan, check_plan(plan), timezone.localdate())
    return attachment(render(document, fmt), file_name(document, fmt), fmt.content_type)


@plan_view(Action.CHECK_WORD, FORM)
def checks_word(request: UserRequest, plan: Plan) -> HttpResponse:
    """Read a Word file that came back and show what is otherwise in it. Nothing is stored."""
    form = WordForm(request.POST, request.FILES) if request.method == "POST" else WordForm()
    context = {"plan": plan, "form": form}
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            back = read_back(plan, file.read())
        except FileRefused as refused:
            form.add_error("file", str(refused))
        else:
            context |= _told(back, CheckDoors(plan, request.user)) | {"name": file.name}
    return render_template(request, "reports/checks_word.html", context)


def _told(back: WordBack, doors: CheckDoors) -> dict[str, object]:
    return {
        "back": back,
        "figures": [Linked(one, doors.place(one.place), doors.place(one.source)) for one in back.figures],
        "found": [_disagreement(one, doors) for one in back.disagreements],
        "changes": [Linked(one, doors.place(one.place)) for one in back.changes],
    }


def _disagreement(one: Disagreement, doors: CheckDoors) -> Linked:
    return Linked(one, doors.place(one.place), doors.place(one.other_place))
