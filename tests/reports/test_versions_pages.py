"""The pages of submitting, issuing and what was published: who is offered what, and what is said back."""

import pytest
from django.test import Client
from django.utils import timezone

from quotas.services.cells import save_allocations
from reports.models import CheckException, Version
from reports.services.submittals import recall_plan
from tests.issuing import Office
from tests.office import signed_in, visible_text
from trainingplan.frame import waiting_tasks
from trainingplan.models import Delegation, Plan, Section, User
from trainingplan.rules.dates import format_date

pytestmark = pytest.mark.usefixtures("quick_files", "jobs_at_once")
PAGE = "/2024/ke-hoach/trinh-ban-hanh/"
PAPER = {"number": "12", "signer_title": "PHÓ BÍ THƯ", "signer_name": "Nguyễn Văn Ký", "signing_authority": "T/M"}


def read(client: Client, address: str = PAGE) -> str:
    reply = client.get(address)
    assert reply.status_code == 200
    return visible_text(reply.content.decode())


def told(client: Client, address: str, **typed: str) -> str:
    """What the page says after a form was sent, wherever it leads."""
    return visible_text(client.post(f"{PAGE}{address}", typed, follow=True).content.decode())


def titles(office: Office, user: User) -> list[str]:
    return [task.title for task in waiting_tasks(office.plan, user)]


def paper_of(office: Office, **more: str) -> dict[str, str]:
    return PAPER | {"issued_on": format_date(timezone.localdate()), "right": str(office.leader.pk)} | more


def test_each_state_offers_its_one_next_step(office: Office) -> None:
    board, leader = signed_in(office.province.hoa), signed_in(office.leader)
    Plan.objects.update(state=Plan.State.REGISTRATION)
    assert "Kết thúc đăng ký, chuyển sang phân bổ" in read(board)
    assert "Đã kết thúc đợt đăng ký" in told(board, "phan-bo/")
    assert "1 mục văn bản, 1 phụ lục, 2 chỉ tiêu, 2 đơn vị tham gia" in read(board)
    assert "Ban Tổ chức Tỉnh ủy chưa trình kế hoạch" in read(leader)
    assert "Đã trình kế hoạch" in told(board, "trinh/")
    assert "không trình được" in told(board, "trinh/")
    assert "Ban hành bản 1" not in read(board)
    assert "Rút kế hoạch về" in read(board)
    assert "Ban hành bản 1" in read(leader)
    assert titles(office, office.leader) == ["Kế hoạch năm 2024 chờ ban hành"]
    reply = told(leader, "ban-hanh/", **paper_of(office))
    assert "Đã ban hành kế hoạch số 12-KH/TU" in reply
    assert "Phụ lục 1: Excel Excel Phụ lục 1: PDF PDF" in reply
    assert titles(office, office.leader) == ["Kế hoạch năm 2024 chưa kết thúc"]
    assert "Mở điều chỉnh kế hoạch" in read(board)
    assert "Mở điều chỉnh" not in read(leader)
    listed = read(board, "/2024/ke-hoach/phien-ban/")
    assert "Bản 1 – số 12-KH/TU" in listed
    assert "T/M, PHÓ BÍ THƯ Nguyễn Văn Ký ký." in listed


def test_a_second_click_leads_to_what_the_first_has_issued(office: Office) -> None:
    office.issued()
    reply = told(signed_in(office.colleague), "ban-hanh/", **paper_of(office, right=str(office.colleague.pk)))
    assert "Kế hoạch đã được Lê Văn Lãnh (ky) ban hành lúc" in reply
    assert "Xem bản đã ban hành" in reply
    assert Version.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": ""}, "Chưa nhập số văn bản."),
        ({"number": "12-KH/TU"}, "Số văn bản chỉ gồm chữ số"),
        ({"issued_on": "31/02/2024"}, "31/02/2024"),
        ({"issued_on": "05/12/2099"}, "chưa tới"),
        ({"signer_name": "x" * 151}, "nhiều nhất 150"),
        ({"right": "0"}, "Bạn không có quyền ban hành kế hoạch"),
    ],
)
def test_what_is_wrong_on_the_paper_is_said_at_its_field(office: Office, typed: dict[str, str], words: str) -> None:
    office.submit()
    reply = signed_in(office.leader).post(f"{PAGE}ban-hanh/", paper_of(office, **typed))
    assert reply.status_code == 200
    assert words in visible_text(reply.content.decode())
    assert "Nguyễn Văn Ký" in reply.content.decode() or "signer_name" in typed
    assert not Version.objects.exists()


