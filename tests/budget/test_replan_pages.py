"""The pages of re-planning: options beside each other, one line by line, accepted with a reason, undone."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from budget.models import BudgetLine, FundSource, Replan
from budget.rules.replan import Strategy
from budget.selectors.replan import Wishes, mark_of, replanning
from tests.budget.lines import add_class, add_line, cost, make_norms, make_sources
from tests.cast import Province, make_user
from trainingplan.models import Role

PAGE = "/2024/kinh-phi/cat-giam/"
NINETY = "?nguon=tinh&phan-tram=90&it-nhat=30&nhieu-nhat=80&xep-theo=hoc-vien"
FEWER = f"{PAGE}giam-so-lop/"


@pytest.fixture
def payer(db: None) -> FundSource:
    make_norms()
    return make_sources()[0]


@pytest.fixture
def lines(province: Province, payer: FundSource) -> list[BudgetLine]:
    """Ten classes of 60 of 33 millions, and a lump sum of 40."""
    costs = (cost("giang-vien", session=20, **{"class": 10}), cost("quan-ly"))  # type: ignore[arg-type]
    sizes: dict[str, Any] = {"classes": 10, "learners_per_class": 60}
    return [
        add_class(province, payer, *costs, content="Lớp cấp xã", **sizes),
        add_line(province, {payer.pk: 40_000_000}, content="Khảo sát", learners_per_class=0),
    ]


@pytest.fixture
def board(province: Province) -> Client:
    client = Client()
    client.force_login(province.hoa)
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return unescape(answer.content.decode())


def shown(province: Province) -> dict[str, str]:
    """What the page of the option «fewer classes» carries."""
    seen = replanning(province.plan, Wishes(percent=90))
    versions = " ".join(f"{pk}:{version}" for pk, version in seen.seen.items())
    return {"seen": versions, "mark": mark_of(seen.option(Strategy.FEWER)), "reason": "Quyết định số 12"}


def test_options_stand_beside_each_other(board: Client, lines: list[BudgetLine]) -> None:
    page = text(board, PAGE + NINETY)
    assert "phải giảm 37.000.000 đồng" in page
    assert "Giảm số lớp" in page
    assert "304.000.000" in page
    kept = text(board, f"{PAGE}{NINETY}&giu={lines[0].pk}")
    assert "Không dòng nào được phép cắt giảm" in kept
    first = text(board, f"{PAGE}{NINETY}&giu={lines[0].pk}&truoc={lines[1].pk}")
    assert "Lùi lớp sang năm sau" in first


def test_a_sum_that_cannot_be_reached_is_named_with_what_is_missing(board: Client, lines: list[BudgetLine]) -> None:
    page = text(board, f"{PAGE}?nguon=tinh&so-tien=50.000.000&it-nhat=30&nhieu-nhat=80&xep-theo=hoc-vien")
    # One class of 33 millions and the lump sum remain.
    assert "thiếu 23.000.000" in page
    option = text(board, f"{FEWER}?nguon=tinh&so-tien=50.000.000&it-nhat=30&nhieu-nhat=80&xep-theo=hoc-vien")
    assert "Chưa đủ" in option
    assert "Áp dụng phương án này" not in option


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?nguon=tinh&so-tien=&it-nhat=30&nhieu-nhat=80&xep-theo=dong", "Nhập số được giao, hoặc tỷ lệ"),
        ("?so-tien=5", "Nhập số học viên"),
        ("?nguon=tinh&so-tien=5&phan-tram=90&it-nhat=30&nhieu-nhat=80&xep-theo=dong", "Chỉ nhập một"),
        ("?nguon=tinh&so-tien=1,5&it-nhat=30&nhieu-nhat=80&xep-theo=dong", "không phải số tiền"),
        ("?nguon=la&phan-tram=90&it-nhat=30&nhieu-nhat=80&xep-theo=dong", "không có trong danh sách"),
        ("?nguon=tinh&phan-tram=90&it-nhat=90&nhieu-nhat=80&xep-theo=dong", "Số nhiều nhất không nhỏ hơn"),
        ("?nguon=tat-ca&phan-tram=100&it-nhat=30&nhieu-nhat=80&xep-theo=so-du", "không phải cắt giảm dòng nào"),
        (f"{NINETY}&giu=x&truoc={'9' * 30}&giu-nhom=Ă", "phải giảm"),
    ],
)
def test_what_the_address_asks(board: Client, lines: list[BudgetLine], query: str, words: str) -> None:
    assert words in text(board, PAGE + query)


def test_scenario_21_an_option_is_looked_at_accepted_and_undone(
    province: Province, board: Client, lines: list[BudgetLine]
) -> None:
    option = text(board, FEWER + NINETY)
    assert "8 × 60" in option
    assert "1.500.000 × 20 buổi × 8 lớp = 240.000.000" in option
    assert BudgetLine.objects.get(pk=lines[0].pk).classes == 10
    answer = board.post(f"{FEWER}ap-dung/{NINETY}", shown(province), follow=True)
    assert "Đã áp dụng «Giảm số lớp»" in unescape(answer.content.decode())
    assert (BudgetLine.objects.get(pk=lines[0].pk).classes, Replan.objects.get().reason) == (8, "Quyết định số 12")
    undo = f"{PAGE}{Replan.objects.get().pk}/hoan-tac/"
    assert undo in text(board, PAGE)
    assert "trở lại như trước" in text(board, undo)
    answer = board.post(undo, follow=True)
    assert "1 dòng trở lại như trước" in unescape(answer.content.decode())
    assert BudgetLine.objects.get(pk=lines[0].pk).amount == lines[0].amount
    assert "đã hoàn tác" in text(board, PAGE)
    assert "đã được hoàn tác" in unescape(board.post(undo).content.decode())


def test_what_cannot_be_accepted_is_said_where_it_stands(
    province: Province, board: Client, lines: list[BudgetLine]
) -> None:
    form = shown(province)
    address = f"{FEWER}ap-dung/{NINETY}"
    assert "Cần ghi lý do" in unescape(board.post(address, form | {"reason": ""}).content.decode())
    BudgetLine.objects.filter(pk=lines[1].pk).update(version=7)
    stale = unescape(board.post(address, form).content.decode())
    assert "«Khảo sát»" in stale
    assert f'value="{lines[0].pk}:1 {lines[1].pk}:7"' in stale
    assert Replan.objects.count() == 0
    assert board.post(f"{FEWER}ap-dung/", form).status_code == 302
    assert board.get(f"{FEWER}?nguon=tinh&phan-tram=100&it-nhat=1&nhieu-nhat=80&xep-theo=dong").status_code == 302
    assert board.get(f"{PAGE}bo-het/{NINETY}").status_code == 404


def test_managers_look_and_do_not_touch(province: Province, lines: list[BudgetLine]) -> None:
    client = Client()
    client.force_login(make_user("thuongtruc", "Thường trực", Role.MANAGER))
    assert "Áp dụng phương án này" not in text(client, FEWER + NINETY)
    assert client.post(f"{FEWER}ap-dung/{NINETY}", shown(province)).status_code == 403


def test_the_number_of_queries_does_not_grow(
    province: Province, board: Client, payer: FundSource, lines: list[BudgetLine]
) -> None:
    def queries() -> list[int]:
        found = []
        for address in (PAGE + NINETY, FEWER + NINETY):
            with CaptureQueriesContext(connection) as captured:
                text(board, address)
            found.append(len(captured))
        return found

    text(board, PAGE + NINETY)  # a session that is new is read step by step
    few = queries()
    for _ in range(3):
        add_class(province, payer, cost("giang-vien", session=2), classes=3)
    assert queries() == few
