"""What browser tests share: a small province on a live server, and people who have signed in to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Province, make_province
from trainingplan.models import User

LAPTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 40_000
"""Milliseconds for what a test waits for, on a machine that is ten times slower; who waits for a state loses none."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(autouse=True)
def _answered_to_the_end(transactional_db: None, live_server: LiveServer) -> Iterator[None]:
    """Empty the database only when the server has answered all that the pages still asked as they closed.

    A page leaves requests behind, a save above all, which would write into the next test's data. Connections are taken
    in turn: once ours has been answered, each earlier one has its thread, and that ends with its answer.
    """
    yield
    server = live_server.thread
    with closing(HTTPConnection(server.host, server.port, timeout=PATIENCE / 1000)) as connection:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    for thread in threading.enumerate():
        if thread.name.endswith("(process_request_thread)"):
            thread.join(PATIENCE / 1000)
            assert not thread.is_alive(), "the server still answers a page that is closed"


@pytest.fixture
def country(transactional_db: None) -> Province:
    """The cast, committed, so that the server sees it."""
    return make_province()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Open an address as somebody who has signed in, at a width, with or without JavaScript."""
    contexts: list[BrowserContext] = []

    def opened(user: User, address: str, *, phone: bool = False, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE if phone else LAPTOP,
            has_touch=phone,
            locale="vi-VN",
            java_script_enabled=javascript,
        )
        contexts.append(context)
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        # What breaks in a script, or is stopped by the security policy, fails the test that met it.
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
