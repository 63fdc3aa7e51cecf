"""The reminder letter names exactly the units that owe, in Word and in PDF alike."""

from datetime import timedelta
from io import BytesIO

import docx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from quotas.models import Extension, Response
from quotas.selectors.progress import Standing
from quotas.selectors.reminders import reminder
from reports.document import Addressees, Note, Table
from reports.letters import reminder_letter
from tests.cast import Province
from tests.quotas.test_progress import YEAR, all_standings, more_units
from tests.quotas.test_responses import close
from trainingplan.models import Participant, Unit

OWING = {"Huyện ủy Bình Sơn", "Huyện ủy Sơn Tịnh"}


def extend(province: Province, participant: Participant) -> None:
    Extension.objects.create(
        participant=participant,
        until=timezone.now() + timedelta(days=2),
        reason="x",
        granted_by=province.hoa,
        granted_at=timezone.now(),
    )


def names(province: Province) -> list[str]:
    """Every unit among all blocks of the letter's table, in its order."""
    letter = reminder_letter(province.plan, reminder(province.plan, Unit.objects.all()), timezone.localdate())
    (table,) = [block for block in letter.blocks if isinstance(block, Table)]
    return [str(row.cells[1].value) for row in table.rows if row.kind == "data"]


def word_text(content: bytes) -> str:
    word = docx.Document(BytesIO(content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


def test_exactly_those_who_owe_are_named(province: Province) -> None:
    participants = all_standings(province)
    owing = {participants[s].unit.key for s in (Standing.EDITING, Standing.RETURNED, Standing.NOT_OPENED)}
    assert set(names(province)) == OWING | {f"Đơn vị {key}" for key in owing}
    extend(province, participants[Standing.NOT_OPENED])
    assert f"Đơn vị {participants[Standing.NOT_OPENED].unit.key}" not in names(province)
    letter = reminder_letter(province.plan, reminder(province.plan, Unit.objects.all()), timezone.localdate())
    (note,) = [block for block in letter.blocks if isinstance(block, Note)]
    assert f"Đơn vị {participants[Standing.NOT_OPENED].unit.key} (đến " in note.text
    assert "01 đơn vị" in note.text


@pytest.mark.parametrize(("more", "named"), [(3, True), (4, False)])
def test_few_are_addressed_by_name_and_many_by_the_list(province: Province, more: int, *, named: bool) -> None:
    close(province.plan)
    more_units(province, more)
    letter = reminder_letter(province.plan, reminder(province.plan, Unit.objects.all()), timezone.localdate())
    (to,) = [block for block in letter.blocks if isinstance(block, Addressees)]
    assert (len(to.names) == more + 2) is named
    assert ("Huyện ủy Bình Sơn" in to.names) is named


def test_both_files_say_the_same(client: Client, province: Province) -> None:
    province.plan.parent_body = "TỈNH ỦY QUẢNG NGÃI"
    participants = all_standings(province)
    client.force_login(province.hoa)
    word, pdf = (
        client.get(reverse("progress-letter-file", kwargs={**YEAR, "extension": extension}))
        for extension in ("docx", "pdf")
    )
    assert word["Content-Type"].endswith("wordprocessingml.document")
    assert "cong-van-don-doc-2024.docx" in word["Content-Disposition"]
    printed = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages).split())
    written = " ".join(word_text(word.content).split())
    owing = [participants[s].unit.key for s in (Standing.EDITING, Standing.RETURNED, Standing.NOT_OPENED)]
    for text in (printed, written):
        assert {name for name in OWING if name in text} == OWING
        assert all(f"Đơn vị {key}" in text for key in owing)
        assert f"Đơn vị {participants[Standing.NO_NEED].unit.key}" not in text
        assert f"Đơn vị {participants[Standing.SENT].unit.key}" not in text
        for words in (
            "TỈNH ỦY QUẢNG NGÃI",
            "BAN TỔ CHỨC",
            "ĐẢNG CỘNG SẢN VIỆT NAM",
            "Số …-CV/BTCTU",
            f"Quảng Ngãi, ngày … tháng … năm {timezone.localdate().year}",
            "có 03/08 cơ quan",
            "còn 05 cơ quan",
            "K/T TRƯỞNG BAN",
            "PHÓ TRƯỞNG BAN",
            "Nơi nhận:",
            "- Lưu Ban Tổ chức Tỉnh ủy.",
        ):
            assert words in text


def test_the_page_previews_the_letter(client: Client, province: Province) -> None:
    close(province.plan)
    client.force_login(province.hoa)
    page = client.get(reverse("progress-letter", kwargs=YEAR)).content.decode()
    assert "Gửi 2 đơn vị quá hạn chưa trả lời" in page
    assert "Kính gửi:" in page
    assert reverse("progress-letter-file", kwargs={**YEAR, "extension": "docx"}) in page


def test_with_nobody_to_remind_there_is_no_letter(client: Client, province: Province) -> None:
    client.force_login(province.hoa)
    assert "Không có đơn vị nào phải đôn đốc" in client.get(reverse("progress-letter", kwargs=YEAR)).content.decode()
    url = reverse("progress-letter-file", kwargs={**YEAR, "extension": "pdf"})
    assert client.get(url).status_code == 404
    close(province.plan)
    assert client.get(url).status_code == 200
    assert client.get(reverse("progress-letter-file", kwargs={**YEAR, "extension": "exe"})).status_code == 404
    assert client.get(reverse("progress-letter-file", kwargs={**YEAR, "extension": "xlsx"})).status_code == 404


def test_only_the_board_writes_letters(client: Client, province: Province) -> None:
    close(province.plan)
    client.force_login(province.alice)
    assert client.get(reverse("progress-letter", kwargs=YEAR)).status_code == 403
    assert client.get(reverse("progress-letter-file", kwargs={**YEAR, "extension": "pdf"})).status_code == 403


def test_illustrative_answers_mark_every_page(province: Province) -> None:
    close(province.plan)
    Response.objects.create(
        participant=Participant.objects.get(unit=province.binh_son), state="editing", illustrative=True
    )
    letter = reminder_letter(province.plan, reminder(province.plan, Unit.objects.all()), timezone.localdate())
    assert letter.mark == "Số liệu minh họa"
