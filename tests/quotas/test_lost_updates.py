"""R3: many clients save on one row over HTTP. Nobody's number is written over unseen, and who comes late is told.

Measured once at full scale, 20 clients × 50 saves; here a tenth of each client's saves, on the same paths.
"""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from quotas.models import Quota, Registration
from quotas.services.cells import CellInput
from quotas.services.sheets import Sheet
from tests.cast import Province, make_province, make_quota
from trainingplan.models import Change, User
from trainingplan.rules.numbers import format_count

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 20
SAVES = 5
BASE = 100
TOKEN = "a" * 32
TOLD = re.compile(r"(Nguyễn Thị Ái|Trần Văn Bảo) vừa sửa ô này thành «[\d.]+» lúc \d\d:\d\d, \d\d/\d\d/\d{4}")


@dataclass
class Tally:
    saved: int = 0
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Row:
    """The row of one unit: two cells in which everybody counts."""

    province: Province
    quotas: tuple[Quota, ...]

    @property
    def url(self) -> str:
        return reverse("registration-cells", kwargs={"year": 2024, "unit_key": self.province.binh_son.key})


@pytest.fixture
def row() -> Row:
    province = make_province()
    free = [
        make_quota(province.kv3.programme, province.appendix, f"q{n}", f"Cột {n}", number=None, position=n + 3)
        for n in range(2)
    ]
    return Row(province, tuple(free))


def count_up(row: Row, post: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]], n: int) -> Tally:
    """Read, count one more, save; where another was first, take what stands and go on.

    A number counts the saves in its hundreds and tells its client by the rest, so that no two are the same.
    """
    tally, quota = Tally(), row.quotas[n % len(row.quotas)]
    number, version = 0, 0
    for _ in range(SAVES):
        mine = str(number - number % BASE + BASE + n)
        cell = {"unit": row.province.binh_son.pk, "quota": quota.pk, "value": mine, "version": version}
        status, told = post({"cells": [cell]})
        tally.statuses.add(status)
        (result,) = told["cells"]
        number, version = result["number"], result["version"]
        if result["outcome"] == "saved":
            tally.saved += 1
        elif result["outcome"] == "conflict":
            tally.conflicts.append(result)
    return tally


def everybody(row: Row, live_server: LiveServer) -> list[Tally]:
    """All clients at once, signed in as Alice and Bob by turns, over real connections."""
    barrier = Barrier(CLIENTS)
    users = [row.province.alice if n % 2 else row.province.bob for n in range(CLIENTS)]
    cookies = [signed_in(user) for user in users]

    def run(n: int) -> Tally:
        barrier.wait(timeout=30)
        return count_up(row, lambda body: post(live_server.url + row.url, cookies[n], body), n)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; csrftoken={TOKEN}"


def post(url: str, cookie: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    headers = {"Cookie": cookie, "Content-Type": "application/json", "X-CSRFToken": TOKEN}
    with urlopen(Request(url, json.dumps(body).encode(), headers), timeout=60) as response:  # noqa: S310 - our own server
        return response.status, json.load(response)


def counted() -> int:
    return sum((number or 0) // BASE for number in Registration.objects.values_list("number", flat=True))


def test_no_update_is_lost_and_every_conflict_is_told(row: Row, live_server: LiveServer) -> None:
    tallies = everybody(row, live_server)
    saved = sum(tally.saved for tally in tallies)
    conflicts = [conflict for tally in tallies for conflict in tally.conflicts]
    assert set().union(*(tally.statuses for tally in tallies)) == {200}
    assert saved + len(conflicts) == CLIENTS * SAVES
    assert conflicts
    assert counted() == saved
    assert sum(Registration.objects.values_list("version", flat=True)) == saved
    assert Change.objects.filter(table="registration").count() == saved
    for conflict in conflicts:
        assert TOLD.search(conflict["message"]), conflict["message"]
        assert conflict["author"]
        assert conflict["at"]
        assert f"«{format_count(conflict['number'])}»" in conflict["message"]


def test_control_without_the_version_updates_are_lost(
    row: Row, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, the test above proves nothing."""
    compare = Sheet._compare  # noqa: SLF001 - the very check that is taken away

    def compare_blindly(sheet: Sheet, cell: CellInput, number: int | None, stands: Any) -> Any:
        seen = stands.version if stands else 0
        return compare(sheet, replace(cell, version=seen), number, stands)

    monkeypatch.setattr(Sheet, "_compare", compare_blindly)
    tallies = everybody(row, live_server)
    assert counted() < sum(tally.saved for tally in tallies)
