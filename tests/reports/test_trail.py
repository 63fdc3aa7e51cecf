"""The trail: newest first, one act one row, filters that say what they did not understand."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.trail import BATCHES, LINES, NEAR, SYSTEM, WHOLE_BATCH, Filters, Stretch, field_label, table_label, trail
from tests.cast import Province, make_user
from trainingplan.models import Change, Role, Unit
from trainingplan.services.changes import Entry, one_batch, record

URL = "/2024/nhat-ky/"


def entry(number: int, unit: Unit | None = None, table: str = "allocation") -> Entry:
    return Entry(table, number, f"phân bổ: dòng {number}", "number", "", f"{number}", unit.pk if unit else None)


def page(province: Province, filters: Filters | None = None, **place: int | None) -> Stretch:
    return trail(province.plan, filters or Filters(), **place)


def read(client: Client, province: Province, query: str = "") -> str:
    client.force_login(province.hoa)
    reply = client.get(URL + query)
    assert reply.status_code == 200
    return reply.content.decode()


def test_one_act_is_one_row_and_the_newest_comes_first(province: Province) -> None:
    first = record([entry(1), entry(2)], actor=province.alice, plan=province.plan, reason="Theo công văn 12")
    second = record([entry(3)], actor=None, plan=province.plan)
    batches = page(province).batches
    assert [batch.key for batch in batches] == [second, first]
    assert [(batch.count, batch.actor, batch.reason) for batch in batches] == [
        (1, "Hệ thống", ""),
        (2, "Nguyễn Thị Ái (alice)", "Theo công văn 12"),
    ]
    assert [(line.old, line.new) for line in batches[1].lines] == [("", "1"), ("", "2")]


def test_a_great_act_is_folded_and_read_whole_on_its_own_pages(province: Province, client: Client) -> None:
    size = WHOLE_BATCH + 5
    key = record((entry(n) for n in range(1, size + 1)), actor=province.hoa, plan=province.plan)
    (batch,) = page(province).batches
    assert (len(batch.lines), batch.count, batch.more) == (LINES, size, size - LINES)
    assert f"?lan={key}" in read(client, province)
    first, second = read(client, province, f"?lan={key}"), read(client, province, f"?lan={key}&trang=2")
    assert [f"dòng {n}<" in first for n in (1, WHOLE_BATCH, WHOLE_BATCH + 1)] == [True, True, False]
    assert [f"dòng {n}<" in second for n in (WHOLE_BATCH, WHOLE_BATCH + 1, size)] == [False, True, True]


def test_of_a_filtered_act_the_first_changes_are_shown_however_far_apart(province: Province) -> None:
    rare = range(1, 20 * NEAR, NEAR)
    entries = (entry(n, table="quota" if n in rare else "allocation") for n in range(1, 20 * NEAR))
    record(entries, actor=province.hoa, plan=province.plan)
    (batch,) = page(province, Filters(table="quota")).batches
    assert [line.new for line in batch.lines] == [f"{n}" for n in rare][:LINES]
    assert (batch.count, batch.more) == (len(rare), len(rare) - LINES)


def record_many(province: Province, count: int, unit: Unit | None = None) -> list[UUID]:
    return [record([entry(n, unit)], actor=province.hoa, plan=province.plan) for n in range(count)]


def test_fifty_acts_a_page(province: Province, client: Client) -> None:
    acts = record_many(province, 2 * BATCHES + 1)[::-1]
    first = page(province)
    second = page(province, before=first.before)
    third = page(province, before=second.before)
    pages = (first, second, third)
    assert [[batch.key for batch in one.batches] for one in pages] == [acts[:50], acts[50:100], acts[100:]]
    assert (first.after, third.before) == (None, None)
    assert [page(province, after=one.after).batches for one in (second, third)] == [first.batches, second.batches]
    shown = read(client, province)
    assert f'href="?truoc={first.before}"' in shown
    assert f'href="?sau={second.after}"' in read(client, province, f"?truoc={first.before}")


def test_turning_back_to_fewer_than_a_page_shows_the_newest_whole(province: Province) -> None:
    record_many(province, BATCHES + 3)
    first = page(province)
    assert page(province, after=page(province, before=first.before).after) == first


def test_an_act_stands_where_its_last_change_does(province: Province) -> None:
    with one_batch() as great:
        record([entry(1)], actor=province.hoa, plan=province.plan)
    between = record([entry(2)], actor=province.hoa, plan=province.plan)
    assert [batch.key for batch in page(province).batches] == [between, great]
    Change.objects.create(**last_values(great))
    assert [batch.key for batch in page(province).batches] == [great, between]


def last_values(batch: UUID) -> dict[str, Any]:
    values = Change.objects.filter(batch=batch).values().latest("pk")
    return {name: value for name, value in values.items() if name != "id"}


def test_the_next_page_keeps_the_filters(province: Province, client: Client) -> None:
    record_many(province, BATCHES + 1, province.binh_son)
    assert "?don_vi=huyen-uy-binh-son&amp;truoc=" in read(client, province, "?don_vi=huyen-uy-binh-son")


def test_the_trail_reads_no_more_rows_in_a_long_log(province: Province, client: Client) -> None:
    """Grouping or counting the acts would read the log from one end to the other."""
    record_many(province, BATCHES + 1)
    with CaptureQueriesContext(connection) as captured:
        read(client, province)
    of_log = [query["sql"] for query in captured if '"trainingplan_change"' in query["sql"]]
    assert of_log
    assert [sql for sql in of_log if "COUNT(DISTINCT" in sql and '"batch" IN' not in sql] == []
    assert [sql for sql in of_log if sql.startswith("SELECT DISTINCT")] == []


def test_filters(province: Province) -> None:
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=3), tick=False):
        old = record([entry(1, province.binh_son)], actor=province.alice, plan=province.plan)
    mixed = record([entry(2, province.son_tinh), entry(3, table="plan")], actor=None, plan=province.plan)
    other = record([entry(4)], actor=province.hoa, plan=None)
    day = timezone.localdate(now)

    def keys(**filters: Any) -> list[UUID]:
        return [batch.key for batch in page(province, Filters(**filters)).batches]

    assert keys() == [mixed, old]
    assert keys(unit_id=province.binh_son.pk) == [old]
    assert keys(actor=str(province.alice.pk)) == [old]
    assert keys(actor=SYSTEM) == [mixed]
    assert keys(table="plan") == [mixed]
    assert keys(since=day - timedelta(days=1)) == [mixed]
    assert keys(until=day - timedelta(days=3)) == [old]
    assert keys(since=day - timedelta(days=3), until=day) == [mixed, old]
    assert keys(common=True) == [other]
    (only,) = page(province, Filters(unit_id=province.son_tinh.pk)).batches
    assert (only.count, only.units) == (1, "Huyện ủy Sơn Tịnh")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?tu_ngay=31/02/2024", "không có trong lịch"),
        ("?tu_ngay=2024", "thiếu ngày hoặc tháng"),
        ("?tu_ngay=x", "«x» không phải ngày tháng"),
        ("?tu_ngay=05/12/2024&den_ngay=04/12/2024", "Ngày này trước «Từ ngày»"),
        ("?don_vi=khong-co", "Không có lựa chọn này trong nhật ký."),
        ("?nguoi=1;drop", "Không có lựa chọn này trong nhật ký."),
        ("?loai=khong-co", "Không có lựa chọn này trong nhật ký."),
    ],
)
def test_a_filter_that_is_not_understood_says_so(province: Province, client: Client, query: str, words: str) -> None:
    assert words in read(client, province, query)


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 18, "9" * 30, "１", "2", ""])
def test_any_place_in_the_log_is_answered(province: Province, client: Client, number: str) -> None:
    record([entry(7)], actor=province.hoa, plan=province.plan)
    for name in ("truoc", "sau"):
        assert "dòng 7<" in read(client, province, f"?{name}={number}")


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "１", "2", ""])
def test_any_page_of_an_act_is_answered(province: Province, client: Client, number: str) -> None:
    key = record([entry(7)], actor=province.hoa, plan=province.plan)
    assert "dòng 7<" in read(client, province, f"?lan={key}&trang={number}")


def test_values_are_shown_as_text(province: Province, client: Client) -> None:
    record([Entry("allocation", 1, "<b>nhãn", "number", "<script>1", "", None)], actor=province.hoa, plan=province.plan)
    shown = read(client, province)
    assert "&lt;script&gt;1" in shown
    assert "<script>1" not in shown
    assert "<b>nhãn" not in shown


def test_tables_and_fields_have_the_names_of_the_screen() -> None:
    assert table_label("registration") == "đăng ký nhu cầu"
    assert field_label("registration", "number") == "số người"
    assert field_label("plan", "registration_closes_at") == "hạn đăng ký"
    assert (table_label("gone"), field_label("gone", "x"), field_label("plan", "gone")) == ("gone", "x", "gone")


@pytest.mark.parametrize("key", ["6d3d5d5e-0f0c-4f0e-9c39-2f1a8a3f5c11", "khong-phai-ma"])
def test_an_act_that_is_not_there(province: Province, client: Client, key: str) -> None:
    client.force_login(province.hoa)
    assert client.get(f"{URL}?lan={key}").status_code == 404


def test_an_act_of_another_plan_is_not_shown_here(province: Province, client: Client) -> None:
    other = type(province.plan).objects.create(year=2025, subject="x", parent_body="x", issuing_body="x", place="x")
    key = record([entry(1)], actor=province.hoa, plan=other)
    client.force_login(province.hoa)
    assert client.get(f"{URL}?lan={key}").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_only_the_board_and_the_managers_read_it(province: Province, client: Client, role: Role) -> None:
    client.force_login(make_user("dora", "Đỗ Thị Dora", role, province.binh_son))
    assert client.get(URL).status_code == (200 if role in (Role.BOARD, Role.MANAGER) else 403)
