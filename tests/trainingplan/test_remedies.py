"""Nearly every refusal that a row of a file can meet says what to do about it (R9)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from trainingplan.imports.problems import reason_and_remedy

RAISED = {"Refused", "ValidationError", "ValueError", "NameRefused", "NumberRefused", "refuse", "refuse_row"}
CALLED_FROM_ROWS = (
    "quotas/services/sheets.py", "quotas/services/cells.py", "quotas/services/bounds.py",
    "quotas/services/nominations.py", "quotas/services/quotas.py", "quotas/policies.py", "quotas/rules/names.py",
    "budget/services/lines.py", "trainingplan/services/catalogue.py",
)  # fmt: skip
VIETNAMESE = re.compile("[à-ỹÀ-Ỹđ]")
AT_LEAST_PERCENT = 95


def told(node: ast.AST) -> str:
    """A text of the program with a number in the place of each value."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def refusals(path: Path) -> Iterator[str]:
    """What is raised, returned as the words of why, or said of a broken constraint."""
    for node in ast.walk(ast.parse(path.read_text())):
        named = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
        given: list[ast.AST] = []
        if isinstance(node, ast.Call) and named in RAISED:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Return) or getattr(node, "arg", "") == "violation_error_message":
            given = [node.value] if isinstance(node, ast.Return | ast.keyword) and node.value else []
        for text in filter(None, map(told, given)):
            if text.endswith(".") and VIETNAMESE.search(text):
                yield text


def test_nearly_every_refusal_of_a_row_has_a_remedy_of_its_own() -> None:
    root = settings.BASE_DIR
    files = [*root.glob("*/resources/*.py"), *(root / name for name in CALLED_FROM_ROWS)]
    files += [*root.glob("budget/models/*.py"), *root.glob("quotas/models/*.py"), root / "trainingplan/models/units.py"]
    found = {text for path in files for text in refusals(path)}
    without = sorted(text for text in found if not reason_and_remedy(text, otherwise="")[1])
    assert len(found) > 60, "the search finds the refusals"
    assert 100 * (len(found) - len(without)) >= AT_LEAST_PERCENT * len(found), without
