"""Every HTML page says to browsers what they may do with it, and no page of somebody's stays on a shared machine."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.doors import Doors
from tests.test_access import FILES, TABLE

pytestmark = pytest.mark.one_database("headers come from middleware")


def missing(headers: Any) -> list[str]:
    """What a reply should say and does not."""
    needed = {
        "X-Content-Type-Options": "nosniff",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Request-ID": "",
    }
    wrong = [name for name, start in needed.items() if not headers.get(name, "–").startswith(start)]
    if not headers["Content-Type"].startswith("text/html"):
        return wrong
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";") if " " in part.strip()
    )
    if "unsafe" in str(policy) or policy["default-src"] not in ("'self'", "'none'"):
        wrong.append("default-src")
    if policy["frame-ancestors"] not in ("'none'", "'self'"):
        wrong.append("frame-ancestors")
    return wrong


@override_settings(SECURE_HSTS_SECONDS=31536000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True)
@pytest.mark.parametrize("who", ["anonymous", "board", "admin"])
def test_every_page_carries_its_headers(who: str, doors: Doors, db: None) -> None:
    found = {}
    for row in TABLE:
        if row.name not in FILES:
            headers = doors.ask(who, "get", doors.address(row.name, row.parts), secure=True).headers
            kept = who != "anonymous" and "no-store" not in headers.get("Cache-Control", "")
            found[row.name] = missing(headers) + ["no-store"] * kept
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_control_without_the_middleware_pages_would_be_kept(doors: Doors, db: None) -> None:
    fewer = [name for name in settings.MIDDLEWARE if not name.endswith("NoStore")]
    with override_settings(MIDDLEWARE=fewer):
        without = replace(doors, client=Client())
        assert "no-store" not in without.ask("board", "get", "/uy-quyen/").headers.get("Cache-Control", "")


def test_what_anybody_may_read_is_not_marked(db: None) -> None:
    assert "no-store" not in Client().get("/khong-co-trang-nay/").headers.get("Cache-Control", "")
