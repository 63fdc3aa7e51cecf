"""Who may open the back office, and which of its pages: complete by construction over roles and pages."""

import pytest
from django.test import Client

from budget.models import BudgetLine, ClassKind, NormItem, NormSet
from tests.cast import Province, make_user
from tests.office import OfficePage, pages, signed_in
from trainingplan.models import Role, User
from trainingplan.policies import PERMITTED, Action

OUTSIDE = [
    role for role in Role if not PERMITTED[role] & {Action.KEEP_CATALOGUES, Action.KEEP_NORMS, Action.MANAGE_USERS}
]
FINANCE_KEEPS = (NormSet, NormItem, ClassKind, BudgetLine)


def person(province: Province, role: Role) -> User:
    unit = province.binh_son if role in (Role.UNIT, Role.SCHOOL, Role.HOME_AFFAIRS) else None
    return make_user(f"ai-do-{role}", "Ai Đó", role, unit)


def opens(page: OfficePage, role: Role) -> bool:
    """The rights as the domain states them, not as the code does."""
    money = page.model in FINANCE_KEEPS
    allowed = role == (Role.ADMIN if page.model is User else Role.BOARD) or (money and role == Role.FINANCE)
    read_only = {"Change", "Allocation", "Registration", "BudgetLine", "UnitCap"}
    never_deleted = {"Plan", "Unit", "User"}
    name = page.model.__name__
    return allowed and not (
        (page.kind in ("add", "delete") and name in read_only) or (page.kind == "delete" and name in never_deleted)
    )


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_to_whom_it_should_and_to_nobody_else(province: Province, role: Role) -> None:
    client = signed_in(person(province, role))
    for page in pages():
        assert client.get(page.url).status_code == (200 if opens(page, role) else 403), page


@pytest.mark.parametrize("role", list(Role))
def test_writing_is_closed_where_reading_is(province: Province, role: Role) -> None:
    client = signed_in(person(province, role))
    for page in pages():
        if page.kind != "history" and not opens(page, role):
            assert client.post(page.url, {}).status_code == 403, page


@pytest.mark.parametrize("role", OUTSIDE)
@pytest.mark.parametrize("address", ["", "login/", "jsi18n/", "autocomplete/", "search/", "trainingplan/", "khong-co/"])
def test_others_are_refused_at_every_door(province: Province, role: Role, address: str) -> None:
    assert signed_in(person(province, role)).get(f"/quan-tri/{address}").status_code == 403


def test_a_stranger_is_sent_to_the_one_sign_in(db: None) -> None:
    for address in ("/quan-tri/", "/quan-tri/quotas/quota/", "/quan-tri/khong-co/"):
        answer = Client().get(address, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/dang-nhap/?next=/quan-tri/")
        assert 'name="password"' in answer.content.decode()


def test_the_sign_in_leads_back_and_takes_no_other_house(db: None) -> None:
    answer = Client().get("/quan-tri/login/?next=/quan-tri/quotas/quota/")
    assert answer["Location"] == "/dang-nhap/?next=/quan-tri/quotas/quota/"
    evil = Client().get("/quan-tri/login/?next=https://example.com/", follow=True)
    assert evil.redirect_chain[-1][0].startswith("/dang-nhap/")


def test_signing_out_of_the_office_signs_out(province: Province) -> None:
    client = signed_in(province.hoa)
    answer = client.post("/quan-tri/logout/")
    assert answer["Location"] == "/dang-nhap/"
    assert client.get("/quan-tri/").status_code == 302


def test_a_deactivated_account_is_out_at_once(province: Province) -> None:
    client = signed_in(province.hoa)
    User.objects.filter(pk=province.hoa.pk).update(is_active=False)
    assert client.get("/quan-tri/").status_code == 302


def test_the_menu_shows_what_the_role_may_open(province: Province) -> None:
    board = signed_in(province.hoa).get("/quan-tri/").content.decode()
    admin = signed_in(person(province, Role.ADMIN)).get("/quan-tri/").content.decode()
    assert "/quan-tri/quotas/quota/" in board
    assert "/quan-tri/trainingplan/user/" not in board
    assert "/quan-tri/trainingplan/user/" in admin
    assert "/quan-tri/quotas/quota/" not in admin
    assert "/quan-tri/trainingplan/change/" not in admin
    finance = signed_in(person(province, Role.FINANCE)).get("/quan-tri/").content.decode()
    assert "/quan-tri/budget/normset/" in finance
    assert "/quan-tri/budget/fundsource/" not in finance
    assert "/quan-tri/quotas/quota/" not in finance


def test_django_s_own_groups_are_not_in_the_office(province: Province) -> None:
    assert signed_in(province.hoa).get("/quan-tri/auth/group/").status_code == 404


def test_names_of_units_are_not_searched_by_those_who_only_manage_users(province: Province) -> None:
    asked = {"app_label": "trainingplan", "model_name": "unitplacement", "field_name": "parent", "term": "binh"}
    assert signed_in(person(province, Role.ADMIN)).get("/quan-tri/autocomplete/", asked).status_code == 403
    found = signed_in(province.hoa).get("/quan-tri/autocomplete/", asked).json()["results"]
    assert [one["text"] for one in found] == ["Huyện ủy Bình Sơn"]


def test_the_policy_is_widened_on_the_office_alone(province: Province) -> None:
    client = signed_in(province.hoa)
    office = client.get("/quan-tri/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval' 'unsafe-inline'" in office
    assert "style-src 'self' 'unsafe-inline'" in office
    assert "frame-ancestors 'none'" in office
    ours = client.get("/2024/viec-cua-toi/")["Content-Security-Policy"]
    assert "unsafe" not in ours
