"""Writing rows of the catalogues: every value that changes is logged, under one batch for one operation."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection, models
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils import timezone

from trainingplan.locking import hold_plan
from trainingplan.models import Plan, Unit, User
from trainingplan.policies import FROZEN
from trainingplan.rules.dates import format_date
from trainingplan.rules.numbers import format_count
from trainingplan.services.changes import Entry, record
from trainingplan.services.inserting import insert_rows
from trainingplan.services.refusals import Refused

DERIVED = frozenset(
    {"id", "name_search", "name_sort", "version", "updated_at", "updated_by", "created_at", "last_login"}
    | {"opened_at", "password_set_at", "second_factor_at"}
)
"""Follow from other values, or say who wrote and when, as the log does itself."""

NEVER_SHOWN = frozenset({"password", "ethnicity"})
"""Secrets and protected personal data: the log says that they changed, never what they are."""

UNGROUPED = frozenset({"year", "birth_year", "birth_month", "birth_day"})
HIDDEN = "•••"
MANY = 200
"""When so many rows are added or removed at once, the log takes one line for each instead of one for each value – but
for rows of plans, of which amendments and the history of figures ask value by value."""
ADDED, REMOVED = "thêm mới", "xóa"
"""The names of what such lines tell, in place of a field's."""
AT_ONCE = 1_000
"""Rows in one statement, where the database takes so many."""
ASIDE = 10_000
"""Beyond the largest place that forms and files take, within PostgreSQL's smallint."""

_PARENTS = ("plan", "programme", "quota", "appendix", "line", "participant")
_NAMING = frozenset({"name", "full_name", "title", "label", "head", "content", "heading", "status", "year"})
_EMPTY = (None, "")


