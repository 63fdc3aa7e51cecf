"""The page of assumptions and its files: in the address, read only, and the same numbers everywhere."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from budget.models import BudgetLine, EstimateLine, FundSource, NormItem
from budget.rules.what_if import Assumption
from budget.selectors.what_if import assume, lines_with_costs, used_norms
from tests.budget.lines import add_class, add_line, cost, make_norms, make_sources
from tests.cast import Province, make_user
from tests.test_leaks import text_of
from trainingplan.models import Plan, Role, UnitGroup

PAGE = "/2024/kinh-phi/gia-dinh/"
JULY = date(2024, 7, 1)
FIFTH = "?tu-ngay=01/07/2024&huong=tang&phan-tram=20&pham-vi=nhom:Giảng viên"


@pytest.fixture
def sources(db: None) -> tuple[FundSource, FundSource]:
    make_norms()
    return make_sources()


@pytest.fixture
def lines(province: Province, sources: tuple[FundSource, FundSource]) -> list[BudgetLine]:
    """A class before the day, one after it with 20 sessions, and a lump sum."""
    costs = (cost("giang-vien", session=20), cost("chung-chi", person=50), cost("quan-ly"))
    return [
        add_class(province, sources[0], *costs, content="Lớp tháng sáu", opens_on=date(2024, 6, 30)),
        add_class(province, sources[0], *costs, content="Lớp tháng bảy", opens_on=JULY,
                  bloc_id=UnitGroup.objects.get().pk),
        add_line(province, {sources[1].pk: 40_000_000}),
    ]  # fmt: skip


@pytest.fixture
def finance(province: Province) -> Client:
    client = Client()
    client.force_login(make_user("taichinh", "Lê Thị Thu", Role.FINANCE))
    return client


def page_of(client: Client, query: str = "") -> str:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_scenario_22_on_the_page(finance: Client, lines: list[BudgetLine]) -> None:
    before = list(BudgetLine.objects.values()), list(EstimateLine.objects.values())
    page = page_of(finance, FIFTH)
    assert "Từ 01/07/2024 tăng 20 %: nhóm Giảng viên." in page
    assert "Lớp tháng bảy" in page
    assert "Lớp tháng sáu" not in page
    assert "1.500.000 × 20 buổi = 30.000.000" in page
    assert "1.800.000 × 20 buổi = 36.000.000" in page
    assert "+6.600.000" in page
    assert "109.300.000" in page
    assert "115.900.000" in page
    assert "1 dòng khai giảng trước ngày áp dụng" in page
    assert (list(BudgetLine.objects.values()), list(EstimateLine.objects.values())) == before


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?tu-ngay=01/07/2024&muc-giang-vien=1.600.000", "+2.200.000"),
        ("?tu-ngay=01/07/2024&muc-quan-ly=5", "-1.575.000"),
        ("?tu-ngay=01/07/2024&huong=giam&phan-tram=100&pham-vi=muc:giang-vien", "-33.000.000"),
        ("?tu-ngay=01/07/2024&phan-tram=20&pham-vi=muc:nuoc-uong", "Lựa chọn này không có trong danh sách"),
        ("?tu-ngay=01/07/2024&phan-tram=20%25", "+6.930.000"),
        ("?tu-ngay=", "Nhập ngày áp dụng"),
        ("?tu-ngay=01/07/2024", "Nhập tỷ lệ tăng, giảm"),
        ("?tu-ngay=01/07/2024&phan-tram=1,5", "không phải tỷ lệ"),
        ("?tu-ngay=01/07/2024&huong=giam&phan-tram=101", "Không giảm quá 100 %"),
        ("?tu-ngay=01/07/2024&muc-giang-vien=999999999999999", "lớn quá mức lưu được"),
        ("?tu-ngay=01/01/2025&phan-tram=20", "Không dòng nào thay đổi"),
    ],
)
def test_what_the_address_asks(finance: Client, lines: list[BudgetLine], query: str, words: str) -> None:
    assert words in page_of(finance, query)


def test_another_norm_set(finance: Client, lines: list[BudgetLine]) -> None:
    items = [("giang-vien", "ceiling", 2_000_000, ""), ("quan-ly", "percent", 10, "including")]
    other = make_norms("15/2024/NQ-HĐND", "2025-01-01", items=items)
    page = page_of(finance, f"?tu-ngay=01/07/2024&bo-dinh-muc={other.pk}")
    assert "tính theo Nghị quyết số 15/2024/NQ-HĐND" in page
    assert "Bộ định mức này không có: Khoản chung-chi" in page
    # 20 × 2.000.000 + 50 × 30.000 = 41.500.000, and a ninth of it
    assert "46.111.111" in page
    file = finance.get(f"/2024/kinh-phi/gia-dinh.pdf?tu-ngay=01/07/2024&bo-dinh-muc={other.pk}").content
    assert "Bộ định mức này không có, giữ mức đang dùng: Khoản chung-chi." in text_of("application/pdf", file)
    assert "Chọn một" in page_of(finance, f"?tu-ngay=01/07/2024&phan-tram=1&bo-dinh-muc={other.pk}")


def test_illustrative_levels_are_called_so_before_and_after(finance: Client, lines: list[BudgetLine]) -> None:
    assert "Số liệu minh họa" not in page_of(finance)
    NormItem.objects.filter(key="giang-vien").update(illustrative=True)
    assert "Số liệu minh họa" in page_of(finance)
    assert "Số liệu minh họa" in page_of(finance, FIFTH)
    file = finance.get(f"/2024/kinh-phi/gia-dinh.pdf{FIFTH}").content
    assert "Số liệu minh họa" in text_of("application/pdf", file)


def test_sums_by_source_and_khoi_are_those_of_the_whole(province: Province, lines: list[BudgetLine]) -> None:
    read = lines_with_costs(province.plan)
    keys = frozenset(norm.key for norm in used_norms(read))
    assumed = assume(province.plan, read, Assumption(JULY, 33, keys))
    for sums in (assumed.sources, assumed.blocs):
        assert sum(one.old for one in sums) == assumed.outcome.old == sum(line.amount for line in lines)
        assert sum(one.new for one in sums) == assumed.outcome.new
        assert sum(one.difference for one in sums) == assumed.outcome.difference > 0


def test_the_files_say_what_the_page_says(finance: Client, lines: list[BudgetLine]) -> None:
    sheet = finance.get(f"/2024/kinh-phi/gia-dinh.xlsx{FIFTH}")
    assert sheet["Cache-Control"] == "no-store, private"
    rows = [row for ws in load_workbook(BytesIO(sheet.content)) for row in ws.iter_rows(values_only=True)]
    numbers = {value for row in rows for value in row if isinstance(value, int)}
    assert {34_650_000, 41_250_000, 6_000_000, 600_000} <= numbers
    formulas = [value for row in rows for value in row if isinstance(value, str) and value.startswith("=")]
    assert formulas
    pdf = text_of("application/pdf", finance.get(f"/2024/kinh-phi/gia-dinh.pdf{FIFTH}").content)
    assert "6.600.000" in pdf
    assert "Lớp tháng bảy" in pdf


@pytest.mark.parametrize("query", ["", "?tu-ngay=01/07/2024", "?tu-ngay=01/01/2030&phan-tram=5"])
def test_what_gives_no_file_leads_to_the_page(finance: Client, lines: list[BudgetLine], query: str) -> None:
    answer = finance.get(f"/2024/kinh-phi/gia-dinh.pdf{query}")
    assert answer.status_code == 302
    assert answer["Location"].startswith(PAGE)
    assert finance.get(f"/2024/kinh-phi/gia-dinh.docx{FIFTH}").status_code == 404


def test_the_number_of_queries_does_not_grow(
    province: Province, finance: Client, sources: tuple[FundSource, FundSource], lines: list[BudgetLine]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page_of(finance, FIFTH)
        return len(captured)

    page_of(finance, FIFTH)  # a session that is new is read step by step
    few = queries()
    for _ in range(3):
        add_class(province, sources[0], cost("giang-vien", session=2), opens_on=date(2024, 9, 9))
    assert queries() == few
    assert Plan.objects.count() == 1
