"""Who changed a cell and when, read at the cell: by a unit its own, without the names of others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quotas.models import SubQuota
from quotas.services.cells import CellInput, save_allocations, save_registrations
from reports.cell_history import NEWEST, TABLES
from tests.cast import Province, make_user
from tests.office import signed_in
from trainingplan.models import Plan, Role, Unit, User
from trainingplan.services.changes import Entry, record


def address(province: Province, table: str, unit: Unit, column: int | None = None, **more: str) -> str:
    query = {"bang": table, "don-vi": unit.key, "chi-tieu": str(column or province.kv3.pk), **more}
    return f"{reverse('cell-history', kwargs={'year': 2024})}?" + "&".join(f"{k}={v}" for k, v in query.items())


def read(user: User, url: str, status: int = 200) -> str:
    answer = signed_in(user).get(url)
    assert answer.status_code == status
    return str(answer.content.decode())


@pytest.fixture
def written(province: Province) -> Province:
    """Alice asks for 4, then Bob for 5; Hoa gives Bình Sơn 3 and Sơn Tịnh 9, with a reason that names both."""
    for actor, typed, version in ((province.alice, "4", 0), (province.bob, "5", 1)):
        cell = CellInput(province.binh_son.pk, province.kv3.pk, typed, version)
        save_registrations(plan=province.plan, unit=province.binh_son, cells=[cell], actor=actor)
    cells = [
        CellInput(province.binh_son.pk, province.kv3.pk, "3"),
        CellInput(province.son_tinh.pk, province.kv3.pk, "9"),
    ]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa, reason="Ưu tiên Sơn Tịnh")
    return province


def test_the_board_reads_all_newest_first(written: Province) -> None:
    page = read(written.hoa, address(written, "registration", written.binh_son))
    assert page.index("Trần Văn Bảo (bob)") < page.index("Nguyễn Thị Ái (alice)")
    assert "<ins>5</ins>" in page
    given = read(written.hoa, address(written, "allocation", written.binh_son))
    assert "Phạm Thị Hoa (hoa)" in given
    assert "Lý do: Ưu tiên Sơn Tịnh" in given


def test_a_unit_reads_its_own_with_colleagues_by_name_and_others_by_role(written: Province) -> None:
    page = read(written.alice, address(written, "registration", written.binh_son))
    assert "Trần Văn Bảo (bob)" in page
    given = read(written.alice, address(written, "allocation", written.binh_son))
    assert "<ins>3</ins>" in given
    assert "Ban Tổ chức Tỉnh ủy" in given
    for secret in ("Phạm Thị Hoa", "hoa)", "Sơn Tịnh", "<ins>9"):
        assert secret not in given


def by_id(url: str, unit: Unit) -> str:
    """The address as a grid makes it, which knows its units by id."""
    return url.replace(f"don-vi={unit.key}", f"don-vi={unit.pk}")


def test_a_grid_asks_by_the_unit_s_id(written: Province) -> None:
    url = address(written, "registration", written.binh_son, manh="1")
    assert read(written.alice, by_id(url, written.binh_son)) == read(written.alice, url)


def test_another_unit_s_cell_is_not_there(written: Province) -> None:
    for table in TABLES:
        url = address(written, table, written.binh_son)
        read(written.charlie, url, 404)
        read(written.charlie, by_id(url, written.binh_son), 404)


def test_caps_and_sub_quotas_are_for_those_who_read_the_log(written: Province) -> None:
    sub = SubQuota.objects.create(quota=written.kv3, name="nữ", position=1, number=2)
    columns = {"suballocation": sub.pk, "unitcap": written.kv3.programme_id}
    for table, column in columns.items():
        record(
            [Entry(table, f"{written.binh_son.pk}:{column}", "x", "number", "", "7", written.binh_son.pk)],
            actor=written.hoa,
            plan=written.plan,
        )
        assert "<ins>7</ins>" in read(written.hoa, address(written, table, written.binh_son, column))
        read(written.alice, address(written, table, written.binh_son, column), 404)


def test_the_fragment_is_a_part_of_the_page(written: Province) -> None:
    url = address(written, "allocation", written.binh_son)
    part = read(written.hoa, f"{url}&manh=1")
    assert "<html" not in part
    assert part.strip() in read(written.hoa, url)


def test_a_cell_that_nobody_changed_says_so(province: Province) -> None:
    assert "Chưa ai sửa ô này" in read(province.alice, address(province, "allocation", province.binh_son))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "bang=allocation",
        "bang=plan&don-vi=huyen-uy-binh-son&chi-tieu=1",
        "bang=allocation&don-vi=%00&chi-tieu=1",
        "bang=allocation&don-vi=999999&chi-tieu=1",
        "bang=allocation&don-vi=huyen-uy-binh-son&chi-tieu=x",
        "bang=allocation&don-vi=huyen-uy-binh-son&chi-tieu=１",
        "bang=allocation&don-vi=huyen-uy-binh-son&chi-tieu=" + "9" * 30,
        "bang=allocation&don-vi=huyen-uy-binh-son&chi-tieu=999999",
    ],
)
def test_what_is_no_cell_is_not_found(province: Province, query: str) -> None:
    read(province.hoa, f"{reverse('cell-history', kwargs={'year': 2024})}?{query}", 404)


def test_a_quota_of_another_plan_is_not_found(written: Province) -> None:
    Plan.objects.create(year=2025, subject="x", parent_body="x", issuing_body="x", place="x")
    url = address(written, "allocation", written.binh_son).replace("/2024/", "/2025/")
    read(written.hoa, url, 404)


def test_a_long_history_is_cut_and_says_so(province: Province) -> None:
    for n in range(NEWEST + 3):
        row = f"{province.binh_son.pk}:{province.kv3.pk}"
        record([Entry("allocation", row, "x", "number", "", str(n))], actor=province.hoa, plan=province.plan)
    client = signed_in(province.hoa)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address(province, "allocation", province.binh_son)).content.decode()
    assert page.count('<li class="act">') == NEWEST
    assert "Còn 3 thay đổi trước đó" in page
    assert len(queries) <= 20


def test_the_school_sees_the_cell_but_not_the_names(written: Province) -> None:
    school = make_user("truong", "Trường", Role.SCHOOL, written.son_tinh)
    page = read(school, address(written, "registration", written.binh_son))
    assert "Cán bộ đơn vị" in page
    assert "Trần Văn Bảo" not in page
