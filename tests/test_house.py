"""The rules of the house that neither ruff, mypy nor import-linter can hold."""

import ast
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("trainingplan", "courses", "quotas", "budget", "reports")
LONGEST_FILE = 400

# Where fractions are at home; money and heads never are.
FRACTIONS_ALLOWED = {
    "quotas/rules/apportion.py": "exact shares, by fractions.Fraction",
    "quotas/imports/workbook_styles.py": "points and millimetres of a workbook's page",
    "reports/renderers": "millimetres, points and shares of a page's width",
    "trainingplan/reading/cells.py": "what the reader of a sheet gives for a cell",
    "trainingplan/reading/process.py": "how long one waits for a place",
    "trainingplan/resources/columns.py": "what a sheet's cell may hold when it arrives",
    "trainingplan/settings.py": "hours of a lockout",
}
FOLDER = re.compile(r"(folder|dir|path|root)$", re.IGNORECASE)


def files(*suffixes: str) -> Iterator[Path]:
    """The project's own files of these kinds, migrations left out."""
    for folder in (*PACKAGES, "templates", "tests", "script", "fixtures"):
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in suffixes and "migrations" not in path.parts:
                yield path


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def is_path_join(node: ast.BinOp) -> bool:
    """Whether `a / b` joins a folder and a name: then a name says so, or a string is joined."""
    left = node.left
    while isinstance(left, ast.BinOp):
        left = left.left
    called = left.attr if isinstance(left, ast.Attribute) else left.id if isinstance(left, ast.Name) else ""
    joined = isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)
    return joined or bool(FOLDER.search(called))


def is_fraction(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=ast.Div()):
            return not is_path_join(node)
        case ast.AugAssign(op=ast.Div()):
            return True
        case ast.Constant(value=float()):
            return True
        case ast.Name(id="float") | ast.Attribute(attr="FloatField"):
            return True
    return False


def fractions(source: str) -> list[int]:
    return sorted({node.lineno for node in ast.walk(ast.parse(source)) if is_fraction(node)})  # type: ignore[attr-defined]


def test_money_and_heads_never_pass_through_a_fraction() -> None:
    found = [
        f"{name(path)}:{line}"
        for path in files(".py")
        if name(path).startswith(PACKAGES) and not name(path).startswith(tuple(FRACTIONS_ALLOWED))
        for line in fractions(path.read_text(encoding="utf-8"))
    ]
    assert not found


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a = total / 3", [1]),
        ("a = 1\na /= 2", [2]),
        ("rate = 0.5", [1]),
        ("def f(x: float) -> None: ...", [1]),
        ("models.FloatField()", [1]),
        ("a = total // 3", []),
        ("file = self.folder / entry.name", []),
        ("file = BASE_DIR / part / 'x'", []),
    ],
)
def test_the_search_for_fractions_sees_them(source: str, lines: list[int]) -> None:
    assert fractions(source) == lines


def test_the_allowance_for_fractions_names_what_is_there() -> None:
    assert [place for place in FRACTIONS_ALLOWED if not (PROJECT / place).exists()] == []


def test_no_file_outgrows_its_reader() -> None:
    kinds = files(".py", ".html", ".css", ".js", "")
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in kinds if path.is_file()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_all_text_is_composed() -> None:
    """A decomposed letter looks the same and is found by no search: NFC everywhere, tests write others as escapes."""
    kinds = files(".py", ".html", ".css", ".js", ".csv", ".json", ".toml", ".txt", ".po", ".md")
    assert [
        name(path) for path in kinds if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    ] == []


def test_every_model_and_field_that_people_edit_has_a_name_for_them() -> None:
    """Django derives a name from the identifier where none is given, and would show it in English."""
    derived = []
    for package in PACKAGES:
        for model in apps.get_app_config(package).get_models():
            if model._meta.original_attrs.get("verbose_name") is None:
                derived.append(model.__name__)
            derived += [
                f"{model.__name__}.{field.name}"
                for field in model._meta.concrete_fields
                if field.editable and field.name != "id" and str(field.verbose_name) == field.name.replace("_", " ")
            ]
    assert derived == []


def pins(file: str) -> set[str]:
    """`name==version ; marker` of each requirement of a compiled file."""
    lines = (PROJECT / "requirements" / file).read_text(encoding="utf-8").splitlines()
    return {line.removesuffix(" \\") for line in lines if re.match(r"[a-z0-9]", line)}


def normal(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[._-]+", "-", found[0]).lower()


def test_requirements_are_those_of_pyproject() -> None:
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {normal(requirement) for requirement in pyproject["project"]["dependencies"]}
    groups = pyproject["dependency-groups"]
    for_tests = {normal(line) for name in ("test", "lint") for line in groups[name]}
    assert {normal(line) for line in groups["bench"]} == {normal(pin) for pin in pins("bench.txt")}
    assert wanted <= {normal(pin) for pin in pins("run.txt")}
    assert for_tests <= {normal(pin) for pin in pins("dev.txt")}
    assert pins("run.txt") <= pins("dev.txt"), "script/setup installs dev.txt over run.txt"


@pytest.mark.parametrize("file", ["run.txt", "dev.txt", "bench.txt"])
def test_requirements_are_hashed_and_name_no_host(file: str) -> None:
    text = (PROJECT / "requirements" / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(pins(file)) > 0


def test_boxes_that_scroll_hold_what_is_placed_in_them() -> None:
    """Else words for a screen reader, which are placed absolutely, lengthen the page by what the box hides."""
    rules = {
        f"{name(path)}: {selector.strip()}": body
        for path in sorted((PROJECT / "templates" / "static").rglob("*.css"))
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", path.read_text(encoding="utf-8"))
    }
    scrolling = {rule: body for rule, body in rules.items() if re.search(r"overflow(-[xy])?: auto", body)}
    assert len(scrolling) > 5
    assert not [rule for rule, body in scrolling.items() if "position:" not in body]
