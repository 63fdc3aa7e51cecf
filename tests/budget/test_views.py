"""The pages of the budget: who sees and edits, bad input at its field, stale lines, and how many queries they make."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from budget.models import BudgetLine, BudgetShare, FundSource, NormItem, NormSet
from tests.budget.lines import PLAIN_AMOUNT, add_class, add_line, cost, make_norms, make_sources
from tests.cast import Province, make_user
from trainingplan.models import Change, Plan, Role, User

PAGE = "/2024/kinh-phi/"
ADD = f"{PAGE}them/"
TYPED = {
    "group": "Đào tạo",
    "content": "Lớp trung cấp lý luận chính trị",
    "basis": "lump_sum",
    "rate": "40.000.000",
    "classes": "2",
    "learners_per_class": "50",
    "days": "10",
}
LONG = "Ă" * 5000


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    return make_sources()


@pytest.fixture
def finance(province: Province) -> User:
    return make_user("taichinh", "Lê Thị Thu", Role.FINANCE)


@pytest.fixture
def share(sources: tuple[FundSource, FundSource]) -> str:
    """The name of the form's field for the province's share."""
    return f"share_{sources[0].pk}"


def test_the_page_shows_totals_in_digits_and_words_and_by_source(
    province: Province, sources: tuple[FundSource, FundSource], finance: User
) -> None:
    add_line(province, {sources[0].pk: PLAIN_AMOUNT - 5_000_000, sources[1].pk: 5_000_000})
    page = browser(finance).get(PAGE).content.decode()
    assert "35.000.000" in page
    assert "Bằng chữ: Ba mươi lăm triệu đồng." in page
    assert "Bằng chữ: Bốn mươi triệu đồng." in page
    assert "87,50 %" in page
    assert "Số liệu minh họa" not in page
    BudgetLine.objects.update(illustrative=True)
    assert "Số liệu minh họa" in browser(finance).get(PAGE).content.decode()


def test_the_norms_in_force_are_shown_and_say_that_they_are_illustrative(province: Province) -> None:
    make_norms()
    NormItem.objects.update(illustrative=True)
    client = browser(province.hoa)
    page = client.get(PAGE).content.decode()
    assert "04/2019/NQ-HĐND" in page
    assert "20.000" in page
    assert "Số liệu minh họa" in page
    NormSet.objects.update(valid_to="2023-12-31")
    assert "04/2019/NQ-HĐND" not in client.get(PAGE).content.decode()


def test_an_empty_budget_says_what_belongs_there(province: Province) -> None:
    page = browser(province.hoa).get(PAGE).content.decode()
    assert "chưa có dòng kinh phí nào" in page
    assert ADD in page


def test_every_address_by_role(province: Province, sources: tuple[FundSource, FundSource], finance: User) -> None:
    pk = add_line(province, {sources[0].pk: PLAIN_AMOUNT}).pk
    manager = make_user("thuongtruc", "Thường trực", Role.MANAGER)
    school = make_user("truong", "Trường Chính trị", Role.SCHOOL, province.binh_son)
    addresses = (PAGE, ADD, f"{PAGE}{pk}/", f"{PAGE}{pk}/xoa/")
    expected = {
        province.hoa: (200, 200, 200, 200),
        finance: (200, 200, 200, 200),
        manager: (200, 403, 403, 403),
        province.alice: (403, 403, 403, 403),
        school: (403, 403, 403, 403),
    }
    for user, codes in expected.items():
        client = browser(user)
        assert tuple(client.get(address).status_code for address in addresses) == codes, user
        if codes[1] == 403:
            assert {client.post(address, TYPED | {"version": "1"}).status_code for address in addresses[1:]} == {403}
    assert BudgetLine.objects.get().version == 1
    assert ADD not in browser(manager).get(PAGE).content.decode()


@pytest.mark.parametrize("address", [f"{PAGE}{10**30}/", f"{PAGE}0/xoa/", "/1999/kinh-phi/"])
def test_what_is_not_there_is_404(province: Province, address: str) -> None:
    assert browser(province.hoa).get(address).status_code == 404


def test_a_line_of_another_plan_is_404(province: Province, sources: tuple[FundSource, FundSource]) -> None:
    line = add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    Plan.objects.create(year=2025, subject="…", parent_body="TỈNH ỦY", issuing_body="BTV", place="QN")
    assert browser(province.hoa).get(f"/2025/kinh-phi/{line.pk}/").status_code == 404


def test_finance_adds_a_line_of_which_the_amount_is_computed(
    province: Province, sources: tuple[FundSource, FundSource], finance: User, share: str
) -> None:
    client = browser(finance)
    assert 'name="amount"' not in client.get(ADD).content.decode()
    typed = TYPED | {share: "39.000.000 đồng", f"share_{sources[1].pk}": "1000000", "amount": "7"}
    answer = client.post(ADD, typed, follow=True)
    line = BudgetLine.objects.get()
    assert answer.redirect_chain == [(f"{PAGE}#dong-{line.pk}", 302)]
    assert "40.000.000 đồng" in answer.content.decode()
    assert (line.amount, line.illustrative) == (40_000_000, False)
    assert list(line.shares.values_list("amount", flat=True)) == [39_000_000, 1_000_000]


def test_shares_that_do_not_sum_say_both_figures_and_the_difference(
    province: Province, finance: User, share: str
) -> None:
    answer = browser(finance).post(ADD, TYPED | {share: "39.999.800"})
    words = "Các nguồn cộng lại là 39.999.800 đồng, thành tiền là 40.000.000 đồng: thiếu 200 đồng."
    assert words in answer.context["form"].errors["shares"][0]
    assert words in answer.content.decode()
    assert 'value="39.999.800"' in answer.content.decode()
    assert not BudgetLine.objects.exists()


Case = tuple[str, str, str]
BAD: list[Case] = [
    ("content", "", "Chưa nhập"),
    ("content", LONG, "nhiều nhất 500"),
    ("content", "a\x00b", "không in được"),
    ("group", "", "Chưa nhập"),
    ("group", LONG, "nhiều nhất 200"),
    ("audience", LONG, "nhiều nhất 300"),
    ("executor", LONG, "nhiều nhất 250"),
    ("note", LONG, "nhiều nhất 300"),
    ("basis", "", "Chưa nhập"),
    ("basis", "month", "không có trong danh sách"),
    ("programme", "999", "không có trong danh sách"),
    ("programme", str(10**30), "không có trong danh sách"),
    ("programme", "x", "không có trong danh sách"),
    ("classes", "", "Chưa nhập"),
    ("classes", "0", "nhỏ hơn 1"),
    ("classes", "-1", "Số lớp từ 0 trở lên"),
    ("classes", "1,5", "không phải số lớp"),
    ("classes", "２", "chữ số khác 0–9"),
    ("classes", "10.001", "vượt quá 10.000"),
    ("learners_per_class", "-3", "số âm"),
    ("learners_per_class", "1,5", "không phải số học viên"),
    ("learners_per_class", "1,960", "có thể là"),
    ("learners_per_class", str(10**12), "vượt quá 100.000"),
    ("days", "mười", "không phải số ngày"),
    ("days", "3.661", "vượt quá 3.660"),
    ("rate", "", "từ 1 đồng trở lên"),
    ("rate", "0", "từ 1 đồng trở lên"),
    ("opens_on", "31/02/2024", "31/02/2024"),
    ("opens_on", "2024", "thiếu ngày hoặc tháng"),
    ("territory", "tỉnh Khác", "không có trong danh sách"),
    ("months", "121", "vượt quá 120"),
    ("kind", "999", "không có trong danh sách"),
    ("bloc", "x", "không có trong danh sách"),
    ("payer", "999", "không có trong danh sách"),
    ("provider", LONG, "nhiều nhất 250"),
    ("place", LONG, "nhiều nhất 250"),
    ("rate", "-5", "số âm"),
    ("rate", "1,5", "không phải số tiền"),
    ("rate", "４0", "chữ số khác 0–9"),
    ("rate", str(10**30), "vượt quá"),
    ("rate", "9" * 5000, "quá dài"),
    ("rate", str(10**15 + 1), "vượt quá 1.000.000.000.000.000"),
    ("share", "-1", "số âm"),
    ("share", "1,5", "không phải số tiền"),
    ("share", str(10**30), "vượt quá"),
    ("version", str(10**12), "Trang này đã cũ. Tải lại trang"),
    ("token", "x", "Trang này đã cũ. Tải lại trang"),
]


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_at_its_field_and_not_stored(
    province: Province, finance: User, share: str, case: Case
) -> None:
    field, typed, words = case
    name = share if field == "share" else field
    answer = browser(finance).post(ADD, TYPED | {share: "40000000"} | {name: typed})
    assert answer.status_code == 200
    assert any(words in error for error in answer.context["form"].errors[name])
    assert words in answer.content.decode()
    assert not BudgetLine.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize("typed", ["1.960", "1960"])
def test_grouped_thousands_are_one_number(province: Province, finance: User, share: str, typed: str) -> None:
    browser(finance).post(ADD, TYPED | {"learners_per_class": typed, share: "40000000"})
    assert BudgetLine.objects.get().learners_per_class == 1960


def test_the_form_shows_a_stored_line_as_people_write_it(
    province: Province, sources: tuple[FundSource, FundSource], finance: User, share: str
) -> None:
    line = add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    form = browser(finance).get(f"{PAGE}{line.pk}/").content.decode()
    for value in ('name="rate" value="40.000.000"', 'name="version" value="1"'):
        assert value in form
    assert f'<option value="{sources[0].pk}" selected>' in form


def test_a_stale_line_shows_both_values_and_is_overwritten_when_sent_again(
    province: Province, sources: tuple[FundSource, FundSource], finance: User, share: str
) -> None:
    line = add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    address, typed = f"{PAGE}{line.pk}/", TYPED | {share: "40000000", "version": "1"}
    browser(province.hoa).post(address, typed | {"note": "của Hoa"})
    client = browser(finance)
    answer = client.post(address, typed | {"note": "của Sở", "days": "5", share: "20000000", "rate": "20000000"})
    assert set(answer.context["form"].conflicts) == {
        ("Ghi chú", "của Hoa", "của Sở"),
        ("Số ngày", "10", "5"),
        ("Số tiền trọn gói", "40.000.000", "20.000.000"),
        ("Ngân sách tỉnh", "40.000.000", "20.000.000"),
    }
    assert "Phạm Thị Hoa" in answer.content.decode()
    assert BudgetLine.objects.get().note == "của Hoa"
    client.post(address, typed | {"note": "của Sở", "version": "2"})
    assert BudgetLine.objects.get().note == "của Sở"


def test_a_line_is_removed_only_after_asking(
    province: Province, sources: tuple[FundSource, FundSource], finance: User
) -> None:
    line = add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    client, address = browser(finance), f"{PAGE}{line.pk}/xoa/"
    assert "40.000.000 đồng" in client.get(address).content.decode()
    assert "vừa sửa dòng này" in client.post(address, {"version": "0"}).content.decode()
    assert "nhiều nhất 300" in client.post(address, {"version": "1", "reason": LONG}).content.decode()
    assert BudgetLine.objects.exists()
    assert client.post(address, {"version": "1", "reason": "trùng"}).status_code == 302
    assert not BudgetLine.objects.exists()
    assert Change.objects.filter(reason="trùng").exists()


def test_a_frozen_budget_is_read_only_and_says_why(
    province: Province, sources: tuple[FundSource, FundSource], finance: User, share: str
) -> None:
    line = add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    Plan.objects.filter(pk=province.plan.pk).update(state=Plan.State.ISSUED)
    client = browser(finance)
    page = client.get(PAGE).content.decode()
    assert "kinh phí đã khóa" in page
    assert f"{PAGE}{line.pk}/" not in page
    for address in (ADD, f"{PAGE}{line.pk}/", f"{PAGE}{line.pk}/xoa/"):
        answer = client.post(address, TYPED | {share: "40000000", "version": "1"})
        assert answer.status_code == 200
        assert "đã khóa" in answer.content.decode()
    assert BudgetLine.objects.get().version == 1


def test_a_line_that_does_not_balance_is_marked(
    province: Province, sources: tuple[FundSource, FundSource], finance: User
) -> None:
    add_line(province, {sources[0].pk: PLAIN_AMOUNT})
    client = browser(finance)
    assert "nguồn lệch thành tiền" not in client.get(PAGE).content.decode()
    BudgetShare.objects.update(amount=1)
    assert "nguồn lệch thành tiền" in client.get(PAGE).content.decode()


def test_the_page_makes_as_many_queries_for_many_lines_as_for_one(
    province: Province, sources: tuple[FundSource, FundSource], finance: User
) -> None:
    client = browser(finance)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    make_norms()
    add_line(province, {sources[0].pk: PLAIN_AMOUNT - 1, sources[1].pk: 1})
    first = add_class(province, sources[0])
    addresses = (PAGE, ADD, f"{PAGE}{first.pk}/", f"{PAGE}tinh-lai/", f"{PAGE}dinh-muc/")
    client.get(PAGE)
    before = [queries(address) for address in addresses]
    programme = province.plan.programmes.get()
    for n in range(30):
        add_line(province, {sources[n % 2].pk: PLAIN_AMOUNT}, group=f"Nhóm {n % 3}", programme_id=programme.pk)
    for _ in range(5):
        add_class(province, sources[0], *(cost("giang-vien", session=n) for n in range(1, 6)))
    assert [queries(address) for address in addresses] == before
    assert max(before) <= 20
