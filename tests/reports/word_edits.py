"""A Word file as somebody edits it by hand: words changed, lines put in and taken out, changes tracked."""

from collections.abc import Callable
from copy import deepcopy
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

Edit = Callable[[WordDocument], None]


def edited(content: bytes, *edits: Edit) -> bytes:
    word = docx.Document(BytesIO(content))
    for edit in edits:
        edit(word)
    out = BytesIO()
    word.save(out)
    return out.getvalue()


def paragraphs(word: WordDocument) -> list[Paragraph]:
    """Those of the body and of its tables, in reading order."""
    return [Paragraph(element, word.element.body) for element in word.element.body.iter(qn("w:p"))]


def the_one(word: WordDocument, words: str) -> Paragraph:
    """The first paragraph with those words."""
    return next(paragraph for paragraph in paragraphs(word) if words in paragraph.text)


def write(paragraph: Paragraph, text: str) -> None:
    """Put another text in its place, in one run."""
    for run in paragraph.runs[1:]:
        run.text = ""
    paragraph.runs[0].text = text


def change(old: str, new: str) -> Edit:
    """Replace words where they stand first. Of `…|…` in `old` only what is behind the bar is replaced."""
    before, _, own = old.rpartition("|")

    def edit(word: WordDocument) -> None:
        paragraph = the_one(word, before + own)
        write(paragraph, paragraph.text.replace(before + own, before + new, 1))

    return edit


def take_out(words: str) -> Edit:
    def edit(word: WordDocument) -> None:
        element = the_one(word, words)._p  # noqa: SLF001 - python-docx removes no paragraphs
        element.getparent().remove(element)

    return edit


def put_in(after: str, text: str) -> Edit:
    """A paragraph of its own behind another, in its form."""

    def edit(word: WordDocument) -> None:
        before = the_one(word, after)
        element = deepcopy(before._p)  # noqa: SLF001
        before._p.addnext(element)  # noqa: SLF001
        write(Paragraph(element, before._parent), text)  # noqa: SLF001

    return edit


def at_the_end(*texts: str) -> Edit:
    def edit(word: WordDocument) -> None:
        for text in texts:
            word.add_paragraph(text)

    return edit


def split(words: str) -> Edit:
    """Enter, pressed behind those words."""

    def edit(word: WordDocument) -> None:
        text = the_one(word, words).text
        end = text.index(words) + len(words)
        put_in(words, text[end:].strip())(word)
        write(the_one(word, words), text[:end])

    return edit


def join(words: str) -> Edit:
    """Delete, pressed at the end of the paragraph with those words."""

    def edit(word: WordDocument) -> None:
        first, following = the_one(word, words), the_one(word, words)._p.getnext()  # noqa: SLF001
        second = Paragraph(following, first._parent)  # noqa: SLF001
        write(first, f"{first.text} {second.text}")
        following.getparent().remove(following)

    return edit


def tracked(old: str, new: str) -> Edit:
    """Words replaced while changes are tracked: the old ones stay in the file, as deleted."""

    def edit(word: WordDocument) -> None:
        paragraph = the_one(word, old)
        before, _, after = paragraph.text.partition(old)
        write(paragraph, before)
        first = paragraph.runs[0]._r  # noqa: SLF001
        parts = [_revision("w:del", "w:delText", old), _revision("w:ins", "w:t", new), _run("w:t", after)]
        for part in reversed(parts):
            first.addnext(part)

    return edit


def tracked_end(words: str) -> Edit:
    """The end of a paragraph, deleted while changes are tracked: the next one goes on in it."""

    def edit(word: WordDocument) -> None:
        mark = OxmlElement("w:rPr")
        mark.append(OxmlElement("w:del"))
        the_one(word, words)._p.get_or_add_pPr().append(mark)  # noqa: SLF001

    return edit


def _revision(kind: str, text_kind: str, text: str) -> Any:
    element = OxmlElement(kind)
    element.set(qn("w:author"), "Lãnh đạo")
    element.append(_run(text_kind, text))
    return element


def _run(kind: str, text: str) -> Any:
    run, words = OxmlElement("w:r"), OxmlElement(kind)
    words.text = text
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    return run


def numbered_by_word(marker: str, words: str) -> Edit:
    """A list made of typed letters: the letter is no longer among the words."""

    def edit(word: WordDocument) -> None:
        paragraph = the_one(word, f"{marker} {words}")
        write(paragraph, paragraph.text.removeprefix(f"{marker} "))
        paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001

    return edit


def every(rewrite: Callable[[str], str]) -> Edit:
    """Every paragraph rewritten."""

    def edit(word: WordDocument) -> None:
        for paragraph in paragraphs(word):
            if paragraph.runs:
                write(paragraph, rewrite(paragraph.text))

    return edit


def archive(**parts: bytes) -> bytes:
    """A zip of those parts, whose names have "__" for "/" and "_" for "."."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()
