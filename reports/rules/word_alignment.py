"""Laying a text that was edited elsewhere beside the one it came from: paragraphs first, then their words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LIKE_PERCENT = 30
"""Paragraphs that share fewer words of a hundred are not the same paragraph rewritten."""
JOINED_PERCENT = 80
"""Two paragraphs must share so many with the one that they were made from, or into."""
MOST_PAIRS = 40_000
MOST_WORDS_COMPARED = 400_000
"""Words of one paragraph times those of the other; beyond, one is said to stand instead of the other as a whole."""
JOINT = 2
"""Joining must gain more words than this, or a line that was taken out would seem joined to its neighbour."""
_PHRASE = 3
_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*|\.{3}|[^\W\d_]+|\S")
_SAME = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212\u201c\u201d\u2018\u2019", "------\"\"''")
"""Dashes and quotation marks, which Word changes while one types."""

Step = tuple[str, int, int, int, int]
"""What is done, from where to where in the old words, from where to where in the new."""


class TooDifferent(ValueError):  # noqa: N818 - an answer, not a fault
    """The texts have too little in common to be laid beside each other."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a sign; `key` is what is compared, so that typographical variants are the same."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """Paragraphs `old` of the one text became `new` of the other: none, one or two of each, by their numbers."""

    old: tuple[int, ...]
    new: tuple[int, ...]


def tokens(text: str) -> tuple[Token, ...]:
    return tuple(
        Token(found[0].replace("…", "...").translate(_SAME), found.start(), found.end())
        for found in _TOKEN.finditer(text)
    )


def in_common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many of a hundred phrases of the old text stand in the new one."""
    ours, theirs = Counter(_phrases(old)), Counter(_phrases(new))
    return 100 * (ours & theirs).total() // max(1, ours.total())


def align(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Match the paragraphs in order. Raises TooDifferent."""
    ours, theirs = ([tuple(token.key for token in tokens(text)) for text in texts] for texts in (old, new))
    matches: list[Match] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind == "equal":
            matches += [Match((i,), (j,)) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)]
        else:
            matches += _Block(ours[i1:i2], theirs[j1:j2]).matches(i1, j1)
    return matches


def changes(old: Sequence[Token], new: Sequence[Token]) -> list[Step]:
    """The opcodes of difflib between the words of two paragraphs; very long ones are replaced as a whole."""
    ours, theirs = [token.key for token in old], [token.key for token in new]
    if len(ours) * len(theirs) > MOST_WORDS_COMPARED:
        return [("replace", 0, len(ours), 0, len(theirs))]
    return list(SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes())


def _phrases(texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for text in texts:
        keys = [token.key for token in tokens(text)]
        for start in range(max(1, len(keys) - _PHRASE + 1)):
            yield tuple(keys[start : start + _PHRASE])


Words = tuple[str, ...]
_STEPS = ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1))


class _Block:
    """Paragraphs between two that are the same in both texts, matched so that the most words are shared."""

    def __init__(self, old: Sequence[Words], new: Sequence[Words]) -> None:
        if len(old) * len(new) > MOST_PAIRS:
            raise TooDifferent
        self._old = [Counter(words) for words in old]
        self._new = [Counter(words) for words in new]

    def matches(self, first_old: int, first_new: int) -> list[Match]:
        """Where these are the paragraphs from those numbers on."""
        return [
            Match(tuple(range(first_old + i, first_old + i + a)), tuple(range(first_new + j, first_new + j + b)))
            for i, j, a, b in self._path()
        ]

    def _path(self) -> Iterator[tuple[int, int, int, int]]:
        """The best way through, found from the end: places and how many paragraphs of each are taken there."""
        rows, columns = len(self._old), len(self._new)
        best = [[(0, (0, 0))] * (columns + 1) for _ in range(rows + 1)]
        for i in range(rows, -1, -1):
            for j in range(columns, -1, -1):
                steps = [
                    (self._worth(i, j, a, b) + best[i + a][j + b][0], (a, b))
                    for a, b in _STEPS
                    if i + a <= rows and j + b <= columns
                ]
                best[i][j] = max(steps, key=lambda step: step[0], default=(0, (0, 0)))
        i = j = 0
        while (i, j) != (rows, columns):
            a, b = best[i][j][1]
            yield i, j, a, b
            i, j = i + a, j + b

    def _worth(self, i: int, j: int, a: int, b: int) -> int:
        """Shared words, where so many of each are like enough to be the same; else nothing, or what forbids it."""
        if not a or not b:
            return 0
        ours, theirs = _total(self._old[i : i + a]), _total(self._new[j : j + b])
        shared, all_words = (ours & theirs).total(), ours.total() + theirs.total()
        least, cost = (LIKE_PERCENT, 0) if a == b else (JOINED_PERCENT, JOINT)
        return shared - cost if shared and 200 * shared >= least * all_words else -all_words


def _total(counters: Sequence[Counter[str]]) -> Counter[str]:
    return counters[0] if len(counters) == 1 else counters[0] + counters[1]
