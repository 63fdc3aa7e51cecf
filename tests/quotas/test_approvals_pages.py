"""The pages on which allocations are submitted and decided."""

import pytest
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from quotas.models import Approval
from tests.office import signed_in
from tests.quotas.approvals_cast import Office, lend, office, submit

__all__ = ["office"]

PAGE = reverse("approvals", kwargs={"year": 2024})
DECIDE = reverse("approvals-decide", kwargs={"year": 2024})
SUBMIT = reverse("approvals-submit", kwargs={"year": 2024})


def test_the_pages_from_submitting_to_the_word(office: Office) -> None:
    board, manager = signed_in(office.lan), signed_in(office.nam)
    assert "Trình duyệt cả 12 chỉ tiêu của Phụ lục 1" in board.get(PAGE).content.decode()
    assert "Không có phân bổ nào chờ bạn duyệt" in manager.get(PAGE).content.decode()
    page = board.post(SUBMIT, {"phu-luc": "1"}, follow=True).content.decode()
    assert "Đã trình duyệt phân bổ 12 chỉ tiêu" in page
    assert "12 chỉ tiêu chờ duyệt phân bổ" in manager.get("/2024/viec-cua-toi/").content.decode()
    keys = list(Approval.objects.values_list("pk", flat=True))
    assert manager.get(PAGE).content.decode().count('name="muc"') == 12
    refused = manager.post(DECIDE, {"muc": keys[:2], "viec": "khong-duyet", "remark": " "}).content.decode()
    assert "Không duyệt thì cần ghi ý kiến" in refused
    assert refused.count("checked") == 2
    page = manager.post(DECIDE, {"muc": keys, "viec": "duyet"}, follow=True).content.decode()
    assert "Đã duyệt phân bổ 12 chỉ tiêu" in page
    assert "Nguyễn Văn Nam" in page


def test_a_deputy_reads_in_whose_right_he_acts(office: Office) -> None:
    lend(office, office.nam, office.lan)
    waiting = submit(office, actor=office.hoa)
    page = signed_in(office.lan).get(PAGE).content.decode()
    assert "Bạn duyệt thay <strong>Nguyễn Văn Nam</strong>" in page
    keys = [one.pk for one in waiting]
    page = signed_in(office.lan).post(DECIDE, {"muc": keys, "viec": "duyet"}, follow=True).content.decode()
    assert "Vũ Thị Lan thay Nguyễn Văn Nam" in page
    trail = signed_in(office.hoa).get(f"/2024/nhat-ky/?nguoi={office.nam.pk}").content.decode()
    assert "Vũ Thị Lan (lan) thay Nguyễn Văn Nam" in trail


def test_who_has_two_rights_says_which(office: Office) -> None:
    lend(office, office.nam, office.tam)
    keys = [one.pk for one in submit(office)]
    tam = signed_in(office.tam)
    assert "(duyệt thay)" in tam.get(PAGE).content.decode()
    answer = {"muc": keys, "viec": "duyet"}
    assert "Chưa chọn duyệt theo quyền của ai" in tam.post(DECIDE, answer).content.decode()
    assert "không có quyền duyệt" in tam.post(DECIDE, answer | {"quyen": office.lan.pk}).content.decode()
    tam.post(DECIDE, answer | {"quyen": office.nam.pk})
    assert Approval.objects.filter(decided_by=office.tam, on_behalf_of=office.nam).count() == 12


def test_what_the_reader_may_not_decide_has_no_tick_and_says_why(office: Office) -> None:
    lend(office, office.nam, office.hoa)
    submit(office)
    page = signed_in(office.hoa).get(PAGE).content.decode()
    assert 'name="muc"' not in page
    assert page.count("Phạm Thị Hoa đã nhập số phân bổ của chỉ tiêu này") == 12
    assert "chờ duyệt phân bổ" not in signed_in(office.hoa).get("/2024/viec-cua-toi/").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"viec": "duyet"},
        {"viec": "x", "muc": "1"},
        {"viec": "duyet", "muc": "x"},
        {"viec": "duyet", "muc": "9" * 40},
        {"viec": "duyet", "muc": "１"},
        {"viec": "khong-duyet", "muc": "1", "remark": "x" * 600},
        {"viec": "duyet", "muc": "1", "quyen": "x"},
    ],
)
def test_a_form_that_is_none_changes_nothing(office: Office, fields: dict[str, str]) -> None:
    submit(office)
    assert signed_in(office.nam).post(DECIDE, fields).status_code == 200
    assert signed_in(office.hoa).post(SUBMIT, {"phu-luc": "x", "chi-tieu": "y"}).status_code == 302
    assert not Approval.objects.exclude(state="waiting").exists()


@pytest.mark.parametrize("who", ["hoa", "nam"])
def test_the_page_costs_the_same_for_one_and_for_many(
    office: Office, who: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(getattr(office, who))
    submit(office, office.quotas[:1])
    client.get(PAGE)
    with django_assert_max_num_queries(20) as few:
        client.get(PAGE)
    submit(office, office.quotas[1:])
    with django_assert_max_num_queries(20) as many:
        client.get(PAGE)
    assert len(many) == len(few)
