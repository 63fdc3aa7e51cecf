"""Bad input into every form of the back office: said at its field, nothing stored, never a fault of the server."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import pytest
from django.contrib.admin import site
from django.db.models import Model
from django.forms import CharField
from django.test import Client, RequestFactory

from courses.models import Institution, Programme
from quotas.models import Person, Quota
from tests.cast import Province, make_user
from tests.office import OfficePage, models, signed_in
from tests.trainingplan.test_admin_trace import part, unit_page
from trainingplan.forms import CountField, MoneyField, PartialDateField, WholeDateField
from trainingplan.models import (
    Appendix,
    AppendixColumn,
    Change,
    Participant,
    Plan,
    Role,
    UnitName,
    UnitPlacement,
    User,
)

NUMBERS = {
    "-3": "là số âm",
    "1,5": "không phải",
    "1.5": "không phải",
    "１２": "chữ số khác 0–9",
    "1 960": "khoảng trắng",
    "1,960": "có thể là 1.960",
    "19.60": "không phải",
    "hai": "không phải",
    "1e3": "không phải",
    "1_000": "không phải",
    "0x10": "không phải",
    "9" * 60: "quá dài",
}
LARGE = {"1000000000000": "vượt quá", str(10**16): "vượt quá"}
DATES = {
    "30/02/2024": "không có trong lịch",
    "05/13/2024": "một năm chỉ có 12 tháng",
    "hôm nay": "không phải ngày tháng",
    "01/01/0001": "ngoài khoảng",
    "１２/05/2024": "chữ số khác 0–9",
    "5/5/24": "bốn chữ số",
}


def addable() -> list[type[Model]]:
    return [model for model in models() if getattr(site.get_model_admin(model), "can_add", False)]


def keeper(province: Province, model: type[Model]) -> User:
    return make_user("quan-tri", "Quản Trị", Role.ADMIN) if model is User else province.hoa


def form_of(model: type[Model], user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return site.get_model_admin(model).get_form(request)()


def fields(form: Any, *kinds: type) -> Iterator[tuple[str, Any]]:
    return ((name, field) for name, field in form.fields.items() if isinstance(field, kinds))


def management(model: type[Model], user: User) -> dict[str, Any]:
    """Empty parts, as the page would post them."""
    request = RequestFactory().get("/")
    request.user = user
    data: dict[str, Any] = {}
    for formset, _ in site.get_model_admin(model).get_formsets_with_inlines(request):
        data |= part(formset.get_default_prefix())
    return data


def said(client: Client, model: type[Model], data: dict[str, Any]) -> dict[str, str]:
    """What the page says at each field."""
    answer = client.post(OfficePage(model, "add", None).url, data)
    assert answer.status_code == 200, (model, data)
    return {field: " ".join(errors) for field, errors in answer.context["adminform"].form.errors.items()}


def wanted(field: Any) -> dict[str, str]:
    if isinstance(field, MoneyField):
        return NUMBERS | {str(10**16): "vượt quá"}
    if isinstance(field, CountField):
        return NUMBERS | LARGE
    return DATES


@pytest.mark.parametrize("model", addable(), ids=lambda model: model.__name__)
def test_numbers_and_dates_are_refused_at_their_field(province: Province, model: type[Model]) -> None:
    user = keeper(province, model)
    client, before = signed_in(user), model._default_manager.count()
    data = management(model, user)
    bad = {
        name: wanted(field)
        for name, field in fields(form_of(model, user), CountField, WholeDateField, PartialDateField)
    }
    for turn in zip_longest(*(reasons.items() for reasons in bad.values())):
        typed = {name: case for name, case in zip(bad, turn, strict=True) if case}
        told = said(client, model, data | {name: text for name, (text, _) in typed.items()})
        for name, (text, reason) in typed.items():
            assert reason in told.get(name, ""), (name, text)
    assert model._default_manager.count() == before


@pytest.mark.parametrize("model", addable(), ids=lambda model: model.__name__)
def test_text_too_long_or_not_printable_is_refused_at_its_field(province: Province, model: type[Model]) -> None:
    user = keeper(province, model)
    client, data = signed_in(user), management(model, user)
    texts = {name: field for name, field in fields(form_of(model, user), CharField) if "password" not in name}
    longest = {
        name: most
        for name, field in texts.items()
        if (most := field.max_length or getattr(model._meta.get_field(name), "max_length", None))
    }
    told = said(client, model, data | {name: "a" * (most + 1) for name, most in longest.items()})
    assert [name for name in longest if "Nhiều nhất" not in told.get(name, "")] == []
    assert set(texts) <= set(said(client, model, data | dict.fromkeys(texts, "a\x00b")))
    assert longest or model is Participant


def test_every_number_of_every_form_is_read_by_our_own_field(province: Province) -> None:
    """Django's own IntegerField reads 1.000 as 1, DecimalField 1.960 as 1.96."""
    foreign = []
    for model in models():
        user = (
            keeper(province, model) if model is not User else User.objects.create_user("x", full_name="X", role="admin")
        )
        request = RequestFactory().get("/")
        request.user = user
        forms = [form_of(model, user)]
        forms += [formset.form() for formset, _ in site.get_model_admin(model).get_formsets_with_inlines(request)]
        for form in forms:
            for name, field in form.fields.items():
                if type(field).__name__ in ("IntegerField", "DecimalField", "FloatField", "DateField"):
                    foreign.append((model.__name__, name))
    assert foreign == []


