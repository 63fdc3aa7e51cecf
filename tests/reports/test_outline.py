"""Rearranging an outline: what moves takes along what is below it, and every number follows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules.numbering import DEEPEST
from reports.rules.outline import Move, MoveRefused, Node, Outline

# 1 căn cứ (không số) · 2 I. · 3 1. · 4 1.1. · 5 1.2. · 6 2. · 7 II.
SMALL = ((1, None, False), (2, None, True), (3, 2, True), (4, 3, True), (5, 3, True), (6, 2, True), (7, None, True))


def outline(*nodes: tuple[int, int | None, bool]) -> Outline:
    return Outline(Node(*node) for node in nodes or SMALL)


def shown(tree: Outline) -> str:
    """Markers and keys in reading order."""
    numbers = tree.markers()
    return " ".join(f"{numbers[key] or '–'}{key}" for key, _ in tree.reading())


def test_the_small_outline() -> None:
    assert shown(outline()) == "–1 I.2 1.3 1.1.4 1.2.5 2.6 II.7"


@pytest.mark.parametrize(
    ("key", "move", "after"),
    [
        (6, Move.UP, "–1 I.2 1.6 2.3 2.1.4 2.2.5 II.7"),
        (3, Move.DOWN, "–1 I.2 1.6 2.3 2.1.4 2.2.5 II.7"),
        (6, Move.INDENT, "–1 I.2 1.3 1.1.4 1.2.5 1.3.6 II.7"),
        (3, Move.OUTDENT, "–1 I.2 1.6 II.3 1.4 2.5 III.7"),
        (5, Move.OUTDENT, "–1 I.2 1.3 1.1.4 2.5 3.6 II.7"),
        (7, Move.INDENT, "–1 I.2 1.3 1.1.4 1.2.5 2.6 3.7"),
        (2, Move.UP, "I.2 1.3 1.1.4 1.2.5 2.6 –1 II.7"),
        (1, Move.DOWN, "I.2 1.3 1.1.4 1.2.5 2.6 –1 II.7"),
    ],
)
def test_a_move_renumbers(key: int, move: Move, after: str) -> None:
    tree = outline()
    assert move in tree.moves(key)
    tree.move(key, move)
    assert shown(tree) == after


@pytest.mark.parametrize(
    ("key", "move", "reason"),
    [
        (1, Move.UP, "đứng đầu"),
        (6, Move.DOWN, "đứng cuối"),
        (2, Move.OUTDENT, "ngoài cùng"),
        (4, Move.INDENT, "không có mục cùng cấp"),
    ],
)
def test_a_move_without_a_place_is_refused(key: int, move: Move, reason: str) -> None:
    tree = outline()
    assert move not in tree.moves(key)
    with pytest.raises(MoveRefused, match=reason):
        tree.move(key, move)
    assert shown(tree) == shown(outline())


def test_nothing_goes_deeper_than_the_fourth_level() -> None:
    tree = outline((1, None, True), (2, 1, True), (3, 2, True), (4, 3, True), (5, 3, True), (6, 2, True), (7, 6, True))
    for key, move in ((5, Move.INDENT), (6, Move.INDENT)):
        with pytest.raises(MoveRefused, match="bốn cấp"):
            tree.move(key, move)
    with pytest.raises(MoveRefused, match="bốn cấp"):
        tree.add(Node(9, 5, numbered=True))
    assert len(tree.nodes) == 7


def test_sections_are_added_behind_another_or_last() -> None:
    tree = outline()
    tree.add(Node(8, 2, numbered=True), after=3)
    tree.add(Node(9, 3, numbered=True))
    assert shown(tree) == "–1 I.2 1.3 1.1.4 1.2.5 1.3.9 2.8 3.6 II.7"


def test_a_section_goes_with_all_below_it() -> None:
    tree = outline()
    assert tree.subtree(3) == [3, 4, 5]
    tree.remove(3)
    assert shown(tree) == "–1 I.2 1.6 II.7"


def test_a_number_can_be_dropped_and_given_back() -> None:
    tree = outline()
    tree.number(3, numbered=False)
    assert shown(tree) == "–1 I.2 –3 1.4 2.5 1.6 II.7"
    tree.number(3, numbered=True)
    assert shown(tree) == shown(outline())


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 4, 5, 6, 7]), st.sampled_from(list(Move))), max_size=25))
def test_whatever_moves_nothing_is_lost_and_nothing_is_too_deep(moves: list[tuple[int, Move]]) -> None:
    tree = outline()
    for key, move in moves:
        if move in tree.moves(key):
            tree.move(key, move)
    order = list(tree.reading())
    assert sorted(key for key, _ in order) == [1, 2, 3, 4, 5, 6, 7]
    assert max(depth for _, depth in order) <= DEEPEST
    assert all(tree.depth(key) == depth for key, depth in order)
    assert set(tree.markers()) == {1, 2, 3, 4, 5, 6, 7}
