"""The log of who read protected personal data."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from trainingplan.models import PersonalRead, User
from trainingplan.rules.seals import as_ranges, from_ranges

LOOKED_THROUGH = 5_000
"""How many of the latest readings are looked through for those of one person."""


def log_reading(*, user: User, door: str, address: str, people: Collection[int]) -> PersonalRead:
    """One line for one page or file, whatever the number of people on it."""
    return PersonalRead.objects.create(
        at=timezone.now(),
        user=user,
        user_name=f"{user.full_name} ({user.username})",
        door=door[:100],
        address=address[:500],
        count=len(people),
        people=as_ranges(people),
    )


def readings() -> QuerySet[PersonalRead]:
    """All of them, the latest first."""
    return PersonalRead.objects.order_by("-pk")


def readings_of(person: int) -> list[PersonalRead]:
    """Those of the latest readings that showed this person."""
    return [read for read in readings()[:LOOKED_THROUGH] if _holds(read, person)]


def people_read_at(address: str) -> set[int]:
    """Whom the readings at that address showed: whoever takes a job's file reads of the same people."""
    runs = (run for read in readings().filter(address=address) for run in from_ranges(read.people))
    return {key for first, last in runs for key in range(first, last + 1)}


def _holds(read: PersonalRead, person: int) -> bool:
    return any(first <= person <= last for first, last in from_ranges(read.people))
