"""The number of a quota in the back office: never below what is allocated, also when both happen at once."""

from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from quotas.models import Allocation, Person, Quota
from quotas.services import quotas as service
from quotas.services.cells import CellInput, save_allocations
from quotas.services.quotas import set_quota_number
from tests.cast import Province, make_province
from tests.office import problems, sheet, signed_in, upload
from tests.quotas.test_races import race
from trainingplan.models import Change, Participant, Plan, Unit
from trainingplan.services.refusals import Refused


@pytest.fixture
def board(province: Province) -> Client:
    return signed_in(province.hoa)


def allocate(province: Province, unit: Unit, places: int, version: int = 0) -> None:
    cells = [CellInput(unit.pk, province.kv3.pk, str(places), version)]
    save_allocations(plan=province.plan, cells=cells, actor=province.hoa)


def quota_page(quota: Quota, number: str) -> dict[str, Any]:
    return {
        "name": quota.name, "short_name": quota.short_name, "position": quota.position, "number": number,
        "qualifier": "expected", "counting_word": "", "open_clause": "", "class_count": "", "mode": "",
        "payer": "province", "appendix": quota.appendix_id, "column": quota.column_id,
    }  # fmt: skip


def post(client: Client, quota: Quota, number: str) -> Any:
    return client.post(f"/quan-tri/quotas/quota/{quota.pk}/change/", quota_page(quota, number))


def test_a_number_below_what_is_allocated_is_refused_with_words(board: Client, province: Province) -> None:
    allocate(province, province.binh_son, 30)
    answer = post(board, province.kv3, "29")
    errors = answer.context["adminform"].form.errors
    assert errors == {
        "number": [
            "Đã phân bổ 30, không giảm xuống 29 được. Nhập ít nhất 30, hoặc giảm số phân bổ của các đơn vị trước."
        ]
    }
    assert Quota.objects.get(pk=province.kv3.pk).number == 45
    assert post(board, province.kv3, "30").status_code == 302
    assert Quota.objects.get(pk=province.kv3.pk).number == 30
    assert list(Change.objects.filter(table="quota").values_list("field", "old", "new")) == [("number", "45", "30")]


def test_a_quota_is_left_without_a_number_only_while_nothing_is_allocated(board: Client, province: Province) -> None:
    allocate(province, province.binh_son, 30)
    errors = post(board, province.kv3, "").context["adminform"].form.errors
    assert errors["number"][0].startswith("Đã phân bổ 30, không bỏ trống số lượng được. Nhập ít nhất 30")
    assert Quota.objects.get(pk=province.kv3.pk).number == 45
    assert post(board, province.hcm, "").status_code == 302
    assert Quota.objects.get(pk=province.hcm.pk).number is None


def test_a_quota_beyond_its_number_keeps_its_other_values_open(board: Client, province: Province) -> None:
    """What is wrong already must not keep the rest from being corrected."""
    Allocation.objects.create(quota=province.kv3, unit=province.binh_son, number=50, updated_at=timezone.now())
    page = quota_page(province.kv3, "45") | {"name": "Tên sửa"}
    assert board.post(f"/quan-tri/quotas/quota/{province.kv3.pk}/change/", page).status_code == 302
    assert Quota.objects.get(pk=province.kv3.pk).name == "Tên sửa"


def test_the_service_sets_logs_and_refuses(province: Province) -> None:
    allocate(province, province.binh_son, 30)
    assert set_quota_number(quota=province.kv3, number=31, actor=province.hoa).number == 31
    assert set_quota_number(quota=province.kv3, number=31, actor=province.hoa).number == 31
    assert Change.objects.filter(table="quota").count() == 1
    with pytest.raises(Refused, match="Đã phân bổ 30"):
        set_quota_number(quota=province.kv3, number=0, actor=province.hoa)
    Plan.objects.update(state=Plan.State.ISSUED)
    with pytest.raises(Refused, match="nội dung đã khóa"):
        set_quota_number(quota=province.kv3, number=40, actor=province.hoa)


def test_the_list_shows_what_is_allocated(board: Client, province: Province) -> None:
    allocate(province, province.binh_son, 30)
    allocate(province, province.son_tinh, 5)
    row = next(
        line for line in board.get("/quan-tri/quotas/quota/").content.decode().split("<tr") if "khu vực III" in line
    )
    assert "35" in row


def lower_and_allocate(province: Province) -> tuple[int, int]:
    """One lowers 45 to 20 in the back office while another allocates 40; what then stands."""

    def lower() -> None:
        post(signed_in(province.hoa), province.kv3, "20")

    def give() -> None:
        allocate(province, province.binh_son, 40)

    race([lower, give])
    number = Quota.objects.get(pk=province.kv3.pk).number
    return number or 0, int(Allocation.objects.aggregate(total=Sum("number", default=0))["total"])


