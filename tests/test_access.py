"""Every address × every role × own and other unit × method, complete by construction.

An address that the site knows and the table does not fails the test, and so does a view without an action.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors import HOMES, ROLES, Doors, named_patterns, outcome
from tests.traces import watch_writes
from trainingplan.models import Change

OF_POLICIES = pytest.mark.one_database("policies decide; GET and POST of every address and role are asked on both")
OF_A_UNIT = {"unit_key", "person", "cell", "job", "result", "batch"}
"""The parts of addresses that belong to a unit."""
FILES = {"appendix-file", "checks-file", "plan-file", "progress-letter-file"} | {
    "plan-workbook",
    "budget-execution-file",
    "budget-what-if-file",
    "plan-amendment",  # reads the whole plan, table by table, as the files do
    "plan-amendment-table",
    "plan-amendment-paper",
}
LOGS = {"trainingplan_accessrefusal", "trainingplan_personalread", "django_session"}
KEPT = {"rendered_documents"}
"""Rendered files that are the same to whoever asks for them again."""


@dataclass(frozen=True)
class Row:
    """What each role gets, in the order of ROLES, when it asks for what belongs to Bình Sơn; see `tests.doors.outcome`.

    A POST carries nothing: 400, 302 and 200 show that it was let in and said what is missing.
    """

    name: str
    get: str
    post: str
    parts: str = ""

    def of(self, method: str) -> dict[str, str]:
        return dict(zip(ROLES, getattr(self, method).split(), strict=True))


TABLE = [
    # address               anon own other board manager home school finance admin, reading and writing
    Row("home", "go -> -> -> -> -> -> -> ->", "go 405 405 405 405 405 405 405 405"),
    Row("tasks", "go 200 200 200 200 200 200 200 200", "go 405 405 405 405 405 405 405 405", "year"),
    Row("login", "200 -> -> -> -> -> -> -> ->", "200 -> -> -> -> -> -> -> ->"),
    Row("logout", "go 405 405 405 405 405 405 405 405", "go -> -> -> -> -> -> -> ->"),
    Row("login-code", "-> -> -> -> -> -> -> -> ->", "-> -> -> -> -> -> -> -> ->"),
    Row("still-here", "go 405 405 405 405 405 405 405 405", "go 200 200 200 200 200 200 200 200"),
    Row("second-factor", "go 200 200 200 200 200 200 200 200", "go 200 200 200 200 200 200 200 200"),
    Row("people", "go 403 403 200 403 403 403 403 403", "go 403 403 405 403 403 403 403 403"),
    Row("person-data", "go 403 403 200 403 403 403 403 403", "go 403 403 405 403 403 403 403 403", "someone"),
    Row("person-file", "go 403 403 200 403 403 403 403 403", "go 403 403 405 403 403 403 403 403", "someone"),
    Row("personal-reads", "go 403 403 200 403 403 403 403 200", "go 403 403 405 403 403 403 403 405"),
    Row("account-safety", "go 403 403 403 403 403 403 403 200", "go 403 403 403 403 403 403 403 405"),
    Row("lock-lift", "go 403 403 403 403 403 403 403 405", "go 403 403 403 403 403 403 403 ->"),
    Row("second-factor-drop", "go 403 403 403 403 403 403 403 200",
        "go 403 403 403 403 403 403 403 ->", "account"),
    Row("own-password", "go 200 200 200 200 200 200 200 200", "go 200 200 200 200 200 200 200 200"),
    Row("backups", "go 403 403 403 403 403 403 403 200", "go 403 403 403 403 403 403 403 405"),
    Row("backup-now", "go 403 403 403 403 403 403 403 405", "go 403 403 403 403 403 403 403 ->"),
    Row("backup-file", "go 403 403 403 403 403 403 403 404",  # its file is nowhere
        "go 403 403 403 403 403 403 403 404", "backup"),
    Row("jobs", "go 200 200 200 200 200 200 200 200", "go 405 405 405 405 405 405 405 405"),
    Row("job", "go 200 404 200 404 404 404 404 200", "go 405 405 405 405 405 405 405 405", "job"),
    Row("job-state", "go 200 404 200 404 404 404 404 200", "go 405 405 405 405 405 405 405 405", "job"),
    Row("job-cancel", "go 405 405 405 405 405 405 405 405", "go -> 404 -> 404 404 404 404 ->", "job"),
    Row("job-file", "go 200 404 200 404 404 404 404 404", "go 405 405 405 405 405 405 405 405", "result"),
    Row("search", "go 200 200 200 200 200 200 200 200", "go 405 405 405 405 405 405 405 405", "year"),
    Row("registration", "go -> -> 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year"),
    Row("registration-unit", "go 200 404 200 200 404 200 403 403",
        "go -> 404 -> 403 404 403 403 403", "year unit_key"),
    Row("registration-cells", "go 405 405 405 403 405 405 403 403",
        "go 400 404 400 403 404 403 403 403", "year unit_key"),
    Row("registration-paste-preview", "go 405 405 405 403 405 405 403 403",
        "go 400 404 400 403 404 403 403 403", "year unit_key"),
    Row("registration-send", "go 200 404 200 403 404 403 403 403",
        "go -> 404 -> 403 404 403 403 403", "year unit_key"),
    Row("allocation-index", "go 200 200 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year"),
    Row("allocation", "go 200 200 200 200 200 200 403 403", "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-cells", "go 403 403 405 403 403 403 403 403",
        "go 403 403 400 403 403 403 403 403", "year number"),
    Row("allocation-paste-preview", "go 403 403 405 403 403 403 403 403",
        "go 403 403 400 403 403 403 403 403", "year number"),
    Row("progress", "go 403 403 200 200 200 200 403 403", "go 403 403 405 405 405 405 403 403", "year"),
    Row("round-settings", "go 403 403 200 403 403 403 403 403", "go 403 403 200 403 403 403 403 403", "year"),
    Row("round-phases", "go 403 403 200 403 403 403 403 403", "go 403 403 200 403 403 403 403 403", "year"),
    Row("rosters", "go 200 200 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year"),
    Row("roster", "go 200 200 200 200 200 200 403 403", "go 405 405 405 405 405 405 403 403", "year roster"),
    Row("nomination-add", "go 200 200 200 403 200 200 403 403", "go 200 200 200 403 200 200 403 403", "year roster"),
    Row("nomination-edit", "go 200 404 200 403 404 403 403 403", "go 200 404 200 403 404 403 403 403", "year person"),
    Row("nomination-remove", "go 200 404 200 403 404 403 403 403",
        "go 200 404 200 403 404 403 403 403", "year person"),
    Row("budget", "go 403 403 200 200 403 403 200 403", "go 403 403 405 405 403 403 405 403", "year"),
    Row("norm-sets", "go 403 403 200 200 403 403 200 403", "go 403 403 405 405 403 403 405 403", "year"),
    Row("budget-reprice", "go 403 403 200 403 403 403 200 403", "go 403 403 -> 403 403 403 -> 403", "year"),
    Row("budget-line-add", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year"),
    Row("budget-line-edit", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year line"),
    Row("budget-line-state", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year line"),
    Row("budget-line-remove", "go 403 403 200 403 403 403 200 403",
        "go 403 403 200 403 403 403 200 403", "year line"),
    Row("budget-what-if", "go 403 403 200 200 403 403 200 403", "go 403 403 405 405 403 403 405 403", "year"),
    Row("budget-what-if-file", "go 403 403 -> -> 403 403 -> 403",
        "go 403 403 405 405 403 403 405 403", "year xlsx"),
    Row("budget-replan", "go 403 403 200 200 403 403 200 403", "go 403 403 405 405 403 403 405 403", "year"),
    Row("budget-replan-option", "go 403 403 -> -> 403 403 -> 403",
        "go 403 403 405 405 403 403 405 403", "year way"),
    Row("budget-replan-accept", "go 403 403 405 403 403 403 405 403",
        "go 403 403 -> 403 403 403 -> 403", "year way"),
    Row("budget-replan-undo", "go 403 403 200 403 403 403 200 403",
        "go 403 403 200 403 403 403 200 403", "year replan"),
    Row("budget-execution", "go 403 403 200 200 403 403 200 403", "go 403 403 405 405 403 403 405 403", "year"),
    Row("budget-execution-file", "go 403 403 200 200 403 403 200 403",
        "go 403 403 405 405 403 403 405 403", "year xlsx"),
    Row("budget-grant-add", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year"),
    Row("budget-grant-remove", "go 403 403 200 403 403 403 200 403",
        "go 403 403 200 403 403 403 200 403", "year grant"),
    Row("budget-settle", "go 403 403 200 403 403 403 200 403", "go 403 403 200 403 403 403 200 403", "year"),
    Row("classes", "go 403 403 200 200 403 200 200 403", "go 403 403 200 403 403 200 200 403", "year"),
    Row("class", "go 403 403 200 200 403 200 200 403", "go 403 403 200 403 403 200 200 403", "year line"),
    Row("dashboard", "go 200 200 200 200 200 200 200 403", "go 405 405 405 405 405 405 405 403", "year"),
    Row("appendices", "go 200 200 200 200 200 200 200 403", "go 405 405 405 405 405 405 405 403", "year"),
    Row("appendix", "go 200 200 200 200 200 200 404 403", "go 405 405 405 405 405 405 405 403", "year number"),
    Row("appendix-file", "go 200 200 200 200 200 200 404 403",
        "go 405 405 405 405 405 405 405 403", "year number xlsx"),
    Row("plan-workbook", "go 403 403 200 403 403 403 403 403", "go 403 403 405 403 403 403 403 403", "year"),
    Row("appendices-zip", "go 405 405 405 405 405 405 405 403", "go -> -> -> -> -> -> -> 403", "year"),
    Row("plan-text", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("plan-file", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year docx"),
    Row("checks", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("checks-file", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year xlsx"),
    Row("checks-word", "go 403 403 200 403 403 403 403 403", "go 403 403 200 403 403 403 403 403", "year"),
    Row("plan-all", "go 403 403 405 405 403 403 403 403", "go 403 403 -> -> 403 403 403 403", "year"),
    Row("plan-everything", "go 403 403 405 405 403 403 403 403", "go 403 403 -> -> 403 403 403 403", "year"),
    Row("imports", "go 200 200 200 403 200 200 200 403", "go 200 200 200 403 200 200 200 403"),
    Row("import-template", "go 404 404 200 403 404 404 404 403", "go 405 405 405 403 405 405 405 403", "file_kind"),
    Row("import-batch", "go 200 404 200 403 404 404 404 403", "go 405 405 405 403 405 405 405 403", "batch"),
    Row("import-answer", "go 405 405 405 403 405 405 405 403", "go -> 404 404 403 404 404 404 403", "batch"),
    Row("import-apply", "go 405 405 405 403 405 405 405 403", "go -> 404 404 403 404 404 404 403", "batch"),
    Row("import-cancel", "go 405 405 405 403 405 405 405 403", "go -> 404 404 403 404 404 404 403", "batch"),
    Row("import-undo", "go 405 405 405 403 405 405 405 403", "go -> 404 -> 403 404 404 404 403", "batch"),
    Row("import-marked", "go -> 404 404 403 404 404 404 403", "go 405 405 405 403 405 405 405 403", "batch"),
    Row("import-upload", "go -> 404 -> 403 404 404 404 403", "go 405 405 405 403 405 405 405 403", "batch"),
    Row("trail", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("approvals", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("approvals-submit", "go 403 403 405 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year"),
    Row("approvals-decide", "go 403 403 405 405 403 403 403 403", "go 403 403 403 200 403 403 403 403", "year"),
    Row("cell-history", "go 200 404 200 200 404 200 403 403", "go 405 405 405 405 405 405 403 403", "year cell"),
    Row("delegations", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403"),
    Row("delegation-add", "go 403 403 403 200 403 403 403 403", "go 403 403 403 200 403 403 403 403"),
    Row("delegation-revoke", "go 403 403 403 405 403 403 403 403", "go 403 403 403 -> 403 403 403 403", "lending"),
    Row("access-refusals", "go 403 403 200 403 403 403 403 200", "go 403 403 405 403 403 403 403 405"),
    Row("allocation-caps", "go 403 403 200 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-caps-cells", "go 403 403 405 403 403 403 403 403",
        "go 403 403 400 403 403 403 403 403", "year number"),
    Row("allocation-subs", "go 403 403 200 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-subs-cells", "go 403 403 405 403 403 403 403 403",
        "go 403 403 400 403 403 403 403 403", "year number"),
    Row("allocation-reserves", "go 403 403 200 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-reserves-cells", "go 403 403 405 403 403 403 403 403",
        "go 403 403 400 403 403 403 403 403", "year number"),
    Row("allocation-held", "go 403 403 405 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-sub-add", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-sub-edit", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year number sub"),
    Row("allocation-proposal", "go 403 403 200 403 403 403 403 403",
        "go 403 403 200 403 403 403 403 403", "year number"),
    Row("allocation-proposal-apply", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("allocation-proposal-discard", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year number"),
    Row("progress-accept-many", "go 403 403 405 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year"),
    Row("progress-answer", "go 403 403 200 200 404 200 403 403",
        "go 403 403 405 405 405 405 403 403", "year unit_key"),
    Row("progress-accept", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year unit_key"),
    Row("progress-return", "go 403 403 405 403 403 403 403 403",
        "go 403 403 200 403 403 403 403 403", "year unit_key"),
    Row("progress-withdraw", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year unit_key"),
    Row("progress-refuse-extension", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year unit_key"),
    Row("progress-extend", "go 403 403 200 403 403 403 403 403",
        "go 403 403 200 403 403 403 403 403", "year unit_key"),
    Row("registration-workbook", "go 200 404 200 403 404 403 403 403",
        "go 405 405 405 403 405 405 403 403", "year unit_key"),
    Row("registration-workbooks", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year"),
    Row("registration-no-need", "go 200 404 200 403 404 403 403 403",
        "go -> 404 -> 403 404 403 403 403", "year unit_key"),
    Row("registration-extension", "go 200 404 200 403 404 403 403 403",
        "go 200 404 200 403 404 403 403 403", "year unit_key"),
    Row("progress-letter", "go 403 403 200 403 403 403 403 403", "go 403 403 405 403 403 403 403 403", "year"),
    Row("progress-letter-file", "go 403 403 404 403 403 403 403 403",
        "go 403 403 405 403 403 403 403 403", "year docx"),
    Row("why", "go 200 404 200 200 404 200 404 403", "go 405 405 405 405 405 405 405 403", "year cell"),
    Row("why-row", "go 403 403 404 404 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("plan-issue", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("plan-issue-begin", "go 403 403 405 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year"),
    Row("plan-issue-submit", "go 403 403 405 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year"),
    Row("plan-issue-recall", "go 403 403 405 405 403 403 403 403", "go 403 403 200 200 403 403 403 403", "year"),
    Row("plan-issue-exception", "go 403 403 405 403 403 403 403 403", "go 403 403 200 403 403 403 403 403", "year"),
    Row("plan-issue-publish", "go 403 403 405 405 403 403 403 403", "go 403 403 403 200 403 403 403 403", "year"),
    Row("plan-closing", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("plan-closing-close", "go 403 403 405 405 403 403 403 403", "go 403 403 403 200 403 403 403 403", "year"),
    Row("plan-closing-reopen", "go 403 403 405 405 403 403 403 403", "go 403 403 403 200 403 403 403 403", "year"),
    Row("plan-issue-amend", "go 403 403 405 403 403 403 403 403", "go 403 403 200 403 403 403 403 403", "year"),
    Row("plan-versions", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("plan-version", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year version"),
    Row("plan-version-file", "go 403 403 200 200 403 403 403 403",
        "go 403 403 405 405 403 403 403 403", "year published"),
    Row("plan-editor", "go 403 403 200 403 403 403 403 403", "go 403 403 -> 403 403 403 403 403", "year"),
    Row("plan-editor-section", "go 403 403 200 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year section"),
    Row("plan-editor-arrange", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year section"),
    Row("plan-editor-remove", "go 403 403 200 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year section"),
    Row("plan-figure", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year figure"),
    Row("plan-amendment", "go 403 403 200 200 403 403 403 403", "go 403 403 405 405 403 403 403 403", "year"),
    Row("plan-amendment-table", "go 403 403 200 200 403 403 403 403",
        "go 403 403 405 405 403 403 403 403", "year xlsx"),
    Row("plan-amendment-paper", "go 403 403 200 200 403 403 403 403",
        "go 403 403 405 405 403 403 403 403", "year docx"),
    Row("plan-amendment-reasons", "go 403 403 405 403 403 403 403 403",
        "go 403 403 -> 403 403 403 403 403", "year"),
]  # fmt: skip
UNGUARDED = {"login", "login-code", "logout"}
MOST_QUERIES = 20
"""Of one page, with all that its frame shows."""
MORE_QUERIES = {"checks": 26, "plan-issue": 90}
"""Of a page that holds every table of the plan against the others, or against those of the version before it."""
UNIT_ROWS = [row for row in TABLE if OF_A_UNIT & set(row.parts.split()) and "403" not in row.of("get")["own"]]


@pytest.fixture(autouse=True, scope="module")
def _quick_files() -> Iterator[None]:
    """Who may have a file is asked here, not what is in it."""
    with pytest.MonkeyPatch.context() as patch:
        # The view first: imported after the other was replaced, it would keep the replacement for good.
        views = ("appendices.render_once", "checks.render", "plan.render_once")
        for place in (*(f"reports.views.{view}" for view in views), "reports.exports.render"):
            patch.setattr(place, lambda *_: b"file")
        yield


def test_every_address_has_its_row() -> None:
    assert sorted(str(pattern.name) for pattern in named_patterns()) == sorted(row.name for row in TABLE)


def test_every_view_names_its_action() -> None:
    unguarded = {pattern.name for pattern in named_patterns() if not hasattr(pattern.callback, "action")}
    assert unguarded == UNGUARDED


def test_every_part_of_an_address_that_belongs_to_a_unit_is_known_as_such(doors: Doors) -> None:
    parts = {part for row in TABLE for part in row.parts.split()}
    differing = {part for part in parts if len({str(doors.subjects[home][part]) for home in HOMES}) > 1}
    assert differing == OF_A_UNIT


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_each_role_gets_what_the_table_says_and_reading_writes_nothing(
    row: Row, method: str, doors: Doors, db: None
) -> None:
    url = doors.address(row.name, row.parts)
    expected = row.of(method)
    with watch_writes() as written:
        assert {role: outcome(doors.ask(role, method, url)) for role in expected} == expected
    assert method == "post" or written <= LOGS | KEPT


@OF_POLICIES
@pytest.mark.parametrize("row", [row for row in TABLE if row.name not in UNGUARDED], ids=lambda row: row.name)
@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete"])
def test_other_methods_open_nothing_more_and_write_nothing(row: Row, method: str, doors: Doors, db: None) -> None:
    url, read = doors.address(row.name, row.parts), row.of("get")
    with watch_writes() as written:
        found = {role: outcome(doors.ask(role, method, url)) for role in ROLES}
    assert {role: got for role, got in found.items() if got not in (read[role], "405")} == {}
    assert written <= LOGS | KEPT


@pytest.mark.parametrize("row", UNIT_ROWS, ids=lambda row: row.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_acts_for_a_unit_has_there_what_own_has_and_nowhere_else(
    row: Row, method: str, doors: Doors, db: None
) -> None:
    """The table with every unit in the place of Bình Sơn."""
    expected = row.of(method)
    for home in HOMES:
        url = doors.address(row.name, row.parts, home)
        assert outcome(doors.ask(home, method, url)) == expected["own"], home
        for stranger in {"own", "other"} - {home}:
            assert outcome(doors.ask(stranger, method, url)) == expected["other"], (stranger, home)


@OF_POLICIES
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_an_account_that_was_closed_is_a_stranger(row: Row, doors: Doors, db: None) -> None:
    type(doors.users["board"]).objects.update(is_active=False)
    for method in ("get", "post"):
        answer = outcome(doors.ask("board", method, doors.address(row.name, row.parts)))
        assert answer == row.of(method)["anonymous"]


def test_a_year_without_a_plan_is_nobody_s(doors: Doors, db: None) -> None:
    for row in TABLE:
        if "year" in row.parts:
            url = doors.address(row.name, row.parts).replace("/2024/", "/1999/", 1)
            assert {outcome(doors.ask(role, "get", url)) for role in ROLES} <= {"go", "403", "404", "405"}, row.name


def test_control_a_write_is_noticed(doors: Doors, db: None) -> None:
    with watch_writes() as written:
        doors.ask("own", "post", doors.address("registration-send", "year unit_key"))
    assert Change._meta.db_table in written
    assert connection.in_atomic_block


def test_pages_of_the_board_are_cheap(doors: Doors, db: None) -> None:
    """The Board sees most, in pages and in what waits; whatever the number of units, people and lines."""
    dear = {}
    for row in TABLE:
        with CaptureQueriesContext(connection) as captured:
            doors.ask("board", "get", doors.address(row.name, row.parts))
        if len(captured) > MORE_QUERIES.get(row.name, MOST_QUERIES) and row.name not in FILES:
            dear[row.name] = len(captured)
    assert dear == {}


@pytest.mark.parametrize("query", ["q=%00", "trang=1%00", "%00=1", "don-vi=a%00b"])
def test_a_zero_character_in_an_address_is_no_page(query: str, doors: Doors, db: None) -> None:
    """PostgreSQL answers one with a fault; SQLite does not, so the answer itself is tested."""
    pages = [doors.address(row.name, row.parts).split("?")[0] for row in TABLE if row.name not in UNGUARDED]
    pages += ["/quan-tri/autocomplete/", "/quan-tri/quotas/person/"]
    answers = {url: outcome(doors.ask("board", "get", f"{url}?{query}")) for url in pages}
    assert answers == dict.fromkeys(answers, "404")
