"""Gathering what a unit's workbook shows, and writing it."""

from collections.abc import Iterable
from hashlib import sha256

from quotas.imports.people_fields import HEADS, QUOTA, RESERVE, shown_fields
from quotas.imports.people_sheet import PeopleSheet, PersonRow
from quotas.imports.unit_form import file_name, quota_key, seal_of
from quotas.imports.unit_workbook_file import Workbook, write_workbook
from quotas.models import Nomination, Quota
from quotas.selectors.registration import registration_sheet
from quotas.selectors.unit_people import RosterQuota, UnitPeople, unit_people
from quotas.services.nominations import details_of, shown
from trainingplan.models import Plan, Unit, User
from trainingplan.resources.columns import cell_text
from trainingplan.rules.numbers import format_count


def unit_workbook(plan: Plan, unit: Unit, actor: User) -> tuple[str, bytes]:
    """The pre-filled workbook of a unit that takes part, with its file's name. A constant number of queries."""
    sheet = registration_sheet(plan, unit, actor)
    keys = quota_keys(plan)
    people = unit_people(plan, unit, actor)
    fields = shown_fields(people.sources)
    rows = {str(one.pk): person_values(one, people.label_of(one.quota_id)) for one in people.nominations}
    sealed = {
        str(one.pk): (one.version, values_mark(cell_text(rows[str(one.pk)][field]) for field in fields))
        for one in people.nominations
    }
    work = Workbook(
        plan=plan,
        sheet=sheet,
        keys=keys,
        people=_people_sheet(people, fields, rows) if people.worth_a_sheet else None,
        seal=seal_of(plan, unit, sheet, keys, sealed),
        made_by=actor.full_name,
    )
    return file_name(plan, unit.key), write_workbook(work)


def quota_keys(plan: Plan) -> dict[int, str]:
    """By quota the key of its row, which no renaming or moving changes. One query."""
    rows = Quota.objects.filter(programme__plan=plan).values_list("pk", "programme__key", "key")
    return {pk: quota_key(programme, key) for pk, programme, key in rows}


def person_values(nomination: Nomination, label: str) -> dict[str, str]:
    """What the sheet shows of a nominee, by field."""
    values = shown(details_of(nomination))
    return {field: values.get(field, "") for field in HEADS} | {
        QUOTA: label,
        RESERVE: "x" if nomination.reserve else "",
    }


def values_mark(values: Iterable[str]) -> str:
    """Tells whether a row was edited since it was given out."""
    return sha256("\x1f".join(values).encode()).hexdigest()[:12]


def _people_sheet(people: UnitPeople, fields: tuple[str, ...], rows: dict[str, dict[str, str]]) -> PeopleSheet:
    return PeopleSheet(
        fields=fields,
        quotas=tuple(one.label for one in people.quotas),
        places=tuple(map(_places, people.quotas)),
        rows=tuple(PersonRow(key, values) for key, values in rows.items()),
        open=people.open,
        illustrative=people.illustrative,
    )


def _places(one: RosterQuota) -> str:
    return f"{one.label}: {f'{format_count(one.allocated)} chỗ' if one.made else 'chưa phân bổ'}"
