"""The plan's paragraphs beside those of a Word file: which words were changed, and what became of each number."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reports.checks.places import Place, Spot, in_text
from reports.document import Run
from reports.fields import Kind, Piece
from reports.rules.word_alignment import Step, Token, align, changes, tokens
from reports.text import Style, TextParagraph
from reports.word_back_file import WordParagraph

HEAD = Place("Phần đầu văn bản", Spot.PLAN)
FOOT = Place("Nơi nhận, chữ ký", Spot.PLAN)
NEAR = 5
"""So many words stand beside a change, so that it is found."""
_ITEM = re.compile(r"([-+])\s+")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3}){1,5}|\d{1,18}")


class ChangeKind(StrEnum):
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"

    @property
    def label(self) -> str:
        return {ChangeKind.CHANGED: "sửa", ChangeKind.ADDED: "thêm", ChangeKind.REMOVED: "bỏ"}[self]


@dataclass(frozen=True, slots=True)
class WordChange:
    """Words of the plan and what stands in their place in the file, with the words around them."""

    place: Place
    kind: ChangeKind
    old: str
    new: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        words = " → ".join(f"«{text}»" for text in (self.old, self.new) if text)
        return f"{self.place.words}, {self.kind.label}: {words}"


@dataclass(frozen=True, slots=True)
class Line:
    """A printed paragraph of the plan. `pieces` are those that its words came from, word by word."""

    text: str
    place: Place
    tokens: tuple[Token, ...]
    paragraph: TextParagraph | None = None
    pieces: tuple[Piece | None, ...] = ()

    @property
    def marker(self) -> int:
        """How many of the words are its marker."""
        return len(tokens(self.paragraph.marker)) if self.paragraph else 0


@dataclass(frozen=True, slots=True)
class Said:
    """A number of the plan's text, and what the file says in its place; `now` is "" where it says nothing."""

    paragraph: TextParagraph | None
    place: Place
    piece: Piece
    text: str
    now: str
    number: int | None


@dataclass
class Comparison:
    """What was found; `paragraphs` are the plan's as the file has them, with the fields bound to its figures."""

    changes: list[WordChange] = field(default_factory=list)
    numbers: list[Said] = field(default_factory=list)
    paragraphs: list[TextParagraph] = field(default_factory=list)


