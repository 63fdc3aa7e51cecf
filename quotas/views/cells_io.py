"""What a grid sends and is told: changed cells as JSON, or the fields of a form sent without JavaScript."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import RequestDataTooBig
from django.http import JsonResponse
from django.utils import timezone

from quotas.rules import Balance
from quotas.services.cells import CellInput, CellResult, Outcome
from quotas.services.submissions import run_once
from trainingplan.policies import UserRequest
from trainingplan.rules.numbers import format_count
from trainingplan.rules.text import clean

MOST_CELLS = 20_000
LONGEST_REASON = 300
KEY_FIELD = "key"
_LARGEST_ID = 2**63 - 1
_LARGEST_VERSION = 2**31 - 2
_FIELD = re.compile(r"c-([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,9})(?:-([0-9]{1,7}|x)?)?", re.ASCII)


class BadCells(Exception):  # noqa: N818 - what the client did, not what broke
    """The request is not what a grid sends; `message` says so in Vietnamese."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(frozen=True, slots=True)
class Sent:
    """One submit: its cells, and the key under which it counts once; None from a client that gave none."""

    key: UUID | None
    cells: list[CellInput]


def read_sent(request: UserRequest) -> Sent:
    """The submit `{"key", "writer", "cells": [{"unit", "quota", "value", "version", "no_need", "reason"}], "reason"}`.

    The writer is whose page it is; what was typed there is not taken as somebody else's who has signed in since. The
    reason of the whole is that of every cell without its own. Raises BadCells.
    """
    try:
        body = json.loads(request.body)
    except RequestDataTooBig as error:
        raise BadCells("Gửi quá nhiều số liệu trong một lần. Hãy dán từng phần nhỏ hơn.") from error
    except (ValueError, RecursionError) as error:
        raise BadCells("Máy chủ không đọc được yêu cầu: nội dung không phải JSON.") from error
    cells = body.get("cells") if isinstance(body, dict) else None
    why = body.get("reason", "") if isinstance(body, dict) else ""
    if isinstance(body, dict) and body.get("writer", request.user.pk) != request.user.pk:
        raise BadCells(f"Trình duyệt này đang đăng nhập bằng tài khoản khác ({request.user.username}).", status=401)
    if not isinstance(cells, list):
        raise BadCells("Máy chủ không đọc được yêu cầu: thiếu danh sách «cells».")
    if len(cells) > MOST_CELLS:
        most, sent = format_count(MOST_CELLS), format_count(len(cells))
        raise BadCells(f"Một lần lưu nhận nhiều nhất {most} ô; yêu cầu này có {sent} ô.")
    return Sent(_read_key(body.get("key")), [_read_cell(place, cell, why) for place, cell in enumerate(cells, start=1)])


def _read_key(sent: object) -> UUID | None:
    if sent is None:
        return None
    try:
        return UUID(str(sent))
    except ValueError as error:
        raise BadCells("Máy chủ không đọc được yêu cầu: mã lần gửi không đúng dạng.") from error


def _read_cell(place: int, cell: object, why: object) -> CellInput:
    if not isinstance(cell, dict):
        raise BadCells(f"Ô thứ {place} trong yêu cầu không đúng dạng.")
    typed, no_need, reason = cell.get("value", ""), cell.get("no_need", False), cell.get("reason", "") or why
    if type(typed) is int:
        typed = str(typed) if abs(typed) <= _LARGEST_ID else "9" * 20
    if not isinstance(typed, str) or not isinstance(no_need, bool) or not isinstance(reason, str):
        raise BadCells(f"Ô thứ {place} trong yêu cầu không đúng dạng.")
    return CellInput(
        unit_id=_whole(cell.get("unit"), place, 1, _LARGEST_ID),
        quota_id=_whole(cell.get("quota"), place, 1, _LARGEST_ID),
        typed=typed,
        version=_whole(cell.get("version", 0), place, 0, _LARGEST_VERSION),
        no_need=no_need,
        reason=clean_reason(reason),
    )


def clean_reason(text: str) -> str:
    """A reason as it is kept: one printable line, not too long."""
    line = " ".join(clean(text).split())
    return "".join(sign for sign in line if sign.isprintable())[:LONGEST_REASON]


