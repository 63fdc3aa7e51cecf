"""The snapshot of a plan: everything it says, of that plan alone, and nothing forgotten."""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from pytest_django import DjangoAssertNumQueries

from quotas.models import Allocation, Nomination, Quota, Registration
from reports.rules.compare import Changed, Data, canonical, canonical_bytes, compare, digest, read_data
from reports.snapshot import take_snapshot
from reports.snapshot_tables import LEFT_OUT, PLAN_FIELDS, TABLES, TABLES_LEFT_OUT, TableSpec
from trainingplan.models import Plan, UnitName

PACKAGES = ("trainingplan", "courses", "quotas", "budget")
QUERIES = len(TABLES) + 2
REFERENCES = {
    "parent": "section",
    "section": "section",
    "programme": "programme",
    "quota": "quota",
    "institution": "institution",
    "appendix": "appendix",
    "column": "appendixcolumn",
    "unit": "unit",
    "group": "unitgroup",
    "person": "person",
    "norm_set": "normset",
    "line": "budgetline",
    "bloc": "unitgroup",
    "norm_item": "normitem",
    "source": "fundsource",
}
NO_REFERENCE = {
    ("nomination", "institution"),
    ("normitem", "group"),
    ("budgetline", "group"),
    ("appendixcolumn", "source"),
}
KEPT = {spec.name: spec for spec in TABLES}
MODELS = [model for package in PACKAGES for model in apps.get_app_config(package).get_models(include_auto_created=True)]


def name_of(model: type[models.Model]) -> str:
    return model._meta.model_name or ""


def read_by(spec: TableSpec) -> set[str]:
    """The columns of the table that its fields read."""
    own = {parts[-1].split("__")[0] for parts in spec.fields.values() if len(parts) == 1}
    through = {part.split("__")[0] for parts in (*spec.fields.values(), spec.key) for part in parts}
    return own | through


@pytest.mark.parametrize("model", MODELS, ids=name_of)
def test_no_table_and_no_column_is_forgotten(model: type[models.Model]) -> None:
    name = name_of(model)
    columns = {field.name for field in model._meta.concrete_fields} | {
        field.attname for field in model._meta.concrete_fields
    }
    if model is Plan:
        read = {*PLAN_FIELDS}
    elif name in KEPT:
        read = read_by(KEPT[name])
    else:
        assert name in TABLES_LEFT_OUT or name == "unit", f"{name}: kept, or left out for a reason"
        return
    reasons = {place for place in LEFT_OUT if "." not in place} | {
        place.split(".")[1] for place in LEFT_OUT if place.startswith(f"{name}.")
    }
    for field in model._meta.concrete_fields:
        known = {field.name, field.attname} & (read | reasons)
        owner = field.is_relation and field.related_model is Plan
        assert known or field.primary_key or owner, f"{name}.{field.name}: kept, or left out for a reason"
    assert read <= columns | {"pk"}


def test_every_reason_is_for_something_that_is_there() -> None:
    names = {name_of(model) for model in MODELS}
    columns = {field.name for model in MODELS for field in model._meta.concrete_fields}
    columns |= {f"{name_of(model)}.{field.name}" for model in MODELS for field in model._meta.concrete_fields}
    assert names >= set(TABLES_LEFT_OUT)
    assert columns >= set(LEFT_OUT)
    assert not set(TABLES_LEFT_OUT) & set(KEPT)


@pytest.fixture
def data(plan_2024: Plan) -> Data:
    return take_snapshot(plan_2024)


def test_the_real_plan_is_there_whole(data: Data, plan_2024: Plan) -> None:
    expected: dict[str, Any] = {
        "section": plan_2024.sections.count(),
        "programme": plan_2024.programmes.count(),
        "quota": Quota.objects.filter(programme__plan=plan_2024).count(),
        "appendix": 8,
        "participant": plan_2024.participants.count(),
        "allocation": Allocation.objects.filter(quota__programme__plan=plan_2024).count(),
        "registration": Registration.objects.filter(quota__programme__plan=plan_2024).count(),
        "nomination": Nomination.objects.filter(quota__programme__plan=plan_2024).count(),
    }
    assert {table: len(data[table]) for table in expected} == expected
    provincial = {key for key, row in data["fundsource"].items() if row["provincial"]}
    paid = [row["amount"] for row in data["budgetshare"].values() if row["source"] in provincial]
    assert sum(amount for amount in paid if isinstance(amount, int)) == 36_511_988_780


def test_it_is_canonical_and_survives_its_bytes(data: Data) -> None:
    assert data == canonical(data)
    assert read_data(canonical_bytes(data)) == data


def test_it_is_readable_without_the_live_tables(data: Data) -> None:
    for table, rows in data.items():
        for key, row in rows.items():
            for field, value in row.items():
                if field in REFERENCES and (table, field) not in NO_REFERENCE:
                    target = "subquota" if (table, field) == ("suballocation", "quota") else REFERENCES[field]
                    assert str(value) in data[target], f"{table} {key}: {field} {value}"


def test_another_plan_makes_no_difference(data: Data, plan_2024: Plan) -> None:
    Registration.objects.filter(quota__programme__plan__year=2023).update(number=99, no_need=False)
    Quota.objects.filter(programme__plan__year=2023).update(number=99)
    assert digest(take_snapshot(plan_2024)) == digest(data)


def test_the_number_of_queries_does_not_depend_on_the_data(
    plan_2024: Plan, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(QUERIES):
        take_snapshot(plan_2024)
    Registration.objects.all().delete()
    with django_assert_num_queries(QUERIES):
        take_snapshot(plan_2024)


def test_one_cell_is_one_difference(data: Data, plan_2024: Plan) -> None:
    cell = Allocation.objects.filter(quota__programme__plan=plan_2024, number__gt=0).select_related("unit").first()
    assert cell is not None
    key, old = f"{cell.quota.programme.key}/{cell.quota.key}/{cell.unit.key}", cell.number
    Allocation.objects.filter(pk=cell.pk).update(number=9_999, version=2)
    assert compare(data, take_snapshot(plan_2024)) == (Changed("allocation", key, "number", old, 9_999),)


def test_units_are_called_as_on_the_day_of_the_plan(data: Data, plan_2024: Plan) -> None:
    name = UnitName.objects.get(unit__key="huyen-uy-binh-son")
    UnitName.objects.filter(pk=name.pk).update(valid_to=date(2024, 6, 1))
    UnitName.objects.create(unit=name.unit, name="Đảng ủy xã Bình Sơn", valid_from=date(2024, 6, 1))
    assert take_snapshot(plan_2024) == data
    plan_2024.issued_on = date(2024, 6, 1)
    assert take_snapshot(plan_2024)["unit"]["huyen-uy-binh-son"]["name"] == "Đảng ủy xã Bình Sơn"
