"""The outline of a plan's text as a tree that is rearranged: what may move where, and the numbers that follow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reports.rules.numbering import DEEPEST, markers


class Move(StrEnum):
    UP = "len"
    DOWN = "xuong"
    INDENT = "vao"
    OUTDENT = "ra"


class MoveRefused(ValueError):  # noqa: N818 - the domain's word: a refusal, not a fault of the program
    """A section that cannot go there; the message (Vietnamese) says why."""


@dataclass(frozen=True, slots=True)
class Node:
    key: int
    parent: int | None
    numbered: bool


class Outline:
    """Sections by their keys. Changes are made in place; a refused one changes nothing."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        """Take the nodes in their order, siblings after each other; parents may stand anywhere."""
        self.nodes: dict[int, Node] = {}
        self._below: dict[int | None, list[int]] = {None: []}
        for node in nodes:
            self.nodes[node.key] = node
            self._below.setdefault(node.key, [])
            self._below.setdefault(node.parent, []).append(node.key)

    def parent(self, key: int) -> int | None:
        return self.nodes[key].parent

    def depth(self, key: int) -> int:
        parent = self.nodes[key].parent
        return 0 if parent is None else self.depth(parent) + 1

    def reading(self, below: int | None = None, depth: int = 0) -> Iterator[tuple[int, int]]:
        """All sections below one in reading order, each with its depth."""
        for key in self._below[below]:
            yield key, depth
            yield from self.reading(key, depth + 1)

    def markers(self) -> dict[int, str]:
        order = list(self.reading())
        found = markers((depth, self.nodes[key].numbered) for key, depth in order)
        return dict(zip((key for key, _ in order), found, strict=True))

    def subtree(self, key: int) -> list[int]:
        """The section and all below it."""
        return [key, *(below for below, _ in self.reading(key))]

    def moves(self, key: int) -> frozenset[Move]:
        """What `move` would not refuse."""
        return frozenset(move for move in Move if not self._why_not(key, move))

    def move(self, key: int, move: Move) -> None:
        """Move a section with all below it. Raises MoveRefused."""
        if why := self._why_not(key, move):
            raise MoveRefused(why)
        beside = self._beside(key)
        place = beside.index(key)
        parent = self.nodes[key].parent
        match move:
            case Move.UP | Move.DOWN:
                beside.insert(place + (1 if move is Move.DOWN else -1), beside.pop(place))
            case Move.INDENT:
                self._put(key, beside[place - 1])
            case Move.OUTDENT if parent is not None:
                self._put(key, self.nodes[parent].parent, after=parent)

    def add(self, node: Node, after: int | None = None) -> None:
        """Put a new section below its parent: behind `after`, or last. Raises MoveRefused."""
        if node.parent is not None and self.depth(node.parent) >= DEEPEST:
            raise MoveRefused(TOO_DEEP)
        self.nodes[node.key] = node
        self._below[node.key] = []
        beside = self._beside(node.key)
        beside.insert(len(beside) if after is None else beside.index(after) + 1, node.key)

    def remove(self, key: int) -> None:
        """Take out a section with all below it."""
        gone = self.subtree(key)
        self._beside(key).remove(key)
        for one in gone:
            del self.nodes[one], self._below[one]

    def number(self, key: int, *, numbered: bool) -> None:
        self.nodes[key] = Node(key, self.nodes[key].parent, numbered)

    def _beside(self, key: int) -> list[int]:
        """The section and its siblings."""
        return self._below[self.nodes[key].parent]

    def _put(self, key: int, parent: int | None, after: int | None = None) -> None:
        self._beside(key).remove(key)
        self.nodes[key] = Node(key, parent, self.nodes[key].numbered)
        beside = self._below[parent]
        beside.insert(len(beside) if after is None else beside.index(after) + 1, key)

    def _why_not(self, key: int, move: Move) -> str:
        beside = self._beside(key)
        match move:
            case Move.UP:
                return "" if beside[0] != key else "Mục này đã đứng đầu các mục cùng cấp."
            case Move.DOWN:
                return "" if beside[-1] != key else "Mục này đã đứng cuối các mục cùng cấp."
            case Move.OUTDENT:
                return "" if self.nodes[key].parent is not None else "Mục này đã ở cấp ngoài cùng."
        if beside[0] == key:
            return "Phía trên không có mục cùng cấp nào để đưa mục này vào."
        height = max((depth for _, depth in self.reading(key)), default=-1) + 1
        return TOO_DEEP if self.depth(key) + 1 + height > DEEPEST else ""


TOO_DEEP = "Văn bản đánh số nhiều nhất bốn cấp: I., 1., 1.1., 1.1.1."
