"""Querysets that are compiled once: a rule stays stated as a queryset, only its execution is cheap.

Django's compiler takes some 0.3 ms for each statement, many times what the database does for a row found by its key.
"""

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import DateField, DateTimeField, Expression, Field, Model, QuerySet, UUIDField
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init
from django.db.transaction import TransactionManagementError

from trainingplan.statements import rows_of

P = ParamSpec("P")
R = TypeVar("R")

LONGEST = 8
"""Longer lists of values are compiled each time: there would be a statement for every length."""
MOST_SHAPES = 64
"""Of one queryset; further ones are compiled each time."""
_KINDS: dict[type, "Field[Any, Any] | None"] = {
    int: None,
    str: None,
    date: DateField(),
    datetime: DateTimeField(),
    UUID: UUIDField(),
}
"""What may stand in a slot, and the field that makes a parameter of it where the database does not take it as it is."""
_LISTS = (tuple, list, set, frozenset)

Row = Sequence[Any]
Key = tuple[object, ...]
at_hand: ContextVar[dict[Key, list[Any]]] = ContextVar("rows at hand")
"""Rows that were read before they were asked for, by statement and arguments; see `trainingplan.together`."""


@dataclass(slots=True)
class Prepared(Generic[P, R]):
    """Calling it gives the rows of the queryset that `factory` makes of the same arguments, read now.

    Numbers, texts, dates and keys are parameters, also in short lists; whatever else the factory is given (None, yes or
    no, a state, a model) makes a statement of its own. The factory does nothing with parameters but filter by them, and
    asks for nothing besides them that changes, as what day it is: that would stay as it was when it was asked first.
    """

    factory: Callable[P, QuerySet[Any, R]]
    shares: bool = False
    _known: dict[tuple[object, ...], "_Statement"] = field(default_factory=dict)

    def __call__(self, *args: P.args, **named: P.kwargs) -> list[R]:
        if named:
            raise TypeError(f"arguments are given by place: {', '.join(named)}")
        shape, values = _taken_apart(args)
        if (known := at_hand.get(None)) and (rows := known.pop((id(self), shape, *values), None)) is not None:
            return rows
        statement = self._known.get(shape) or self._compiled(shape, args)
        return statement.rows(values) if statement else []

    def first(self, *args: P.args, **named: P.kwargs) -> R | None:
        """The first row, of a queryset that has one at the most or one that is asked for."""
        return next(iter(self(*args, **named)), None)

    def asked(self, *args: P.args, **named: P.kwargs) -> "Asked | None":
        """The call that will follow, to be read together with others; None for one that is better made by itself."""
        if named:
            raise TypeError(f"arguments are given by place: {', '.join(named)}")
        shape, values = _taken_apart(args)
        key = (id(self), shape, *values)
        statement = self._known.get(shape) or self._compiled(shape, args)
        return Asked(key, statement, statement.parameters(values)) if statement and statement.often else None

    def _compiled(self, shape: tuple[object, ...], args: tuple[object, ...]) -> "_Statement | None":
        """None for what the database need not be asked, as an empty list. Kept unless there are too many already."""
        slots: list[_Slot] = []
        factory: Callable[..., QuerySet[Any, R]] = self.factory
        try:
            rows = factory(*(_with_slots(arg, slots) for arg in args))
            longest = max((len(part) for part in shape if isinstance(part, tuple)), default=0)
            kept = longest <= LONGEST and len(self._known) < MOST_SHAPES
            statement = _compile(rows, slots, shares=self.shares, kept=kept)
        except EmptyResultSet:
            return None
        if kept:
            self._known[shape] = statement
        return statement


def prepared(factory: Callable[P, QuerySet[Any, R]], *, shares: bool = False) -> Prepared[P, R]:
    """Make of a function that returns a queryset one that returns its rows; arguments are given by place."""
    ALL.append(made := Prepared(factory, shares))
    return made


def prepared_share(factory: Callable[P, QuerySet[Any, R]]) -> Prepared[P, R]:
    """The same for rows that others may hold as well, but nobody change before the transaction ends."""
    return prepared(factory, shares=True)


def rows_read_once(queryset: QuerySet[Any, R]) -> list[R]:
    """The rows of a queryset that reads many: made as those of prepared ones are, at a fraction of Django's cost."""
    try:
        return _compile(queryset, [], shares=False, kept=False).rows([])
    except EmptyResultSet:
        return []


ALL: list[Prepared[..., Any]] = []
"""Every one there is: a test compares what each reads with what its queryset does."""


