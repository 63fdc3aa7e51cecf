"""Everything that the system keeps about one person."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from quotas.models import Nomination, Person
from trainingplan.models import Change, ImportedRow
from trainingplan.readings import note_people
from trainingplan.rules.names import fold
from trainingplan.services.catalogue import display

SHOWN = (
    "unit", "full_name", "sex", "birth_year", "birth_month", "birth_day", "job_title", "ethnicity", "education",
    "illustrative",
)  # fmt: skip
OF_NOMINATION = (
    "degree", "field_of_study", "institution", "mode", "duration", "funding", "planned_post", "class_name", "note",
)  # fmt: skip
MOST_FOUND = 50
MOST_LINES = 500

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Nominated:
    """One place on a roster."""

    title: str
    values: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class PersonData:
    """What is kept, in the words of the screen; the change log keeps protected values masked."""

    person: Person
    values: tuple[Pair, ...]
    nominations: tuple[Nominated, ...]
    changes: tuple[Change, ...]
    imported: tuple[ImportedRow, ...]

    def sheets(self) -> Iterator[tuple[str, tuple[Pair, ...]]]:
        """The same as tables of two columns, for a file."""
        yield "Dữ liệu", self.values
        for number, one in enumerate(self.nominations, start=1):
            yield f"Danh sách {number}", (("Chỉ tiêu", one.title), *one.values)
        yield "Nhật ký", tuple((_when(change), f"{change.field}: {change}") for change in self.changes)
        yield "Tệp đã nhập", tuple((str(row.batch), row.name) for row in self.imported)


def _when(change: Change) -> str:
    return f"{timezone.localtime(change.at):%H:%M, %d/%m/%Y}, {change.actor_name}"


def find_people(words: str) -> QuerySet[Person]:
    """Those whose name holds every word, whatever the marks."""
    found = Person.objects.select_related("unit").prefetch_related("unit__names").order_by("name_sort", "pk")
    for word in fold(words).split():
        found = found.filter(name_search__contains=word)
    return found[:MOST_FOUND]


def person_data(person: Person) -> PersonData:
    """All that there is; noted as read."""
    note_people([person.pk])
    nominations = list(person.nominations.select_related("quota__programme__plan", "unit").order_by("pk"))
    keys = [str(one.pk) for one in nominations]
    about = Q(table="person", row=str(person.pk)) | Q(table="nomination", row__in=keys)
    rows = Q(resource__icontains="person", object_pk=str(person.pk)) | Q(
        resource__icontains="nominat", object_pk__in=keys
    )
    return PersonData(
        person,
        _values(person, SHOWN),
        tuple(_nominated(one) for one in nominations),
        tuple(Change.objects.filter(about).order_by("-pk")[:MOST_LINES]),
        tuple(ImportedRow.objects.filter(rows).select_related("batch").order_by("-pk")[:MOST_LINES]),
    )


def _nominated(one: Nomination) -> Nominated:
    plan = one.quota.programme.plan
    title = f"{plan}: {one.quota.name} – {one.unit}{' (dự bị)' if one.reserve else ''}"
    return Nominated(title, tuple(pair for pair in _values(one, OF_NOMINATION) if pair[1]))


def _values(row: Person | Nomination, names: tuple[str, ...]) -> tuple[Pair, ...]:
    return tuple((str(row._meta.get_field(name).verbose_name), _shown(row, name)) for name in names)  # type: ignore[union-attr]


def _shown(row: Person | Nomination, name: str) -> str:
    if name == "sex":
        return str(row.get_sex_display()) if isinstance(row, Person) else ""
    value = getattr(row, name)
    return display(value, grouped=not name.startswith("birth"))