def plan_lines(printed: Sequence[WordParagraph], paragraphs: Sequence[TextParagraph]) -> list[Line]:
    """The paragraphs as they are printed, each with the one of the plan's text that it prints.

    Both stand in the same order; what the form adds around the text has none.
    """
    lines: list[Line] = []
    upcoming = 0
    keys = [_key(paragraph.plain) for paragraph in paragraphs]
    for one in printed:
        try:
            found = keys.index(_key(one.text), upcoming)
        except ValueError:
            lines.append(Line(one.text, FOOT if upcoming > len(keys) // 2 else HEAD, tokens(one.text)))
            continue
        upcoming = found + 1
        lines.append(_line(one.text, paragraphs[found]))
    return lines


def _key(text: str) -> tuple[str, ...]:
    return tuple(token.key.casefold() for token in tokens(text))


def _line(text: str, paragraph: TextParagraph) -> Line:
    place = in_text(paragraph) if paragraph.where else _NAMELESS.get(paragraph.style, HEAD)
    owners: list[Piece | None] = [None] * len(tokens(paragraph.marker))
    start, ends = 0, []
    for piece in paragraph.pieces:
        start += len(piece.text)
        ends.append((start, piece))
    owners += [next(piece for end, piece in ends if token.start < end) for token in tokens(paragraph.text)]
    return Line(text, place, tokens(text), paragraph, tuple(owners))


_NAMELESS = {Style.RECIPIENTS: FOOT, Style.AUTHORITY: FOOT, Style.SIGNER: FOOT}


def compare(lines: Sequence[Line], file: Sequence[WordParagraph]) -> Comparison:
    """Lay the file beside the plan. Raises TooDifferent."""
    found, place = Comparison(), HEAD
    for match in align([line.text for line in lines], [one.text for one in file]):
        old, new = [lines[number] for number in match.old], [file[number] for number in match.new]
        place = old[-1].place if old else place
        if not old:
            _add(found, new[0], place)
        else:
            _Pair(old, new).tell(found)
    return found


def _add(found: Comparison, added: WordParagraph, place: Place) -> None:
    """A paragraph that the plan has not; it stands behind `place`, and may be one of a list of items."""
    found.changes.append(
        WordChange(Place(f"Sau {place.words}", place.spot, place.key), ChangeKind.ADDED, "", added.text)
    )
    if not found.paragraphs:
        return
    before, item = found.paragraphs[-1], _ITEM.match(added.text)
    text = added.text[item.end() :] if item else added.text
    found.paragraphs.append(
        replace(
            before,
            style=Style.ITEM if item else Style.BODY,
            marker=item[1] if item else "",
            level=_level(found.paragraphs, item[1]) if item else before.level,
            runs=(Run(text),),
            pieces=(Piece(text),),
            faults=(),
        )
    )


def _level(paragraphs: Sequence[TextParagraph], marker: str) -> int:
    """That of the items with the same sign before it, else one below."""
    for paragraph in reversed(paragraphs):
        if paragraph.style is not Style.ITEM:
            return paragraph.level + 1
        if paragraph.marker == marker:
            return paragraph.level
    return 1


class _Pair:
    """One or two paragraphs of the plan, and what has become of them."""

    def __init__(self, old: Sequence[Line], new: Sequence[WordParagraph]) -> None:
        self.lines = old
        self.old_text, self.new_text = (" ".join(one.text for one in side) for side in (old, new))
        self.old, self.new = tokens(self.old_text), tokens(self.new_text)
        self.pieces = [piece for line in old for piece in line.pieces or [None] * len(line.tokens)]
        if new and new[0].numbered and self._without_marker():
            # Word numbers the paragraph itself: the marker is printed, but not among its words.
            marker = self.old_text[: self.old[old[0].marker - 1].end]
            self.new_text = f"{marker} {self.new_text}"
            self.new = tokens(self.new_text)
        self.steps = changes(self.old, self.new)

    def _without_marker(self) -> bool:
        size = self.lines[0].marker
        return bool(size) and [one.key for one in self.new[:size]] != [one.key for one in self.old[:size]]

    def tell(self, found: Comparison) -> None:
        found.changes.extend(self._changes())
        bound = self._bound()
        for number, token in enumerate(self.old):
            if token.key[0].isdigit():
                found.numbers.append(self._said(number, bound))
        found.paragraphs.extend(self._rebuilt(bound))

    def _changes(self) -> Iterator[WordChange]:
        for _, i1, i2, j1, j2 in _joined(self.steps):
            kind = ChangeKind.ADDED if i1 == i2 else ChangeKind.REMOVED if j1 == j2 else ChangeKind.CHANGED
            yield WordChange(
                self._place(i1),
                kind,
                _words(self.old_text, self.old[i1:i2]),
                _words(self.new_text, self.new[j1:j2]),
                *self._around(i1, i2),
            )

    def _around(self, first: int, end: int) -> tuple[str, str]:
        """The words beside the old ones, with the spaces between."""
        start = self.old[first].start if first < len(self.old) else len(self.old_text)
        stop = self.old[end - 1].end if first < end else start
        before, after = self.old[max(0, first - NEAR) : first], self.old[end : end + NEAR]
        words_before = self.old_text[before[0].start : start] if before else ""
        words_after = self.old_text[stop : after[-1].end] if after else ""
        more = "…" if end + NEAR < len(self.old) else ""
        return f"{'…' if first > NEAR else ''}{words_before}", f"{words_after}{more}"

    def _place(self, number: int) -> Place:
        """Of the line in which the word stands."""
        passed = 0
        for line in self.lines:
            passed += len(line.tokens)
            if number < passed:
                return line.place
        return self.lines[-1].place

    def _bound(self) -> dict[int, int]:
        """Numbers of the old words → those in their place; words that stayed are in it too."""
        pairs: dict[int, int] = {}
        for kind, i1, i2, j1, j2 in self.steps:
            ours, theirs = range(i1, i2), range(j1, j2)
            if kind != "equal":
                ours_, theirs_ = _digits(self.old, ours), _digits(self.new, theirs)
                pairs |= dict(zip(ours_, theirs_, strict=False))
            else:
                pairs |= dict(zip(ours, theirs, strict=True))
        return pairs

    def _said(self, number: int, bound: dict[int, int]) -> Said:
        place, token = self._place(number), self.old[number]
        piece = self.pieces[number] or Piece(token.key)
        paragraph = next((line.paragraph for line in self.lines if line.place == place), None)
        text = _words(self.old_text, [token])
        if number in bound:
            now = _words(self.new_text, [self.new[bound[number]]])
            return Said(paragraph, place, piece, text, now, value(now))
        step = next(step for step in self.steps if step[1] <= number < step[2])
        return Said(paragraph, place, piece, text, _words(self.new_text, self.new[step[3] : step[4]]), None)

    def _rebuilt(self, bound: dict[int, int]) -> Iterator[TextParagraph]:
        """The plan's paragraphs as the file has them: each figure still belongs to its field."""
        first, starts = 0, []
        for line in self.lines:
            words = range(first, first + len(line.tokens))
            starts.append((first, min((bound[word] for word in words if word in bound), default=len(self.new))))
            first += len(line.tokens)
        ends = [start for _, start in starts[1:]] + [len(self.new)]
        for line, (old, start), end in zip(self.lines, starts, ends, strict=True):
            begin = start if old else 0
            marked = all(bound.get(old + word) == begin + word for word in range(line.marker))
            if line.paragraph and begin < end:
                yield self._stretch(line.paragraph, begin + line.marker if marked else begin, end, bound)

    def _stretch(self, paragraph: TextParagraph, begin: int, end: int, bound: dict[int, int]) -> TextParagraph:
        owners = {there: self.pieces[here] for here, there in bound.items()}
        pieces: list[Piece] = []
        start = self.new[begin].start if begin < end else 0
        for number in range(begin, end):
            token = self.new[number]
            pieces.append(Piece(self.new_text[start : token.start]))
            pieces.append(_piece(self.new_text[token.start : token.end], owners.get(number)))
            start = token.end
        kept = tuple(piece for piece in pieces if piece.text)
        return replace(paragraph, runs=(Run("".join(piece.text for piece in kept)),), pieces=kept, faults=())


def value(digits: str) -> int | None:
    """The integer that digits write, with or without dots; None for dates and citations."""
    return int(digits.replace(".", "")) if _NUMBER.fullmatch(digits) else None


def _piece(text: str, owner: Piece | None) -> Piece:
    """A word of the file, bound as the word was that it stands for."""
    if owner is None or owner.field is None:
        return Piece(text)
    if owner.field.kind is Kind.FIXED:
        return Piece(text, owner.field) if text in owner.text else Piece(text)
    return Piece(text, owner.field, value(text))


def _digits(words: Sequence[Token], numbers: range) -> list[int]:
    return [number for number in numbers if words[number].key[0].isdigit()]


def _words(text: str, words: Sequence[Token]) -> str:
    return text[words[0].start : words[-1].end] if words else ""


def _joined(steps: Sequence[Step]) -> list[Step]:
    """The changes, those with but one word between them told as one."""
    joined: list[Step] = []
    for step in (step for step in steps if step[0] != "equal"):
        if joined and step[1] - joined[-1][2] <= 1:
            last = joined.pop()
            step = ("replace", last[1], step[2], last[3], step[4])  # noqa: PLW2901
        joined.append(step)
    return joined
