"""Every address × every role × own and other unit × reading and writing, complete by construction.

An address that the site knows and the table does not fails the test, and so does a view without an action.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from budget.models import BudgetLine
from quotas.models import Nomination
from tests.cast import make_user
from trainingplan.models import Plan, Role, Unit

ROLES = "anonymous own other board manager home school finance admin"
"""`own` and `other` are the staff of Bình Sơn and of Sở Y tế; what is asked for below belongs to Bình Sơn."""


@dataclass(frozen=True)
class Row:
    """What each role gets, in the order of ROLES. `go` stands for a redirect to signing in, `->` for one that serves.

    A POST carries nothing: 400, 302 and 200 show that it was let in and said what is missing.
    """

    name: str
    get: str
    post: str
    kwargs: str = ""


TABLE = [
    #   address                 anon own other board manager home school finance admin
    Row("home", "go -> -> -> -> -> -> -> ->", "go 405 405 405 405 405 405 405 405"),
    Row("tasks", "go 200 200 200 200 200 200 200 200", "go 405 405 405 405 405 405 405 405", "year"),
    Row("login", "200 -> -> -> -> -> -> -> ->", "200 -> -> -> -> -> -> -> ->"),
    Row("logout", "go 405 405 405 405 405 405 405 405", "go -> -> -> -> -> -> -> ->"),
    Row("search", "go 200 200 200 200 200 200 200 200", "go 405 405 405 405 405 405 405 405", "year"),
    Row("registration", "go -> -> 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year"),
    Row("registration-unit", "go 200 404 200 200 404 200 403 403", "go -> 404 -> 403 404 403 403 403", "year unit_key"),
    Row("registration-cells", "go 405 405 405 403 405 405 403 403", "go 400 404 400 403 404 403 403 403", "year unit_key"),  # noqa: E501
    Row(
        "registration-paste-preview",
        "go 405 405 405 403 405 405 403 403", "go 400 404 400 403 404 403 403 403", "year unit_key",
    ),
    Row("registration-send", "go 200 404 200 403 404 403 403 403", "go -> 404 -> 403 404 403 403 403", "year unit_key"),
    Row("allocation-index", "go 200 200 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year"),
    Row("allocation", "go 200 200 200 200 200 200 403 403", "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-cells", "go 403 403 405 403 403 403 403 403", "go 403 403 400 403 403 403 403 403", "year number"),
    Row(
        "allocation-paste-preview",
        "go 403 403 405 403 403 403 403 403", "go 403 403 400 403 403 403 403 403", "year number",
    ),
    Row("progress", "go 403 403 200 200 200 200 403 403", "go 403 403 405 405 405 405 403 403", "year"),
    Row("round-settings", "go 403 403 200 403 403 403 403 403", "go 403 403 200 403 403 403 403 403", "year"),
    Row("rosters", "go 200 200 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year"),
    Row("roster", "go 200 200 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year roster"),
    Row("nomination-add", "go 200 200 200 403 200 200 403 403", "go 200 200 200 403 200 200 403 403", "year roster"),
    Row("nomination-edit", "go 200 404 200 403 404 403 403 403", "go 200 404 200 403 404 403 403 403", "year person"),
    Row("nomination-remove", "go 200 404 200 403 404 403 403 403", "go 200 404 200 403 404 403 403 403", "year person"),
    Row("budget", "go 403 403 200 200 403 403 200 403", "go 403 403 405 405 403 403 405 403", "year"),
    Row("budget-line-add", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year"),
    Row("budget-line-edit", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year line"),
    Row("budget-line-remove", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year line"),
    Row("dashboard", "go 200 200 200 200 200 200 200 403", "go 405 405 405 405 405 405 405 403", "year"),
    Row("appendices", "go 200 200 200 200 200 200 200 403", "go 405 405 405 405 405 405 405 403", "year"),
    Row("appendix", "go 200 200 200 200 200 200 404 403", "go 405 405 405 405 405 405 405 403", "year number"),
    Row("appendix-file", "go 200 200 200 200 200 200 404 403", "go 405 405 405 405 405 405 405 403", "year number xlsx"),  # noqa: E501
    Row("appendices-zip", "go 200 200 200 200 200 200 200 403", "go 405 405 405 405 405 405 405 403", "year"),
    Row("trail", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
]  # fmt: skip
UNGUARDED = {"login", "logout"}
MOST_QUERIES = 18
"""Of one page, with all that its frame shows."""


def named_patterns(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    """Every address of the site but the back office, which has a test of its own."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.app_name != "admin":
            yield from named_patterns(pattern.url_patterns)


