"""Cell formats of a workbook, and the conversions between mm, pixels and points."""

from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from reports.document import Align, Run
from reports.renderers.metrics import POINTS_PER_MM

FONT: Final = "Times New Roman"
PIXELS_PER_MM: Final = 0.985 * 96 / 25.4
"""A hair under the paper's own measure: rounded up, the columns would be scaled down to fit the page."""
TALLEST_ROW: Final = 409
"""Excel knows no taller row, in points."""
INDENT_MM: Final = 2.4
_LINE_PITCH: Final = 1.3
_ROW_PADDING: Final = 3
_SIDE_PADDING_MM: Final = 1.9
_SCREEN_SLACK: Final = 0.95
"""Excel's letters on the screen are up to a twentieth wider than on paper."""
_ALIGN: Final = {Align.LEFT: "left", Align.CENTER: "center", Align.RIGHT: "right", Align.JUSTIFY: "justify"}


def pixels(width_mm: float) -> int:
    return round(width_mm * PIXELS_PER_MM)


def wrap_width(width_mm: float, indent: int = 0) -> float:
    """Width in points that surely holds a line of text in a cell of this width."""
    return max(width_mm - _SIDE_PADDING_MM - indent * INDENT_MM, 1) * POINTS_PER_MM * _SCREEN_SLACK


def row_height(lines: int, size: int) -> float:
    return min(lines * size * _LINE_PITCH + _ROW_PADDING, TALLEST_ROW)


class Styles:
    """Makes each format once, however many cells ask for it."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[object, ...], Format] = {}

    def get(
        self,
        *,
        size: int,
        bold: bool = False,
        italic: bool = False,
        align: Align = Align.LEFT,
        number: str = "",
        border: bool = False,
        indent: int = 0,
    ) -> Format:
        """A format; a number too wide for its cell is printed smaller, where Excel would show "###"."""
        key = (size, bold, italic, align, number, border, indent)
        if key not in self._made:
            properties: dict[str, object] = {
                "font_name": FONT,
                "font_size": size,
                "bold": bold,
                "italic": italic,
                "align": _ALIGN[align],
                "valign": "vcenter",
                "text_wrap": not number,
                "border": int(border),
                "indent": indent,
            }
            if number:
                properties |= {"num_format": number, "shrink": True}
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def run(self, run: Run, size: int) -> Format:
        """The letters of one run inside a cell."""
        return self.get(size=size, bold=run.bold, italic=run.italic)
