"""No reply of any address – page, file, JSON, refusal – holds a string of a unit that is not the reader's to see.

Complete by construction over the addresses of `tests.test_access` and of the back office; `tests.test_leaks` reads the
real plan's documents besides.
"""

import json
from typing import Any

import pytest

from tests.doors import HOMES, NAMES, PEOPLE, Doors
from tests.test_access import TABLE, Row
from tests.test_access_admin import DOORS
from tests.test_leaks import text_of

OF_SCOPES = pytest.mark.one_database(
    "the filters are the same; tests.test_access runs every query on both, tests.test_leaks reads the plan's pages"
)
SEEN = {
    "own": {"own"},
    "other": {"other"},
    "home": {"home", "other"},  # the khối of the State
    "finance": set[str](),
    "admin": set[str](),
}
"""Whose units each role may see."""
STRINGS = {
    "own": {"Bình Sơn", PEOPLE["own"], "Người own"},
    "other": {NAMES["so-y-te"], PEOPLE["other"], "Người other"},
    "home": {PEOPLE["home"], "Người home"},
    "school": {PEOPLE["school"], "Người school"},
    "nobody": {"Sơn Tịnh", "Lê Văn Chính"},
}
"""What is of whom. Sở Nội vụ and Trường Chính trị are named in the words of pages, as roles."""
OF_ALL_ACCOUNTS = {"account-safety", "second-factor-drop"}
"""Pages on which administrators find everybody's account, as they do in the back office."""
JSON = "application/json"


def foreign_in(role: str, content: bytes) -> set[str]:
    text = text_of("", content)
    theirs = set[str]().union(*(strings for home, strings in STRINGS.items() if home not in SEEN[role]))
    return {word for word in theirs if word in text}


@OF_SCOPES
@pytest.mark.parametrize("role", SEEN)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_no_address_tells_of_others(row: Row, role: str, doors: Doors, db: None) -> None:
    """Read and written to, for what is the reader's own and for what is another's."""
    if role == "admin" and row.name in OF_ALL_ACCOUNTS:
        return
    for url in {doors.address(row.name, row.parts, home) for home in HOMES}:  # one, where nothing in it is a unit's
        for method in ("get", "post"):
            assert foreign_in(role, doors.ask(role, method, url).content) == set(), (method, url)


def test_control_the_board_reads_of_all(doors: Doors, db: None) -> None:
    """If this fails, the tests above look for strings that stand nowhere."""
    found: set[str] = set()
    for row in TABLE:
        text = text_of("", doors.ask("board", "get", doors.address(row.name, row.parts)).content)
        found |= {word for strings in STRINGS.values() for word in strings if word in text}
    assert found >= {"Bình Sơn", "Sơn Tịnh", NAMES["so-y-te"], *PEOPLE.values()}


@OF_SCOPES
@pytest.mark.parametrize("role", ["own", "home", "finance"])
def test_the_back_office_tells_outsiders_nothing(role: str, doors: Doors, db: None) -> None:
    asked = ["autocomplete/?app_label=quotas&model_name=person&field_name=unit&term=so", "search/?s=binh"]
    urls = [*(door.url for door in DOORS), *(f"/quan-tri/{query}" for query in asked)]
    for url in urls:
        assert foreign_in(role, doors.ask(role, "get", url).content) == set(), url


def test_the_administrator_finds_accounts_but_no_people_of_units(doors: Doors, db: None) -> None:
    text = ""
    for url in ("/quan-tri/", "/quan-tri/search/?s=dinh", "/quan-tri/trainingplan/user/"):
        text += doors.ask("admin", "get", url).content.decode()
    assert "Người own" in text
    assert [name for name in PEOPLE.values() if name in text] == []


@pytest.mark.parametrize("role", ["own", "other", "home", "school"])
def test_the_replies_of_cells_tell_of_the_unit_s_own_alone(role: str, doors: Doors, db: None) -> None:
    """Saved, stale, of another unit, of nobody."""
    url = doors.address("registration-cells", "year unit_key", role)
    quota = doors.subjects[role]["cell"]["chi-tieu"]
    for home in HOMES:
        unit = doors.users[home].unit_id
        for value, version in (("4", 1), ("5", 1), ("6", 0), ("x", 0)):
            cell = {"unit": unit, "quota": quota, "value": value, "version": version}
            reply = doors.ask(role, "post", url, data=json.dumps({"cells": [cell]}), content_type=JSON)
            assert reply.status_code == 200
            told: dict[str, Any] = reply.json()["cells"][0]
            if home != role:
                assert (told["outcome"], told["number"], told["author"], told["at"]) == ("refused", None, "", ""), home
            assert foreign_in("own" if role == "school" else role, reply.content) <= STRINGS[role]
