"""What previews and batches show of changes: units by their names, which the files give by key."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from trainingplan.models import UnitName

Triples = Sequence[tuple[str, str, str]]
UNIT_KEYS: Final[Mapping[str, str]] = {
    "Khóa đơn vị": "Đơn vị",
    "Khóa đơn vị của cán bộ": "Đơn vị của cán bộ",
    "Khóa cấp trên": "Đơn vị cấp trên",
    "Khóa đơn vị cũ": "Đơn vị cũ",
    "Khóa đơn vị mới": "Đơn vị mới",
}
"""Headings of keys, and what stands above the names."""


def changes_in_words(rows: Iterable[Any]) -> list[tuple[Any, Triples]]:
    """Each row with its changes (heading, old, new); the key of a unit that has no name yet stays as it is."""
    listed = [(row, row.changes) for row in rows]
    keys = {key for _, changes in listed for heading, *both in changes if heading in UNIT_KEYS for key in both if key}
    if not keys:
        return listed
    periods = UnitName.objects.filter(unit__key__in=keys).order_by("valid_from")
    names = dict(periods.values_list("unit__key", "name"))
    return [(row, [_named(change, names) for change in changes]) for row, changes in listed]


def _named(change: tuple[str, str, str], names: Mapping[str, str]) -> tuple[str, str, str]:
    heading, old, new = change
    if heading not in UNIT_KEYS or any(key and key not in names for key in (old, new)):
        return change
    return UNIT_KEYS[heading], names.get(old, ""), names.get(new, "")
