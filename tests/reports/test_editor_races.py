"""Writers of the plan's text at once: one text wins and the others are told, and the numbers keep their order."""

from functools import partial

import pytest
from django.db import DatabaseError, connection

from reports.services import outline
from reports.services.outline import add_section
from reports.services.text import TextClash, Writing, save_texts
from tests.cast import make_province
from tests.quotas.test_races import race
from tests.reports.text_cast import Text, make_text
from trainingplan.models import Change, User

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 6
ROUNDS = 12


def write(text: Text, actor: User, words: str) -> str:
    """What became of a save that saw the first version: the name of the winner in a clash, else nothing."""
    writing = {text.first.pk: Writing(1, {"label": "Số lượng:", "body": words})}
    try:
        save_texts(plan=text.plan, key="cao-cap", section=None, slots=writing, actor=actor)
    except TextClash as clash:
        return clash.clashes[0].who
    return ""


def add(text: Text, actor: User, heading: str) -> bool:
    try:
        add_section(plan=text.plan, heading=heading, inside="mot", actor=actor)
    except DatabaseError:
        return False
    return True


def test_of_those_who_saw_the_same_text_one_wins_and_the_others_are_told() -> None:
    province = make_province()
    text = make_text(province)
    told = race([partial(write, text, province.hoa, f"Chữ {'i' * n}") for n in range(1, WRITERS + 1)])
    assert sorted(map(str, told)) == ["", *["Phạm Thị Hoa (hoa)"] * (WRITERS - 1)]
    text.first.refresh_from_db()
    assert text.first.version == 2
    assert Change.objects.get().new == text.first.body


def test_sections_added_at_once_have_a_number_each() -> None:
    province = make_province()
    text = make_text(province)
    assert race([partial(add, text, province.hoa, "Mục mới") for _ in range(WRITERS)]) == [True] * WRITERS
    inner = text.plan.sections.filter(parent__key="mot").order_by("position")
    assert [section.marker for section in inner] == [f"{n}." for n in range(1, WRITERS + 3)]
    assert list(text.plan.sections.values_list("position", flat=True)) == list(range(1, WRITERS + 6))


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time")
def test_control_without_the_lock_sections_get_in_each_other_s_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the test above proves nothing."""
    province = make_province()
    text = make_text(province)
    monkeypatch.setattr(outline, "hold_text", lambda *_: None)
    writers = [partial(add, text, province.hoa, "Mục mới") for _ in range(WRITERS)]
    assert any(False in race([*writers]) for _ in range(ROUNDS))