@pytest.mark.parametrize(("typed", "stored"), [("1.960", 1960), ("1960", 1960), ("06", 6), ("", None)])
def test_a_number_is_read_and_shown_the_vietnamese_way(province: Province, typed: str, stored: int | None) -> None:
    client, quota = signed_in(province.hoa), province.kv3
    address = f"/quan-tri/quotas/quota/{quota.pk}/change/"
    page = {
        "name": quota.name, "short_name": quota.short_name, "position": "2", "number": typed, "qualifier": "about",
        "counting_word": "", "open_clause": "", "class_count": "", "mode": "", "payer": "province", "appendix": "",
        "column": "",
    }  # fmt: skip
    assert client.post(address, page).status_code == 302
    assert Quota.objects.get(pk=quota.pk).number == stored
    if stored == 1960:
        assert 'value="1.960"' in client.get(address).content.decode()
        assert "1.960" in client.get("/quan-tri/quotas/quota/").content.decode()


def test_a_year_is_shown_without_a_dot(province: Province) -> None:
    page = signed_in(province.hoa).get(f"/quan-tri/trainingplan/plan/{province.plan.pk}/change/").content.decode()
    assert "2.024" not in page
    assert "2.024" not in signed_in(province.hoa).get("/quan-tri/trainingplan/plan/").content.decode()


def test_parts_are_refused_at_their_field(province: Province) -> None:
    client, appendix = signed_in(province.hoa), province.appendix
    row = {
        "appendix": appendix.pk,
        "position": "1,5",
        "source": "note",
        "group_head": "",
        "head": "x" * 300,
        "width": "4",
    }
    page = {"number": "1", "kind": "allocation", "title": "T", "unit_line": "", "notes": ""} | part("columns", row)
    answer = client.post(f"/quan-tri/trainingplan/appendix/{appendix.pk}/change/", page)
    errors = answer.context["inline_admin_formsets"][0].formset.errors[0]
    assert "không phải" in errors["position"][0]
    assert "Nhiều nhất 200" in errors["head"][0]
    assert "nhỏ hơn 5" in errors["width"][0]
    assert Change.objects.count() == 0


def column_rows(appendix: Appendix, places: dict[int, str]) -> dict[str, Any]:
    rows = [
        {"id": column.pk, "appendix": appendix.pk, "position": places.get(column.pk, str(column.position)),
         "source": column.source, "group_head": "", "head": column.head, "width": "20"}
        for column in appendix.columns.order_by("position")
    ]  # fmt: skip
    return part("columns", *rows, initial=len(rows))


def test_places_are_exchanged_in_one_save(province: Province) -> None:
    client, appendix = signed_in(province.hoa), province.appendix
    first, second = appendix.columns.order_by("position")[:2]
    page = {"number": "1", "kind": "allocation", "title": "T", "unit_line": "", "notes": ""}
    swapped = column_rows(appendix, {first.pk: "2", second.pk: "1"})
    address = f"/quan-tri/trainingplan/appendix/{appendix.pk}/change/"
    assert client.post(address, page | swapped).status_code == 302
    assert list(appendix.columns.order_by("position").values_list("pk", flat=True)[:2]) == [second.pk, first.pk]
    places = Change.objects.filter(field="position").values_list("row", "old", "new")
    assert set(places) == {(str(first.pk), "1", "2"), (str(second.pk), "2", "1")}
    twice = column_rows(appendix, {first.pk: "7", second.pk: "7"})
    answer = client.post(address, page | twice)
    assert "Thứ tự 7 đã có ở dòng 1" in answer.content.decode()


