"""What every test stands on: quick passwords, plain static files, a database on disk, Debian's Chromium."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import settings as hypothesis

pytest_plugins = ["tests.databases", "tests.cast", "tests.issuing", "tests.doors", "tests.loaded", "tests.traces"]

TOUCHES_DATABASE = frozenset({"db", "transactional_db", "django_db_setup"})

# Two cores, often shared: a slow example is no failure.
hypothesis.register_profile("house", deadline=None)
hypothesis.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="leave out the tests that never touch a database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database, what no database decides would only be said twice; `one_database` tells why."""
    if config.getoption("--only-database"):
        kept = [item for item in items if _touches_database(item) and not item.get_closest_marker("one_database")]
        config.hook.pytest_deselected(items=list(set(items).difference(kept)))
        items[:] = kept


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what was imported and collected: it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def _touches_database(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or not TOUCHES_DATABASE.isdisjoint(fixtures)


@pytest.fixture(scope="session", autouse=True)
def _quick_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STATIC_ROOT=tmp_path_factory.mktemp("static"),
        SEAL_LOG_SECONDS=0,
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture
def jobs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a job run where it is asked for, though the test's own transaction is never committed."""
    monkeypatch.setattr("trainingplan.services.jobs.when_committed", lambda act: act())


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium without its windows, which costs a third; silent on the network.

    A missing browser fails the test; it never skips it.
    """
    chromium = shutil.which("chromium-headless-shell")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium-headless-shell")
    # Playwright's loop makes Django take the test's own thread for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [*quiet, "--disable-quic", "--no-first-run"],
    }


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of the project."""
    return Path(__file__).resolve().parent.parent