class Edits:
    """The rows that one operation writes, inside one transaction; `close` logs them under one batch.

    The plan that a row belongs to is held, and a row of a frozen plan is refused. The plan itself is moved by the
    services of its states, which lock it.
    """

    def __init__(self, actor: User) -> None:
        self.actor = actor
        self._entries: list[tuple[Plan | None, Entry]] = []
        self._texts: dict[tuple[str, object], str] = {}
        self._held: dict[int, Plan] = {}

    def save(self, row: models.Model) -> None:
        """Insert or update the row, noting each value that differs from what is stored."""
        self._open(row)
        before = None if row._state.adding else row._meta.model._base_manager.filter(pk=row.pk).first()
        row.save()
        self._texts.pop(_key(row), None)
        self._note_differences(before, row)

    @property
    def noted(self) -> int:
        """How much is noted; see `forget_from`."""
        return len(self._entries)

    def forget_from(self, noted: int) -> None:
        """Forget what was noted since, of writing that was undone."""
        del self._entries[noted:]

    def save_many(self, rows: Sequence[tuple[models.Model | None, models.Model]]) -> None:
        """`save` for rows of one table, in a few statements: (as it stands and is locked, as it shall be)."""
        for _, row in rows:
            self._open(row)
        write_rows(rows)
        brief = _in_brief([after for before, after in rows if before is None])
        for before, after in rows:
            self._texts.pop(_key(after), None)
            self._note_differences(before, after, brief=brief and before is None)

    def save_in_order(self, rows: Sequence[models.Model], *, place: str = "position") -> None:
        """Save rows that may exchange their places: all of them step aside first, for places are unique."""
        if not rows:
            return
        for row in rows:
            self._open(row)
        stored = rows[0]._meta.model._base_manager.filter(pk__in=[row.pk for row in rows])
        befores = {row.pk: row for row in stored}
        stored.update(**{place: models.F(place) + ASIDE})
        for row in rows:
            row.save()
            self._note_differences(befores.get(row.pk), row)

    def delete(self, row: models.Model, *, parts: Collection[type[models.Model]] = ()) -> None:
        """Delete the row with its parts; raises Refused when anything else uses it."""
        self._open(row)
        if uses := uses_of(row, parts=parts):
            raise Refused(f"Không xóa được {self._label(row)}: {in_words(uses)}.")
        collector = Collector(using=connection.alias, origin=row)
        collector.collect([row])
        for part in list(_collected(collector)):
            self._note_differences(part, None)
        collector.delete()

    def delete_many(self, rows: Sequence[models.Model]) -> None:
        """`delete` for rows of one table without parts; raises Refused when anything uses one of them."""
        for row in rows:
            self._open(row)
        collector = Collector(using=connection.alias, origin=rows[0])
        try:
            collector.collect(list(rows))
        except (ProtectedError, RestrictedError):
            used = True
        else:
            used = bool(collector.field_updates) or {_key(one) for one in _collected(collector)} != set(map(_key, rows))
        if used:
            only = rows[0] if len(rows) == 1 else None
            raise Refused(f"Không xóa được {self._label(only)}: {in_words(uses_of(only))}." if only else "")
        brief = _in_brief(rows)
        for row in rows:
            self._note_differences(row, None, brief=brief)
        collector.delete()

    def relate(self, row: models.Model, name: str, related: Iterable[models.Model]) -> None:
        """Set a many-to-many relation of the row."""
        self._open(row)
        manager = getattr(row, name)
        before = ", ".join(map(str, manager.all()))
        manager.set(related)
        after = ", ".join(map(str, manager.all()))
        if before != after:
            self.note(row, name, before, after)

    def note(self, row: models.Model, field: str, old: str, new: str) -> None:
        """Note a change of a row that is written in the same transaction."""
        self._note(row, [(field, old, new)])

    def _note(self, row: models.Model, changes: Iterable[tuple[str, str, str]]) -> None:
        table, label, unit_id, plan = row._meta.model_name or "", self._label(row), _unit_of(row), plan_of(row)
        for field, old, new in changes:
            entry = Entry(table=table, row=row.pk, label=label, field=field, old=old, new=new, unit_id=unit_id)
            self._entries.append((plan, entry))

    def close(self, *, reason: str = "") -> UUID | None:
        """Log what was noted, and begin anew; None when nothing changed."""
        if not self._entries:
            return None
        plans = {plan for plan, _ in self._entries}
        entries = [entry for _, entry in self._entries]
        self._entries = []
        return record(entries, actor=self.actor, plan=plans.pop() if len(plans) == 1 else None, reason=reason)

    def _open(self, row: models.Model) -> None:
        """Hold the row's plan; raises Refused when it is frozen."""
        _in_transaction()
        plan = None if isinstance(row, Plan) else plan_of(row)
        if plan is not None and plan.pk not in self._held:
            self._held[plan.pk] = hold_plan(plan)
        if plan is not None and (why := why_frozen(self._held[plan.pk])):
            raise Refused(why)

    def _note_differences(
        self, before: models.Model | None, after: models.Model | None, *, brief: bool = False
    ) -> None:
        """Note each value that differs; `brief` puts those of a row that was added or removed into one line."""
        row = after or before
        if row is None:
            return
        changes = []
        for field in row._meta.concrete_fields:
            if field.name in DERIVED:
                continue
            old = field.value_from_object(before) if before else None
            new = field.value_from_object(after) if after else None
            if old != new and not (old in _EMPTY and new in _EMPTY):
                changes.append((field.name, self._shown(before, field), self._shown(after, field)))
        if brief and changes:
            names = {field.name: str(field.verbose_name) for field in row._meta.concrete_fields}
            told = "; ".join(f"{names[name]}: {old or new}" for name, old, new in changes)
            changes = [(ADDED, "", told) if after else (REMOVED, told, "")]
        if changes:
            self._note(row, changes)

    def _shown(self, row: models.Model | None, field: "models.Field[Any, Any]") -> str:
        """A value of the row in the words and figures of the screen."""
        value = field.value_from_object(row) if row else None
        if row is None or value in _EMPTY:
            return ""
        if field.name in NEVER_SHOWN:
            return HIDDEN
        if field.is_relation:
            return self._text(getattr(row, field.name))
        if field.choices:
            return str(getattr(row, f"get_{field.name}_display")())
        return display(value, grouped=field.name not in UNGROUPED)

    def _label(self, row: models.Model) -> str:
        """The row as the log names it: its own name, or those of the rows it joins."""
        fields = row._meta.concrete_fields
        if any(field.name in _NAMING for field in fields):
            return f"{row._meta.verbose_name} {row}"
        joined = (getattr(row, field.name) for field in fields if field.is_relation and field.name not in DERIVED)
        return f"{row._meta.verbose_name} {' – '.join(self._text(other) for other in joined if other is not None)}"

    def _text(self, row: models.Model) -> str:
        """The name of a related row, asked for once: a unit's name is a query."""
        key = _key(row)
        if key not in self._texts:
            self._texts[key] = str(row)
        return self._texts[key]


