"""The pages of rosters: who sees whom, what is masked, what a form says to bad input, how many queries they make."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quotas.models import Nomination, Person
from quotas.selectors.rosters import MASK, Places, roster, rosters
from quotas.services.nominations import add_nomination
from tests.cast import make_unit, make_user
from tests.quotas.rosters_cast import RosterCast, give, make_cast, make_roster, person
from trainingplan.models import Change, Plan, Role, Unit, UnitGroup, UnitPlacement, User

LIST = "/2024/danh-sach/"
PAGE = "/2024/danh-sach/6/"
TYPED = {
    "full_name": "Nguyễn Văn Đức",
    "sex": "male",
    "birth": "05/12/1984",
    "job_title": "Phó Bí thư",
    "ethnicity": "Hrê",
    "class_name": "Lớp tháng 3",
    "note": "",
}


@pytest.fixture
def cast(db: None) -> RosterCast:
    return make_cast()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def nominate(cast: RosterCast, unit: Unit, name: str = "Nguyễn Văn Đức", **more: Any) -> Nomination:
    return add_nomination(
        plan=cast.province.plan,
        quota_id=cast.quota.pk,
        unit=unit,
        details=person(name, **more),
        actor=cast.province.hoa,
    )


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# What is read


def test_a_roster_counts_places_by_unit_and_quota(cast: RosterCast) -> None:
    province = cast.province
    nominate(cast, province.binh_son, "Nguyễn Văn A")
    nominate(cast, province.binh_son, "Nguyễn Văn B", reserve=True)
    nominate(cast, province.son_tinh, "Trần Văn Ánh")
    found = roster(province.plan, cast.appendix, province.hoa)
    assert found.places == Places(allocated=3, nominated=2, reserve=1)
    assert (found.given, found.places.left) == (6, 1)
    assert [(unit.name, unit.places) for unit in found.units] == [
        ("Huyện ủy Bình Sơn", Places(2, 1, 1)),
        ("Huyện ủy Sơn Tịnh", Places(1, 1, 0)),
    ]
    assert [(who.stt, who.full_name) for unit in found.units for who in unit.people] == [
        (1, "Nguyễn Văn A"),
        (2, "Trần Văn Ánh"),
    ]
    assert [column.source for column in found.columns] == ["ethnicity", "class_name", "note"]
    (line,) = rosters(province.plan, Unit.objects.all())
    assert (line.given, line.places) == (6, found.places)


def test_people_stand_by_given_name(cast: RosterCast) -> None:
    for name in ("Trần Văn Đạt", "Lê Thị Ánh", "Phạm Văn Dũng"):
        nominate(cast, cast.province.binh_son, name, reserve=True)
    (unit, _) = roster(cast.province.plan, cast.appendix, cast.province.hoa).units
    assert [who.full_name for who in unit.reserve] == ["Lê Thị Ánh", "Phạm Văn Dũng", "Trần Văn Đạt"]


def test_a_unit_sees_its_own_people_and_numbers_only(cast: RosterCast) -> None:
    nominate(cast, cast.province.binh_son, "Nguyễn Văn A")
    nominate(cast, cast.province.son_tinh, "Trần Văn Ánh")
    page = browser(cast.province.alice).get(PAGE).content.decode()
    assert "Nguyễn Văn A<" in page
    assert "Trần Văn Ánh" not in page
    assert "Sơn Tịnh" not in page
    (line,) = rosters(cast.province.plan, Unit.objects.filter(pk=cast.province.binh_son.pk))
    assert line.places == Places(2, 1, 0)


def test_units_without_places_and_people_are_counted_not_shown(cast: RosterCast) -> None:
    give(cast.quota, cast.province.son_tinh, 0)
    found = roster(cast.province.plan, cast.appendix, cast.province.hoa)
    assert ([unit.name for unit in found.units], found.hidden) == (["Huyện ủy Bình Sơn"], 1)
    own = roster(cast.province.plan, cast.appendix, cast.province.charlie)
    assert [unit.name for unit in own.units] == ["Huyện ủy Sơn Tịnh"]


def state_unit(cast: RosterCast) -> Unit:
    group = UnitGroup.objects.create(key="nha-nuoc", name="Khối Nhà nước", position=2)
    unit = make_unit("so-noi-vu", "Sở Nội vụ", cast.province.plan, group, 1)
    UnitPlacement.objects.create(unit=unit, group=group, valid_from=date(2000, 1, 1))
    return unit


def test_ethnicity_is_for_the_board_the_managers_and_the_own_unit(cast: RosterCast) -> None:
    province, home_unit = cast.province, state_unit(cast)
    UnitPlacement.objects.create(
        unit=province.binh_son, group=UnitGroup.objects.get(key="nha-nuoc"), valid_from=date(2000, 1, 1)
    )
    nominate(cast, province.binh_son)
    seen = {
        province.hoa: True,
        province.alice: True,
        make_user("thuongtruc", "Thường trực", Role.MANAGER): True,
        make_user("noivu", "Sở Nội vụ", Role.HOME_AFFAIRS, home_unit): False,
        make_user("truong", "Trường Chính trị", Role.SCHOOL, home_unit): False,
    }
    for user, sees in seen.items():
        page = browser(user).get(PAGE).content.decode()
        assert "Nguyễn Văn Đức" in page
        assert ("Hrê" in page, MASK in page) == (sees, not sees)


def test_a_plan_marked_illustrative_or_one_such_row_says_so(cast: RosterCast) -> None:
    client = browser(cast.province.hoa)
    nominate(cast, cast.province.binh_son)
    for address in (LIST, PAGE):
        assert "Số liệu minh họa" not in client.get(address).content.decode()
    Nomination.objects.update(illustrative=True)
    for address in (LIST, PAGE):
        assert "Số liệu minh họa" in client.get(address).content.decode()
    Nomination.objects.update(illustrative=False)
    give(cast.quota, cast.province.binh_son, 2, illustrative=True)
    for address in (LIST, PAGE):
        assert "Số liệu minh họa" in client.get(address).content.decode()


@pytest.mark.parametrize("who", ["hoa", "alice"])
def test_pages_make_as_many_queries_for_many_rows_as_for_one(cast: RosterCast, who: str) -> None:
    client = browser(getattr(cast.province, who))
    nominate(cast, cast.province.binh_son, "Nguyễn Văn A")
    addresses = (LIST, PAGE, f"{PAGE}them/")
    client.get(LIST)
    before = [queries(client, address) for address in addresses]
    group = cast.province.binh_son.participations.get().group
    for n in range(30):
        unit = make_unit(f"don-vi-{n}", f"Đơn vị {n}", cast.province.plan, group, 100 + n)
        give(cast.quota, unit, 1)
        nominate(cast, unit, "Lê Văn Bốn")
        nominate(cast, cast.province.binh_son, f"Trần Văn {'ABCDEGHIKLMNOPQ'[n // 2] * (n % 2 + 1)}", reserve=True)
    for number in range(10, 15):
        give(make_roster(cast.province, number).quota, cast.province.binh_son, 1)
    assert [queries(client, address) for address in addresses] == before
    assert max(before) <= 20


# Who may do what


def test_every_address_by_role(cast: RosterCast) -> None:
    province, home_unit = cast.province, state_unit(cast)
    pk = nominate(cast, province.binh_son).pk
    manager = make_user("thuongtruc", "Thường trực", Role.MANAGER)
    school = make_user("truong", "Trường Chính trị", Role.SCHOOL, home_unit)
    finance = make_user("taichinh", "Sở Tài chính", Role.FINANCE)
    expected = {
        province.hoa: (200, 200, 200, 200),
        province.alice: (200, 200, 200, 200),
        province.charlie: (200, 200, 404, 404),
        school: (200, 200, 403, 403),
        manager: (200, 403, 403, 403),
        finance: (403, 403, 403, 403),
    }
    addresses = (PAGE, f"{PAGE}them/", f"{PAGE}{pk}/", f"{PAGE}{pk}/bo/")
    for user, codes in expected.items():
        client = browser(user)
        assert tuple(client.get(address).status_code for address in addresses) == codes, user
        if codes[2] != 200:
            for address in addresses[2:]:
                assert client.post(address, TYPED | {"version": "1"}).status_code in (403, 404)
    assert Nomination.objects.get().version == 1


@pytest.mark.parametrize(
    "address",
    [
        "/2024/danh-sach/1/",
        "/2024/danh-sach/99/",
        f"/2024/danh-sach/{10**30}/",
        f"{PAGE}{10**30}/",
        "/1999/danh-sach/6/",
    ],
)
def test_what_is_not_there_is_404(cast: RosterCast, address: str) -> None:
    assert browser(cast.province.hoa).get(address).status_code == 404


# The form


def test_a_unit_nominates_through_the_form(cast: RosterCast) -> None:
    client = browser(cast.province.alice)
    form = client.get(f"{PAGE}them/").content.decode()
    assert "Đơn vị cử" not in form
    assert "Cột class_name" in form
    assert "Cột degree" not in form
    answer = client.post(f"{PAGE}them/", TYPED | {"birth": "1984"}, follow=True)
    row = Nomination.objects.select_related("person").get()
    assert answer.redirect_chain == [(f"{PAGE}#nguoi-{row.pk}", 302)]
    assert "Đã lưu Nguyễn Văn Đức" in answer.content.decode()
    assert (row.unit, row.person.birth_year, row.person.birth_month) == (cast.province.binh_son, 1984, None)


def test_a_unit_cannot_nominate_in_another_units_name(cast: RosterCast) -> None:
    browser(cast.province.alice).post(f"{PAGE}them/", TYPED | {"unit": "huyen-uy-son-tinh"})
    assert Nomination.objects.get().unit == cast.province.binh_son


def test_the_board_chooses_the_unit(cast: RosterCast) -> None:
    client = browser(cast.province.hoa)
    form = client.get(f"{PAGE}them/?don-vi=huyen-uy-son-tinh").content.decode()
    assert '<option value="huyen-uy-son-tinh" selected>Huyện ủy Sơn Tịnh – còn 1 chỗ</option>' in form
    assert "Chưa chọn." in client.post(f"{PAGE}them/", TYPED).content.decode()
    assert "không có trong danh sách" in client.post(f"{PAGE}them/", TYPED | {"unit": "khac"}).content.decode()
    client.post(f"{PAGE}them/", TYPED | {"unit": "huyen-uy-son-tinh"})
    assert Nomination.objects.get().unit == cast.province.son_tinh


LONG = "Ă" * 5000
BAD = [
    ("full_name", "", "Chưa nhập"),
    ("full_name", LONG, "Dài 5.000 ký tự"),
    ("full_name", "Nguyễn Văn 2", "chỉ gồm chữ"),
    ("full_name", "…", "chỉ gồm chữ"),
    ("full_name", "Nguyễn 😀 An", "chỉ gồm chữ"),
    ("full_name", "A", "mới có một chữ"),
    ("full_name", "Lê\x00Văn", "không in được"),
    ("full_name", "Lê \u202eVăn", "không in được"),
    ("full_name", "ß " + "ß" * 140, "ký tự lạ"),
    ("sex", "", "Chưa chọn"),
    ("sex", "khác", "không có trong danh sách"),
    ("birth", "", "Chưa nhập"),
    ("birth", "31/02/1984", "không có trong lịch"),
    ("birth", "５/12/1984", "chữ số khác 0–9"),
    ("birth", "-1984", "không phải ngày tháng"),
    ("birth", "1,5", "không phải ngày tháng"),
    ("birth", "9" * 5000, "quá dài"),
    ("birth", "1.960", "không phải ngày tháng"),
    ("birth", "2020", "4 tuổi"),
    ("birth", "2025", "Năm sinh 2025 còn ở phía trước, sau năm 2024"),
    ("birth", "2099", "ở sau năm nay, không thể là ngày sinh"),
    ("birth", "2024", "0 tuổi"),
    ("birth", "1901", "123 tuổi"),
    ("job_title", LONG, "nhiều nhất 250"),
    ("ethnicity", LONG, "nhiều nhất 50"),
    ("class_name", LONG, "nhiều nhất 250"),
    ("note", LONG, "nhiều nhất 300"),
    ("note", "a\x08b", "không in được"),
    ("version", str(10**12), "Trang này đã cũ. Tải lại trang"),
    ("version", "-1", "Trang này đã cũ. Tải lại trang"),
    ("confirm", str(10**30), "Trang này đã cũ. Tải lại trang"),
    ("confirm", "x", "Trang này đã cũ. Tải lại trang"),
]


@pytest.mark.parametrize(("field", "typed", "words"), BAD)
def test_bad_input_is_refused_at_its_field_and_not_stored(cast: RosterCast, field: str, typed: str, words: str) -> None:
    answer = browser(cast.province.alice).post(f"{PAGE}them/", TYPED | {field: typed})
    assert answer.status_code == 200
    assert any(words in error for error in answer.context["form"].errors[field])
    assert words in answer.content.decode()
    assert not Nomination.objects.exists()
    assert not Person.objects.exists()
    assert not Change.objects.exists()


def test_the_longest_strange_name_that_is_taken_is_stored(cast: RosterCast) -> None:
    name = "Y Bhăm Niê K'Đăm-" + "漢" * 120
    browser(cast.province.alice).post(f"{PAGE}them/", TYPED | {"full_name": name})
    assert Person.objects.get().full_name == name


def test_no_place_is_said_at_the_reserve_box_which_then_takes_the_name(cast: RosterCast) -> None:
    client = browser(cast.province.charlie)
    client.post(f"{PAGE}them/", TYPED)
    typed = TYPED | {"full_name": "Lê Thị Ánh"}
    answer = client.post(f"{PAGE}them/", typed)
    assert "không còn chỗ" in answer.context["form"].errors["reserve"][0]
    client.post(f"{PAGE}them/", typed | {"reserve": "on"})
    assert Nomination.objects.filter(reserve=True, person__full_name="Lê Thị Ánh").count() == 1


def test_a_known_person_is_asked_for_and_confirmed_by_sending_the_form_again(cast: RosterCast) -> None:
    nomination = nominate(cast, cast.province.binh_son)
    give(make_roster(cast.province, 7).quota, cast.province.binh_son, 1)
    client = browser(cast.province.alice)
    address = "/2024/danh-sach/7/them/"
    answer = client.post(address, TYPED)
    page = answer.content.decode()
    assert "sinh 05/12/1984, Huyện ủy Bình Sơn" in page
    assert "Xác nhận là người này" in page
    assert f'name="confirm" value="{nomination.person_id}"' in page
    assert Nomination.objects.count() == 1
    assert client.post(address, TYPED | {"confirm": str(nomination.person_id)}).status_code == 302
    assert Nomination.objects.filter(person=nomination.person).count() == 2


def test_a_stale_form_shows_both_values_and_overwrites_when_sent_again(cast: RosterCast) -> None:
    nomination = nominate(cast, cast.province.binh_son)
    address = f"{PAGE}{nomination.pk}/"
    browser(cast.province.alice).post(address, TYPED | {"note": "của Ái", "version": "1"})
    bob = browser(cast.province.bob)
    answer = bob.post(address, TYPED | {"note": "của Bảo", "version": "1"})
    assert answer.context["form"].conflicts == [("Cột note", "của Ái", "của Bảo")]
    assert "Nguyễn Thị Ái" in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode()
    assert Nomination.objects.get().note == "của Ái"
    assert bob.post(address, TYPED | {"note": "của Bảo", "version": "2"}).status_code == 302
    assert Nomination.objects.get().note == "của Bảo"


def test_what_the_roster_does_not_show_stays_as_it_is(cast: RosterCast) -> None:
    nomination = nominate(cast, cast.province.binh_son, degree="Thạc sĩ", education="Đại học")
    browser(cast.province.alice).post(f"{PAGE}{nomination.pk}/", TYPED | {"version": "1"})
    nomination.refresh_from_db()
    assert (nomination.version, nomination.degree, nomination.person.education) == (2, "Thạc sĩ", "Đại học")


def test_taking_somebody_off_is_asked_for_and_logged(cast: RosterCast) -> None:
    nomination = nominate(cast, cast.province.binh_son)
    client, address = browser(cast.province.alice), f"{PAGE}{nomination.pk}/bo/"
    assert "Bỏ Nguyễn Văn Đức khỏi danh sách?" in client.get(address).content.decode()
    assert Nomination.objects.exists()
    stale = client.post(address, {"version": "0"})
    assert "vừa sửa cán bộ này" in stale.content.decode()
    long = client.post(address, {"version": "1", "reason": LONG})
    assert "nhiều nhất 300" in long.content.decode()
    assert Nomination.objects.exists()
    assert client.post(address, {"version": "1", "reason": "chuyển công tác"}).headers["Location"] == PAGE
    assert not Nomination.objects.exists()
    assert Change.objects.filter(reason="chuyển công tác", old="Nguyễn Văn Đức").exists()


def test_a_frozen_roster_is_read_only_and_says_why(cast: RosterCast) -> None:
    nomination = nominate(cast, cast.province.binh_son)
    Plan.objects.filter(pk=cast.province.plan.pk).update(state=Plan.State.ISSUED)
    client = browser(cast.province.alice)
    page = client.get(PAGE).content.decode()
    assert "danh sách cử đi đã khóa" in page
    assert "/them/" not in page
    for address in (f"{PAGE}them/", f"{PAGE}{nomination.pk}/", f"{PAGE}{nomination.pk}/bo/"):
        answer = client.post(address, TYPED | {"version": "1"})
        assert answer.status_code == 200
        assert "đã khóa" in answer.content.decode()
    assert Nomination.objects.get().version == 1


def test_before_allocation_the_form_says_that_nothing_is_allocated(cast: RosterCast) -> None:
    give(cast.quota, cast.province.binh_son, None)
    give(cast.quota, cast.province.son_tinh, None)
    answer = browser(cast.province.alice).post(f"{PAGE}them/", TYPED)
    assert "chưa được phân bổ" in answer.content.decode()
    assert not Nomination.objects.exists()


def test_with_several_quotas_the_form_asks_for_one(cast: RosterCast) -> None:
    second = make_roster(cast.province, 7).quota
    second.appendix = cast.appendix
    second.save()
    give(second, cast.province.binh_son, 1)
    client = browser(cast.province.alice)
    assert "Chưa chọn." in client.post(f"{PAGE}them/", TYPED).content.decode()
    client.post(f"{PAGE}them/", TYPED | {"quota": str(second.pk)})
    assert Nomination.objects.get().quota == second
    assert "Lớp 7: được phân bổ 1, đã cử 1" in client.get(PAGE).content.decode()


def test_a_plan_without_rosters_says_what_belongs_there(cast: RosterCast) -> None:
    cast.quota.appendix = None
    cast.quota.save()
    cast.appendix.delete()
    assert "chưa có danh sách nào" in browser(cast.province.hoa).get(LIST).content.decode()
