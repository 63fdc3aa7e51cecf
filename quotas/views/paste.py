"""The preview of a paste: a grid sends the clipboard's text and where it falls, and is told what each cell would do.

Nothing is written here; the grid sends what its user then chooses as ordinary cells.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from quotas.models import Quota
from quotas.rules.paste import Held, Judged, Kind, Landed, judge_all, land_by_name, land_by_place, read_block
from quotas.rules.row_names import Decision, NameBook, all_codes, decide, name_column
from quotas.selectors.allocation import AllocationGrid, allocation_grid
from quotas.selectors.matching import held_registrations, quota_book, unit_book
from quotas.views import cells_io
from quotas.views.appendices import appendix_or_404
from quotas.views.ceilings import CAPS, RESERVES, SUBS
from trainingplan.models import Appendix, Plan, Unit
from trainingplan.policies import WRITE, Action, UserRequest, editable_units, plan_view, visible_unit_or_404
from trainingplan.rules.numbers import format_count

Key: TypeAlias = tuple[int, int]
Block: TypeAlias = Sequence[Sequence[str]]
_TOLD_IN_FULL = frozenset({Kind.OVERWRITTEN, Kind.AMBIGUOUS, Kind.REFUSED, Kind.LOCKED})


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the block's first cell falls: the rows shown from there down (None: locked), the columns from there on.

    `named` says whether the lines begin with names, None leaves it to the text; `choices` are rows by line, from 0.
    """

    text: str
    rows: list[int | None]
    columns: list[int]
    named: bool | None
    choices: dict[int, int | None]


@dataclass(frozen=True, slots=True)
class Ground:
    """The grid that a block falls on: all its rows with their names, what its cells hold, a cell by row and column."""

    names: Mapping[int, str]
    columns: frozenset[int]
    book: NameBook
    held: Mapping[Key, Held]
    key: Callable[[int, int], Key]


READERS: dict[str, Callable[[Plan, Appendix | None], AllocationGrid]] = {
    "": lambda plan, appendix: allocation_grid(plan, appendix, Unit.objects.all()),
    **{page.store: page.read for page in (CAPS, SUBS, RESERVES)},
}


@plan_view(Action.ALLOCATE, WRITE)
def allocation_paste_preview(request: UserRequest, plan: Plan, number: int) -> HttpResponse:
    """What a paste into a grid of the Board's would do; `?bang=` names one of those beside the allocation."""
    appendix = appendix_or_404(plan, number)
    read = READERS.get(request.GET.get("bang", ""))
    if read is None:
        raise Http404(request.GET["bang"])
    return _answer(request, _board(plan, read(plan, appendix)))


def _board(plan: Plan, grid: AllocationGrid) -> Ground:
    """Rows are units, columns what the grid has."""
    columns = [column.quota_id for column in grid.columns]
    rows = [row for group in grid.groups for row in group.rows]
    names = {row.unit_id: row.name for row in rows}
    held = {
        (row.unit_id, column): Held(cell.number)
        for row in rows
        for column, cell in zip(columns, row.cells, strict=True)
        if cell.number is not None
    }
    return Ground(names, frozenset(columns), unit_book(plan, names), held, key=lambda unit, quota: (unit, quota))


@plan_view(Action.EDIT_REGISTRATION, WRITE)
def registration_paste_preview(request: UserRequest, plan: Plan, unit_key: str) -> HttpResponse:
    """What a paste into a unit's sheet would do; rows are quotas, and the one column is the unit."""
    unit = visible_unit_or_404(request.user, unit_key)
    if not editable_units(request.user).filter(pk=unit.pk).exists():
        raise PermissionDenied(Action.EDIT_REGISTRATION)
    quotas = list(Quota.objects.filter(programme__plan=plan))
    ground = Ground(
        names={quota.pk: quota.name for quota in quotas},
        columns=frozenset({unit.pk}),
        book=quota_book(quotas),
        held=held_registrations(unit, [quota.pk for quota in quotas]),
        key=lambda quota, unit: (unit, quota),
    )
    return _answer(request, ground)


def _answer(request: HttpRequest, ground: Ground) -> HttpResponse:
    try:
        asked = read_asked(request)
        block = _read(asked.text)
    except cells_io.BadCells as bad:
        return cells_io.refusal(bad.message, 400)
    return JsonResponse(_preview(block, asked, ground))


def _read(text: str) -> Block:
    """The block, of one cell at least and no more than a save takes; raises BadCells."""
    block = read_block(text)
    if not block:
        raise cells_io.BadCells("Không có gì để dán.")
    if (cells := len(block) * len(block[0])) > cells_io.MOST_CELLS:
        most, sent = format_count(cells_io.MOST_CELLS), format_count(cells)
        raise cells_io.BadCells(f"Một lần dán nhận nhiều nhất {most} ô; khối này có {sent} ô.")
    return block


