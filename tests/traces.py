"""Watches every service in every test: what it writes leaves a trace in the change log, in the same call.

A service is a function of a `services` module that takes an `actor`. All are wrapped before tests are collected,
wherever they were imported to, so a new one is watched from its first test on.
"""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Any

import pytest
from django.db import connection

PACKAGES = ("trainingplan", "courses", "quotas", "budget", "reports")
LOG = "trainingplan_change"
UNTRACED = frozenset({
    "trainingplan_accessrefusal",  # a log itself
    "trainingplan_personalread",  # another
    "quotas_submission",  # the answer to a save, kept to be given again
    "quotas_proposal",  # a calculation on paper; that it was applied is logged with every cell
    "quotas_proposedshare",
    "django_tasks_database_dbtaskresult",  # the queue
    "rendered_documents",  # files that were rendered, to be handed out again
    "trainingplan_jobfile",  # what a job found, under the job
    "trainingplan_job",  # itself the record of who asked for what and when; what the work writes is logged by the work
})  # fmt: skip
WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)

Service = Callable[..., Any]


def service_modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        try:
            services = importlib.import_module(f"{package}.services")
        except ModuleNotFoundError:
            continue
        yield services
        for found in pkgutil.iter_modules(getattr(services, "__path__", [])):
            yield importlib.import_module(f"{services.__name__}.{found.name}")


def services() -> dict[str, Service]:
    """Every service by its full name."""
    return {
        f"{module.__name__}.{name}": function
        for module in service_modules()
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and function.__module__ == module.__name__
        and "actor" in inspect.signature(function).parameters
    }


@contextmanager
def watch_writes() -> Iterator[set[str]]:
    """The tables that are written within."""
    written: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if found := WRITES.match(sql):
            written.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield written


def watched(service: Service) -> Service:
    """The service, failing when it returns after it wrote something and logged nothing."""

    @wraps(service)
    def call(*args: Any, **kwargs: Any) -> Any:
        with watch_writes() as written:
            result = service(*args, **kwargs)
        if written - UNTRACED and LOG not in written:
            pytest.fail(f"{service.__name__} wrote {', '.join(sorted(written - UNTRACED))} and left no trace")
        return result

    return call


def pytest_sessionstart() -> None:
    replaced = {id(service): watched(service) for service in services().values()}
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES]
    for module in ours:
        for name, value in list(vars(module).items()):
            if id(value) in replaced:
                setattr(module, name, replaced[id(value)])
