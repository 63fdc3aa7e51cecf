"""Rosters: one person a row, by khối, in the order of units and then of given names."""

from collections.abc import Sequence
from itertools import groupby

from quotas.models import Nomination, Person
from reports.appendices.body import Body, Scope
from reports.appendices.columns import table_columns
from reports.appendices.rows import Line, RowWriter, Section
from reports.document import Table, Value
from trainingplan.models import Appendix, AppendixColumn, Plan
from trainingplan.readings import note_people
from trainingplan.selectors import PlanUnit, plan_units

MASK = "•••"


def roster_body(plan: Plan, appendix: Appendix, definition: Sequence[AppendixColumn], scope: Scope) -> Body:
    """Those on the list proper; the reserve list is not printed. Four queries."""
    units = {unit.unit_id: (place, unit) for place, unit in enumerate(plan_units(plan, scope.units))}
    people = [
        nomination
        for nomination in Nomination.objects.filter(quota__appendix=appendix, reserve=False, unit__in=scope.units)
        .select_related("person")
        .order_by("person__name_sort", "pk")
        if nomination.unit_id in units
    ]
    if any(column.source == "ethnicity" for column in definition):
        note_people(one.person_id for one in people if one.person.ethnicity and scope.personal(one.unit_id))
    people.sort(key=lambda nomination: units[nomination.unit_id][0])
    sections = [
        Section(group, [_line(nomination, units[nomination.unit_id][1], scope) for nomination in members])
        for group, members in groupby(people, key=lambda nomination: units[nomination.unit_id][1].group)
    ]
    columns = table_columns(appendix, definition)
    rows = RowWriter(columns, "full_name", ()).write(sections, total=False)
    table = Table(appendix.title, columns, rows, unit=appendix.unit_line, row_title="full_name")
    illustrative = any(nomination.illustrative or nomination.person.illustrative for nomination in people)
    return Body((table,), illustrative)


def _line(nomination: Nomination, unit: PlanUnit, scope: Scope) -> Line:
    person = nomination.person
    birth = person.birth.display() if person.birth else ""
    values: dict[str, Value] = {
        "full_name": person.full_name,
        "birth_male": birth if person.sex == Person.Sex.MALE else "",
        "birth_female": birth if person.sex == Person.Sex.FEMALE else "",
        "job_and_unit": ", ".join(filter(None, (person.job_title, unit.name))),
        "job_title": person.job_title,
        "unit": unit.name,
        "ethnicity": person.ethnicity if scope.personal(nomination.unit_id) else MASK,
        "education": person.education,
        "degree": nomination.degree,
        "field_of_study": nomination.field_of_study,
        "institution": nomination.institution,
        "mode": nomination.mode,
        "duration": nomination.duration,
        "funding": nomination.funding,
        "planned_post": nomination.planned_post,
        "class_name": nomination.class_name,
        "note": nomination.note,
    }
    return Line(values)
