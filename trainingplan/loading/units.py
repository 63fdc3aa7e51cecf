"""The units of a folder: groups (khối), the tree with its periods, and who succeeded whom."""

from dataclasses import dataclass
from typing import TypeVar

from trainingplan.loading.source import PlanSource, Record
from trainingplan.loading.writing import LoadReport, check_fields, upsert
from trainingplan.models import Succession, Unit, UnitGroup, UnitName, UnitPlacement, UnitStatus

P = TypeVar("P", UnitName, UnitPlacement, UnitStatus)


@dataclass
class _Line:
    """A line of units.csv with the unit that it speaks of."""

    record: Record
    unit: Unit


def units_by_key() -> dict[str, Unit]:
    return {unit.key: unit for unit in Unit.objects.all()}


def load_units(source: PlanSource, report: LoadReport) -> None:
    """Load groups.csv, units.csv and successions.csv, as far as the folder has them."""
    groups = _load_groups(source, report)
    lines = _read_units(source)
    stored = upsert(report, Unit.objects.all(), [line.unit for line in lines], key=("key",), fields=("official_code",))
    units = {unit.key: unit for unit in stored.values()}
    for line in lines:
        line.unit = units[line.unit.key]
    names = [name for line in lines for name in _names(line)]
    _write_periods(report, UnitName, names, "name", "short_name", "name_search")
    placements = [placement for line in lines for placement in _placements(line, units, groups)]
    _write_periods(report, UnitPlacement, placements, "parent_id", "group_id")
    _write_periods(report, UnitStatus, [status for line in lines for status in _statuses(line)], "status")
    _load_successions(source, units, report)


def _load_groups(source: PlanSource, report: LoadReport) -> dict[str, UnitGroup]:
    wanted = []
    for record in source.table("groups.csv"):
        group = UnitGroup(key=record.required("key"), name=record.required("name"), position=record.number("position"))
        if check_fields(record, group):
            wanted.append(group)
        else:
            source.mark_broken(group.key)
    stored = upsert(report, UnitGroup.objects.all(), wanted, key=("key",), fields=("name", "position"))
    return {group.key: group for group in stored.values()}


def _read_units(source: PlanSource) -> list[_Line]:
    """The lines whose unit is sound; a key may not come twice in one file."""
    lines: dict[str, _Line] = {}
    for record in source.table("units.csv"):
        unit = Unit(key=record.required("key"), official_code=record.text("official_code"))
        record.required("name")
        record.text("basis")
        start, end = record.required_day("valid_from"), record.day("valid_to")
        if end and end <= start:
            record.refuse("valid_to", "phải sau valid_from.")
        if unit.key in lines:
            record.refuse("key", f"«{unit.key}» đã có ở dòng {lines[unit.key].record.line}.")
        if check_fields(record, unit):
            lines[unit.key] = _Line(record, unit)
        else:
            source.mark_broken(unit.key)
    return list(lines.values())


def _names(line: _Line) -> list[UnitName]:
    record = line.record
    name = UnitName(unit=line.unit, name=record.required("name"), short_name=record.text("short_name"))
    name.valid_from, name.valid_to = record.required_day("valid_from"), record.day("valid_to")
    name.set_search_key()
    return [name] if check_fields(record, name) else []


def _placements(line: _Line, units: dict[str, Unit], groups: dict[str, UnitGroup]) -> list[UnitPlacement]:
    record = line.record
    placement = UnitPlacement(unit=line.unit, parent=record.pick("parent", units, "đơn vị"))
    placement.group = record.pick("group", groups, "khối")
    placement.valid_from, placement.valid_to = record.required_day("valid_from"), record.day("valid_to")
    return [placement] if record.sound else []


def _statuses(line: _Line) -> list[UnitStatus]:
    """Active from the first day; a unit that ended is dissolved from then on."""
    start, end = line.record.required_day("valid_from"), line.record.day("valid_to")
    active = UnitStatus(unit=line.unit, status=UnitStatus.Status.ACTIVE, valid_from=start, valid_to=end)
    if end is None:
        return [active]
    return [active, UnitStatus(unit=line.unit, status=UnitStatus.Status.DISSOLVED, valid_from=end)]


def _write_periods(report: LoadReport, model: type[P], wanted: list[P], *fields: str) -> None:
    """Write the periods; one that has been closed meanwhile is not opened again by a file that names no end."""
    if not wanted:
        return
    stored = list(model._default_manager.all())
    ends = {(row.unit_id, row.valid_from): row.valid_to for row in stored}
    for row in wanted:
        row.valid_to = row.valid_to or ends.get((row.unit_id, row.valid_from))
    upsert(report, stored, wanted, key=("unit_id", "valid_from"), fields=(*fields, "valid_to"))


def _load_successions(source: PlanSource, units: dict[str, Unit], report: LoadReport) -> None:
    wanted = []
    for record in source.table("successions.csv"):
        old = record.required_pick("predecessor", units, "đơn vị")
        new = record.required_pick("successor", units, "đơn vị")
        succession = Succession(effective_on=record.required_day("effective_on"), scope=record.required("scope"))
        succession.legal_basis = record.text("legal_basis")
        if old and new and check_fields(record, succession):
            succession.predecessor, succession.successor = old, new
            wanted.append(succession)
    upsert(
        report,
        Succession.objects.all(),
        wanted,
        key=("predecessor_id", "successor_id"),
        fields=("effective_on", "scope", "legal_basis"),
    )