def test_a_column_shows_only_what_its_appendix_has(province: Province) -> None:
    client, appendix = signed_in(province.hoa), province.appendix
    page = {"number": "1", "kind": "allocation", "title": "T", "unit_line": "", "notes": ""}
    rows = column_rows(appendix, {}) | {"columns-0-source": "full_name"}
    answer = client.post(f"/quan-tri/trainingplan/appendix/{appendix.pk}/change/", page | rows)
    assert "không có nguồn số liệu này" in answer.content.decode()
    assert not AppendixColumn.objects.filter(source="full_name").exists()


@pytest.mark.parametrize(
    ("first_ends", "second_begins", "fits"),
    [("", "01/07/2025", False), ("02/07/2025", "01/07/2025", False), ("01/07/2025", "01/07/2025", True)],
)
def test_periods_of_a_unit_follow_one_another(
    province: Province, first_ends: str, second_begins: str, *, fits: bool
) -> None:
    unit, name = province.binh_son, province.binh_son.names.get()
    kept = {"id": name.pk, "unit": unit.pk, "name": name.name, "short_name": "", "valid_from": "01/07/1989",
            "valid_to": first_ends}  # fmt: skip
    added = {"unit": unit.pk, "name": "Tên mới", "short_name": "", "valid_from": second_begins, "valid_to": ""}
    page = unit_page(unit, kept, added)
    answer = signed_in(province.hoa).post(f"/quan-tri/trainingplan/unit/{unit.pk}/change/", page)
    assert UnitName.objects.filter(name="Tên mới").exists() is fits
    if not fits:
        assert "phải kết thúc trước ngày đó" in answer.content.decode()


def test_a_period_ends_after_it_begins(province: Province) -> None:
    unit, name = province.binh_son, province.binh_son.names.get()
    kept = {"id": name.pk, "unit": unit.pk, "name": name.name, "short_name": "", "valid_from": "01/07/1989",
            "valid_to": "01/07/1980"}  # fmt: skip
    answer = signed_in(province.hoa).post(f"/quan-tri/trainingplan/unit/{unit.pk}/change/", unit_page(unit, kept))
    assert "Ngày kết thúc phải sau ngày bắt đầu." in answer.content.decode()


def test_a_unit_does_not_stand_above_itself(province: Province) -> None:
    unit, name = province.binh_son, province.binh_son.names.get()
    kept = {"id": name.pk, "unit": unit.pk, "name": name.name, "short_name": "", "valid_from": "01/07/1989"}
    page = unit_page(unit, kept)
    page |= part("placements", {"unit": unit.pk, "parent": unit.pk, "group": "", "valid_from": "01/07/1989"})
    answer = signed_in(province.hoa).post(f"/quan-tri/trainingplan/unit/{unit.pk}/change/", page)
    assert "không thể là cấp trên của chính nó" in answer.content.decode()
    assert not UnitPlacement.objects.exists()


def test_a_row_names_only_rows_of_its_own_plan(province: Province) -> None:
    other = Plan.objects.create(
        year=2025, subject="s", parent_body="p", issuing_body="i", place="Quảng Ngãi", state=Plan.State.DRAFT
    )
    appendix = Appendix.objects.create(plan=other, number=1, kind="allocation", title="Khác")
    page = {
        "programme": Programme.objects.get().pk, "key": "moi", "name": "Mới", "short_name": "Mới", "position": "9",
        "number": "5", "qualifier": "about", "counting_word": "", "open_clause": "", "class_count": "", "mode": "",
        "payer": "province", "appendix": appendix.pk, "column": "",
    }  # fmt: skip
    answer = signed_in(province.hoa).post("/quan-tri/quotas/quota/add/", page)
    assert "Phải thuộc cùng Kế hoạch 2024." in answer.content.decode()


