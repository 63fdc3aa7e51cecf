"""The pages of the three amounts: what they show, forms without a script, refusals at fields, files, the dashboard."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from budget.models import BudgetLine, FundSource, Grant, SettledAmount
from budget.selectors.execution import execution, execution_mark
from budget.services.grants import remove_grant
from budget.views import execution as views
from tests.budget.lines import PLAIN_AMOUNT, add_line, make_sources
from tests.budget.test_execution import grant, settled
from tests.cast import Province, make_user
from tests.reports.printed_readers import pdf_pages
from trainingplan.models import Plan, Role, User

PAGE = "/2024/kinh-phi/ba-so/"
GRANT = "/2024/kinh-phi/giao/"
SETTLE = "/2024/kinh-phi/quyet-toan/"
DECISION = {"kind": "first", "number": "12/QĐ-UBND", "decided_on": "05/01/2024"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


@pytest.fixture
def line(province: Province, sources: tuple[FundSource, FundSource]) -> BudgetLine:
    return add_line(province, {sources[0].pk: 30_000_000, sources[1].pk: 10_000_000})


@pytest.fixture
def keys(line: BudgetLine, sources: tuple[FundSource, FundSource]) -> list[str]:
    """The ends of the names of the form's fields."""
    return [f"{line.pk}-{source.pk}" for source in sources]


@pytest.fixture
def finance(province: Province) -> Client:
    return browser(make_user("taichinh", "Lê Thị Thu", Role.FINANCE))


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def hidden(response: Any, *names: str) -> dict[str, str]:
    form = response.context["form"]
    return {name: str(form[name].value() or "") for name in names}


def test_a_plan_without_money_and_one_without_decisions_say_what_belongs_there(
    province: Province, finance: Client, sources: tuple[FundSource, FundSource]
) -> None:
    assert "chưa có dòng kinh phí nào" in text(finance.get(PAGE))
    add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    page = text(finance.get(PAGE))
    assert "Chưa có quyết định giao kinh phí nào" in page
    assert GRANT in page
    assert "Chưa lớp nào được giao kinh phí" in text(finance.get(SETTLE))
    assert GRANT not in text(browser(make_user("thuongtruc", "Thường trực", Role.MANAGER)).get(PAGE))


