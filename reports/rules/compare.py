"""A plan's data as plain values: its canonical form, and what differs between two of them.

`Data` is `{table: {key of the row: {field: value}}}`; a value is a text, an integer or a truth value. There is no empty
value: a field without one is left out, so a column that is added to the program later changes nothing in old versions.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

Value = str | int | bool
Row = dict[str, Value]
Table = dict[str, Row]
Data = dict[str, Table]


@dataclass(frozen=True, slots=True)
class Added:
    """A row that only the new data has."""

    table: str
    key: str
    row: Row


@dataclass(frozen=True, slots=True)
class Removed:
    """A row that only the old data has."""

    table: str
    key: str
    row: Row


@dataclass(frozen=True, slots=True)
class Changed:
    """A field of a row that both have; None is no value."""

    table: str
    key: str
    field: str
    old: Value | None
    new: Value | None


Difference = Added | Removed | Changed


class Unfit(ValueError):  # noqa: N818 - says what the differences are to the data
    """Differences are applied to data that they were not made from."""


def canonical(data: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Data:
    """The data in the one form that counts: texts in NFC; empty texts, None and tables without rows left out.

    Raises TypeError for a value of another kind (a float above all), ValueError when two keys become one.
    """
    return _unique(
        (_text(table), rows)
        for table, found in data.items()
        if (rows := _unique((_text(key), _row(row)) for key, row in found.items()))
    )


def canonical_bytes(data: Data) -> bytes:
    """The canonical JSON of the data: sorted keys, UTF-8, no spaces. The same data gives the same bytes."""
    return json.dumps(
        canonical(data), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def digest(data: Data) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return sha256(canonical_bytes(data)).hexdigest()


def read_data(text: str | bytes) -> Data:
    """Data from its JSON. Raises ValueError or TypeError when it is none."""
    return canonical(json.loads(text, parse_float=_no_float, parse_constant=_no_float))


def compare(old: Data, new: Data) -> tuple[Difference, ...]:
    """What turns `old` into `new`, each difference once, in the order of table, key and field. Both are canonical."""
    return tuple(
        difference
        for table in sorted(old.keys() | new.keys())
        for difference in _compare_tables(table, old.get(table, {}), new.get(table, {}))
    )


def apply(old: Data, differences: Iterable[Difference]) -> Data:
    """The data after the differences; `old` stays as it is. Raises Unfit when they were made from other data."""
    data = {table: {key: dict(row) for key, row in rows.items()} for table, rows in old.items()}
    for difference in differences:
        _apply(data.setdefault(difference.table, {}), difference)
    return {table: rows for table, rows in data.items() if rows}


def same(one: object, other: object) -> bool:
    """Whether two values are the same; in Python alone True would be 1."""
    return type(one) is type(other) and one == other


def _compare_tables(table: str, old: Table, new: Table) -> Iterator[Difference]:
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield Added(table, key, new[key])
        elif key not in new:
            yield Removed(table, key, old[key])
        else:
            before, after = old[key], new[key]
            for field in sorted(before.keys() | after.keys()):
                if not same(before.get(field), after.get(field)):
                    yield Changed(table, key, field, before.get(field), after.get(field))


def _apply(rows: Table, difference: Difference) -> None:
    where = f"{difference.table} {difference.key}"
    match difference:
        case Added(key=key, row=row):
            if key in rows:
                raise Unfit(f"{where}: the row is there already")
            rows[key] = dict(row)
        case Removed(key=key, row=row):
            found = rows.pop(key, None)
            if found is None or not _same_rows(found, row):
                raise Unfit(f"{where}: the row to remove is another")
        case Changed(key=key, field=field, old=old, new=new):
            if key not in rows or not same(rows[key].get(field), old):
                raise Unfit(f"{where}, {field}: the old value is another")
            if new is None:
                del rows[key][field]
            else:
                rows[key][field] = new


def _same_rows(one: Row, other: Row) -> bool:
    return one.keys() == other.keys() and all(same(value, other[field]) for field, value in one.items())


def _row(row: Mapping[str, object]) -> Row:
    return _unique((_text(field), _value(value)) for field, value in row.items() if value is not None and value != "")


def _value(value: object) -> Value:
    if isinstance(value, str):
        return _text(value)
    if type(value) is int or type(value) is bool:
        return value
    raise TypeError(f"no value of a plan: {value!r}")


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", str(text))


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"two rows of one key: {key}")
        found[key] = value
    return found


def _no_float(text: str) -> None:
    raise ValueError(f"no value of a plan: {text}")
