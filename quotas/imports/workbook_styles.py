"""The cell formats of a unit's workbook: what is to be filled in is pale yellow and open, all else is locked."""

from collections.abc import Iterable
from textwrap import wrap
from typing import Any, Final

A4: Final = 9
MM_PER_INCH: Final = 25.4
INPUT, HEAD, GROUP, CLOSED = "#FFF9DB", "#F1E5E3", "#F7F3F2", "#EFEFEF"
LINE: Final = 14.5
"""Points of a line of 11-point text."""
LONGEST_TITLE, LONGEST_MESSAGE = 32, 255
"""What Excel shows of a validation's words."""


class Styles:
    """Each format once for the whole workbook."""

    def __init__(self, book: Any) -> None:
        def style(**more: object) -> Any:
            return book.add_format({"valign": "vcenter", "text_wrap": True, **more})

        boxed = {"border": 1, "border_color": "#9A8F8C"}
        opened = {**boxed, "bg_color": INPUT, "locked": False}
        self.plain = style(valign="top")
        self.bold = style(bold=True, valign="top")
        self.right = style(align="right", valign="top")
        self.heading = style(bold=True, text_wrap=False, font_size=12)
        self.title = style(bold=True, align="center", font_size=14)
        self.subtitle = style(bold=True, align="center", font_size=13)
        self.note = style(italic=True, text_wrap=False)
        self.note_right = style(italic=True, align="right")
        self.head = style(**boxed, bold=True, align="center", bg_color=HEAD)
        self.group = style(**boxed, bold=True, bg_color=GROUP)
        self.group_number = style(
            **boxed, bold=True, bg_color=GROUP, num_format="#,##0;-#,##0;;@", align="right", indent=1, text_wrap=False
        )
        self.total = style(**boxed, bold=True, bg_color=HEAD)
        self.total_number = style(
            **boxed, bold=True, bg_color=HEAD, num_format="#,##0", align="right", indent=1, text_wrap=False
        )
        self.text = style(**boxed)
        self.indented = style(**boxed, indent=1)
        self.centre = style(**boxed, align="center")
        self.number = style(**boxed, num_format="#,##0", align="right", indent=1, text_wrap=False)
        self.sum = style(**boxed, num_format="#,##0;-#,##0;;@", align="right", indent=1, text_wrap=False)
        self.number_input = style(**opened, num_format="#,##0", align="right", indent=1, text_wrap=False)
        self.number_locked = style(
            **boxed, bg_color=CLOSED, num_format="#,##0", align="right", indent=1, text_wrap=False
        )
        self.mark_input = style(**opened, align="center")
        self.mark_locked = style(**boxed, bg_color=CLOSED, align="center")
        self.text_input = style(**opened, num_format="@")
        self.wrong = book.add_format({"bg_color": "#F8D0CC", "font_color": "#8B1A1A"})
        self.signed = style(bold=True, align="center")
        self.signed_date = style(italic=True, align="center")


def message(title: str, words: str) -> dict[str, str]:
    """The words of a refused entry, within what Excel shows."""
    return {"error_title": title[:LONGEST_TITLE], "error_message": words[:LONGEST_MESSAGE]}


def row_height(texts: Iterable[tuple[str, float]], *, bold: bool = False) -> float:
    """Points for a row whose cells hold these texts, each in a column of that width: who opens a file sees all words.

    Excel fits rows by itself, other programs show them as they are written.
    """
    lines = max((len(wrap(text, max(int(width * (1.02 if bold else 1.1)), 1))) for text, width in texts), default=1)
    return LINE * max(lines, 1) + 3


def set_margins(sheet: Any, left: int, right: int, top: int, bottom: int) -> None:
    """The margins of the paper, in millimetres."""
    sheet.set_margins(*(mm / MM_PER_INCH for mm in (left, right, top, bottom)))
