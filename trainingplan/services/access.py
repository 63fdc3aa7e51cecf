"""The log of refused access: who asked for what is not his. Bounded, so that it cannot be used to fill the disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from trainingplan.models import AccessRefusal, User

MOST_AN_HOUR = 60
"""What is kept of one user within an hour; who reaches it is noticed all the same."""

_noted: ContextVar[list[str] | None] = ContextVar("noted", default=None)


@contextmanager
def watching() -> Iterator[list[str]]:
    """Collect what is noted while one request is served."""
    notes: list[str] = []
    token = _noted.set(notes)
    try:
        yield notes
    finally:
        _noted.reset(token)


def note_foreign(what: str) -> None:
    """Note that a request names something of another unit, though its answer is no refusal of the whole."""
    if (notes := _noted.get()) is not None and what not in notes:
        notes.append(what)


def log_refusal(*, user: User, method: str, address: str, status: int, note: str = "") -> AccessRefusal | None:
    """Write one refusal in a transaction of its own; None when the user has had enough of them within the hour."""
    now = timezone.now()
    with transaction.atomic():
        if AccessRefusal.objects.filter(user=user, at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
            return None
        return AccessRefusal.objects.create(
            at=now,
            user=user,
            user_name=f"{user.full_name} ({user.username})",
            method=method[:10],
            address=address[:500],
            status=status,
            note=note[:200],
        )
