"""The numbers of sections: by rule, and as the issued plan of 2024 has them."""

import tomllib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules.numbering import DEEPEST, markers
from tests.loaded import FACTS

Outline = list[tuple[int, bool]]


@pytest.mark.parametrize(
    ("outline", "expected"),
    [
        ([], []),
        ([(0, False), (0, True), (1, True), (1, True)], ["", "I.", "1.", "2."]),
        ([(0, True), (1, True), (2, True), (3, True), (3, True), (2, True), (3, True)],
         ["I.", "1.", "1.1.", "1.1.1.", "1.1.2.", "1.2.", "1.2.1."]),
        ([(0, True), (1, True), (0, True), (1, True)], ["I.", "1.", "II.", "1."]),
        ([(0, True), (1, True), (1, False), (1, True)], ["I.", "1.", "", "2."]),
        ([(0, True), (1, False), (2, True), (2, True)], ["I.", "", "1.", "2."]),
        ([(0, False), (1, True), (0, True)], ["", "1.", "I."]),
    ],
)  # fmt: skip
def test_sections_are_numbered_by_rule(outline: Outline, expected: list[str]) -> None:
    assert list(markers(outline)) == expected


def test_the_issued_plan_of_2024_is_numbered_by_the_same_rule() -> None:
    sections = tomllib.loads((FACTS / "sections.toml").read_text(encoding="utf-8"))["section"]
    depths: dict[str, int] = {}
    for section in sections:
        depths[section["key"]] = depths[section["parent"]] + 1 if section.get("parent") else 0
    written = [section.get("marker", "") for section in sections]
    assert list(markers((depths[section["key"]], bool(section.get("marker"))) for section in sections)) == written


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """A tree in reading order: nothing is more than one level deeper than what stands before it."""
    outline: Outline = []
    for wish, numbered in draw(st.lists(st.tuples(st.integers(0, DEEPEST), st.booleans()), max_size=30)):
        outline.append((min(wish, outline[-1][0] + 1 if outline else 0), numbered))
    return outline


def _siblings(outline: Outline, found: list[str]) -> Iterator[list[str]]:
    """The markers of numbered sections beside each other, group by group."""
    groups: dict[tuple[int, ...], list[str]] = {}
    path: list[int] = []
    for place, ((depth, numbered), marker) in enumerate(zip(outline, found, strict=True)):
        path[depth:] = [place]
        if numbered:
            groups.setdefault(tuple(path[:-1]), []).append(marker)
    yield from groups.values()


@given(outlines())
def test_siblings_are_counted_from_one_without_a_gap(outline: Outline) -> None:
    found = list(markers(outline))
    assert [bool(marker) for marker in found] == [numbered for _, numbered in outline]
    for group in _siblings(outline, found):
        if group[0] == "I.":
            continue
        last = [int(marker.rstrip(".").rpartition(".")[2]) for marker in group]
        assert last[0] == 1
        assert all(after == before + 1 for before, after in pairwise(last))
        assert len({marker.rstrip(".").rpartition(".")[0] for marker in group}) == 1
