"""The frame around the pages: menu by role, the switch of plans, what waits for whom, errors in words."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quotas.services.cells import CellInput, save_allocations, save_registrations
from quotas.services.responses import send_response
from tests.cast import PASSWORD, Province, make_user
from trainingplan.frame import Deadline
from trainingplan.models import Appendix, Plan, Role

HOME = reverse("tasks", kwargs={"year": 2024})


def html_of(client: Client, url: str = HOME) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def menu(html: str) -> list[str]:
    nav = html.split('aria-label="Menu chính"')[1].split("</nav>", maxsplit=1)[0]
    return [words.strip() for words in re.findall(r"</svg>\s*([^<]+)", nav)]


def test_the_menu_follows_the_role(client: Client, province: Province) -> None:
    client.force_login(province.alice)
    unit = menu(html_of(client))
    assert unit[0] == "Việc của tôi"
    assert {"Đăng ký nhu cầu", "Phân bổ chỉ tiêu"} <= set(unit)
    assert not {"Tiến độ đăng ký", "Kinh phí", "Nhật ký", "Danh mục, Quản trị"} & set(unit)
    client.force_login(province.hoa)
    assert menu(html_of(client))[-1] == "Danh mục, Quản trị"
    client.force_login(make_user("tam", "Lý Tâm", Role.FINANCE))
    assert not {"Đăng ký nhu cầu", "Phân bổ chỉ tiêu"} & set(menu(html_of(client)))


def test_the_menu_marks_where_one_is(client: Client, province: Province) -> None:
    client.force_login(province.alice)
    html = html_of(client, reverse("registration-unit", kwargs={"year": 2024, "unit_key": "huyen-uy-binh-son"}))
    current = html.split('aria-label="Menu chính"')[1].split('aria-current="page"')[1].split("</a>")[0]
    assert "Đăng ký nhu cầu" in current


def test_the_switch_keeps_the_page(client: Client, province: Province) -> None:
    newer = Plan.objects.create(year=2025, subject="", parent_body="", issuing_body="", place="")
    client.force_login(province.hoa)
    assert switch(client, "allocation-index") == "/2025/phan-bo/"
    assert switch(client, "allocation", number=1) == "/2025/phan-bo/"
    Appendix.objects.create(plan=newer, number=1, kind="allocation", title="Phân bổ")
    assert switch(client, "allocation", number=1) == "/2025/phan-bo/1/"
    assert switch(client, "registration-unit", unit_key="huyen-uy-binh-son") == "/2025/dang-ky/"
    assert client.get(reverse("home")).headers["Location"] == reverse("tasks", kwargs={"year": 2025})


def switch(client: Client, name: str, **about: object) -> str:
    """Where the switch of a page of 2024 leads in the plan of 2025."""
    html = html_of(client, reverse(name, kwargs={"year": 2024, **about}))
    found = re.search(r'href="(/2025/[^"]*)"', html)
    return found[1] if found else ""


def test_before_there_is_a_plan_home_says_so(client: Client, db: None) -> None:
    client.force_login(make_user("hoa", "Phạm Thị Hoa", Role.BOARD))
    assert "Chưa có kế hoạch nào" in html_of(client, reverse("home"))


def test_a_year_without_a_plan_is_not_found(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    response = client.get(reverse("tasks", kwargs={"year": 1999}))
    assert response.status_code == 404
    assert "Không có trang này" in response.content.decode()


def test_a_unit_is_reminded_until_it_has_sent(client: Client, province: Province) -> None:
    client.force_login(province.alice)
    html = html_of(client)
    assert "Bắt đầu đăng ký" in html
    assert "còn 10 ngày" in html
    ours = CellInput(province.binh_son.pk, province.kv3.pk, "4")
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[ours], actor=province.alice)
    assert "Nhập tiếp" in html_of(client)
    answer = send_response(plan=province.plan, unit=province.binh_son, actor=province.alice)
    assert "Không có việc nào đang chờ bạn" in html_of(client)
    answer.state = "returned"
    answer.save()
    assert "trả lại bản đăng ký" in html_of(client)


def test_days_are_counted_while_the_round_runs_and_not_after_it(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    pages = (f"/2024/dang-ky/{province.binh_son.key}/", "/2024/tien-do/")
    for state, there, gone in (
        (Plan.State.REGISTRATION, "còn 10 ngày", "đợt đăng ký đã kết thúc"),
        (Plan.State.ALLOCATION, "đợt đăng ký đã kết thúc", "còn 10 ngày"),
    ):
        Plan.objects.update(state=state)
        for page in pages:
            html = html_of(client, page)
            assert (there in html, gone in html) == (True, False), page


def test_the_board_is_told_who_is_missing_and_what_is_left(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    html = html_of(client)
    assert "2 đơn vị chưa gửi đăng ký" in html
    assert "Còn 50 chỉ tiêu chưa phân bổ – Phụ lục 1" in html
    assert '<span class="count">2<' in html
    all_given = [
        CellInput(province.binh_son.pk, province.kv3.pk, "45"),
        CellInput(province.son_tinh.pk, province.hcm.pk, "5"),
    ]
    save_allocations(plan=province.plan, cells=all_given, actor=province.hoa)
    assert "chưa phân bổ" not in html_of(client)


def test_a_reader_has_nothing_to_do_and_doors_to_go_through(client: Client, province: Province) -> None:
    client.force_login(make_user("mai", "Đỗ Thị Mai", Role.MANAGER))
    html = html_of(client)
    assert "Không có việc nào đang chờ bạn" in html
    assert reverse("allocation-index", kwargs={"year": 2024}) in html.split("Xem và tra cứu")[1]


@pytest.mark.parametrize(
    ("away", "words", "tone"),
    [
        (timedelta(days=6), "còn 6 ngày", "is-info"),
        (timedelta(days=2), "còn 2 ngày", "is-warn"),
        (timedelta(days=-3), "quá hạn 3 ngày", "is-bad"),
    ],
)
def test_a_deadline_says_the_days(away: timedelta, words: str, tone: str) -> None:
    deadline = Deadline(timezone.now() + away)
    assert (deadline.words, deadline.tone) == (words, tone)


def test_signing_in_and_out(client: Client, province: Province) -> None:
    wrong = client.post(reverse("login"), {"username": "alice", "password": "sai"})
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in wrong.content.decode()
    right = client.post(reverse("login"), {"username": "alice", "password": PASSWORD}, follow=True)
    assert right.redirect_chain[-1][0] == HOME
    assert "Nguyễn Thị Ái" in right.content.decode()
    assert client.post(reverse("logout")).headers["Location"] == reverse("login")
    assert client.get(HOME).status_code == 302


def test_who_must_sign_in_again_is_led_back_to_the_page_of_the_form(client: Client, province: Province) -> None:
    answer = "/2024/tien-do/don-vi/huyen-uy-binh-son/"
    sent = client.post(f"{answer}tiep-nhan/", headers={"referer": f"http://testserver{answer}?x=1"})
    assert sent.headers["Location"] == f"{reverse('login')}?next={answer}%3Fx%3D1"
    signing = {"username": "hoa", "password": PASSWORD, "next": answer}
    page = client.post(reverse("login"), signing, follow=True)
    assert page.redirect_chain[-1][0] == answer
    assert "việc vừa làm chưa được thực hiện" in page.content.decode()
    client.logout()
    elsewhere = client.post(f"{answer}tiep-nhan/", headers={"referer": "http://nơi-khác.example/x"})
    assert elsewhere.headers["Location"] == f"{reverse('login')}?next=/"
    client.cookies.clear()
    out = client.post(reverse("logout"), headers={"referer": f"http://testserver{answer}"}, follow=True)
    assert out.redirect_chain == [(f"{reverse('login')}?next=/", 302)]
    assert not out.cookies.get("messages")


def test_five_wrong_passwords_lock_for_a_while(client: Client, province: Province) -> None:
    answers = [client.post(reverse("login"), {"username": "alice", "password": "sai"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    last = answers[-1]
    assert "Chờ 15 phút" in last.content.decode()


def test_errors_are_told_in_words(client: Client, province: Province) -> None:
    client.force_login(province.alice)
    refused = client.post(reverse("allocation-cells", kwargs={"year": 2024, "number": 1}))
    assert (refused.status_code, "Không có quyền" in refused.content.decode()) == (403, True)
    strict = Client(enforce_csrf_checks=True)
    forged = strict.post(reverse("login"), {"username": "alice", "password": PASSWORD})
    assert (forged.status_code, "Phiên làm việc đã đổi" in forged.content.decode()) == (403, True)
    cells = reverse("allocation-cells", kwargs={"year": 2024, "number": 1})
    told = strict.post(cells, "{}", content_type="application/json")
    assert (told.status_code, told.json()["message"]) == (
        403,
        "Phiên làm việc đã đổi. Số vừa gõ còn giữ trong trình duyệt này: tải lại trang để lưu tiếp.",
    )


def test_no_page_needs_an_inline_script_or_style(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    pages = [HOME, reverse("allocation", kwargs={"year": 2024, "number": 1})]
    for url in pages:
        response = client.get(url)
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*src=)|<style| style=| on[a-z]+=", response.content.decode())
