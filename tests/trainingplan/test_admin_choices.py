"""Choices searched as one types, posted by hand: what is no key is refused at its field, never a fault."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.db.models import Model

from courses.models import Programme
from tests.cast import Province
from tests.office import OfficePage, signed_in
from tests.trainingplan.test_admin_bad_input import addable, keeper, management, said
from tests.trainingplan.test_admin_trace import part, unit_page
from trainingplan.models import Change

NO_KEYS = ["1,5", "-1", "a\x00b", "\x00", "9" * 5000, "9" * 20, "1" * 18, "😀", "１２", "abc"]


def searched(model: type[Model]) -> list[str]:
    return list(getattr(site.get_model_admin(model), "autocomplete_fields", ()))


@pytest.mark.parametrize("model", [one for one in addable() if searched(one)], ids=lambda model: model.__name__)
def test_what_is_no_key_is_refused_at_its_field(province: Province, model: type[Model]) -> None:
    user = keeper(province, model)
    client, data = signed_in(user), management(model, user)
    for typed in NO_KEYS:
        told = said(client, model, data | dict.fromkeys(searched(model), typed))
        assert [name for name in searched(model) if not told.get(name)] == [], typed
    assert not Change.objects.exists()


@pytest.mark.parametrize("typed", NO_KEYS)
def test_also_on_the_page_of_a_row_and_in_its_parts(province: Province, typed: str) -> None:
    client, programme, unit = signed_in(province.hoa), Programme.objects.get(), province.binh_son
    pages: dict[str, dict[str, Any]] = {
        OfficePage(Programme, "change", programme).url: part("slots") | {"section": typed},
        OfficePage(type(unit), "change", unit).url: unit_page(unit, initial=0)
        | part("placements", {"unit": unit.pk, "parent": typed, "group": "", "valid_from": "01/01/2024"}),
    }
    for address, page in pages.items():
        answer = client.post(address, page)
        assert answer.status_code == 200, address
        assert answer.context["errors"], address
    assert not Change.objects.exists()
