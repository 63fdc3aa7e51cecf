"""«Mở lớp»: the list with its filters and sums, one step of many classes, the page of one class, the task, the log."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from budget.models import BudgetLine, ClassStep
from budget.views.classes import late_openings
from tests.budget.lines import add_class, make_norms, make_sources
from tests.budget.test_classes import DAY, SCHOOL, S, funded, state_of, step
from tests.cast import Province, make_unit, make_user
from trainingplan.models import Plan, Role, UnitGroup

PAGE = "/2024/lop/"


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def lines(province: Province) -> tuple[BudgetLine, BudgetLine]:
    source, _ = make_sources()
    return (
        funded(province, source, executor=SCHOOL, content="Lớp trung cấp"),
        funded(province, source, executor="Sở Nội vụ", content="Lớp cấp phòng"),
    )


def listed(response: Any) -> list[str]:
    return [row.line.content for row in response.context["table"].rows]


def test_the_list_is_searched_chosen_by_state_and_summed(
    province: Province, lines: tuple[BudgetLine, BudgetLine]
) -> None:
    step(province, lines[1], S.RECRUITING)
    board = browser(province.hoa)
    page = board.get(PAGE)
    assert listed(page) == ["Lớp trung cấp", "Lớp cấp phòng"]
    assert [(one.state, one.lines, one.classes, one.learners) for one in page.context["table"].sums] == [
        (S.FUNDED, 1, 2, 100),
        (S.RECRUITING, 1, 2, 100),
    ]
    assert listed(board.get(PAGE, {"buoc": "recruiting"})) == ["Lớp cấp phòng"]
    assert listed(board.get(PAGE, {"q": "truong  CHINH tri"})) == ["Lớp trung cấp"]
    assert listed(board.get(PAGE, {"tre": "1", "q": "phòng", "buoc": "lạ"})) == ["Lớp cấp phòng"]
    assert "Không có lớp nào khớp" in text(board.get(PAGE, {"q": "không có"}))
    assert "Chọn Lớp" not in text(browser(make_user("thuongtruc", "Thường trực", Role.MANAGER)).get(PAGE))


def test_ticked_classes_take_one_step_and_what_is_wrong_is_said_at_each(
    province: Province, lines: tuple[BudgetLine, BudgetLine]
) -> None:
    board = browser(province.hoa)
    picks = [row.pick for row in board.get(PAGE).context["table"].rows]
    done = board.post(f"{PAGE}?q=lop", {"step": S.RECRUITING, "lop": picks})
    assert (done.status_code, done["Location"]) == (302, f"{PAGE}?q=lop")
    again = board.post(PAGE, {"step": S.RECRUITING, "lop": picks})
    assert text(again).count("Phạm Thị Hoa (hoa), lúc") == 2
    assert text(again).count("checked") == 2
    picks = [row.pick for row in board.get(PAGE).context["table"].rows]
    assert text(board.post(PAGE, {"step": S.OPENED, "lop": picks})).count("⚠ Nhập ngày diễn ra.") == 2
    assert "không phải ngày tháng" in text(board.post(PAGE, {"step": S.OPENED, "lop": picks, "day": "mai"}))
    for typed in ({}, {"step": "lạ"}, {"step": S.OPENED, "lop": ["x", "1:lạ", "²:funded", f"{'9' * 18}:funded"]}):
        assert board.post(PAGE, typed).status_code == 200
    assert {state_of(line) for line in lines} == {S.RECRUITING}


def test_the_page_of_a_class_moves_it_on_and_back(province: Province, lines: tuple[BudgetLine, BudgetLine]) -> None:
    board, url = browser(province.hoa), f"{PAGE}{lines[0].pk}/"
    assert "Bước tiếp: chiêu sinh" in text(board.get(url))
    assert board.post(url, {"seen": S.FUNDED}).status_code == 302
    wrong = board.post(url, {"seen": S.RECRUITING, "day": "", "learners": "-3"})
    assert "Nhập ngày diễn ra" in text(wrong)
    assert board.post(url, {"seen": S.RECRUITING, "day": "11/03/2024", "learners": "95"}).status_code == 302
    assert ClassStep.objects.filter(after=S.OPENED, happened_on=DAY, learners=95).exists()
    late = board.post(url, {"seen": S.RECRUITING, "day": "12/03/2024"}, follow=True)
    assert "vừa chuyển lớp này sang «khai giảng»" in text(late)
    assert "Cần ghi lý do" in text(board.post(url, {"lam": "lui", "seen": S.OPENED}))
    back = board.post(url, {"lam": "lui", "seen": S.OPENED, "reason": "dời ngày"}, follow=True)
    assert "Lùi về chiêu sinh" in text(back)
    assert state_of(lines[0]) == S.RECRUITING
    for typed in ({"seen": "lạ"}, {"lam": "lui", "seen": ""}, {"seen": S.PLANNED}, {"seen": S.SETTLED}):
        assert board.post(url, typed, follow=True).status_code == 200
    assert state_of(lines[0]) == S.RECRUITING


def test_the_school_has_buttons_for_its_own_classes_only(
    province: Province, lines: tuple[BudgetLine, BudgetLine]
) -> None:
    unit = make_unit("truong-chinh-tri", SCHOOL, province.plan, UnitGroup.objects.get(), 3)
    school = browser(make_user("truong", "Lê Thị Trường", Role.SCHOOL, unit))
    rows = school.get(PAGE).context["table"].rows
    assert [row.may_step for row in rows] == [True, False]
    refused = school.post(f"{PAGE}{lines[1].pk}/", {"seen": S.FUNDED})
    assert "Trường Chính trị tỉnh với lớp mình thực hiện, được ghi" in text(refused)
    assert state_of(lines[1]) == S.FUNDED


def test_late_classes_wait_for_who_opens_them_once_the_plan_is_issued(
    province: Province, lines: tuple[BudgetLine, BudgetLine]
) -> None:
    plan = Plan.objects.get()
    assert late_openings(plan, province.hoa) == []
    plan.state = Plan.State.ISSUED
    assert [task.title for task in late_openings(plan, province.hoa)] == ["2 lớp đã quá ngày khai giảng dự kiến"]
    unit = make_unit("truong-chinh-tri", SCHOOL, province.plan, UnitGroup.objects.get(), 3)
    school = make_user("truong", "Lê Thị Trường", Role.SCHOOL, unit)
    assert [task.title for task in late_openings(plan, school)] == ["1 lớp đã quá ngày khai giảng dự kiến"]
    assert late_openings(plan, make_user("taichinh", "Sở Tài chính", Role.FINANCE)) == []
    assert late_openings(plan, province.alice) == []
    BudgetLine.objects.update(opens_on=date(2999, 1, 1))
    assert late_openings(plan, province.hoa) == []


def test_a_class_without_money_leads_to_who_can_give_it_some(province: Province) -> None:
    make_norms()
    line = add_class(province, make_sources()[0])
    board = browser(province.hoa)
    page, approving = f"{PAGE}{line.pk}/", f'href="/2024/kinh-phi/{line.pk}/duyet/"'
    granting = 'href="/2024/kinh-phi/ba-so/"'
    told = [text(board.get(page)), text(board.get(f"/2024/kinh-phi/{line.pk}/"))]
    assert [approving in one for one in told] == [True, True]
    assert granting in told[0]
    Plan.objects.update(state=Plan.State.ISSUED)
    told = [text(board.get(page)), text(board.get(f"/2024/kinh-phi/{line.pk}/"))]
    assert [approving in one for one in told] == [False, False]
    assert granting in told[0]
    manager = browser(make_user("thuongtruc", "Thường trực", Role.MANAGER))
    assert granting not in text(manager.get(page))