@pytest.fixture
def clients(plan_2024: Plan) -> dict[str, Client]:
    unit = Unit.objects.get(key="huyen-uy-binh-son")
    users = {
        "own": make_user("own", "Người của Bình Sơn", Role.UNIT, unit),
        "other": make_user("other", "Người khác", Role.UNIT, Unit.objects.get(key="so-y-te")),
        "board": make_user("board", "Ban Tổ chức", Role.BOARD),
        "manager": make_user("manager", "Thường trực", Role.MANAGER),
        "home": make_user("home", "Sở Nội vụ", Role.HOME_AFFAIRS, Unit.objects.get(key="so-noi-vu")),
        "school": make_user("school", "Trường Chính trị", Role.SCHOOL, Unit.objects.get(key="truong-chinh-tri")),
        "finance": make_user("finance", "Sở Tài chính", Role.FINANCE),
        "admin": make_user("admin", "Quản trị", Role.ADMIN),
    }
    clients = {"anonymous": Client()}
    for name, user in users.items():
        clients[name] = Client()
        clients[name].force_login(user)
    return clients


@pytest.fixture
def subjects(plan_2024: Plan) -> dict[str, dict[str, Any]]:
    person = Nomination.objects.filter(unit__key="huyen-uy-binh-son", quota__programme__plan=plan_2024).first()
    line = BudgetLine.objects.filter(plan=plan_2024).first()
    assert person
    assert line
    roster = {"number": person.quota.appendix.number} if person.quota.appendix else {}
    return {
        "year": {"year": 2024},
        "unit_key": {"unit_key": "huyen-uy-binh-son"},
        "number": {"number": 1},
        "roster": roster,
        "person": roster | {"pk": person.pk},
        "line": {"pk": line.pk},
        "xlsx": {"extension": "xlsx"},
    }


def address(row: Row, subjects: dict[str, dict[str, Any]]) -> str:
    kwargs = {key: value for subject in row.kwargs.split() for key, value in subjects[subject].items()}
    return reverse(row.name, kwargs=kwargs)


def outcome(response: Any) -> str:
    if response.status_code == 302:
        return "go" if response.url.startswith(reverse("login") + "?next=") else "->"
    return str(response.status_code)


def test_every_address_has_its_row() -> None:
    assert sorted(str(pattern.name) for pattern in named_patterns()) == sorted(row.name for row in TABLE)


def test_every_view_names_its_action() -> None:
    unguarded = {pattern.name for pattern in named_patterns() if not hasattr(pattern.callback, "action")}
    assert unguarded == UNGUARDED


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_role_gets_what_the_table_says(
    row: Row, method: str, clients: dict[str, Client], subjects: dict[str, dict[str, Any]]
) -> None:
    url = address(row, subjects)
    expected = dict(zip(ROLES.split(), getattr(row, method).split(), strict=True))
    assert {role: outcome(getattr(clients[role], method)(url)) for role in expected} == expected


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_no_address_takes_other_methods(
    method: str, clients: dict[str, Client], subjects: dict[str, dict[str, Any]]
) -> None:
    guarded = [row for row in TABLE if row.name not in UNGUARDED]
    answers = {row.name: getattr(clients["board"], method)(address(row, subjects)).status_code for row in guarded}
    assert answers == dict.fromkeys(answers, 405)


def test_pages_of_the_board_are_cheap(clients: dict[str, Client], subjects: dict[str, dict[str, Any]]) -> None:
    """The Board sees most, in pages and in what waits; whatever the number of units, people and lines."""
    dear = {}
    for row in TABLE:
        url = address(row, subjects)
        with CaptureQueriesContext(connection) as captured:
            clients["board"].get(url)
        if len(captured) > MOST_QUERIES and "phu-luc-" not in url and not url.endswith(".zip"):
            dear[row.name] = len(captured)
    assert dear == {}


@pytest.mark.parametrize("query", ["q=%00", "trang=1%00", "%00=1", "don-vi=a%00b"])
def test_a_zero_character_in_an_address_is_no_page(
    query: str, clients: dict[str, Client], subjects: dict[str, dict[str, Any]]
) -> None:
    """PostgreSQL answers one with a fault; SQLite does not, so the answer itself is tested."""
    office = ["/quan-tri/autocomplete/", "/quan-tri/quotas/person/"]
    pages = [address(row, subjects) for row in TABLE if row.name not in UNGUARDED]
    answers = {url: clients["board"].get(f"{url}?{query}").status_code for url in (*pages, *office)}
    assert answers == dict.fromkeys(answers, 404)