class _Slots(Expression):
    """The place of a parameter, or of a list of them: it passes through Django's compiler untouched."""

    def __init__(self, kinds: Sequence[type], *, several: bool = False) -> None:
        super().__init__()
        self.slots = [_Slot(kind) for kind in kinds]
        self.several = several

    def resolve_expression(self, *_args: Any, **_named: Any) -> "_Slots":
        return self

    def as_sql(self, *_args: Any, **_named: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        if not self.slots:
            raise EmptyResultSet
        places = ", ".join(["%s"] * len(self.slots))
        return f"({places})" if self.several else places, [*self.slots]


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    """Stands among the parameters of the text for a value of this kind; known again by its identity."""

    kind: type


def _taken_apart(args: tuple[object, ...]) -> tuple[tuple[object, ...], list[Any]]:
    """What distinguishes the statement – kinds, kinds in lists, and all that is no parameter – and the parameters."""
    shape: list[object] = []
    values: list[Any] = []
    for arg in args:
        kind = type(arg)
        if kind in _KINDS:
            shape.append(kind)
            values.append(arg)
        elif isinstance(arg, _LISTS):
            shape.append(kinds := tuple(map(type, arg)))
            values += arg
            if not _KINDS.keys() >= set(kinds):
                raise TypeError(f"a list of parameters and others: {arg}")
        elif isinstance(arg, (Model, QuerySet)):
            raise TypeError(f"a row or rows, of which there would be a statement each: {arg!r}")
        else:
            shape.append(arg)
    return tuple(shape), values


def _with_slots(arg: object, slots: list[_Slot]) -> object:
    if type(arg) in _KINDS:
        given = _Slots([type(arg)])
    elif isinstance(arg, _LISTS):
        given = _Slots([*map(type, arg)], several=True)
    else:
        return arg
    slots += given.slots
    return given


@dataclass(frozen=True, slots=True)
class _Statement:
    """`places` says of each parameter in the text which of the values, followed by the constants, stands there."""

    alias: str
    sql: str
    places: tuple[int, ...]
    constants: tuple[Any, ...]
    adapted: tuple[tuple[int, "Field[Any, Any]"], ...]
    width: int
    locks: bool
    ordered: bool
    often: bool
    read: Callable[[Iterable[Row]], list[Any]]

    def rows(self, values: list[Any]) -> list[Any]:
        if self.locks and not connections[self.alias].in_atomic_block:
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        return self.read(rows_of(self.alias, self.sql, self.parameters(values), often=self.often))

    def parameters(self, values: list[Any]) -> list[Any]:
        for place, kind in self.adapted:
            values[place] = kind.get_db_prep_value(values[place], connections[self.alias])
        values += self.constants
        return [values[place] for place in self.places]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a statement, by which its rows are known again, and what the database is given for it."""

    key: Key
    statement: _Statement
    parameters: list[Any]


def _compile(queryset: QuerySet[Any, Any], slots: list[_Slot], *, shares: bool, kept: bool) -> _Statement:
    """Raises ValueError for a queryset that is more than one statement, or that uses a parameter otherwise."""
    compiler = queryset.query.get_compiler(queryset.db)
    sql, params = compiler.as_sql()
    if not set(slots) <= {param for param in params if isinstance(param, _Slot)}:
        raise ValueError(f"a parameter is lost: {sql}")
    constants = [param for param in params if not isinstance(param, _Slot)]
    locks = compiler.connection.features.has_select_for_update and (shares or queryset.query.select_for_update)
    rest = iter(range(len(slots), len(slots) + len(constants)))
    return _Statement(
        alias=queryset.db,
        sql=f"{sql} FOR SHARE" if locks and shares else sql,
        places=tuple(slots.index(param) if isinstance(param, _Slot) else next(rest) for param in params),
        constants=tuple(constants),
        adapted=tuple((place, kind) for place, slot in enumerate(slots) if (kind := _KINDS[slot.kind])),
        width=len(compiler.select),
        locks=locks,
        ordered=queryset.ordered,
        often=kept and not _is_wide(sql),
        read=_reader(queryset, compiler),
    )


def _is_wide(sql: str) -> bool:
    """Whether the database should know the values of each call before it plans, as for what reads much."""
    return sql.count(" JOIN ") > 1 or "GROUP BY" in sql or "EXISTS" in sql


def _reader(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[Iterable[Row]], list[Any]]:
    """What makes of the database's rows what iterating over the queryset gives: models, tuples or single values."""
    converters = compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])

    def converted(rows: Iterable[Row]) -> Iterable[Row]:
        return compiler.apply_converters(rows, converters) if converters else rows

    kind = vars(queryset)["_iterable_class"]
    if kind is FlatValuesListIterable:
        return lambda rows: [row[0] for row in converted(rows)]
    if kind is ValuesListIterable:
        return lambda rows: list(map(tuple, converted(rows)))
    if kind is not ModelIterable or vars(queryset)["_prefetch_related_lookups"] or compiler.annotation_col_map:
        raise ValueError(f"neither models, nor tuples, nor single values: {queryset.query}")
    return _models(compiler, queryset.db, converted)


def _models(
    compiler: Any, alias: str, converted: Callable[[Iterable[Row]], Iterable[Row]]
) -> Callable[[Iterable[Row]], list[Any]]:
    """As Django's own `ModelIterable` does it, `select_related` included."""
    fields = compiler.klass_info["select_fields"]
    own, model = slice(fields[0], fields[-1] + 1), compiler.klass_info["model"]
    names = [column.target.attname for column, *_ in compiler.select[own]]
    related = get_related_populators(compiler.klass_info, compiler.select, alias)  # type: ignore[call-arg] # stubs of 6.1

    direct = _is_plain(model, names)

    def read(rows: Iterable[Row]) -> list[Any]:
        made = []
        watched = pre_init.has_listeners(model) or post_init.has_listeners(model)
        make = partial(_made_directly, model) if direct and not watched else model.from_db
        for row in converted(rows):
            made.append(one := make(alias, names, row[own]))
            for populator in related:
                populator.populate(row, one)
        return made

    return read


def _is_plain(model: type[Model], names: Sequence[str]) -> bool:
    """Whether an instance is no more than its values: nothing is done when one is made or its fields are set."""
    above = model.__mro__[: model.__mro__.index(Model)]
    own = any({"__init__", "from_db"} & vars(one).keys() for one in above)
    return not own and all(type(getattr(model, name)) in _PLAIN for name in names)


_PLAIN = (DeferredAttribute, ForeignKeyDeferredAttribute)


def _made_directly(model: type[Model], alias: str, names: Sequence[str], values: Row) -> Model:
    """What `Model.from_db` makes of a plain model, at a fifth of the cost."""
    one = model.__new__(model)
    vars(one).update(zip(names, values, strict=True), _state=(state := ModelState()))
    state.adding, state.db = False, alias
    return one
