"""Anybody changes his own password, with the old one, on the record; other sessions of the account end."""

import pytest
from django.urls import reverse

from tests.cast import PASSWORD, Province
from tests.office import signed_in
from trainingplan.models import Change
from trainingplan.services.accounts import change_own_password

NEW = "một mật khẩu khác, đủ dài"
PAGE = reverse("own-password")


def form(old: str = PASSWORD, new: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"old_password": old, "new_password1": new, "new_password2": again}


def test_a_user_changes_the_own_password_and_stays_signed_in(province: Province) -> None:
    here, elsewhere = signed_in(province.alice), signed_in(province.alice)
    done = here.post(PAGE, form(), follow=True)
    assert "Đã đổi mật khẩu" in done.content.decode()
    assert elsewhere.get(PAGE).status_code == 302
    province.alice.refresh_from_db()
    assert province.alice.check_password(NEW)
    change = Change.objects.get()
    assert (change.actor, change.field, change.old, change.new) == (province.alice, "password", "•••", "•••")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (form(old="sai"), "Mật khẩu cũ không đúng"),
        (form(again="khác"), "không giống nhau"),
        (form("", "", ""), "Chưa nhập"),
        (form(new="ngắn", again="ngắn"), "14"),
        (form(new="x" * 201, again="x" * 201), "200"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(province: Province, sent: dict[str, str], words: str) -> None:
    page = signed_in(province.alice).post(PAGE, sent)
    errors = page.context["form"].errors.as_text()
    assert page.status_code == 200
    assert words in errors
    province.alice.refresh_from_db()
    assert province.alice.check_password(PASSWORD)
    assert not Change.objects.exists()


def test_every_page_leads_there(province: Province) -> None:
    assert f'href="{PAGE}"' in signed_in(province.alice).get(reverse("tasks", kwargs={"year": 2024})).content.decode()


def test_the_service_logs_that_and_not_what(province: Province) -> None:
    change_own_password(actor=province.alice, password=NEW)
    assert NEW not in str(list(Change.objects.values()))
