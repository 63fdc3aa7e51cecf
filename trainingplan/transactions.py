"""One transaction without savepoints inside, where nothing that goes wrong within is caught."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")
_whole: ContextVar[bool] = ContextVar("whole transaction", default=False)


@contextmanager
def one_transaction() -> Iterator[None]:
    """As `transaction.atomic`; whatever is raised within must be let through to the end of the block."""
    with transaction.atomic():
        token = _whole.set(True)
        try:
            yield
        finally:
            _whole.reset(token)


def part_of_one(work: Callable[P, R]) -> Callable[P, R]:
    """As `transaction.atomic` on a function, but that within `one_transaction` it adds nothing."""

    @wraps(work)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        if _whole.get():
            return work(*args, **kwargs)
        with transaction.atomic():
            return work(*args, **kwargs)

    return within