def read_asked(request: HttpRequest) -> Asked:
    """The request of a preview: `{"text", "rows", "columns", "named", "choices"}`; raises BadCells."""
    try:
        body = json.loads(request.body)
    except RequestDataTooBig as error:
        raise cells_io.BadCells("Khối dán quá lớn. Hãy dán từng phần nhỏ hơn.") from error
    except (ValueError, RecursionError) as error:
        raise cells_io.BadCells("Máy chủ không đọc được yêu cầu: nội dung không phải JSON.") from error
    match body:
        case {"text": str(text), "rows": list(rows), "columns": list(columns), **rest}:
            named, choices = rest.get("named"), rest.get("choices", {})
            known = all(row is None or type(row) is int for row in rows) and all(type(c) is int for c in columns)
            if known and named in {None, True, False} and isinstance(choices, dict):
                return Asked(text, rows, columns, named, _choices(choices))
    raise cells_io.BadCells("Máy chủ không đọc được yêu cầu: khối dán không đúng dạng.")


def _choices(sent: Mapping[str, Any]) -> dict[int, int | None]:
    """The rows chosen, by line: the page counts lines from 1, and sends null for a line to leave out."""
    if not all(line.isascii() and line.isdigit() and len(line) < 9 for line in sent):  # noqa: PLR2004 - a line's number
        raise cells_io.BadCells("Máy chủ không đọc được yêu cầu: dòng được chọn không đúng dạng.")
    if not all(row is None or type(row) is int for row in sent.values()):
        raise cells_io.BadCells("Máy chủ không đọc được yêu cầu: nơi được chọn không đúng dạng.")
    return {int(line) - 1: row for line, row in sent.items()}


@dataclass(frozen=True, slots=True)
class Fallen:
    """A block on its ground: the rows it may reach, the cells that fall into them, what is told of its lines."""

    rows: list[int | None]
    landed: Landed
    told: dict[str, Any]


def _preview(block: Block, asked: Asked, ground: Ground) -> dict[str, Any]:
    """What is told: the block's size, its lines that want a word, and each cell in the order of the block."""
    at = name_column(block, ground.book)
    named = len(block[0]) > 1 and (at is not None if asked.named is None else asked.named)
    columns = [column for column in asked.columns if column in ground.columns]
    fallen = (
        _by_name(block, at or 0, asked, ground, len(columns))
        if named
        else _by_place(block, asked, ground, len(columns))
    )
    keys = [[None if row is None else ground.key(row, column) for column in columns] for row in fallen.rows]
    held = {
        (place, column): ground.held[key]
        for place, row in enumerate(keys)
        for column, key in enumerate(row)
        if key is not None and key in ground.held
    }
    locked = {place for place, row in enumerate(fallen.rows) if row is None}
    judged = judge_all(fallen.landed.cells, held, locked)
    cells = [_cell(one, keys[one.place][one.column], held.get((one.place, one.column), Held())) for one in judged]
    return {"named": named, "height": len(block), "outside": fallen.landed.outside, "cells": cells, **fallen.told}


def _by_place(block: Block, asked: Asked, ground: Ground, width: int) -> Fallen:
    rows = [row if row in ground.names else None for row in asked.rows]
    told = {"width": len(block[0]), "lines": [], "codes": all_codes(block, ground.book)}
    return Fallen(rows, land_by_place(block, height=len(rows), width=width), told)


def _by_name(block: Block, at: int, asked: Asked, ground: Ground, width: int) -> Fallen:
    choices = {line: row for line, row in asked.choices.items() if row is None or row in ground.names}
    decided = decide([line[at] for line in block], ground.book, choices)
    rows = list(ground.names)
    place_of = {row: place for place, row in enumerate(rows)}
    places = [None if one.row is None else place_of[one.row] for one in decided]
    landed = land_by_name(block, places, name_column=at, width=width)
    lines = [_line(n, block[n], at, one, ground) for n, one in enumerate(decided) if _is_told(one)]
    return Fallen([*rows], landed, {"width": len(block[0]) - at - 1, "lines": lines, "codes": False})


def _is_told(decision: Decision) -> bool:
    """Whether a line is to be shown: it waits for a choice, has one, or was found by another than its present name."""
    return decision.row is None or decision.chosen or bool(decision.how)


def _line(place: int, values: Sequence[str], at: int, one: Decision, ground: Ground) -> dict[str, Any]:
    return {
        "line": place + 1,
        "name": values[at][:100],
        "values": sum(1 for value in values[at + 1 :] if value),
        "row": one.row,
        "row_name": ground.names[one.row] if one.row is not None else "",
        "how": one.how,
        "reason": one.reason,
        "chosen": one.chosen,
        "candidates": [
            {"row": row, "name": ground.names[row], "how": how}
            for row, how in one.candidates.items()
            if row in ground.names
        ],
    }


def _cell(one: Judged, key: Key | None, held: Held) -> dict[str, Any]:
    unit, quota = key or (None, None)
    told: dict[str, Any] = {
        "line": one.line,
        "unit": unit,
        "quota": quota,
        "kind": one.kind.value,
        "number": one.number,
    }
    if one.kind in _TOLD_IN_FULL:
        told |= {"typed": one.typed[:100], "reason": one.reason, "held": held.words}
    elif one.kind is Kind.BLANK:
        told["held"] = held.words
    return told
