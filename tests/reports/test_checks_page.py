"""The page Soát số liệu: both places of each disagreement, its files, and the Word file that came back."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from quotas.models import Allocation
from reports.checks import Comparison, Place, Spot, check_plan
from reports.checks.doors import CheckDoors
from reports.plan_document import plan_document
from reports.renderers.docx import render_docx
from reports.word_back_file import LARGEST_FILE, TOO_LARGE
from tests.cast import make_user
from tests.reports import test_checks as planting
from tests.reports.word_edits import archive, change, edited, put_in, take_out
from tests.traces import watch_writes
from trainingplan.models import Change, Plan, Role, User

URL = "/2024/soat-so-lieu/"
LINK = re.compile(r'href="([^"#]+)(?:#([^"]+))?"')
PLANTS = (
    planting.change_50_to_55,
    planting.allocate_one_more,
    planting.allocate_to_an_outsider,
    planting.allocate_more_than_was_asked_for,
    planting.nominate_from_another_unit,
    planting.remove_a_nominee,
    planting.pay_too_little,
    planting.show_an_unknown_source,
    planting.swap_two_appendices,
    planting.state_another_year_in_the_subject,
)


@pytest.fixture
def board(plan_2024: Plan) -> User:
    return make_user("h-board", "Phạm Thị Hoa", Role.BOARD)


@pytest.fixture
def client(board: User) -> Client:
    return signed_in(board)


@pytest.fixture(scope="module")
def word_file(_loaded_module: None) -> Iterator[bytes]:
    with transaction.atomic():
        yield render_docx(plan_document(Plan.objects.get(year=2024)))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def links(html: str) -> set[tuple[str, str]]:
    """Where the list of what differs leads, with the anchors."""
    inside = html.partition('<ol class="differences">')[2].partition("</ol>")[0]
    return {(found[1], found[2] or "") for found in LINK.finditer(inside)}


def send(client: Client, content: bytes, name: str = "ke-hoach.docx") -> str:
    answer = client.post(f"{URL}tep-word/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_clean_plan_says_what_was_compared(client: Client) -> None:
    page = client.get(URL).content.decode()
    assert "Không có chỗ nào lệch." in page
    assert "1.136 số đã đối chiếu" in page
    for comparison in Comparison:
        assert comparison.label in page


@pytest.mark.one_database("a page or a file is made of what the check found")
def test_each_place_that_has_a_page_is_led_to(client: Client, plan_2024: Plan) -> None:
    for plant in PLANTS:
        plant(plan_2024)
    found = check_plan(plan_2024).disagreements
    page = client.get(URL).content.decode()
    assert f"<strong>{len(found)} chỗ lệch</strong>" in page
    led = links(page)
    assert len(led) > len(PLANTS)
    for path, anchor in led:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert f'id="{anchor}"' in answer.content.decode() or not anchor, (path, anchor)


def test_who_does_not_write_the_text_is_led_to_where_it_is_read(plan_2024: Plan) -> None:
    planting.write_a_stray_number(plan_2024)
    client = signed_in(make_user("h-manager", "Trần Văn Lãnh", Role.MANAGER))
    page = client.get(URL).content.decode()
    ((path, anchor),) = links(page)
    assert path == reverse("plan-text", args=[2024])
    assert f'id="{anchor}"' in client.get(path).content.decode()
    assert "tep-word" not in page


def test_nobody_is_led_where_he_may_not_go(plan_2024: Plan) -> None:
    doors = CheckDoors(plan_2024, make_user("h-admin", "Quản trị", Role.ADMIN))
    places = [Place("", spot, "8/x", "8") for spot in Spot if spot not in {Spot.NONE, Spot.TEXT}]
    assert {doors.place(place) for place in [*places, Place("", Spot.TEXT, "yeu-cau", "x")]} == {""}


def test_the_page_asks_as_often_whatever_there_is(client: Client, plan_2024: Plan) -> None:
    client.get(URL)  # a session that is new is read step by step
    with CaptureQueriesContext(connection) as clean:
        client.get(URL)
    for plant in PLANTS:
        plant(plan_2024)
    Allocation.objects.filter(unit__key__startswith="huyen-").delete()
    with CaptureQueriesContext(connection) as broken:
        client.get(URL)
    assert len(clean) == len(broken)


@pytest.mark.one_database("a page or a file is made of what the check found")
def test_the_list_is_handed_out_as_excel_and_pdf(client: Client, plan_2024: Plan) -> None:
    planting.allocate_one_more(plan_2024)
    answer = client.get(f"{URL}soat-so-lieu.xlsx")
    assert "soat-so-lieu-2024.xlsx" in answer["Content-Disposition"]
    wrong, counts = load_workbook(BytesIO(answer.content)).worksheets
    said = [value for row in wrong.iter_rows(values_only=True) for value in row if value]
    assert {"46", "45", "Chỉ tiêu «Cao cấp tập trung – HVCT khu vực III»", "Phân bổ vượt 1."} <= set(said)
    assert "đăng ký ↔ phân bổ" in [cell.value for cell in counts["B"]]
    text = PdfReader(BytesIO(client.get(f"{URL}soat-so-lieu.pdf").content)).pages[0].extract_text()
    assert "có 1 chỗ lệch" in text
    assert client.get(f"{URL}soat-so-lieu.docx").status_code == 404


def test_fifty_changed_to_fifty_five_by_hand(client: Client, word_file: bytes) -> None:
    page = send(client, edited(word_file, change("dự kiến |50", "55")), "bản góp ý.docx")
    for words in ("bản góp ý.docx", "Mục II.1.1.1, điểm b", "55 + 60 + 3 ≠ 113;", "phụ lục 1: 50;", "5 + 45 ≠ 55"):
        assert words in page
    section = reverse("plan-editor-section", args=[2024, "cao-cap-ly-luan-chinh-tri"])
    led = {path for path, _ in links(page)}
    assert reverse("allocation", args=[2024, 1]) in led
    assert section in led
    assert "<del>50</del> <ins>55</ins>" in page


def test_a_file_is_shown_and_nothing_is_written(client: Client, word_file: bytes) -> None:
    content = edited(
        word_file,
        change("1.960 |đồng chí", "<b>người</b>"),
        put_in("- Hoàn chỉnh", "- Lớp & khác"),
        take_out("- Sở Nội"),
    )
    before = Change.objects.count()
    with watch_writes() as written:
        page = send(client, content)
    assert written <= {"django_session"}
    assert Change.objects.count() == before
    assert "&lt;b&gt;người&lt;/b&gt;" in page
    assert "Lớp &amp; khác" in page


@pytest.mark.one_database("a page or a file is made of what the check found")
def test_the_plan_s_own_file_is_the_same_word_for_word(client: Client, word_file: bytes) -> None:
    assert "Tệp giống văn bản của kế hoạch từng chữ." in send(client, word_file)


@pytest.mark.one_database("a page or a file is made of what the check found")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Tệp rỗng."),
        (b"Ke hoach", "Tệp không phải văn bản Word"),
        (archive(xl__workbook_xml=b"<x/>"), "Tệp là sổ Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "Word kiểu cũ"),
        (b"PK" + b"\0" * LARGEST_FILE, TOO_LARGE),
    ],
)
def test_a_bad_file_is_refused_in_words(client: Client, content: bytes, said: str) -> None:
    assert said in send(client, content)


def test_no_file_and_a_long_name_are_refused_in_words(client: Client) -> None:
    assert "Chọn tệp Word cần đối chiếu." in client.post(f"{URL}tep-word/").content.decode()
    assert "Tên tệp dài quá 200 chữ." in send(client, b"x", f"{'a' * 220}.docx")