@pytest.mark.django_db(transaction=True)
def test_lowering_and_allocating_at_once_never_leave_more_allocated_than_given() -> None:
    province = make_province()
    for _ in range(6):
        Allocation.objects.all().delete()
        Quota.objects.filter(pk=province.kv3.pk).update(number=45)
        number, allocated = lower_and_allocate(province)
        assert allocated <= number
        assert (number, allocated) in {(20, 0), (45, 40)}


@pytest.mark.skipif("sqlite" in str(connection.settings_dict["ENGINE"]), reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_control_lowering_without_the_lock_leaves_more_allocated_than_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check before the other's commit, a write after it: what the lock forbids."""
    province = make_province()
    monkeypatch.setattr(service, "lock_quotas", Quota.objects.select_related("programme__plan").in_bulk)
    checked, given = Event(), Event()
    check = service.check_quota_number

    def check_and_dawdle(**told: Any) -> None:
        check(**told)
        checked.set()
        given.wait(timeout=30)

    def give() -> None:
        checked.wait(timeout=30)
        allocate(province, province.binh_son, 40)
        given.set()

    monkeypatch.setattr(service, "check_quota_number", check_and_dawdle)
    race([lambda: service.set_quota_number(quota=province.kv3, number=20, actor=province.hoa), give])
    assert (Quota.objects.get(pk=province.kv3.pk).number, Allocation.objects.get().number) == (20, 40)


def test_the_check_needs_a_transaction_to_hold_its_lock(province: Province) -> None:
    with transaction.atomic():
        service.check_quota_number(quota=province.kv3, number=45)
    gone = Quota(pk=10**9)
    with pytest.raises(Refused, match="vừa được người khác xóa"):
        service.check_quota_number(quota=gone, number=1)


@pytest.mark.parametrize(
    "name", ["1,5", "-3", "１２", "Nguyễn Văn １２", "😀", "Nguyễn 😀 An", "A", "Nguyễn…", "Ⅷ Văn"]
)
def test_a_name_is_read_as_on_the_roster(board: Client, province: Province, name: str) -> None:
    page = {"unit": province.binh_son.pk, "full_name": name, "sex": "male", "birth": "1984"}
    errors = board.post("/quan-tri/quotas/person/add/", page).context["adminform"].form.errors
    assert "Nhập đủ họ, tên đệm và tên." in errors["full_name"][0]
    heads = ["Mã", "Khóa đơn vị", "Họ và tên", "Giới tính"]
    answer = upload(board, Person, sheet(heads, [None, "huyen-uy-binh-son", name, "nam"]))
    assert problems(answer) == [(2, "Họ và tên", errors["full_name"][0])]
    assert not Person.objects.exists()


def test_ethnicity_is_not_in_the_list_of_people(board: Client, province: Province) -> None:
    Person.objects.create(unit=province.binh_son, full_name="Đinh Thị Hà", sex="female", ethnicity="Hrê")
    listed = board.get("/quan-tri/quotas/person/?q=dinh thi ha").content.decode()
    assert "Đinh Thị Hà" in listed
    assert "Hrê" not in listed


def test_a_unit_that_has_places_stays_in_the_plan(board: Client, province: Province) -> None:
    allocate(province, province.binh_son, 30)
    participant = Participant.objects.get(unit=province.binh_son)
    address = f"/quan-tri/trainingplan/participant/{participant.pk}/delete/"
    assert "đang được dùng ở 1 phân bổ" in board.post(address, {"post": "yes"}).content.decode()
    assert Participant.objects.filter(pk=participant.pk).exists()
    other = Participant.objects.get(unit=province.son_tinh)
    assert board.post(f"/quan-tri/trainingplan/participant/{other.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Participant.objects.filter(pk=other.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_one_page_at_once_one_is_told() -> None:
    province = make_province()
    address = f"/quan-tri/quotas/quota/{province.kv3.pk}/change/"
    for attempt in range(4):
        clients = [signed_in(province.hoa) for _ in range(2)]
        seen = clients[0].get(address).context["seen"]
        page = quota_page(province.kv3, "45") | {"_seen": seen}

        def save(client: Client, name: str, page: dict[str, Any] = page) -> object:
            return client.post(address, page | {"name": name}).status_code

        names = [f"Lần {attempt}, người {n}" for n in range(2)]
        answers = race([partial(save, client, name) for client, name in zip(clients, names, strict=True)])
        assert sorted(map(str, answers)) == ["200", "302"]
    assert Change.objects.filter(table="quota", field="name").count() == 4