def _in_brief(rows: Sequence[models.Model]) -> bool:
    return len(rows) >= MANY and not belongs_to_plans(type(rows[0]))


def write_rows(rows: Sequence[tuple[models.Model | None, models.Model]]) -> None:
    """Store rows of one table: those that stand are changed, in their order, then the others are added."""
    changed = [row for before, row in rows if before is not None]
    added = [row for before, row in rows if before is None]
    model = type(rows[0][1])
    _prepare(model, [*changed, *added])
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    if changed:
        model._base_manager.bulk_create(
            changed, AT_ONCE, update_conflicts=True, unique_fields=["pk"], update_fields=names
        )
    if added and all(row.pk is None for row in added):
        _insert(model, added, names)
    elif added:
        model._base_manager.bulk_create(added, AT_ONCE)


def _insert(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """`bulk_create`, at a third of its cost."""
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    values = [[field.pre_save(row, add=True) for field in fields] for row in rows]
    for row, key in zip(rows, insert_rows(model, [field.name for field in fields], values), strict=True):
        row.pk, row._state.adding, row._state.db = key, False, connection.alias


def _prepare(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """What `save` does beyond storing."""
    if model.save is models.Model.save:
        return
    derive = getattr(model, "set_name_keys", None) or getattr(model, "set_search_key", None)
    if derive is None:
        raise RuntimeError(f"{model.__name__}.save does what bulk_create would leave out")
    for row in rows:
        derive(row)


def uses_of(row: models.Model, *, parts: Collection[type[models.Model]] = ()) -> list[models.Model]:
    """What would go, or lose its reference, if the row went – apart from its own parts."""
    collector = Collector(using=connection.alias, origin=row)
    try:
        collector.collect([row])
    except ProtectedError as error:
        return list(error.protected_objects)
    except RestrictedError as error:
        return list(error.restricted_objects)
    updates = cast("dict[Any, list[Iterable[models.Model]]]", collector.field_updates)
    losing = [other for groups in updates.values() for group in groups for other in group]
    going = [other for other in _collected(collector) if other != row]
    using = {_key(other): other for other in [*going, *losing] if type(other) not in parts}
    return list(using.values())


def in_words(uses: Iterable[models.Model]) -> str:
    """What uses a row, counted by kind: "đang được dùng ở 3 chỉ tiêu, 12 phân bổ"."""
    counts = Counter(str(row._meta.verbose_name_plural) for row in uses)
    return "đang được dùng ở " + ", ".join(f"{format_count(count)} {kind}" for kind, count in sorted(counts.items()))


def plan_of(row: models.Model) -> Plan | None:
    """The plan that the row belongs to, through its parents; None for what belongs to none."""
    if isinstance(row, Plan):
        return row
    parents = (getattr(row, name, None) for name in _PARENTS)
    return next((plan_of(parent) for parent in parents if isinstance(parent, models.Model)), None)


def belongs_to_plans(model: type[models.Model]) -> bool:
    """Whether the rows of the table are part of some plan, so that they freeze with it."""
    return model is Plan or any(field.name in _PARENTS for field in model._meta.concrete_fields)


def why_frozen(plan: Plan | None) -> str:
    """Why what belongs to the plan may no longer be changed, in words; empty when it may."""
    if plan is not None and plan.state in FROZEN:
        return f"{plan} đang ở bước «{plan.get_state_display()}»: nội dung đã khóa."
    return ""


def display(value: object, *, grouped: bool = True) -> str:
    """A stored value in the words and figures of the screen; empty is ""."""
    match value:
        case None:
            return ""
        case bool():
            return "có" if value else "không"
        case int():
            return format_count(value) if grouped else str(value)
        case datetime():
            return f"{timezone.localtime(value):%H:%M, %d/%m/%Y}"
        case date():
            return format_date(value)
    return str(value)


def _collected(collector: Collector) -> Iterator[models.Model]:
    """The rows that go, without those of automatic tables of relations."""
    for group in (*collector.data.values(), *collector.fast_deletes):
        for row in group:
            if not row._meta.auto_created:
                yield row


def _key(row: models.Model) -> tuple[str, object]:
    return row._meta.label, row.pk


def _unit_of(row: models.Model) -> int | None:
    unit: int | None = row.pk if isinstance(row, Unit) else getattr(row, "unit_id", None)
    return unit


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("catalogue edits need a transaction")
