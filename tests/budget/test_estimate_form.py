"""The form of an estimate: filled from a kind of class, computed and refused on the server, without a script."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from budget.models import BudgetLine, ClassKind, FundSource, NormItem, NormSet, UsualCost
from tests.budget.lines import LECTURES, add_class, cost, make_norms, make_sources
from tests.budget.test_views import ADD, PAGE, TYPED, browser
from tests.cast import Province, make_user
from trainingplan.models import Role

CLASS = TYPED | {"basis": "estimate", "rate": "", "opens_on": "06/05/2024"}
LECTURER = {"cost-0-norm": "giang-vien", "cost-0-number1": "20", "cost-0-unit1": "session"}
MANAGEMENT = {"cost-1-norm": "quan-ly"}


@pytest.fixture
def source(db: None) -> FundSource:
    return make_sources()[0]


@pytest.fixture
def finance(province: Province, source: FundSource) -> Client:
    return browser(make_user("taichinh", "Lê Thị Thu", Role.FINANCE))


@pytest.fixture
def norms(db: None) -> NormSet:
    return make_norms()


@pytest.fixture
def kind(norms: NormSet) -> ClassKind:
    """A short course: lecturers, water, a hall, management."""
    kind = ClassKind.objects.create(key="ngan-ngay", name="Lớp bồi dưỡng ngắn ngày", position=1)
    usual: list[dict[str, Any]] = [
        {"norm_key": "giang-vien", "unit1": "session", "unit2": "class"},
        {"norm_key": "nuoc-uong", "unit1": "person", "unit2": "session", "unit3": "class"},
        {"norm_key": "hoi-truong", "content": "Hội trường", "unit1": "session", "number1": 3},
        {"norm_key": "khong-con"},
        {"norm_key": "quan-ly"},
    ]
    for position, values in enumerate(usual, start=1):
        UsualCost.objects.create(kind=kind, position=position, **values)
    return kind


def rows(answer: Any) -> list[tuple[str, str, list[str]]]:
    """Of each row that is not empty: the norm, the level as shown, its factors."""
    return [
        (
            row["norm"].value(),
            str(row["level"].value() or ""),
            [f"{n.value()} {u.value()}" for n, u in row.factor_fields if n.value()],
        )
        for row in answer.context["form"].rows
        if row["norm"].value()
    ]


def test_a_kind_of_class_fills_the_usual_costs_and_stores_nothing(finance: Client, kind: ClassKind) -> None:
    answer = finance.post(ADD, CLASS | {"kind": str(kind.pk), "lam": "dien"})
    assert rows(answer) == [
        ("giang-vien", "1.500.000", ["20 session", "2 class"]),
        ("nuoc-uong", "20.000", ["50 person", "20 session", "2 class"]),
        ("hoi-truong", "", ["3 session"]),
        ("quan-ly", "10", []),
    ]
    page = answer.content.decode()
    assert 'value="1.500.000"' in page
    assert "khoản 1 Điều 3 Nghị quyết số 04/2019/NQ-HĐND" in page
    assert not answer.context["form"].errors
    assert not BudgetLine.objects.exists()


def test_filling_again_keeps_what_was_typed(finance: Client, kind: ClassKind) -> None:
    typed = {"kind": str(kind.pk), "lam": "dien", "cost-0-norm": "giang-vien", "cost-0-level": "1.000.000",
             "cost-1-norm": "nuoc-uong", "cost-1-remove": "on", "content": ""}  # fmt: skip
    answer = finance.post(ADD, CLASS | typed)
    assert [(norm, level) for norm, level, _ in rows(answer)] == [
        ("giang-vien", "1.000.000"),
        ("nuoc-uong", "20.000"),
        ("hoi-truong", ""),
        ("quan-ly", "10"),
    ]
    assert "Chọn loại lớp trước." in finance.post(ADD, CLASS | {"lam": "dien"}).content.decode()


def test_more_rows_and_a_trial_computation_need_no_script(finance: Client, norms: NormSet) -> None:
    answer = finance.post(ADD, CLASS | LECTURER | {"lam": "them"})
    assert len(answer.context["form"].rows) == 3
    answer = finance.post(ADD, CLASS | LECTURER | MANAGEMENT | {"cost-1-level": "10 %", "lam": "tinh"})
    page = answer.content.decode()
    assert "1.500.000 × 20 buổi = 30.000.000" in page
    assert "10 % × 30.000.000 = 3.000.000" in page
    assert ">33.000.000 đồng</output>" in page
    over = finance.post(ADD, CLASS | LECTURER | {"cost-0-level": "1.500.001", "lam": "tinh"})
    assert "vượt mức tối đa 1.500.000 đồng/buổi theo khoản 1 Điều 3" in over.content.decode()
    assert not BudgetLine.objects.exists()


def test_a_class_is_saved_with_one_source_that_pays_all(finance: Client, norms: NormSet, source: FundSource) -> None:
    answer = finance.post(ADD, CLASS | LECTURER | MANAGEMENT | {"payer": str(source.pk)}, follow=True)
    line = BudgetLine.objects.get()
    assert "33.000.000 đồng" in answer.content.decode()
    assert "1.500.000 × 20 buổi = 30.000.000" in answer.content.decode()
    assert (line.amount, line.shares.get().amount, line.opens_on) == (33_000_000, 33_000_000, date(2024, 5, 6))
    shown = finance.get(f"{PAGE}{line.pk}/")
    assert rows(shown) == [("giang-vien", "1.500.000", ["20 session"]), ("quan-ly", "10", [])]
    changed = CLASS | LECTURER | MANAGEMENT | {"cost-1-remove": "on", "version": "1", "payer": str(source.pk)}
    finance.post(f"{PAGE}{line.pk}/", changed)
    line.refresh_from_db()
    assert (line.amount, line.costs.count()) == (30_000_000, 1)


Case = tuple[dict[str, str], str, str]
BAD: list[Case] = [
    (
        {"cost-0-level": "1.500.001"},
        "level",
        "vượt mức tối đa 1.500.000 đồng/buổi theo khoản 1 Điều 3 Nghị quyết số 04",
    ),
    ({"cost-0-level": "1,5"}, "level", "không phải số tiền"),
    ({"cost-0-level": "-5"}, "level", "số âm"),
    ({"cost-0-norm": "khong-co"}, "norm", "không có mức chi này"),
    ({"cost-0-number1": "1,5"}, "number1", "không phải thừa số"),
    ({"cost-0-number1": ""}, "number1", "Nhập số, hoặc bỏ đơn vị"),
    ({"cost-0-number1": "0"}, "factors", "từ 1 đến 1.000.000"),
    ({"cost-0-unit1": ""}, "unit1", "Chọn đơn vị"),
    ({"cost-0-unit1": "gio"}, "unit1", "gio"),
    ({"cost-0-content": "Ă" * 5000}, "content", "nhiều nhất 400"),
    ({"cost-0-norm": ""}, "content", "Ghi nội dung chi"),
]


@pytest.mark.parametrize("case", BAD)
def test_a_bad_cost_is_refused_at_its_field_and_nothing_is_stored(
    finance: Client, norms: NormSet, source: FundSource, case: Case
) -> None:
    typed, field, words = case
    if typed.get("cost-0-norm") == "":
        typed = typed | {"cost-0-level": "5.000"}
    answer = finance.post(ADD, CLASS | LECTURER | {"payer": str(source.pk)} | typed)
    row = answer.context["form"].rows[0]
    assert any(words in error for error in row.errors[field]), row.errors
    assert words in answer.content.decode()
    assert "Có khoản chưa đúng" in answer.content.decode()
    assert not BudgetLine.objects.exists()


def test_a_day_without_norms_says_so_where_costs_are_typed(finance: Client, norms: NormSet) -> None:
    answer = finance.post(ADD, CLASS | LECTURER | {"opens_on": "01/01/2018"})
    assert "Không có bộ định mức nào có hiệu lực ngày 01/01/2018" in answer.content.decode()
    assert not BudgetLine.objects.exists()


def test_an_estimate_without_costs_and_two_ways_to_pay_are_refused(
    finance: Client, norms: NormSet, source: FundSource
) -> None:
    answer = finance.post(ADD, CLASS | {"payer": str(source.pk)})
    assert "Chưa có khoản chi nào" in answer.context["form"].errors["costs"][0]
    both = {"payer": str(source.pk), f"share_{source.pk}": "5"}
    answer = finance.post(ADD, CLASS | LECTURER | both)
    assert "Đã nhập riêng Ngân sách tỉnh" in answer.context["form"].errors["payer"][0]


def test_a_stale_estimate_shows_both_versions_of_its_costs(
    province: Province, finance: Client, norms: NormSet, source: FundSource
) -> None:
    line = add_class(province, source)
    BudgetLine.objects.update(version=2)
    changed = CLASS | LECTURER | {"cost-0-number1": "30", "version": "1", "payer": str(source.pk)}
    conflicts = finance.post(f"{PAGE}{line.pk}/", changed).context["form"].conflicts
    assert (
        "Các khoản dự toán",
        "Khoản giang-vien: 1.500.000 × 20 buổi = 30.000.000",
        "Khoản giang-vien: 1.500.000 × 30 buổi = 45.000.000",
    ) in conflicts


def test_a_line_is_approved_and_taken_back_on_a_page(
    province: Province, finance: Client, norms: NormSet, source: FundSource
) -> None:
    line = add_class(province, source)
    address = f"{PAGE}{line.pk}/duyet/"
    assert "được giữ nguyên" in finance.get(address).content.decode()
    assert "vừa sửa dòng này" in finance.post(address, {"version": "0"}).content.decode()
    assert finance.post(address, {"version": "1"}).status_code == 302
    assert "được duyệt kinh phí" in finance.get(PAGE).content.decode()
    assert "số tiền và định mức được giữ nguyên" in finance.get(f"{PAGE}{line.pk}/").content.decode()
    assert "Cần ghi lý do" in finance.post(address, {"version": "2"}).content.decode()
    assert finance.post(address, {"version": "2", "reason": "giảm"}).status_code == 302
    line.refresh_from_db()
    assert line.state == "planned"


def test_new_norms_are_announced_and_taken_over_on_a_page(
    province: Province, finance: Client, norms: NormSet, source: FundSource
) -> None:
    add_class(province, source, LECTURES, cost("hoi-truong", 5), opens_on=date(2024, 7, 1))
    assert "Không có gì phải tính lại" in finance.get(f"{PAGE}tinh-lai/").content.decode()
    NormSet.objects.update(valid_to=date(2024, 7, 1))
    new = make_norms("15/2024/NQ-HĐND", "2024-07-01")
    NormItem.objects.filter(norm_set=new, key="giang-vien").update(level=2_000_000)
    assert "1 dòng chưa theo định mức của ngày khai giảng" in finance.get(PAGE).content.decode()
    assert "15/2024/NQ-HĐND" in finance.get(f"{PAGE}tinh-lai/").content.decode()
    assert finance.post(f"{PAGE}tinh-lai/").status_code == 302
    assert BudgetLine.objects.get().amount == 40_000_005


def test_the_page_of_norms_names_what_is_wrong(province: Province, finance: Client, norms: NormSet) -> None:
    make_norms("15/2024/NQ-HĐND", "2024-07-01")
    page = finance.get(f"{PAGE}dinh-muc/").content.decode()
    assert page.count("Hiệu lực chồng với") == 2
    assert "Một buổi giảng là 4 tiết" in page
    manager = make_user("thuongtruc", "Trần Văn Nam", Role.MANAGER)
    for client, keeps in ((finance, True), (browser(province.hoa), True), (browser(manager), False)):
        assert ("Sửa, nhập, xuất định mức" in client.get(f"{PAGE}dinh-muc/").content.decode()) is keeps
    NormSet.objects.all().delete()
    assert "Chưa có bộ định mức nào" in finance.get(f"{PAGE}dinh-muc/").content.decode()