@pytest.mark.parametrize("state", [Plan.State.SUBMITTED, Plan.State.ISSUED, Plan.State.CLOSED])
def test_a_frozen_plan_is_not_touched(province: Province, state: Plan.State) -> None:
    Plan.objects.update(state=state)
    client = signed_in(province.hoa)
    programme = Programme.objects.get()
    for address in (f"courses/programme/{programme.pk}", f"quotas/quota/{province.kv3.pk}",
                    f"trainingplan/appendix/{province.appendix.pk}"):  # fmt: skip
        assert client.get(f"/quan-tri/{address}/change/").status_code == 200
        assert client.post(f"/quan-tri/{address}/change/", {}).status_code == 403
        assert client.post(f"/quan-tri/{address}/delete/", {"post": "yes"}).status_code == 403
    page = {
        "plan": province.plan.pk,
        "key": "moi",
        "position": "9",
        "marker": "",
        "heading": "",
        "body": "",
        "closing": "",
    }
    answer = client.post("/quan-tri/trainingplan/section/add/", page | {"parent": ""})
    assert "nội dung đã khóa" in answer.content.decode()
    swept = {"action": "delete_selected", "_selected_action": [programme.pk], "post": "yes"}
    assert "nội dung đã khóa" in client.post("/quan-tri/courses/programme/", swept).content.decode()
    assert Programme.objects.exists()


def test_the_state_of_a_plan_is_not_changed_by_its_form(province: Province) -> None:
    plan = province.plan
    page = {
        "number": "15", "symbol": "KH/TU", "issued_on": "05/03/2024", "title": "KẾ HOẠCH", "subject": "đào tạo",
        "profile": "HD36", "place": "Quảng Ngãi", "parent_body": "TỈNH ỦY", "issuing_body": "Ban Thường vụ",
        "signing_authority": "", "signer_title": "", "signer_name": "", "recipients": "", "state": "issued",
        "year": "2030",
    }  # fmt: skip
    client = signed_in(province.hoa)
    assert client.post(f"/quan-tri/trainingplan/plan/{plan.pk}/change/", page).status_code == 302
    plan.refresh_from_db()
    assert (plan.state, plan.year, plan.number, str(plan.issued_on)) == ("registration", 2024, "15", "2024-03-05")


def test_text_is_stored_composed_and_without_what_nobody_sees(province: Province) -> None:
    page = {"key": "hv", "name": "  Ho\u0323c vie\u0323\u0302n\u200b  ", "short_name": ""}
    signed_in(province.hoa).post("/quan-tri/courses/institution/add/", page)
    assert Institution.objects.get().name == "Học viện"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("05/12/1984", (1984, 12, 5)),
        ("12/1984", (1984, 12, None)),
        ("1984", (1984, None, None)),
        ("", (None, None, None)),
    ],
)
def test_a_date_of_birth_may_be_a_year_only(
    province: Province, typed: str, stored: tuple[int | None, int | None, int | None]
) -> None:
    client = signed_in(province.hoa)
    page = {"unit": province.binh_son.pk, "full_name": "Lê Thị An", "sex": "female", "birth": typed}
    assert client.post("/quan-tri/quotas/person/add/", page).status_code == 302
    person = Person.objects.get()
    assert (person.birth_year, person.birth_month, person.birth_day) == stored
    shown = client.get(f"/quan-tri/quotas/person/{person.pk}/change/").content.decode()
    assert f'name="birth" value="{typed}"' in shown or not typed


OUT_OF_REACH = [
    "quotas/quota/99999999999999999999/change/",
    "quotas/quota/99999999999999999999/history/",
    "quotas/quota/abc/change/",
    "quotas/quota/?p=99999999999",
    "quotas/quota/?p=abc",
    "quotas/quota/?o=99",
    "quotas/quota/?x=1",
    "quotas/quota/?programme__plan__id__exact=abc",
    "quotas/quota/?programme__plan__id__exact=9999999999999999999999",
    "quotas/quota/?payer__exact=%00",
    "quotas/quota/?q=%00",
    "quotas/quota/?q=" + "x" * 3000,
    "trainingplan/unit/%00/change/",
]


def test_addresses_out_of_reach_are_no_faults(province: Province) -> None:
    client = signed_in(province.hoa)
    for address in OUT_OF_REACH:
        assert client.get(f"/quan-tri/{address}").status_code in (200, 302, 404), address
