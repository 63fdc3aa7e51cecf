"""What a preview calls a row of the whole-plan workbook: by names, and by a key only where there is no name."""

from typing import Any

from trainingplan.resources.book_columns import Keyed, KeyPart, KeyRef, shown_text
from trainingplan.resources.columns import Column

OWN_NAMES = ("name", "label", "head", "content", "heading", "title")
"""Where a row keeps what it is called, the first that is filled."""


def name_in_words(columns: list[Column], row: Any) -> str:
    """The columns are those of its key, each said in words: «Cao cấp lý luận chính trị – Đối tượng»."""
    parts = (_part(column, row) for column in columns if not isinstance(column.widget, KeyPart))
    return " – ".join(dict.fromkeys(part for part in parts if part))


def _part(column: Column, row: Any) -> str:
    if isinstance(column.widget, KeyRef):
        return _called(column.widget, column.get_value(row))
    shown = shown_text(column.export(row))
    if column.attribute not in ("key", "position"):
        return shown
    own = next((text for name in OWN_NAMES if (text := str(getattr(row, name, "") or ""))), "")
    return own or (f"thứ tự {shown}" if column.attribute == "position" else shown)


def _called(widget: Keyed, value: Any) -> str:
    if value is None:
        return ""
    index, directory = widget.scene.index(widget.directory), widget.directory
    key = index.keys.get(value, ("",))[-1]
    if directory.numeric and directory.what == "phụ lục":
        return f"Phụ lục {key}"
    return index.names.get(value, "") or key
