"""Forms of the back office: nothing reaches a frozen plan or, unsaid, a constraint of the database."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from unfold.forms import PaginationInlineFormSet

from trainingplan.services.catalogue import Edits, in_words, plan_of, uses_of, why_frozen

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
    ChoiceField = forms.ModelChoiceField[Any]
else:
    ModelForm, ChoiceField = forms.ModelForm, forms.ModelChoiceField


class CatalogueForm(ModelForm):
    """A row of a catalogue: its key is given once, and nothing is added to a frozen plan."""

    stale = ""
    """In words, that somebody else has changed the row since the page was opened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "key" in self.fields:
            self.fields["key"].disabled = True

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance._state.adding and (why := why_frozen(self._plan())):
            raise ValidationError(why, code="frozen")
        if self.stale:
            raise ValidationError(self.stale, code="stale")
        return cleaned

    def _plan(self) -> Any:
        """The plan that a new row would belong to, from what was chosen."""
        parents = (self.cleaned_data.get(name) for name in ("plan", "programme", "appendix"))
        return next((plan_of(parent) for parent in parents if isinstance(parent, Model)), None)


class InPlanForm(CatalogueForm):
    """A row that names others of its own plan, and of no other."""

    same_plan: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        plan = self._plan() or (plan_of(self.instance) if self.instance.pk else None)
        for name in self.same_plan:
            other = self.cleaned_data.get(name)
            if other is not None and plan is not None and plan_of(other) != plan:
                self.add_error(name, f"Phải thuộc cùng {plan}.")
        return cleaned


class CatalogueFormSet(PaginationInlineFormSet):
    """Parts of a row. A part that others use is not deleted; what is saved is noted in the caller's edits."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            row = form.instance
            if self.goes(form) and row.pk and (uses := uses_of(row)):
                raise ValidationError(f"Không xóa được «{row}»: {in_words(uses)}.", code="used")

    def goes(self, form: ModelForm) -> bool:
        """Whether the row is marked for deletion; unlike `deleted_forms` this also tells when another row is wrong."""
        return bool(self.can_delete and self._should_delete_form(form))

    def staying(self) -> list[ModelForm]:
        """The forms that are read, not deleted, and not left empty."""
        return [form for form in self.forms if getattr(form, "cleaned_data", None) and not self.goes(form)]

    def save_to(self, edits: Edits) -> None:
        """Save what changed; within a transaction."""
        self.save(commit=False)
        for row in self.deleted_objects:
            edits.delete(row)
        self.save_rows([row for row, _ in self.changed_objects], self.new_objects, edits)

    def save_rows(self, changed: Sequence[Model], added: Sequence[Model], edits: Edits) -> None:
        for row in (*changed, *added):
            edits.save(row)


class OrderedForm(CatalogueForm):
    """A row whose place among its siblings is unique; the formset looks at the siblings, not each row by itself."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "position"}  # type: ignore[misc]


class OrderedFormSet(CatalogueFormSet):
    """Parts in an order: places may be exchanged in one save."""

    def clean(self) -> None:
        super().clean()
        taken: dict[int, int] = {}
        for line, form in enumerate(self.staying(), start=1):
            place = form.cleaned_data.get("position")
            if place is None:
                continue
            if place in taken:
                form.add_error("position", f"Thứ tự {place} đã có ở dòng {taken[place]}.")
            taken.setdefault(place, line)

    def save_rows(self, changed: Sequence[Model], added: Sequence[Model], edits: Edits) -> None:
        edits.save_in_order(changed)
        super().save_rows([], added, edits)
