"""People who are stored already under a name that a file brings, and whether they may be the one it means."""

from collections import defaultdict
from collections.abc import Iterable

from quotas.models import Person
from trainingplan.rules.dates import PartialDate

AT_ONCE = 500


def namesakes(names: Iterable[str]) -> dict[str, list[Person]]:
    """The people of these folded names, with their units; a query for each few hundred names."""
    found: defaultdict[str, list[Person]] = defaultdict(list)
    wanted = sorted(set(names))
    for start in range(0, len(wanted), AT_ONCE):
        people = Person.objects.filter(name_search__in=wanted[start : start + AT_ONCE]).select_related("unit")
        for person in people.prefetch_related("unit__names").order_by("pk"):
            found[person.name_search].append(person)
    return dict(found)


def may_be_one(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether two births agree in all that is known of both; of an unknown year nothing is."""
    if one is None or other is None:
        return False
    parts = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return all(None in pair or pair[0] == pair[1] for pair in parts)
