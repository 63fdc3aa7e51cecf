"""The pages of the import centre: from the upload to the undo, each thing for those whose it is."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from courses.models import Institution
from tests.batches import make_batch, previewed
from tests.cast import Province, make_user
from tests.office import sheet, signed_in, upload
from trainingplan.imports.batches import recognise, visible_batches
from trainingplan.imports.kinds import kinds_for
from trainingplan.models import ImportBatch, Job, Role
from trainingplan.reading import read_book

HEADS = ["Khóa", "Tên", "Tên viết tắt"]


@pytest.fixture
def board(province: Province) -> Client:
    return signed_in(province.hoa)


def send(client: Client, *rows: list[Any], heads: list[str] = HEADS, **fields: str) -> Any:
    file = SimpleUploadedFile("tệp của tôi.xlsx", sheet(heads, *rows))
    return client.post(reverse("imports"), {"file": file, **fields}, follow=True)


def url(name: str) -> str:
    return reverse(name, args=[ImportBatch.objects.get().uuid])


def test_a_file_goes_its_way_from_the_upload_to_the_undo(board: Client) -> None:
    answer = send(board, ["hv", "Học viện", "HV"])
    text = answer.content.decode()
    assert "Cơ sở đào tạo, bồi dưỡng" in text
    assert "Nhập 1 dòng" in text
    assert "Học viện" in text
    digest = answer.context["batch"].digest
    answer = board.post(url("import-apply"), {"cach": "all", "ban-xem-truoc": digest}, follow=True)
    assert "Hoàn tác lần nhập này" in answer.content.decode()
    assert Institution.objects.get().name == "Học viện"
    assert "tệp của tôi.xlsx" in board.get(reverse("imports")).content.decode()
    answer = board.post(url("import-undo"), follow=True)
    assert "Đã hoàn tác tất cả các dòng" in answer.content.decode()
    assert not Institution.objects.exists()


def test_a_file_with_errors_offers_its_right_rows_and_the_marked_copy(board: Client) -> None:
    text = send(board, ["hv", "Học viện", ""], ["sai khóa", "Tên", ""]).content.decode()
    assert "Chỉ nhập 1 dòng đúng" in text
    assert "«Sheet», dòng 3, cột A" in text
    assert "«sai khóa»" in text
    marked = board.get(url("import-marked"))
    assert marked.content.startswith(b"PK")
    assert "no-store" in marked["Cache-Control"]
    assert board.get(url("import-upload")).content.startswith(b"PK")


@pytest.mark.parametrize(
    ("heads", "fields", "words"),
    [
        (["Lạ", "Khác"], {}, "Chưa nhận ra tệp này thuộc loại nào"),
        (["Lạ", "Khác"], {"kind": "co-so-dao-tao"}, "Không hiểu cột «Lạ», «Khác»"),
        (HEADS, {"kind": "khong-co"}, "kind"),
    ],
)
def test_what_is_not_understood_is_said(board: Client, heads: list[str], fields: dict[str, str], words: str) -> None:
    assert words in send(board, ["a", "b"], heads=heads, **fields).content.decode()


def test_a_file_that_cannot_be_read_is_said_at_its_field(board: Client) -> None:
    file = SimpleUploadedFile("a.xlsx", b"%PDF-1.7")
    answer = board.post(reverse("imports"), {"file": file})
    assert "PDF" in answer.content.decode()
    assert "Chọn tệp cần nhập." in board.post(reverse("imports"), {}).content.decode()
    assert not ImportBatch.objects.exists()


def test_what_changed_meanwhile_is_shown_anew(board: Client) -> None:
    Institution.objects.create(key="hv", name="Học viện")
    digest = send(board, ["hv", "Trường", ""]).context["batch"].digest
    Institution.objects.update(name="Khác")
    answer = board.post(url("import-apply"), {"cach": "all", "ban-xem-truoc": digest}, follow=True)
    assert answer.content.decode().count("dữ liệu đã thay đổi từ lúc xem trước") == 1
    assert Institution.objects.get().name == "Khác"


def test_a_batch_is_seen_by_its_owner_and_who_reads_the_log(province: Province, board: Client) -> None:
    batch = previewed("phan-bo", province.hoa, ["Năm", "Khóa chương trình", "Khóa chỉ tiêu", "Khóa đơn vị", "Số người"],
                      [2024, "cao-cap", "kv3", "huyen-uy-binh-son", 1])  # fmt: skip
    address = reverse("import-batch", args=[batch.uuid])
    assert board.get(address).status_code == 200
    assert signed_in(province.alice).get(address).status_code == 404
    assert "tep.xlsx" not in signed_in(province.alice).get(reverse("imports")).content.decode()


def test_a_large_file_is_the_work_of_a_job(
    board: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.IMPORT_AT_ONCE = 2
    with django_capture_on_commit_callbacks(execute=True):
        send(board, *([f"hv{n}", f"Học viện {n}", ""] for n in range(5)))
    batch = board.get(url("import-batch")).context["batch"]
    assert batch.added == 5
    with django_capture_on_commit_callbacks(execute=True):
        board.post(url("import-apply"), {"cach": "all", "ban-xem-truoc": batch.digest})
    assert Institution.objects.count() == 5
    Institution.objects.filter(key="hv0").update(name="Học viện khác")
    with django_capture_on_commit_callbacks(execute=True):
        board.post(url("import-undo"))
    assert Institution.objects.count() == 1
    assert [words.split(".")[0] for job in Job.objects.order_by("asked_at") for words in job.notes] == [
        "Đã kiểm tra 5 dòng, 0 lỗi", "Đã nhập 5 dòng",
        "Đã hoàn tác, giữ nguyên 1 dòng; vì sao thì xem ở «Giữ nguyên khi hoàn tác»",
    ]  # fmt: skip
    assert list(Job.objects.order_by("asked_at").values_list("kind", "state")) == [
        ("import-preview", "done"), ("import-apply", "done"), ("import-undo", "done"),
    ]  # fmt: skip


def test_a_reading_that_was_stopped_is_not_said_to_go_on(board: Client, settings: Any) -> None:
    settings.IMPORT_AT_ONCE = 2
    send(board, *([f"hv{n}", f"Học viện {n}", ""] for n in range(5)))
    reading, stopped = "đang đọc</span>", "chưa xem trước</span>"
    for address in (reverse("imports"), url("import-batch")):
        assert reading in board.get(address).content.decode()
    board.post(reverse("job-cancel", args=[Job.objects.get().pk]))
    for address in (reverse("imports"), url("import-batch")):
        assert stopped in board.get(address).content.decode()
        assert reading not in board.get(address).content.decode()


@pytest.mark.one_database("a file is made and read")
def test_each_kind_of_file_has_one_to_begin_with(province: Province, board: Client) -> None:
    refused_in_words = []
    for kind in kinds_for(province.hoa):
        reply = board.get(reverse("import-template", args=[kind.key]), {"nam": "2024"})
        if reply.status_code == 302:
            refused_in_words.append(kind.key)
        else:
            assert (kind.key, reply.status_code) == (kind.key, 200)
            assert recognise(read_book("mau.xlsx", reply.content), province.hoa) is kind
    assert set(refused_in_words) <= {"phieu-dang-ky"}  # of a unit that is not asked


def test_units_are_named_in_what_changes(province: Province, board: Client) -> None:
    batch = previewed("can-bo-theo-ma", province.hoa, ["Mã", "Khóa đơn vị", "Họ và tên", "Giới tính"],
                      ["", "huyen-uy-binh-son", "Trần Thị An", "nữ"])  # fmt: skip
    page = board.get(reverse("import-batch", args=[batch.uuid])).content.decode()
    assert "Đơn vị: <ins>Huyện ủy Bình Sơn</ins>" in page
    assert "huyen-uy-binh-son" not in page
    board.post(reverse("import-apply", args=[batch.uuid]), {"cach": "all", "ban-xem-truoc": batch.digest})
    page = board.get(reverse("import-batch", args=[batch.uuid])).content.decode()
    assert "Đơn vị: <ins>Huyện ủy Bình Sơn</ins>" in page


def test_a_large_file_of_the_back_office_is_the_work_of_a_job_too(
    board: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.IMPORT_AT_ONCE = 2
    content = sheet(["Khóa", "Tên"], *([f"hv{n}", f"Học viện {n}"] for n in range(5)))
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(board, Institution, content)
    job = Job.objects.get()
    assert (answer.status_code, job.kind, job.state) == (302, "import-preview", "done")
    assert board.get(url("import-batch")).context["batch"].added == 5


def test_many_rows_are_shown_a_page_at_a_time(board: Client) -> None:
    answer = send(board, *([f"hv{n}", f"Học viện {n}", ""] for n in range(120)))
    assert "Trang 1/2" in answer.content.decode()
    later = board.get(url("import-batch"), {"xem": "them", "trang": "2"})
    assert "Học viện 119" in later.content.decode()
    assert "Học viện 5<" not in later.content.decode()


def test_who_has_changed_unit_or_role_sees_no_batch_of_before(province: Province) -> None:
    alice, admin = province.alice, make_user("qt", "Quản Trị", Role.ADMIN)
    batch = make_batch(alice)
    page = reverse("import-batch", args=[batch.uuid])
    assert signed_in(alice).get(page).status_code == 200
    form = {"full_name": alice.full_name, "role": "unit", "unit": province.son_tinh.pk, "is_active": "on"}
    office = signed_in(admin)
    change = reverse("admin:trainingplan_user_change", args=[alice.pk])
    seen = office.get(change).context["seen"]
    assert office.post(change, {**form, "seen": seen}).status_code == 302
    alice.refresh_from_db()
    assert alice.unit == province.son_tinh
    assert signed_in(alice).get(page).status_code == 404
    assert make_batch(alice) in visible_batches(alice)