def _whole(value: object, place: int, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise BadCells(f"Ô thứ {place} trong yêu cầu có mã không phải số nguyên hợp lệ.")
    return value


def field_name(unit_id: int, quota_id: int, version: int, seen: str) -> str:
    """The name of an input: the cell, the version it shows, and what it shows ("", "12", "x" for no need)."""
    return f"c-{unit_id}-{quota_id}-{version}-{seen}"


def tick_name(unit_id: int, quota_id: int) -> str:
    return f"n-{unit_id}-{quota_id}"


def seen_value(number: int | None, *, no_need: bool = False) -> str:
    if no_need:
        return "x"
    return "" if number is None else str(number)


def new_key() -> str:
    """A key for the next submit of a page."""
    return str(uuid4())


def read_form(fields: Mapping[str, Any]) -> Sent:
    """The submit of a form: its key, and the cells that were changed; what is as it was shown is left out."""
    try:
        key = UUID(str(fields.get(KEY_FIELD)))
    except ValueError:
        key = None
    return Sent(key, _changed_cells(fields))


def _changed_cells(fields: Mapping[str, Any]) -> list[CellInput]:
    changed = []
    reason = clean_reason(str(fields.get("reason", "")))
    for name, value in fields.items():
        match = _FIELD.fullmatch(name)
        if match is None:
            continue
        unit_id, quota_id, version = (int(part) for part in match.groups()[:3])
        seen = match[4] or ""
        no_need = tick_name(unit_id, quota_id) in fields
        typed = str(value)
        same = typed.strip() in {seen, format_count(int(seen))} if seen.isdigit() else not typed.strip()
        if not same or no_need != (seen == "x"):
            changed.append(CellInput(unit_id, quota_id, typed, version, no_need, reason))
    return changed


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of each cell, and what else the page is told, as JSON takes it."""

    results: list[CellResult]
    more: dict[str, Any]


def save_once(
    sent: Sent,
    *,
    request: UserRequest,
    save: Callable[[Sequence[CellInput]], list[CellResult]],
    more: Callable[[], dict[str, Any]] = dict,
) -> Saved:
    """Save the cells, once for the key of their submit; what `more` gives is told with them.

    Raises what `save` raises, and KeyReused for a key that stands for another save.
    """

    def act() -> dict[str, Any]:
        results = [_kept(one) for one in save(sent.cells)]
        return {"cells": results, "more": {"saved_at": f"{timezone.localtime():%H:%M}", **more()}}

    payload = [request.path, [_sent_values(cell) for cell in sent.cells]]
    kept = run_once(key=sent.key, user=request.user, payload=payload, act=act) if sent.key else act()
    return Saved([_taken(one) for one in kept["cells"]], kept["more"])


def _kept(result: CellResult) -> dict[str, Any]:
    return dict(zip(_KEPT, _values(result), strict=True)) | {"at": result.at.isoformat() if result.at else None}


_KEPT = tuple(field.name for field in fields(CellResult))
_values = attrgetter(*_KEPT)
_sent_values = attrgetter(*(field.name for field in fields(CellInput)))


def _taken(kept: dict[str, Any]) -> CellResult:
    at = datetime.fromisoformat(kept["at"]) if kept["at"] else None
    return CellResult(**kept | {"outcome": Outcome(kept["outcome"]), "at": at})


def reply(saved: Saved) -> JsonResponse:
    """What became of each cell, and what else the page then shows."""
    return JsonResponse({"cells": [_told(result) for result in saved.results], **saved.more})


def _told(result: CellResult) -> dict[str, Any]:
    return {
        "unit": result.unit_id,
        "quota": result.quota_id,
        "outcome": result.outcome.value,
        "number": result.number,
        "no_need": result.no_need,
        "version": result.version,
        "message": result.message,
        "author": result.author,
        "at": f"{timezone.localtime(result.at):%H:%M, %d/%m/%Y}" if result.at else "",
        "needs_reason": result.needs_reason,
        "difference": result.difference,
    }


def column_sums(balance: Balance) -> dict[str, int | None]:
    """A column's sums for the head: given − allocated − held = left."""
    return {"given": balance.given, "allocated": balance.allocated, "held": balance.held, "left": balance.left}


def refusal(message: str, status: int) -> JsonResponse:
    """A whole request that is refused."""
    return JsonResponse({"message": message}, status=status)


@dataclass(frozen=True, slots=True)
class Returned:
    """A cell of a form that could not be saved: what was typed, and why; shown again in its place."""

    typed: str
    no_need: bool
    message: str
    outcome: Outcome
    version: int
    number: int | None
    stands_no_need: bool


def returned_cells(cells: Sequence[CellInput], results: Sequence[CellResult]) -> dict[tuple[int, int], Returned]:
    """The cells to show again, by unit and quota."""
    return {
        (cell.unit_id, cell.quota_id): Returned(
            typed=cell.typed[:100],
            no_need=cell.no_need,
            message=_words(result),
            outcome=result.outcome,
            version=result.version if result.outcome is Outcome.CONFLICT else cell.version,
            number=result.number,
            stands_no_need=result.no_need,
        )
        for cell, result in zip(cells, results, strict=True)
        if result.outcome in {Outcome.REFUSED, Outcome.CONFLICT}
    }


def _words(result: CellResult) -> str:
    if result.outcome is Outcome.CONFLICT:
        return f"{result.message} Bấm «Lưu» lần nữa để giữ số của bạn, hoặc nhập lại số mới."
    return result.message


def unsaved_cells(cells: Sequence[CellInput], message: str) -> dict[tuple[int, int], Returned]:
    """The cells of a form of which nothing was saved, to show again as they were typed."""
    return {
        cell.key: Returned(
            typed=cell.typed[:100],
            no_need=cell.no_need,
            message=message,
            outcome=Outcome.REFUSED,
            version=cell.version,
            number=None,
            stands_no_need=False,
        )
        for cell in cells
    }


def saved_words(results: Sequence[CellResult]) -> str:
    """What a save did, in a sentence."""
    counts = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
    parts = [f"Đã lưu {format_count(counts[Outcome.SAVED])} ô."]
    if troubled := counts[Outcome.REFUSED] + counts[Outcome.CONFLICT]:
        parts.append(f"{format_count(troubled)} ô cần sửa, xem lý do tại ô.")
    return " ".join(parts)
