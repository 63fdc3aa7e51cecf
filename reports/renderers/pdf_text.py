"""Text for the rows that are drawn: shaped and broken by Pango as WeasyPrint does it, each text once."""

from collections.abc import Iterator
from struct import Struct
from typing import Any, Final, NamedTuple

from weasyprint.text.ffi import FROM_UNITS, ffi, pango, unicode_to_char_p
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import Layout, split_first_line

_GLYPH: Final = Struct("=IiiiI")
"""PangoGlyphInfo: number, width, shift right and down, flags."""
_FIRST_MARK: Final = 0x0FFFFFFF
"""From here on a number is no glyph: Pango's marks of what is empty or unknown."""


class Unsuited(Exception):  # noqa: N818 - a way out, no error: WeasyPrint prints the whole then
    """What cannot be drawn glyph by glyph: letters that the font lacks, text from right to left, raised marks."""


class Line(NamedTuple):
    """One line as the operand of TJ, and its width in CSS pixels."""

    shown: str
    width: float


class Face:
    """Shapes texts in one computed style. Raises Unsuited."""

    def __init__(self, style: Any) -> None:
        self.style = style
        self._layout = Layout(style)
        self._layout.set_text("0")
        self._font = self._layout.get_first_line()[0].runs[0].data.item.analysis.font
        self._key, _, self._size = get_pango_font_key(self._font)
        self._same = {self._font}
        self._widths: dict[int, int] = {}
        self._letters: dict[int, str] = {}
        self._lines: dict[str, Line] = {}
        self._broken: dict[tuple[str, float], tuple[Line, ...]] = {}

    def line(self, text: str) -> Line:
        """The text on one line, however long that is."""
        if text not in self._lines:
            self._lines[text] = self._shape(text)
        return self._lines[text]

    def lines(self, text: str, room: float, *, wraps: bool) -> tuple[Line, ...]:
        """The lines that a text takes in so many CSS pixels."""
        whole = self.line(text)
        if not wraps or whole.width <= room:
            return (whole,)
        key = (text, room)
        if key not in self._broken:
            self._broken[key] = tuple(self.line(part) for part in self._break(text, room))
        return self._broken[key]

    def put_into(self, stream: Any) -> tuple[str, float]:
        """Tell the file of the glyphs used so far; return the font's name there, and its size."""
        font, size = stream.add_font(self._font)
        for number, letter in self._letters.items():
            font.to_unicode.setdefault(number, letter)
            font.widths.setdefault(number, self._widths[number])
        return font.hash, size

    def _break(self, text: str, room: float) -> Iterator[str]:
        rest = text
        while rest:
            encoded = rest.encode()
            _, length, resume, *_ = split_first_line(rest, self.style, None, room, 0)
            yield encoded[:length].decode().rstrip(" ")
            rest = encoded[resume:].decode().lstrip(" ") if resume else ""

    def _shape(self, text: str) -> Line:
        kept, encoded = unicode_to_char_p(text)
        pango.pango_layout_set_text(self._layout.layout, kept, -1)
        run = pango.pango_layout_get_line_readonly(self._layout.layout, 0).runs[0]
        shown, width = "<", 0
        while run != ffi.NULL:
            item = run.data.item
            if item.analysis.level % 2 or not self._is_own(item.analysis.font):
                raise Unsuited
            for number, advance, right, letter in _glyphs(run.data, encoded):
                offset = right / self._size
                kerning = int(self._width(number, letter) + offset - advance * 1000 * FROM_UNITS / self._size)
                shown += f">{-offset}<{number:04x}" if offset else f"{number:04x}"
                shown += f">{kerning}<" if kerning else ""
                width += advance
            run = run.next
        return Line(f"{shown}>".replace("<>", " "), width * FROM_UNITS)

    def _is_own(self, font: Any) -> bool:
        """Whether it is this face's font; Pango has one object for each script."""
        if font not in self._same and get_pango_font_key(font)[0] == self._key:
            self._same.add(font)
        return font in self._same

    def _width(self, number: int, letter: str) -> int:
        """The glyph's own width, in thousandths of the font size."""
        if number not in self._widths:
            extents = ffi.new("PangoRectangle *")
            pango.pango_font_get_glyph_extents(self._font, number, ffi.NULL, extents)
            self._widths[number] = round(extents.width * 1000 * FROM_UNITS / self._size)
            self._letters[number] = letter
        return self._widths[number]


def _glyphs(run: Any, encoded: bytes) -> Iterator[tuple[int, int, int, str]]:
    """Number, advance and shift in Pango's units, and the letters that it stands for, of each glyph of a run."""
    string, start = run.glyphs, run.item.offset
    count = string.num_glyphs
    places = [start + place for place in ffi.unpack(string.log_clusters, count)] + [start + run.item.length]
    described = _GLYPH.iter_unpack(ffi.buffer(string.glyphs, count * _GLYPH.size))
    for index, (number, advance, right, down, _) in enumerate(described):
        if number >= _FIRST_MARK or down:
            raise Unsuited
        yield number, advance, right, encoded[places[index] : places[index + 1]].decode()
