"""What is typed on the page of issuing: the paper that is signed, and reasons."""

from typing import Any
from uuid import uuid4

from django import forms

from reports.closing import Remains
from reports.services.closing import Filled
from reports.services.submittals import LONGEST_REASON
from trainingplan.forms import LineField, WholeDateField
from trainingplan.models import User
from trainingplan.services.refusals import Refused


class _Form(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})

    def take(self, refusal: Refused) -> None:
        """Show a refusal at its field, or above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class ReasonForm(_Form):
    """Why something is taken back, opened again, or left as it is."""

    reason = LineField(
        label="Lý do",
        longest=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Cần ghi lý do."},
    )


class ClosingForm(_Form):
    """The end of a plan: why it ends with something open, whether running classes go on, what was seen."""

    reason = LineField(
        label="Ghi chú", longest=LONGEST_REASON, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    go_on = forms.BooleanField(label="Các lớp đang học nêu trên học tiếp sang năm sau", required=False)
    mark = forms.CharField(widget=forms.HiddenInput, required=False)
    token = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "Trang đã cũ. Xem lại danh sách rồi bấm lần nữa."),
    )

    def __init__(self, *args: Any, found: Remains, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not found.blocked:
            del self.fields["go_on"]
        if found.items:
            self.fields["reason"].label = "Vì sao kết thúc khi còn việc dở, ai lo tiếp"

    @property
    def filled(self) -> Filled:
        typed = self.cleaned_data
        return Filled(typed["mark"], typed["reason"], typed.get("go_on", False), typed["token"])

    def seen_anew(self, found: Remains) -> None:
        """Over what stands now, to be sent again."""
        self.data = {**dict(self.data.items()), "mark": found.mark, "token": str(uuid4())}


class PaperForm(_Form):
    """Number, date and signer; a deputy says in whose right."""

    number = LineField(
        label="Số",
        longest=20,
        help_text="Chỉ ghi chữ số, ví dụ 215 hoặc 05; ký hiệu được in theo kế hoạch.",
        error_messages={"required": "Chưa nhập số văn bản."},
    )
    issued_on = WholeDateField(label="Ngày ban hành", error_messages={"required": "Chưa nhập ngày ban hành."})
    signing_authority = LineField(label="Thay mặt", longest=200, required=False)
    signer_title = LineField(
        label="Chức vụ người ký", longest=200, error_messages={"required": "Chưa nhập chức vụ người ký."}
    )
    signer_name = LineField(
        label="Họ và tên người ký", longest=150, error_messages={"required": "Chưa nhập họ và tên người ký."}
    )
    right = forms.ChoiceField(
        label="Ban hành theo quyền của",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Chưa chọn ban hành theo quyền của ai.",
            "invalid_choice": "Bạn không có quyền ban hành kế hoạch, hoặc ủy quyền đã hết hiệu lực.",
        },
    )

    def __init__(self, *args: Any, rights: tuple[User, ...], reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rights = {str(right.pk): right for right in rights}
        self.fields["issued_on"].widget.attrs |= {"placeholder": "05/12/2024", "inputmode": "numeric"}
        self.fields["number"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        names = [
            (key, "chính mình" if right == reader else f"{right.full_name} (ban hành thay)")
            for key, right in self.rights.items()
        ]
        field = self.fields["right"]
        if isinstance(field, forms.ChoiceField):
            field.choices = names
        if len(names) == 1:
            field.widget = forms.HiddenInput()
        field.initial = names[0][0] if names else None

    @property
    def right_of(self) -> User:
        return self.rights[self.cleaned_data["right"]]
