"""A total leads to its cells, who and when; two days apart, the list of contributions adds up to the difference."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from budget.models import FundSource
from budget.services.lines import remove_line
from quotas.models import Allocation, Nomination
from quotas.services.approvals import decide_allocations, submit_allocations
from quotas.services.cells import CellInput, save_allocations, save_registrations
from quotas.services.nominations import add_nomination, remove_nomination
from quotas.services.quotas import set_quota_number
from reports.why import Figure, Measure, subject_of
from reports.why_page import Period, Why, last_week, why
from tests.budget.lines import PLAIN_AMOUNT, add_line, make_sources
from tests.cast import Province, make_user
from tests.office import signed_in
from tests.quotas.rosters_cast import give, make_roster, person
from trainingplan.models import Role, Unit, User
from trainingplan.services.changes import Entry, record

URL = "/2024/vi-sao/"


def explain(province: Province, figure: Figure, user: User | None = None, period: Period | None = None) -> Why:
    return why(subject_of(province.plan, figure, user or province.hoa), period or last_week())


def adds_up(found: Why) -> bool:
    """What the page lists is all there is, to the unit."""
    parts = [*found.acts, *filter(None, (found.earlier, found.unlogged))]
    listed = sum(change.difference for act in found.acts for change in act.changes)
    rest = sum(act.rest_difference for act in found.acts)
    acts = sum(act.difference for act in found.acts)
    return listed + rest == acts and found.start + sum(part.difference for part in parts) == found.end


def read(user: User, query: str = "", status: int = 200) -> str:
    answer = signed_in(user).get(f"{URL}?{query}")
    assert answer.status_code == status
    return " ".join(str(answer.content.decode()).split())


@pytest.fixture
def written(province: Province) -> Province:
    """A fortnight ago Hoa gave Bình Sơn 3 and Sơn Tịnh 9; two days ago 5 and 8, with a reason."""
    now = timezone.now()
    cells = ((province.binh_son, "3", "5"), (province.son_tinh, "9", "8"))
    with time_machine.travel(now - timedelta(days=14), tick=False):
        first = [CellInput(unit.pk, province.kv3.pk, old) for unit, old, _ in cells]
        save_allocations(plan=province.plan, cells=first, actor=province.hoa)
    with time_machine.travel(now - timedelta(days=2), tick=False):
        second = [CellInput(unit.pk, province.kv3.pk, new, 1) for unit, _, new in cells]
        save_allocations(plan=province.plan, cells=second, actor=province.hoa, reason="Theo công văn 12")
    return province


def test_a_week_is_told_by_the_changes_within_it(written: Province) -> None:
    found = explain(written, Figure(Measure.ALLOCATED))
    assert (found.start, found.end, found.now, found.signed) == (12, 13, 13, "+1")
    (act,) = found.acts
    assert (act.who, act.reason, act.difference) == ("Phạm Thị Hoa (hoa)", "Theo công văn 12", 1)
    assert [(c.name, c.old, c.new, c.signed) for c in act.changes] == [
        ("Huyện ủy Bình Sơn", 3, 5, "+2"),
        ("Huyện ủy Sơn Tịnh", 9, 8, "−1"),
    ]
    assert found.unlogged is None
    assert adds_up(found)


def test_any_two_days_can_be_chosen(written: Province) -> None:
    today = timezone.localdate()
    long = explain(written, Figure(Measure.ALLOCATED), period=Period(today - timedelta(days=30), today))
    assert (long.start, long.end, [act.difference for act in long.acts]) == (0, 13, [1, 12])
    past = explain(written, Figure(Measure.ALLOCATED), period=Period(today - timedelta(30), today - timedelta(days=10)))
    assert (past.start, past.end, past.now) == (0, 12, 13)
    assert adds_up(long)
    assert adds_up(past)


def test_the_cells_say_who_entered_who_approved_and_lead_to_their_history(written: Province) -> None:
    manager = make_user("nam", "Nguyễn Văn Nam", Role.MANAGER)
    (approval,) = submit_allocations(plan=written.plan, quota_ids=[written.kv3.pk], actor=written.hoa)
    decide_allocations(plan=written.plan, approval_ids=[approval.pk], approve=True, actor=manager, right_of=manager)
    (group,) = explain(written, Figure(Measure.ALLOCATED)).groups
    assert [(cell.name, cell.value) for cell in group.cells] == [("Huyện ủy Bình Sơn", 5), ("Huyện ủy Sơn Tịnh", 8)]
    cell = group.cells[0]
    assert cell.entered is not None
    assert cell.approved is not None
    assert (cell.entered.name, cell.approved.name) == ("Phạm Thị Hoa", "Nguyễn Văn Nam (nam)")
    assert "Phạm Thị Hoa" in (page := signed_in(written.hoa).get(cell.url).content.decode())
    assert "<ins>5</ins>" in page


def test_what_the_log_does_not_tell_stands_by_itself(written: Province) -> None:
    """A load writes past the log, cell by cell; its part is a line of its own."""
    Allocation.objects.filter(unit=written.binh_son).update(number=7, version=3, updated_at=timezone.now())
    Allocation.objects.create(quota=written.hcm, unit=written.binh_son, number=2, updated_at=timezone.now())
    found = explain(written, Figure(Measure.ALLOCATED))
    assert (found.start, found.end) == (12, 17)
    assert found.unlogged is not None
    assert (found.unlogged.difference, found.unlogged.count) == (4, 2)
    assert adds_up(found)
    assert "Không có trong nhật ký từng ô" in read(written.hoa)


def test_a_load_within_the_week_is_told_of(province: Province) -> None:
    Allocation.objects.create(quota=province.hcm, unit=province.binh_son, number=2, updated_at=timezone.now())
    record([Entry("load", "2024", "Nạp dữ liệu từ 2024", "phân bổ", "", "thêm 1")], actor=None, plan=province.plan)
    found = explain(province, Figure(Measure.ALLOCATED))
    assert (found.start, found.end, len(found.loads)) == (0, 2, 1)
    assert "Nạp dữ liệu từ 2024" in read(province.hoa)


def test_the_number_of_a_quota_and_its_place(province: Province) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=20), tick=False):
        set_quota_number(quota=province.hcm, number=6, actor=province.hoa)
    set_quota_number(quota=province.kv3, number=50, actor=province.hoa)
    for figure in (
        Figure(Measure.GIVEN),
        Figure(Measure.GIVEN, appendix=1),
        Figure(Measure.GIVEN, programme="cao-cap"),
    ):
        found = explain(province, figure)
        assert (found.start, found.end, found.now) == (51, 56, 56)
        assert [change.name for act in found.acts for change in act.changes] == [province.kv3.name]
        assert adds_up(found)
    assert explain(province, Figure(Measure.GIVEN, (province.hcm.pk,))).difference == 0


def test_registered_people_words_count_for_nobody(province: Province) -> None:
    cell = CellInput(province.binh_son.pk, province.kv3.pk, "4")
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[cell], actor=province.alice)
    again = CellInput(province.binh_son.pk, province.kv3.pk, "", 1, no_need=True)
    save_registrations(plan=province.plan, unit=province.binh_son, cells=[again], actor=province.bob)
    found = explain(province, Figure(Measure.REGISTERED))
    assert [act.difference for act in found.acts] == [-4, 4]
    assert (found.start, found.end, found.count) == (0, 0, 0)


def test_people_on_and_off_the_roster(province: Province) -> None:
    roster = make_roster(province)
    give(roster.quota, province.binh_son, 3)
    names = ("Đinh Văn Ích", "Mai Thị Yên")
    added = [
        add_nomination(
            plan=province.plan,
            quota_id=roster.quota.pk,
            unit=province.binh_son,
            details=person(name),
            actor=province.hoa,
        )
        for name in names
    ]
    remove_nomination(plan=province.plan, nomination=added[0], version=1, actor=province.hoa, reason="xin rút")
    found = explain(province, Figure(Measure.NOMINATED, (roster.quota.pk,)))
    assert [act.difference for act in found.acts] == [-1, 1, 1]
    assert found.acts[0].reason == "xin rút"
    assert "Đinh Văn Ích" in found.acts[0].changes[0].name
    assert (found.start, found.end, found.now) == (0, 1, Nomination.objects.count())
    assert explain(province, Figure(Measure.NOMINATED, (province.kv3.pk,))).acts == ()
    assert adds_up(found)


def test_money_of_lines_that_came_and_went(province: Province) -> None:
    source, _ = make_sources()
    FundSource.objects.filter(pk=source.pk).update(provincial=True)
    kept, gone = (add_line(province, {source.pk: PLAIN_AMOUNT}) for _ in range(2))
    remove_line(plan=province.plan, line=gone, version=1, actor=province.hoa, reason="trùng")
    for measure in (Measure.BUDGET, Measure.PROVINCE):
        found = explain(province, Figure(measure))
        assert (found.start, found.end, found.now) == (0, PLAIN_AMOUNT, kept.amount)
        assert [act.difference for act in found.acts] == [-PLAIN_AMOUNT, PLAIN_AMOUNT, PLAIN_AMOUNT]
        assert adds_up(found)


def test_a_unit_sees_its_own_part_without_the_names_of_others(written: Province) -> None:
    found = explain(written, Figure(Measure.ALLOCATED), written.alice)
    assert (found.start, found.end, found.now) == (3, 5, 5)
    page = read(written.alice, "so=phan-bo")
    assert "Ban Tổ chức Tỉnh ủy" in page
    for secret in ("Phạm Thị Hoa", "Theo công văn 12", "Sơn Tịnh"):
        assert secret not in page


def test_the_dashboard_leads_there_in_one_click(written: Province) -> None:
    page = signed_in(written.hoa).get("/2024/tong-quan/").content.decode()
    doors = re.findall(r'href="(/2024/vi-sao/[^"]+)"', page)
    assert len(doors) > 5
    for door in dict.fromkeys(doors):
        assert signed_in(written.hoa).get(door.replace("&amp;", "&")).status_code == 200
    assert "vi-sao/?so=phan-bo&amp;phu-luc=1" in signed_in(written.hoa).get("/2024/phu-luc/1/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "so=khac",
        "so=phan-bo&chi-tieu=x",
        "so=phan-bo&chi-tieu=999999",
        "so=phan-bo&chi-tieu=" + "9" * 30,
        "so=phan-bo&chuong-trinh=khong-co",
        "so=phan-bo&phu-luc=99",
        "so=phan-bo&don-vi=khong-co",
        "so=phan-bo&khoi=999",
    ],
)
def test_what_is_no_figure_is_not_found(province: Province, query: str) -> None:
    read(province.hoa, query, 404)


def test_days_that_are_not_understood_say_so(province: Province) -> None:
    assert "không có trong lịch" in read(province.hoa, "tu_ngay=31/02/2024")
    assert "Ngày này trước" in read(province.hoa, "tu_ngay=05/12/2024&den_ngay=04/12/2024")


def test_who_may_ask_for_what(province: Province) -> None:
    finance = make_user("tai-chinh", "Tài", Role.FINANCE)
    assert "Kinh phí" in read(finance)
    for measure in (Measure.REGISTERED, Measure.ALLOCATED, Measure.NOMINATED):
        read(finance, f"so={measure}", 403)
    read(province.alice, f"so={Measure.BUDGET}", 403)


def test_a_row_s_history_is_for_those_who_read_the_log(province: Province) -> None:
    set_quota_number(quota=province.kv3, number=46, actor=province.hoa)
    query = urlencode({"bang": "quota", "dong": province.kv3.pk})
    page = signed_in(province.hoa).get(f"{URL}dong/?{query}").content.decode()
    assert "<ins>46</ins>" in page
    assert signed_in(province.alice).get(f"{URL}dong/?{query}").status_code == 403
    untouched = urlencode({"bang": "quota", "dong": province.hcm.pk})
    assert "Chưa ai sửa" in signed_in(province.hoa).get(f"{URL}dong/?{untouched}").content.decode()
    for wrong in ("bang=plan&dong=1", "bang=quota&dong=999999", "bang=quota&dong=x"):
        assert signed_in(province.hoa).get(f"{URL}dong/?{wrong}").status_code == 404


def fill(province: Province, changes: int, *, done: int = 0) -> None:
    """Each cell changed up to that number of times within the week, each time in an act of its own."""
    for number in range(done + 1, changes + 1):
        cells = [CellInput(unit.pk, province.kv3.pk, str(number), number - 1) for unit in Unit.objects.all()]
        save_allocations(plan=province.plan, cells=cells, actor=province.hoa)


def test_a_long_log_is_read_as_often_as_a_short_one(province: Province) -> None:
    def queries() -> int:
        client = Client()
        client.force_login(province.hoa)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL).status_code == 200
        return len(captured)

    fill(province, 1)
    few = queries()
    fill(province, 20, done=1)
    assert queries() == few <= 20


def test_acts_beyond_the_list_are_summed(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.why_page.MOST_ACTS", 3)
    monkeypatch.setattr("reports.why_page.MOST_LINES", 1)
    fill(province, 6)
    found = explain(province, Figure(Measure.ALLOCATED))
    assert (len(found.acts), found.earlier and found.earlier.count) == (3, 3)
    assert all(act.rest == 1 for act in found.acts)
    assert adds_up(found)
    page = read(province.hoa)
    assert "3 lần ghi sớm hơn trong khoảng này" in page
    assert "Còn 1 thay đổi, cộng lại +1" in page


def test_of_very_many_cells_the_headings_alone_are_shown(written: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.why_page.MOST_CELLS", 1)
    now = timezone.now()
    Allocation.objects.create(quota=written.hcm, unit=written.binh_son, number=1, updated_at=now)
    found = explain(written, Figure(Measure.ALLOCATED))
    assert [(group.count, group.cells) for group in found.groups] == [(1, ()), (2, ())]
    assert "vi-sao/?so=phan-bo&chi-tieu=" in found.groups[0].url
    assert len(explain(written, Figure(Measure.ALLOCATED, (written.kv3.pk,))).groups[0].cells) == 2