def test_amounts_shares_and_decisions_are_shown(
    province: Province, line: BudgetLine, sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    slots = [(line.pk, source.pk) for source in sources]
    add_line(province, {}, self_funded=True, rate=0, content="Lớp của cơ quan Trung ương")
    grant(province, {slots[0]: 20_000_000, slots[1]: 10_000_000}, "12/QĐ-UBND")
    settled(province, slots[0], 16_536_000, note="TB 5/TB-STC")
    page = text(finance.get(PAGE))
    for words in ("82,68 %", "3.464.000", "Quyết toán 05/01/2024: TB 5/TB-STC", "Số 12/QĐ-UBND, ngày 05/01/2024"):
        assert words in page
    assert "Ngoài tổng: kinh phí do cơ quan, đơn vị bảo đảm" in page
    assert "Số liệu minh họa" not in page
    SettledAmount.objects.update(illustrative=True)
    assert "Số liệu minh họa" in text(finance.get(PAGE))


def test_a_decision_is_filled_as_planned_counted_and_written_once(
    province: Province, keys: list[str], finance: Client
) -> None:
    Plan.objects.update(state=Plan.State.ISSUED)
    typed: dict[str, Any] = DECISION | hidden(finance.get(GRANT), "token", "mark")
    picked = finance.post(GRANT, typed | {"lam": "chon"})
    assert text(picked).count("checked") == 2
    typed |= {f"pick-{key}": "on" for key in keys}
    filled = finance.post(GRANT, typed | {"lam": "dien"})
    assert "<strong>1 dòng</strong>, tổng <strong>40.000.000 đồng</strong> (Ngân sách tỉnh 30.000.000;" in text(filled)
    assert 'value="30.000.000"' in text(filled)
    assert not Grant.objects.exists()
    typed |= {f"amount-{key}": amount for key, amount in zip(keys, ("30.000.000", "10.000.000 đồng"), strict=True)}
    for _ in range(2):
        answer = finance.post(GRANT, typed, follow=True)
        assert "1 dòng, 40.000.000 đồng" in text(answer)
    assert execution(province.plan).money.granted == PLAIN_AMOUNT
    assert Grant.objects.count() == 1
    assert BudgetLine.objects.get().state == "funded"


def test_all_that_is_wrong_with_a_decision_is_said_at_its_fields_at_once(
    province: Province, keys: list[str], finance: Client
) -> None:
    typed = {"kind": "first", "decided_on": "32/01/2024", f"amount-{keys[0]}": "1,5", f"pick-{keys[1]}": "on"}
    form = finance.post(GRANT, typed).context["form"]
    assert set(form.errors) == {"number", "decided_on", f"amount-{keys[0]}", f"amount-{keys[1]}"}
    both = {f"amount-{key}": "5" for key in keys} | hidden(finance.get(GRANT), "mark")
    answer = finance.post(GRANT, DECISION | {"kind": "back"} | both)
    assert set(answer.context["form"].errors) >= {f"amount-{key}" for key in keys}
    assert "Mới được giao 0 đồng" in text(answer)
    assert not Grant.objects.exists()


def test_a_form_over_an_older_table_is_shown_again_with_what_now_stands(
    province: Province, line: BudgetLine, keys: list[str], sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    typed = DECISION | hidden(finance.get(GRANT), "token", "mark") | {f"amount-{keys[0]}": "7"}
    grant(province, {(line.pk, sources[0].pk): 20})
    answer = finance.post(GRANT, typed)
    assert "Vừa có giao lần đầu theo Quyết định số 1/QĐ" in text(answer)
    again = typed | hidden(answer, "mark")
    assert again["mark"] == execution_mark(province.plan)
    finance.post(GRANT, again)
    assert execution(province.plan).money.granted == 27


def test_money_of_a_source_that_was_not_planned(province: Province, finance: Client) -> None:
    third = FundSource.objects.create(key="trung-uong", name="Ngân sách Trung ương", position=3)
    first, _ = make_sources()
    line = add_line(province, {first.pk: PLAIN_AMOUNT})
    name = f"amount-{line.pk}-{third.pk}"
    assert name not in text(finance.get(GRANT))
    opened = finance.get(f"{GRANT}?nguon=trung-uong")
    assert name in text(opened)
    finance.post(f"{GRANT}?nguon=trung-uong", DECISION | {name: "5"} | hidden(opened, "mark"))
    assert execution(province.plan).other_money.granted == 5


def test_a_settlement_writes_only_the_rows_that_were_touched(
    province: Province, line: BudgetLine, keys: list[str], sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    slots = [(line.pk, source.pk) for source in sources]
    grant(province, {slots[0]: 20, slots[1]: 10})
    settled(province, slots[0], 5)
    opened = finance.get(SETTLE)
    seen = {f"amount-{keys[0]}": "5"} | hidden(opened, "seen")
    settled(province, slots[0], 6, version=1)
    without_day = finance.post(SETTLE, seen | {f"amount-{keys[1]}": "9"})
    assert set(without_day.context["form"].errors) == {"settled_on"}
    typed = seen | {"settled_on": "20/12/2024", "note": "TB 5"}
    above = finance.post(SETTLE, seen | {f"amount-{keys[1]}": "11"})
    assert "vượt số được giao 10 đồng là 1 đồng" in text(above)
    assert set(above.context["form"].errors) == {"settled_on", f"amount-{keys[1]}"}
    finance.post(SETTLE, typed | {f"amount-{keys[1]}": "9"})
    assert dict(SettledAmount.objects.values_list("source", "amount")) == {slots[0][1]: 6, slots[1][1]: 9}
    late = finance.post(SETTLE, typed | {f"amount-{keys[0]}": "7", f"amount-{keys[1]}": "9"})
    assert "vừa ghi 6 đồng" in text(late)
    finance.post(SETTLE, typed | hidden(late, "seen") | {f"amount-{keys[0]}": "7", f"amount-{keys[1]}": "9"})
    assert dict(SettledAmount.objects.values_list("source", "amount")) == {slots[0][1]: 7, slots[1][1]: 9}


def test_a_settlement_is_filled_with_what_was_granted(
    province: Province, line: BudgetLine, keys: list[str], sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    grant(province, {(line.pk, sources[0].pk): 20})
    filled = finance.post(SETTLE, {f"pick-{key}": "on" for key in keys} | {"lam": "dien"})
    assert "<strong>1 dòng</strong>, tổng <strong>20 đồng</strong>" in text(filled)


def test_a_decision_is_removed_with_a_reason(
    province: Province, line: BudgetLine, sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    stored = grant(province, {(line.pk, sources[0].pk): 20})
    address = f"{GRANT}{stored.pk}/xoa/"
    assert "Giao lần đầu theo Quyết định số 1/QĐ ngày 05/01/2024</strong>: 1 dòng, 20 đồng." in text(
        finance.get(address)
    )
    assert "Cần ghi lý do" in text(finance.post(address, {"reason": ""}))
    assert "Đã xóa giao lần đầu" in text(finance.post(address, {"reason": "nhầm số"}, follow=True))
    assert finance.get(address).status_code == 404


def test_a_decision_that_is_removed_twice_at_once_is_told_and_not_broken(
    province: Province,
    line: BudgetLine,
    sources: tuple[FundSource, FundSource],
    finance: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = grant(province, {(line.pk, sources[0].pk): 20})

    def found_before_the_other_removed_it(*args: Any, **kwargs: Any) -> Grant:
        remove_grant(plan=province.plan, grant=stored, actor=province.hoa, reason="nhầm số")
        return stored

    monkeypatch.setattr(views, "get_object_or_404", found_before_the_other_removed_it)
    answer = finance.post(f"{GRANT}{stored.pk}/xoa/", {"reason": "nhầm số"}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Quyết định này vừa được xóa." in text(answer)


def test_the_file_holds_the_page_s_sums(
    province: Province, line: BudgetLine, sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    slots = [(line.pk, source.pk) for source in sources]
    grant(province, {slots[0]: 20_000_000, slots[1]: 10_000_000})
    settled(province, slots[0], 16_536_000)
    book = load_workbook(BytesIO(finance.get("/2024/kinh-phi/ba-so.xlsx").content))
    cells = [value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row]
    assert {"82,68 %", 20_000_000, 3_464_000} <= set(cells)
    printed = "\n".join(pdf_pages(finance.get("/2024/kinh-phi/ba-so.pdf").content))
    assert "16.536.000" in printed
    assert "Quyết định số 1/QĐ ngày 05/01/2024, giao lần đầu: 1 dòng" in " ".join(printed.split())
    assert finance.get("/2024/kinh-phi/ba-so.docx").status_code == 404


def test_the_dashboard_says_what_is_not_yet_settled_to_those_who_see_the_budget(
    province: Province, line: BudgetLine, sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    slot, page = (line.pk, sources[0].pk), "/2024/tong-quan/"
    assert "được giao" not in text(finance.get(page)).replace("Được phân bổ", "")
    grant(province, {slot: 25_000_000})
    assert "Được giao 25 triệu đồng, chưa quyết toán khoản nào" in text(finance.get(page))
    settled(province, slot, 20_000_000)
    shown = text(finance.get(page))
    assert "Còn 5 triệu đồng được giao chưa quyết toán" in shown
    assert "80,00 %" in shown
    assert "chưa quyết toán" not in text(browser(province.alice).get(page))
    settled(province, slot, 26_000_000, excess="giá tăng", version=1)
    assert "Quyết toán vượt số được giao 1 triệu đồng" in text(finance.get(page))


def test_the_number_of_queries_does_not_grow(
    province: Province, sources: tuple[FundSource, FundSource], finance: Client
) -> None:
    def counted(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert finance.get(address).status_code == 200
        return len(captured)

    def add(number: int) -> None:
        line = add_line(province, {sources[0].pk: 30_000_000, sources[1].pk: 10_000_000})
        grant(province, {(line.pk, sources[0].pk): 5}, f"{number}/QĐ")
        settled(province, (line.pk, sources[0].pk), 4)

    add(1)
    finance.get(PAGE)  # a session that is new is read step by step
    few = [counted(address) for address in (PAGE, GRANT, SETTLE)]
    for number in range(2, 6):
        add(number)
    assert [counted(address) for address in (PAGE, GRANT, SETTLE)] == few
