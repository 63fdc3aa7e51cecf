"""Finding a grid's row by the name in front of a pasted line: certain or not at all; never a guess."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from quotas.rules.likeness import most_like
from trainingplan.rules.names import fold, text_sort_key

MOST_CANDIDATES = 8
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Known:
    """A text by which a row is known; `how` says what it is where it is not the present name ("mã", "tên cũ …")."""

    text: str
    row: int
    how: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The row a name stands for, or those it may stand for; `how` tells what matched, row → how for candidates."""

    row: int | None
    how: str = ""
    candidates: Mapping[int, str] | None = None


class NameBook:
    """The names and codes of a grid's rows.

    A code is itself, letter by letter. The name the plan prints and the short name come first; a name that was borne
    before, or by a unit that went into another, counts where none of these is meant. Case, spaces, hyphens and the
    spelling of a tone do not matter (uỷ, ủy), the tones and signs themselves do: Sơn Hà is not Sơn Hạ. A text typed
    wholly without them is read without them. Whatever then means several rows, or none, is not decided here.
    """

    def __init__(self, present: Iterable[Known], former: Iterable[Known] = (), codes: Iterable[Known] = ()) -> None:
        present, former = tuple(present), tuple(former)
        self.codes = _by_key(codes, str.lower)
        self.levels = [_by_key(present, text_sort_key), _by_key(former, text_sort_key)]
        self.folded = _by_key((*present, *former), fold)
        self.texts = [(one.text, one.row) for one in (*present, *former) if one.text]

    def find(self, name: str) -> Match:
        strict, loose = text_sort_key(name), fold(name)
        if not strict:
            return Match(None)
        levels = [(self.codes, name.lower()), *((level, strict) for level in self.levels)]
        if name.isascii():
            levels.append((self.folded, loose))
        for level, key in levels:
            if found := level.get(key):
                if len(found) == 1:
                    return Match(*next(iter(found.items())))
                return Match(None, candidates=dict(found))
        return Match(None, candidates=self._near(loose))

    def certain(self, name: str) -> int | None:
        """The row whose present name this is; a short or former name, or a code, is only offered."""
        match = self.find(name)
        return match.row if not match.how else None

    def offers(self, name: str) -> dict[int, str]:
        """The rows that the name may stand for, the likest first, each with how it is known."""
        match = self.find(name)
        found = {match.row: match.how} if match.row is not None else dict(match.candidates or {})
        for row in most_like(name, self.texts):
            found.setdefault(row, "")
        return dict(list(found.items())[:MOST_CANDIDATES])

    def _near(self, loose: str) -> dict[int, str]:
        """Rows whose name differs in marks only, then those whose words hold the typed words or are held by them."""
        near = dict(self.folded.get(loose, {}))
        words = set(loose.split())
        for key, rows in self.folded.items():
            known = set(key.split())
            if len(near) >= MOST_CANDIDATES:
                break
            if len(words) >= _FEWEST_WORDS and len(known) >= _FEWEST_WORDS and (words <= known or known <= words):
                near = rows | near
        return dict(list(near.items())[:MOST_CANDIDATES])


def _by_key(known: Iterable[Known], key: Callable[[str], str]) -> dict[str, dict[int, str]]:
    rows: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for one in known:
        if one.text:
            rows[key(one.text)].setdefault(one.row, one.how)
    return dict(rows)


def name_column(block: Sequence[Sequence[str]], book: NameBook) -> int | None:
    """Which column of the block holds names of rows, before at least one of numbers; None where none does.

    It has a name that is found; or, in every line, words that can be no number. Digits alone are never taken for a
    code here: they might be numbers of people.
    """
    width = len(block[0]) if block else 0
    for column in range(width - 1):
        values = [line[column] for line in block if line[column]]
        names = [value for value in values if not value[0].isdigit() and any(map(str.isalpha, value))]
        if any(book.find(name).row is not None for name in names):
            return column
        if values and len(names) == len(values) and all(" " in name for name in names):
            return column
    return None


def all_codes(block: Sequence[Sequence[str]], book: NameBook) -> bool:
    """Whether the first column might be read as codes, every line another row's: then the reader is asked."""
    found = [book.find(line[0]).row if line[0].isdigit() else None for line in block]
    return len(block[0]) > 1 and None not in found and len(set(found)) == len(found) if block else False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a line's name came to: a row, or why none and which it may be. `chosen`: the reader said so."""

    row: int | None
    how: str = ""
    reason: str = ""
    candidates: Mapping[int, str] = field(default_factory=dict)
    chosen: bool = False


def decide(names: Sequence[str], book: NameBook, choices: Mapping[int, int | None]) -> list[Decision]:
    """The row of each line. `choices` by line say which row the reader means, or None to leave the line out.

    Of lines that come to one row none is taken, unless the reader chose one of them.
    """
    decided = [
        Decision(choices[line], chosen=True) if line in choices else _decision(name, book.find(name))
        for line, name in enumerate(names)
    ]
    lines_of: defaultdict[int, list[int]] = defaultdict(list)
    for line, one in enumerate(decided):
        if one.row is not None:
            lines_of[one.row].append(line)
    for row, lines in lines_of.items():
        chosen = [line for line in lines if decided[line].chosen]
        for line in lines if len(lines) > 1 else ():
            if [line] != chosen:
                others = ", ".join(str(other + 1) for other in lines if other != line)
                reason = f"cùng chỉ một nơi với dòng {others}: chọn một dòng"
                decided[line] = Decision(None, reason=reason, candidates={row: decided[line].how})
    return decided


def _decision(name: str, match: Match) -> Decision:
    if match.row is not None:
        return Decision(match.row, match.how)
    if not name:
        return Decision(None, reason="không có tên")
    if match.candidates:
        return Decision(None, reason="chưa chắc là nơi nào: chọn nếu đúng", candidates=match.candidates)
    return Decision(None, reason="không khớp tên nào")
