"""Finding units, programmes and people of a plan by words typed without marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from django.db.models import Q, QuerySet

from quotas.models import Nomination, Person, Quota
from trainingplan.models import Appendix, Participant, Plan, Unit, UnitName
from trainingplan.rules.names import fold
from trainingplan.selectors import plan_day, unit_names, valid_on

MOST_WORDS = 8
MOST_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding: what it is called, what stands beside it, and what leads to it.

    `appendix` is the number of the grid or the roster; 0 for a person who stands in no roster.
    """

    name: str
    aside: str
    unit_key: str = ""
    appendix: int = 0
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """The first findings of one kind, in order, and how many there are in all."""

    shown: tuple[Hit, ...]
    found: int

    @property
    def more(self) -> int:
        return self.found - len(self.shown)

    @property
    def illustrative(self) -> bool:
        return any(hit.illustrative for hit in self.shown)


def search_words(typed: str) -> list[str]:
    """The words to look for, folded; what cannot be seen is no part of them."""
    return fold("".join(sign if sign.isprintable() else " " for sign in typed)).split()[:MOST_WORDS]


def find_units(plan: Plan, units: QuerySet[Unit], words: Sequence[str]) -> Hits:
    """Participants among `units`, by the name and short name of the plan's day. Two queries."""
    asked = Participant.objects.filter(plan=plan, unit__in=units).values("unit_id")
    names = UnitName.objects.filter(valid_on(plan_day(plan)), _all_in("name_search", words), unit_id__in=asked)
    rows = names.order_by("name_search").values_list("name", "short_name", "unit__key")
    return _hits(Hit(name, short, unit_key=key) for name, short, key in rows)


def find_quotas(plan: Plan, words: Sequence[str]) -> Hits:
    """Quotas of the plan by their own name and their programme's. One query."""
    rows = Quota.objects.filter(programme__plan=plan).values_list(
        "name", "programme__code", "programme__name", "appendix__number"
    )
    return _hits(
        Hit(name, f"{code} {programme}", appendix=number or 0)
        for name, code, programme, number in rows
        if all(word in fold(f"{name} {code} {programme}") for word in words)
    )


def find_people(plan: Plan, units: QuerySet[Unit], words: Sequence[str]) -> Hits:
    """People whom `units` nominate, by name. Two queries."""
    rows = list(
        Nomination.objects.filter(
            person__in=Person.objects.filter(_all_in("name_search", words)),  # found first, then looked up by its index
            quota__programme__plan=plan,
            unit__in=units,
        )
        .order_by("person__name_sort", "pk")
        .values_list(
            "person__full_name",
            "unit_id",
            "quota__short_name",
            "quota__appendix__number",
            "quota__appendix__kind",
            "illustrative",
        )
    )
    names = unit_names(plan_day(plan), {unit_id for _, unit_id, *_ in rows[:MOST_SHOWN]})
    return _hits(
        Hit(
            person,
            f"{names.get(unit_id, '')} – {quota}",
            appendix=number if kind == Appendix.Kind.ROSTER else 0,
            illustrative=illustrative,
        )
        for person, unit_id, quota, number, kind, illustrative in rows
    )


def _all_in(field: str, words: Iterable[str]) -> Q:
    return reduce(lambda found, word: found & Q(**{f"{field}__contains": word}), words, Q())


def _hits(hits: Iterable[Hit]) -> Hits:
    found = tuple(hits)
    return Hits(found[:MOST_SHOWN], len(found))
