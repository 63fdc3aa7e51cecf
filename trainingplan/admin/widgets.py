"""Choices among the rows of another table, searched as one types."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError

from trainingplan.rules.text import quoted

if TYPE_CHECKING:
    from django.contrib.admin.widgets import AutocompleteMixin as Base

    ManyField = forms.ModelMultipleChoiceField[Any]
else:
    Base, ManyField = object, forms.ModelMultipleChoiceField

LONGEST_KEY = 18
"""Digits of a key that every database takes."""


def is_key(text: str) -> bool:
    return len(text) <= LONGEST_KEY and text.isascii() and text.isdigit()


class Tolerant(Base):
    """Draws a refused form again without what is no key at all; Django's own looks it up, which is a fault."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        keys = [key for key in value if is_key(key)]
        return super().optgroups(name, keys, attr)


class ChooseOne(Tolerant, AutocompleteSelect):
    """One row."""


class ChooseMany(Tolerant, AutocompleteSelectMultiple):
    """Several rows."""


class KeysField(ManyField):
    """Several rows by their keys; Django's own looks up whatever digits it gets, and SQLite fails at twenty of them."""

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if not is_key(str(key)):
                raise ValidationError(
                    self.error_messages["invalid_choice"], "invalid_choice", {"value": quoted(str(key))}
                )
        return super().clean(value)