def test_a_deputy_chooses_in_whose_right(office: Office) -> None:
    """One of two principals; the Board's own submitter is told why he cannot."""
    office.submit()
    today = timezone.localdate()
    deputy = office.colleague
    deputy.role = "board"
    deputy.save()
    hoa = office.province.hoa
    for who in (deputy, hoa):
        Delegation.objects.create(principal=office.leader, deputy=who, valid_from=today, valid_to=today, reason="x")
    assert "Bạn ban hành thay Lê Văn Lãnh theo ủy quyền" in read(signed_in(deputy))
    assert "Bạn đã trình kế hoạch này; người khác phải ban hành" in read(signed_in(hoa))
    assert titles(office, hoa) == []
    assert "Đã ban hành" in told(signed_in(deputy), "ban-hanh/", **paper_of(office))
    assert Version.objects.get().on_behalf_of == office.leader


def test_what_is_returned_waits_for_the_board_with_the_reason(office: Office) -> None:
    office.submit()
    leader, hoa = signed_in(office.leader), office.province.hoa
    assert "Cần ghi lý do." in told(leader, "rut-ve/", reason=" ")
    assert "Đã rút kế hoạch về" in told(leader, "rut-ve/", reason="Thiếu căn cứ ở mục I")
    page = read(signed_in(hoa))
    assert "Lê Văn Lãnh rút kế hoạch về" in page
    assert "Thiếu căn cứ ở mục I" in page
    assert titles(office, hoa)[0] == "Kế hoạch năm 2024 bị rút về"
    office.submit()
    assert "bị rút về" not in str(titles(office, hoa))
    recall_plan(plan=office.plan, reason="x", actor=hoa)


def test_a_disagreement_is_left_with_a_reason_on_the_page(office: Office) -> None:
    Section.objects.create(
        plan=office.plan, key="muc-ii", position=2, marker="II.", heading="KHÁC", body="Cử 999 đồng chí."
    )
    board = signed_in(office.province.hoa)
    reply = board.get(PAGE)
    assert "chưa có lý do" in visible_text(reply.content.decode())
    key = reply.context["examined"].findings[0].disagreement.key
    assert "Cần ghi lý do." in told(board, "ly-do/", cho=key, reason="")
    assert "Đã ghi lý do" in told(board, "ly-do/", cho=key, reason="Theo văn bản gốc")
    assert "giữ nguyên Theo văn bản gốc" in read(board)
    pk = CheckException.objects.get().pk
    for typed in ("x", "9" * 30, "²"):
        assert "Lý do này đã được bỏ" in told(board, "ly-do/", bo=typed)
    assert "Đã bỏ lý do" in told(board, "ly-do/", bo=str(pk))
    assert "chưa có lý do" in read(board)


def test_an_amendment_is_opened_with_its_reason(office: Office) -> None:
    office.issued()
    board = signed_in(office.province.hoa)
    assert "Cần ghi lý do." in told(board, "dieu-chinh/", reason="")
    assert "Đã mở điều chỉnh" in told(board, "dieu-chinh/", reason="Trung ương giao thêm")
    page = read(board)
    assert "Điều chỉnh lần 1: Trung ương giao thêm" in page
    assert "Trình bản 2" in page
    assert "chưa có gì khác bản 1" in page
    save_allocations(plan=office.plan, cells=office.moved(), actor=office.province.hoa)
    assert "2 thay đổi so với bản 1; 2 thay đổi chưa có lý do riêng" in read(board)
    office.submit()
    assert titles(office, office.leader) == ["Điều chỉnh kế hoạch năm 2024 chờ ban hành"]
    second = office.issue("99")
    page = read(board, "/2024/ke-hoach/phien-ban/")
    assert page.index("Bản 2 – số 99-KH/TU") < page.index("Bản 1 – số 12-KH/TU")
    assert "Lý do điều chỉnh: Trung ương giao thêm" in read(board, f"/2024/ke-hoach/phien-ban/{second.number}/")


def test_a_plan_that_was_never_issued_here_says_so(office: Office) -> None:
    Plan.objects.update(state=Plan.State.CLOSED)
    board = signed_in(office.province.hoa)
    assert "không ban hành bằng phần mềm" in read(board)
    assert "Chưa có bản nào" in read(board, "/2024/ke-hoach/phien-ban/")
    Plan.objects.update(state=Plan.State.DRAFT)
    assert "đang dự thảo" in read(board)
    assert "chỉ điều chỉnh kế hoạch đã ban hành" in told(board, "dieu-chinh/", reason="x")
    assert "không có gì để rút về" in told(board, "rut-ve/", reason="x")
