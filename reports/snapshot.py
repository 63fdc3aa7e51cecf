"""Everything that a plan says, as plain data by natural keys: what a version keeps and amendments compare."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import BooleanField, IntegerField

from reports.rules.compare import Data, canonical
from reports.snapshot_tables import PLAN_FIELDS, TABLES, Scene, TableSpec, scene_of
from trainingplan.models import Plan, Unit, UnitName
from trainingplan.selectors import valid_on

JOINT = "/"
"""Between the parts of a key. None of them holds it: keys are slugs and numbers."""


def take_snapshot(plan: Plan) -> Data:
    """The data of the plan as it stands now; readable without the live tables.

    Tables are named as in the change log, rows by `programme/quota/unit` and the like; rows without a key of their
    own (columns, slots, people, sub-quotas) by their number in the database, which is never given twice. The head is
    that of `plan` as handed in. One query a table.
    """
    scene = scene_of(plan)
    data: dict[str, dict[str, dict[str, object]]] = {"plan": {str(plan.year): _head(plan)}}
    for spec in TABLES:
        data[spec.name] = _rows(spec, scene)
    named = {str(row["unit"]) for rows in data.values() for row in rows.values() if "unit" in row}
    data["unit"] = _units(scene, named)
    return canonical(data)


def completed(data: Data) -> Data:
    """A version's data with the columns that came to the program after it, at the value that they came with.

    Only columns without NULL: of those a snapshot has every value, so that one is missing says that it was none.
    """
    whole = {table: {key: dict(row) for key, row in rows.items()} for table, rows in data.items()}
    for spec in TABLES:
        for name, value in _came_with(spec).items():
            for row in whole.get(spec.name, {}).values():
                row.setdefault(name, value)
    return whole


def _came_with(spec: TableSpec) -> dict[str, int | bool]:
    """The defaults of the columns that hold whole numbers or truth values, and always one."""
    found = {}
    for name, parts in spec.fields.items():
        column = spec.model._meta.get_field(parts[0]) if parts == (name,) else None
        if isinstance(column, BooleanField | IntegerField) and not column.null and column.has_default():
            found[name] = column.get_default()
    return found


def _head(plan: Plan) -> dict[str, object]:
    return {name: _value((getattr(plan, name),)) for name in PLAN_FIELDS}


def _rows(spec: TableSpec, scene: Scene) -> dict[str, dict[str, object]]:
    lookups = [*spec.key, *(lookup for parts in spec.fields.values() for lookup in parts)]
    found = {}
    for values in spec.rows(scene).values_list(*lookups):
        place = len(spec.key)
        row = {}
        for name, parts in spec.fields.items():
            row[name] = _value(values[place : place + len(parts)])
            place += len(parts)
        found[JOINT.join(map(str, values[: len(spec.key)]))] = row
    return found


def _value(parts: Sequence[object]) -> object:
    """A value as the data holds it; several parts are the key of another row, or none."""
    if len(parts) == 1:
        return parts[0].isoformat() if isinstance(parts[0], date) else parts[0]
    return None if None in parts else JOINT.join(map(str, parts))


def _units(scene: Scene, keys: Collection[str]) -> dict[str, dict[str, object]]:
    """The units named, as they are called on the plan's day."""
    names = UnitName.objects.filter(valid_on(scene.day), unit__key__in=keys).order_by()
    found = {key: (name, short) for key, name, short in names.values_list("unit__key", "name", "short_name")}
    units: dict[str, dict[str, object]] = {}
    for key, code in Unit.objects.filter(key__in=keys).order_by().values_list("key", "official_code"):
        name, short_name = found.get(key, (key, ""))
        units[key] = {"name": name, "short_name": short_name, "official_code": code}
    return units
