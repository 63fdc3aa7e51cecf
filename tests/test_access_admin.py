"""Every address of the back office × every role × method, complete by construction: whatever the site has is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from budget.models import BudgetLine, ClassKind, NormItem, NormSet
from tests.doors import ROLES, Doors, outcome
from tests.traces import watch_writes
from trainingplan.models import Role, User

pytestmark = pytest.mark.one_database("roles decide; tests.trainingplan.test_admin_access opens every page on both")

OFFICE = "/quan-tri/"
SIGN_IN = ("/dang-nhap/?next=", "/quan-tri/login/?next=")
"""The second leads on to the first."""
LOGS = {"trainingplan_accessrefusal", "trainingplan_personalread", "django_session"}
KINDS = frozenset({"changelist", "add", "change", "history", "delete", "import", "process_import", "export"})
OF_THE_HOUSE = frozenset({
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n", "search",
    "view_on_site", "app_list", None,
})  # fmt: skip
"""Addresses of no single catalogue; None leads on to another one, or nowhere."""
OUTSIDERS = [role for role in ROLES if role not in ("anonymous", "board", "finance", "admin")]
FINANCE_KEEPS = (NormSet, NormItem, ClassKind, BudgetLine)
METHODS = ("get", "post", "head", "options", "put", "patch", "delete")


@dataclass(frozen=True)
class Door:
    """An address with its name; `model` and `kind` where it belongs to a catalogue."""

    url: str
    name: str | None
    model: type[Model] | None = None
    kind: str = ""

    def __str__(self) -> str:
        return self.url


def office_doors() -> Iterator[Door]:
    (office,) = (p for p in get_resolver().url_patterns if isinstance(p, URLResolver) and p.app_name == "admin")
    yield from _doors(office.url_patterns, OFFICE)


def _doors(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Door]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _doors(pattern.url_patterns, address)
        else:
            yield _door(address, pattern.name)


def _door(address: str, name: str | None) -> Door:
    """The pattern with something in the place of its parts; rows that are not there stand for all rows."""
    model = next((m for m in admin.site._registry if name and name.startswith(f"{_key(m)}_")), None)  # noqa: SLF001
    kind = name.removeprefix(f"{_key(model)}_") if model and name else ""
    url = re.sub(r"<path:[a-z_]+>", "1", address)
    url = re.sub(r"\^?\(\?P<app_label>[^)]*\)", "quotas", url)
    return Door(re.sub(r"\(\?P<url>[^)]*\)", "khong-co", url).replace("$", ""), name, model, kind)


def _key(model: type[Model] | None) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}" if model else ""


DOORS = list(office_doors())


def test_every_address_is_of_a_kind_that_is_known() -> None:
    assert len(DOORS) > 100
    assert {door.name for door in DOORS if door.model is None} <= OF_THE_HOUSE
    assert {door.kind for door in DOORS if door.model} <= KINDS
    assert {_key(model) for model in admin.site._registry} <= {_key(door.model) for door in DOORS}  # noqa: SLF001


def opens(door: Door, role: str, method: str) -> bool:
    """The rights as the domain states: accounts the administrator's, money also finance's, all else the Board's."""
    if door.model is None:
        return door.name != "autocomplete"  # it wants to know for which field
    name = door.model.__name__
    closed = {
        "change": {"BudgetLine", "UnitCap"} if method == "post" else set(),
        "add": {"Change", "Allocation", "Registration", "BudgetLine", "UnitCap"},
        "delete": {"Change", "Allocation", "Registration", "BudgetLine", "UnitCap", "Plan", "Unit", "User"},
    }
    keeper = Role.ADMIN if door.model is User else Role.BOARD
    keeps = role == keeper or (role == Role.FINANCE and door.model in FINANCE_KEEPS)
    return keeps and name not in closed.get(door.kind, set())


@pytest.mark.parametrize(
    ("method", "roles"),
    [("get", OUTSIDERS), ("post", OUTSIDERS), *((other, ["own", "manager"]) for other in METHODS[2:])],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_outsider_gets_through_any_door(method: str, roles: list[str], doors: Doors, db: None) -> None:
    with watch_writes() as written:
        found = {
            (door.url, role): outcome(doors.ask(role, method, door.url))
            for door in DOORS
            if door.name != "logout"
            for role in roles
        }
    assert {key: got for key, got in found.items() if got != "403"} == {}
    assert written <= LOGS


@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_a_stranger_is_sent_to_sign_in_everywhere(method: str, doors: Doors, db: None) -> None:
    for door in DOORS:
        if door.name != "logout":
            answer = doors.ask("anonymous", method, door.url)
            assert answer.status_code == 302, door
            assert answer.url.startswith(SIGN_IN), door


@pytest.mark.parametrize("role", [Role.BOARD, Role.FINANCE, Role.ADMIN])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_keeps_a_catalogue_opens_its_doors_and_no_others(role: Role, method: str, doors: Doors, db: None) -> None:
    for door in DOORS:
        if door.name in ("login", "logout"):
            continue
        got = outcome(doors.ask(role, method, door.url))
        if opens(door, role, method):
            assert got in {"200", "->", "404", "405"}, door
            assert door.kind == "history" or door.model is None or got != "404", door
        else:
            assert got in {"403", "404", "405"}, door


@pytest.mark.parametrize("role", [Role.BOARD, Role.FINANCE, Role.ADMIN])
@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "head"])
def test_no_other_method_writes(role: Role, method: str, doors: Doors, db: None) -> None:
    with watch_writes() as written:
        for door in DOORS:
            if door.name not in ("login", "logout", "password_change"):
                assert outcome(doors.ask(role, method, door.url)) in {"200", "->", "403", "404", "405"}, door
    assert written <= LOGS


def test_what_is_not_in_the_office_cannot_be_asked_for(doors: Doors, db: None) -> None:
    for model in apps.get_models():
        if model not in admin.site._registry:  # noqa: SLF001
            url = f"{OFFICE}{model._meta.app_label}/{model._meta.model_name}/"
            assert outcome(doors.ask("board", "get", url)) == "404", url
