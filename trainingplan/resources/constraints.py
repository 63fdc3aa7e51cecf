"""A model's check constraints, looked at without the database: a file of many rows asks nothing for each."""

import operator
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from django.db.models import CheckConstraint, F, Field, Model, Q, Value

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, among: value in among,
    "startswith": lambda value, start: str(value).startswith(start),
}


def broken_constraints(row: Model, exclude: AbstractSet[str]) -> list[CheckConstraint]:
    """The check constraints that the row breaks, but those on excluded fields. What is too hard, the database tells."""
    return [
        check
        for check, fields in _checks(type(row))
        if fields.isdisjoint(exclude) and _holds(check.condition, row) is False
    ]


@cache
def _checks(model: type[Model]) -> tuple[tuple[CheckConstraint, frozenset[str]], ...]:
    found = (one for one in model._meta.constraints if isinstance(one, CheckConstraint))
    return tuple((one, frozenset(_names(one.condition))) for one in found)


def _names(condition: Any) -> Iterator[str]:
    """The fields that a condition speaks of."""
    if isinstance(condition, Q):
        for child in condition.children:
            yield from _names(child)
    elif isinstance(condition, tuple):
        lookup, against = condition
        yield lookup.partition("__")[0]
        if isinstance(against, F):
            yield str(vars(against)["name"])


def _holds(condition: Any, row: Model) -> bool | None:
    """Whether it holds, as SQL has it: None is unknown."""
    if isinstance(condition, tuple):
        lookup, against = condition
        return _compare(lookup, against, row)
    if not isinstance(condition, Q):
        return None
    parts = [_holds(child, row) for child in condition.children]
    held: bool | None
    if condition.connector == Q.AND:
        held = False if False in parts else (None if None in parts else True)
    elif condition.connector == Q.OR:
        held = True if True in parts else (None if None in parts else False)
    else:
        held = None
    return held if not condition.negated or held is None else not held


def _compare(lookup: str, against: object, row: Model) -> bool | None:
    name, _, kind = lookup.partition("__")
    value = _value(name, row)
    if kind == "isnull":
        return (value is None) == against
    if isinstance(against, F):
        against = _value(str(vars(against)["name"]), row)
    elif isinstance(against, Value):
        against = against.value
    elif hasattr(against, "resolve_expression"):
        return None
    compare = COMPARISONS.get(kind or "exact")
    if compare is None or value is None or against is None:
        return None
    return compare(value, against.pk if isinstance(against, Model) else against)


def _value(name: str, row: Model) -> object:
    field = row._meta.pk if name == "pk" else row._meta.get_field(name)
    return getattr(row, field.attname) if isinstance(field, Field) else None
