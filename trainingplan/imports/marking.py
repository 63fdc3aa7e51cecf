"""The user's own file with its wrong cells marked, made in a process with limits."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

from trainingplan.imports.kinds import Problem
from trainingplan.reading.process import run, shown_name

CHILD = "trainingplan.reading.marking"


def marked_copy(name: str, content: bytes, problems: Iterable[Problem]) -> tuple[str, bytes]:
    """Name and content of the marked workbook; raises Unreadable."""
    listed = [_row(problem) for problem in problems]
    told = json.dumps(listed, ensure_ascii=False).encode()
    dead = f"{shown_name(name)} không đánh dấu lỗi vào được. Xem danh sách lỗi trên trang này."
    answer: str = run(CHILD, b"%d\n" % len(told) + told + content, dead=dead)
    return f"{Path(name).stem[:150]}-loi.xlsx", base64.b64decode(answer)


def _row(problem: Problem) -> tuple[str, int, int, str, str, str]:
    place = problem.place
    where = (place.sheet, place.row, place.column) if place is not None else ("", 0, 0)
    return (*where, problem.value, problem.reason, problem.remedy)
