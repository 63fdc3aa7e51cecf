"""The forms of re-planning: what is asked, sent in the address, and the acceptance of an option."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.http import QueryDict

from budget.models import MAXIMUM
from budget.rules.replan import Rank
from budget.rules.resizing import Limits
from budget.selectors.replan import PROVINCE, USUAL_LIMITS, Wishes, source_choices
from trainingplan.forms import CountField, LineField, MoneyField, PercentField, RowForm

ADDRESS = {
    "source": "nguon",
    "amount": "so-tien",
    "percent": "phan-tram",
    "least": "it-nhat",
    "most": "nhieu-nhat",
    "rank": "xep-theo",
}
KEEP, FIRST, KEEP_GROUP, FIRST_GROUP = "giu", "truoc", "giu-nhom", "truoc-nhom"
"""Lists of the address: lines and groups to keep, and to cut first."""
LONGEST_ID = 18
RANKS = (
    (Rank.LEARNERS, "ít học viên bị giảm nhất"),
    (Rank.LINES, "ít dòng phải đổi nhất"),
    (Rank.REST, "dùng gần hết số được giao nhất"),
)
CHOICE = {"invalid_choice": "Lựa chọn này không có trong danh sách."}
SEEN = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


class WishesForm(forms.Form):
    """What somebody asks of re-planning; not bound while the address says nothing."""

    use_required_attribute = False

    source = forms.ChoiceField(label="Kinh phí của", initial=PROVINCE, error_messages=CHOICE)
    amount = MoneyField(label="Số được giao (đồng)", max_value=MAXIMUM, required=False)
    percent = PercentField(
        label="hoặc bằng % dự kiến",
        min_value=1,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "90"}),
    )
    least = CountField(label="Học viên mỗi lớp, ít nhất", noun="số học viên", min_value=1, max_value=100_000)
    most = CountField(label="Học viên lớp ghép, nhiều nhất", noun="số học viên", min_value=1, max_value=100_000)
    rank = forms.ChoiceField(label="Xếp phương án theo", choices=RANKS, error_messages=CHOICE)

    def __init__(self, given: QueryDict) -> None:
        initial = {"least": USUAL_LIMITS.least, "most": USUAL_LIMITS.most}
        super().__init__(given if any(name in given for name in ADDRESS.values()) else None, initial=initial)
        self.label_suffix = ""
        self.given = given
        source = self.fields["source"]
        assert isinstance(source, forms.ChoiceField)  # noqa: S101 - tells the type checker
        source.choices = source_choices()
        for name in ("least", "most"):
            self.fields[name].error_messages["required"] = "Nhập số học viên."

    def add_prefix(self, field_name: str) -> str:
        return ADDRESS.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        amount, percent = cleaned.get("amount"), cleaned.get("percent")
        if amount is not None and percent is not None:
            self.add_error("percent", "Chỉ nhập một: số tiền, hoặc tỷ lệ.")
        elif amount is None and percent is None and not self.errors:
            self.add_error("amount", "Nhập số được giao, hoặc tỷ lệ so với dự kiến.")
        if cleaned.get("least") and cleaned.get("most") and cleaned["least"] > cleaned["most"]:
            self.add_error("most", "Số nhiều nhất không nhỏ hơn số ít nhất.")
        return cleaned

    @property
    def rank_words(self) -> str:
        """What is asked of the best option first; only of a valid form."""
        return dict(RANKS)[Rank(self.cleaned_data["rank"])]

    @property
    def wishes(self) -> Wishes:
        """What is asked; priorities alone while the rest is not valid."""
        asked = Wishes(
            keep=frozenset(_ids(self.given.getlist(KEEP))),
            first=frozenset(_ids(self.given.getlist(FIRST))),
            keep_groups=frozenset(self.given.getlist(KEEP_GROUP)),
            first_groups=frozenset(self.given.getlist(FIRST_GROUP)),
        )
        if not self.is_valid():
            return asked
        typed = self.cleaned_data
        return replace(
            asked,
            source=typed["source"],
            limit=typed["amount"],
            percent=typed["percent"] or 100,
            limits=Limits(least=typed["least"], most=typed["most"]),
            rank=Rank(typed["rank"]),
        )


class AcceptForm(RowForm):
    """That somebody means the option that he saw, and why. `seen` are the versions of all lines, `mark` the option."""

    reason = LineField(
        label="Lý do",
        longest=300,
        required=False,
        help_text="Số, ngày của văn bản giao kinh phí. Được ghi vào nhật ký.",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def versions(self) -> dict[int, int]:
        return {int(pk): int(version) for pk, version in SEEN.findall(self.cleaned_data["seen"])}


def seen_words(versions: dict[int, int]) -> str:
    """Versions of lines as the form carries them."""
    return " ".join(f"{pk}:{version}" for pk, version in versions.items())


def _ids(words: Iterable[str]) -> set[int]:
    return {int(word) for word in words if word.isascii() and word.isdigit() and len(word) <= LONGEST_ID}
