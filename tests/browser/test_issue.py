"""From the Board's desk to the published page in a browser: a reason, the submission, the paper, the frame."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from reports.document import Document
from reports.exports import Format
from reports.models import Version
from reports.renderers.html import render_page
from tests.browser.conftest import OpenPage
from tests.browser.test_records import assert_accessible, assert_fits
from tests.issuing import Office, make_office
from trainingplan.models import Section

pytestmark = pytest.mark.browser
PAGE = "/2024/ke-hoach/trinh-ban-hanh/"
SLOW = 60_000


@pytest.fixture
def desk(transactional_db: None) -> Iterator[Office]:
    """The office, committed, with one figure in the text that nothing stands behind; only pages are really made."""
    office = make_office()
    Section.objects.create(
        plan=office.plan, key="muc-ii", position=2, marker="II.", heading="KHÁC", body="Cử 999 đồng chí."
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.version_files.render", page_or_little)
        patch.setattr("reports.version_files.render_whole", lambda _documents: b"%PDF")
        yield office


def page_or_little(document: Document, fmt: Format) -> bytes:
    return render_page(document).encode() if fmt is Format.HTML else f"{fmt}".encode()


def check(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)


def test_a_plan_is_submitted_issued_and_read(desk: Office, open_page: OpenPage) -> None:
    board = open_page(desk.province.hoa, PAGE)
    expect(board.get_by_role("button", name="Trình kế hoạch")).to_be_disabled()
    check(board)
    board.get_by_label("Lý do giữ nguyên").fill("Theo văn bản gốc")
    board.get_by_role("button", name="Ghi lý do").click()
    expect(board.get_by_text("không chặn việc trình nữa")).to_be_visible()
    board.get_by_role("button", name="Trình kế hoạch").click()
    expect(board.get_by_role("heading", name="Rút về")).to_be_visible()
    check(board)

    leader = open_page(desk.leader, PAGE)
    leader.get_by_label("Chức vụ người ký").fill("PHÓ BÍ THƯ")
    leader.get_by_label("Họ và tên người ký").fill("Nguyễn Văn Ký")
    leader.get_by_role("button", name="Ban hành kế hoạch").click()
    expect(leader.get_by_text("Chưa nhập số văn bản.")).to_be_visible()
    check(leader)
    leader.get_by_label("Số", exact=False).first.fill("215")
    leader.get_by_role("button", name="Ban hành kế hoạch").click()
    expect(leader.get_by_role("heading", name="Bản 1 – số 215-KH/TU")).to_be_visible(timeout=SLOW)
    assert Version.objects.get().document_number == "215"
    published = leader.frame_locator("iframe.published")
    expect(published.get_by_text("Số 215-KH/TU")).to_be_visible()
    # The page's own sheet is let through by its hash: the title is bold and centred.
    expect(published.locator("h1, .title").first).to_have_css("text-align", "center")


def test_the_pages_fit_a_phone(desk: Office, open_page: OpenPage) -> None:
    check(open_page(desk.province.hoa, PAGE, phone=True))
    Section.objects.filter(key="muc-ii").delete()
    desk.submit()
    page = open_page(desk.leader, PAGE, phone=True)
    check(page)
    version = desk.issue()
    for address in ("/2024/ke-hoach/phien-ban/", f"/2024/ke-hoach/phien-ban/{version.number}/"):
        page.goto(address)
        check(page)
