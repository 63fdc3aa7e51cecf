"""How like two names are, for offering candidates: abbreviations, initials, misspellings. Never a decision."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from trainingplan.rules.names import fold

LEAST = 40
"""What is less like than this is not offered."""
_WORDS = re.compile(r"[a-z0-9]+")
_LONG = {
    "h": "huyen", "hu": "huyen uy", "tp": "thanh pho", "tx": "thi xa", "txu": "thi uy", "du": "dang uy",
    "btc": "ban to chuc", "btg": "ban tuyen giao", "bdv": "ban dan van", "bnc": "ban noi chinh", "tu": "tinh uy",
    "ubkt": "uy ban kiem tra", "ubnd": "uy ban nhan dan", "hdnd": "hoi dong nhan dan", "mttq": "mat tran to quoc",
    "ubmttq": "uy ban mat tran to quoc", "vp": "van phong", "tct": "truong chinh tri", "ldld": "lien doan lao dong",
    "lhpn": "lien hiep phu nu", "ccb": "cuu chien binh", "nd": "nong dan", "bdbp": "bo doi bien phong",
    "cq": "co quan", "dn": "doanh nghiep", "nv": "noi vu", "tc": "tai chinh", "khdt": "ke hoach dau tu",
    "gtvt": "giao thong van tai", "tnmt": "tai nguyen moi truong", "gddt": "giao duc dao tao", "yt": "y te",
    "khcn": "khoa hoc cong nghe", "tttt": "thong tin truyen thong", "ldtbxh": "lao dong thuong binh xa hoi",
    "nnptnt": "nong nghiep phat trien nong thon", "vhttdl": "van hoa the thao du lich", "ct": "cong thuong",
    "xd": "xay dung", "bql": "ban quan ly", "kkt": "khu kinh te", "tinhuy": "tinh uy", "huyenuy": "huyen uy",
    "cqdn": "co quan doanh nghiep", "chqs": "chi huy quan su", "qs": "quan su", "ca": "cong an",
}  # fmt: skip
"""Abbreviations of official papers, folded. Ambiguous ones may lead to several names: all are offered."""
_SMALL = frozenset({"va", "cac", "cua", "tinh"})
"""Words that are left out as often as not."""
MOST_WORDS = 12


def likeness(one: str, other: str) -> int:
    """From 0 to 100; 100 is the same letters, however abbreviated."""
    first, second = _form(one), _form(other)
    if not first.letters or not second.letters:
        return 0
    if first.letters == second.letters or first.long == second.long:
        return 100
    if _shortens(first.plain, second.plain) or _shortens(second.plain, first.plain):
        return 95
    alike = _shared(first.pairs, second.pairs)
    within = first.words <= second.words or second.words <= first.words
    return max(alike, 60 + alike // 4) if within else alike


def most_like(name: str, known: Iterable[tuple[str, int]]) -> dict[int, int]:
    """The rows whose texts are like the name, the likest first; each by its likest text."""
    scores: dict[int, int] = {}
    for text, row in known:
        if (score := likeness(name, text)) >= LEAST:
            scores[row] = max(score, scores.get(row, 0))
    return dict(sorted(scores.items(), key=lambda pair: -pair[1]))


class _Form:
    """A name taken apart once."""

    def __init__(self, text: str) -> None:
        plain = fold(text).replace("&", "").replace(".", " ")
        words = _WORDS.findall(plain)
        self.plain = tuple(words[:MOST_WORDS])
        self.letters = "".join(words)
        whole = [_LONG.get(self.letters, "")] if self.letters in _LONG else [_LONG.get(word, word) for word in words]
        self.long = " ".join(whole)
        parts = self.long.split()
        self.words = frozenset(parts)
        padded = f" {self.long} "
        self.pairs = Counter(padded[i : i + 2] for i in range(len(padded) - 1))


@lru_cache(maxsize=4096)
def _form(text: str) -> _Form:
    return _Form(text)


def _shortens(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether each word of the one begins a word of the other, or is made of the first letters of several, in order."""
    if not short or not long:
        return not short and not long
    first, rest = short[0], short[1:]
    if long[0].startswith(first) and _shortens(rest, long[1:]):
        return True
    if long[0] in _SMALL and _shortens(short, long[1:]):
        return True
    size = len(first)
    return 1 < size <= len(long) and first == "".join(w[0] for w in long[:size]) and _shortens(rest, long[size:])


def _shared(one: Counter[str], other: Counter[str]) -> int:
    """How much of a hundred of the pairs of letters both have."""
    return 200 * (one & other).total() // (one.total() + other.total())
