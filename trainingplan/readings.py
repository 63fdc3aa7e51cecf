"""Whose protected data the present request, or job, lays open; where it is taken up, one line says so."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_noted: ContextVar[set[int] | None] = ContextVar("people read", default=None)


@contextmanager
def watching_people() -> Iterator[set[int]]:
    """Collect the keys of people that are noted within."""
    people: set[int] = set()
    token = _noted.set(people)
    try:
        yield people
    finally:
        _noted.reset(token)


@contextmanager
def unshown_people() -> Iterator[None]:
    """What is read within is for counting and choosing: none of it is handed out."""
    with watching_people():
        yield


def note_people(people: Iterable[int]) -> None:
    """Note that protected data of these people is handed out unmasked."""
    if (noted := _noted.get()) is not None:
        noted.update(people)
